/* body: takes a message body out of its framing (RFC 9112 §6 and §7) as the bytes come,
 * and writes chunks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/feed.h"

struct buf;
struct err;

enum body_kind {
	BODY_NONE,
	BODY_LENGTH,
	BODY_CHUNKED,
	BODY_UNTIL_CLOSE,
};

struct body_framing {
	enum body_kind kind;
	uint64_t length; /* of BODY_LENGTH */
};

/* In bytes: a chunk's line (size and extensions); what the lines of a whole body may hold beside
 * their sizes, since all of it is read and thrown away; all trailers together. */
#define BODY_CHUNK_LINE_MAX 512
#define BODY_EXTENSIONS_MAX 16384
#define BODY_TRAILERS_MAX 4096

struct body {
	struct body_framing framing;
	uint64_t total; /* payload bytes so far */
	/* private */
	uint64_t max;
	uint64_t left;     /* of the length or of this chunk */
	uint64_t size;     /* of the chunk whose line is being read */
	size_t line;       /* bytes of this line so far */
	size_t extensions; /* bytes beside the sizes so far */
	size_t trailers;   /* bytes of trailers so far */
	unsigned state;
};

/* Begins a body of at most max payload bytes (UINT64_MAX: as many as come). */
void body_begin(struct body *b, struct body_framing framing, uint64_t max);

/* Eats from the start of bytes: *used of them, among them *piece of payload (a slice of
 * bytes, perhaps empty). MORE: call again with what is left, or with what arrives next;
 * with bytes to eat it always eats some. DONE: the body is over, this piece was its last,
 * and what is left belongs to the next message; so call it once after the head even when
 * nothing came with it. BAD: ERR_INPUT, or ERR_LIMIT past max (a length or a chunk's size
 * beyond it is refused at once); *piece is empty.
 * Chunk extensions and trailers are bounded, checked and dropped. */
enum feed body_read(struct body *b, struct str bytes, size_t *used, struct str *piece, struct err *e);

/* The connection was closed in good order (a TLS peer said so): true where that ends this
 * body, else ERR_NETWORK: it was cut short. */
bool body_end(const struct body *b, struct err *e);

/* Appends one chunk; nothing for an empty piece, since an empty chunk would end the body. */
void body_write_chunk(struct buf *out, struct str piece);
/* Appends the chunk that ends the body, without trailers. */
void body_write_last(struct buf *out);

/* head: the head of an HTTP/1.0 or 1.1 message (RFC 9112 §2 to §6, §9.3), read as the
 * bytes come. It keeps to the letter of the grammar wherever two readers could
 * otherwise disagree about where a message ends.
 *
 * Refused, each by name: folded lines, bare CR or LF, NUL and other controls, blanks
 * before a colon, names that are no token, more than one Content-Length or one that is
 * no number, Content-Length beside Transfer-Encoding, any Transfer-Encoding but
 * "chunked" in 1.1, versions other than 1.0 and 1.1; in requests a missing, doubled or
 * malformed Host, CONNECT, and a target that is neither a path nor an absolute URL for
 * that Host; in answers 101, and interim answers that claim a body. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "http/body.h"
#include "http/feed.h"
#include "http/field.h"

struct err;

/* What a caller that has no wish of its own uses; a line's bytes without its end. */
#define HEAD_MAX 32768       /* the whole head */
#define HEAD_FIELDS_MAX 100  /* fields */
#define HEAD_START_MAX 8192  /* the start line; fixed */
#define HEAD_FIELD_MAX 16384 /* one field line; fixed */

struct head {
	/* Of a request. Slices of the caller's bytes. */
	struct str method; /* a token; case matters */
	struct str target; /* as sent */
	struct str path;   /* begins with '/', or is "*" (OPTIONS); escapes are well formed, nothing is decoded or resolved */
	struct str query;  /* without the '?'; visible ASCII, but its escapes are not checked */
	bool has_query;
	struct str host;       /* host[:port] as sent; empty only in a 1.0 request without one */
	bool expects_continue; /* Expect: 100-continue in a 1.1 request */

	/* Of an answer. */
	int status; /* 100 to 599 */
	struct str reason;

	/* Of both; complete once DONE was answered. */
	int minor; /* HTTP/1.minor: 0 or 1 */
	struct http_field *fields;
	size_t fields_n;
	size_t len;                  /* bytes of the head; what follows is the body's */
	struct body_framing framing; /* RFC 9112 §6.3 */
	bool persists;               /* the connection may carry another exchange after this one (§9.3) */

	/* private */
	bool is_answer;
	bool after_head, after_connect; /* what the answer is to */
	bool began;                     /* the start line was read */
	size_t fields_max, max;
	size_t line;      /* where the line that is being read begins */
	size_t scanned;   /* up to where no line end was found */
	const char *seen; /* where the bytes were at the last call */
};

/* Begins a request's or an answer's head of at most max bytes with at most fields_max
 * fields, which are put into fields (the caller's). method is that of the request which
 * the answer is to: HEAD and CONNECT frame it differently. */
void head_begin_request(struct head *h, struct http_field *fields, size_t fields_max, size_t max);
void head_begin_answer(struct head *h, struct str method, struct http_field *fields, size_t fields_max, size_t max);

/* Reads on. bytes is all that has come since the head's first byte. MORE: call again with
 * the same bytes and more behind them; only what is new is looked at, unless the bytes have
 * moved in memory. DONE: everything in h stands, its slices pointing into bytes. BAD:
 * ERR_INPUT, or ERR_LIMIT when it is too long. After an interim answer (100 to 199)
 * drop len bytes and begin anew. */
enum feed head_read(struct head *h, struct str bytes, struct err *e);

/* envelope: the vault file as bytes: header, sealed body, digest.
 *
 *	 0   8  magic
 *	 8   2  version, 1               (numbers are big endian)
 *	10   2  slots, 1 to SLOT_MAX
 *	12   4  bytes of the sealed body, its tag included
 *	16  16  vault id
 *	32   8  generation
 *	40  32  body salt, fresh in every write
 *	72   4  the id that the next new slot gets
 *	76   4  zero
 *	80      slots, SLOT_BYTES each
 *	        the body: ChaCha20-Poly1305 under HKDF-SHA-256(data key, body salt, "keyfob body 1"),
 *	        a key that is used once, so the nonce is zero; the whole header is authenticated
 *	    32  SHA-256 of all before it
 *
 * The body is opaque here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "vault/slot.h"

struct buf;
struct err;
struct rng;

enum {
	ENVELOPE_ID = 16,
	ENVELOPE_SALT = 32,
	ENVELOPE_HEAD = 80,
	ENVELOPE_VERSION = 1,
	ENVELOPE_FILE_MAX = 4 * 1024 * 1024, /* bytes of the whole file */
};

struct envelope {
	uint8_t id[ENVELOPE_ID];
	uint64_t generation;
	uint8_t salt[ENVELOPE_SALT];
	uint32_t next_slot;
	size_t slots;
	struct slot slot[SLOT_MAX];
	struct str head; /* the header's bytes, borrowed from the file */
	struct str body; /* sealed */
};

enum envelope_fault {
	ENVELOPE_FINE,
	ENVELOPE_DAMAGED,
	ENVELOPE_NEWER, /* a version that is not ours */
};

/* Reads a whole file. Takes no memory. *fault tells the cure; the text of e says it (ERR_VAULT). */
bool envelope_read(struct str file, struct envelope *out, enum envelope_fault *fault, struct err *e);

/* Decrypts the body of an envelope that was read. out must take its length less the tag. False when the tag
 * is wrong; nothing is kept then. */
bool envelope_open(const struct envelope *v, const uint8_t data_key[static SLOT_SECRET], struct buf *out);

/* Appends the whole file to out: draws a fresh salt, seals body. The slots are wrapped already; head and
 * body of v are not looked at. False with ERR_LIMIT when it is larger than ENVELOPE_FILE_MAX or out is full. */
bool envelope_write(struct envelope *v, struct rng *rng, const uint8_t data_key[static SLOT_SECRET], struct str body,
	struct buf *out, struct err *e);

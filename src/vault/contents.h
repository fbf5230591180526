/* contents: what the envelope seals: one JSON object with the profiles in it. Members that a later version
 * wrote are kept. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "vault/profile.h"

struct arena;
struct buf;
struct err;
struct json;

struct contents {
	const struct json *root; /* NULL: there was none yet */
	const struct profile *profiles;
	size_t count;
};

/* Reads the body; all of it lives in a or borrows from text. ERR_LIMIT when a is full; ERR_INPUT when it is not
 * what a vault holds. */
bool contents_read(struct str text, struct arena *a, struct contents *out, struct err *e);
/* Appends these profiles, and what else stood in root. scratch is for reading members again. */
bool contents_write(struct buf *out, const struct contents *b, struct arena scratch, struct err *e);

/* quoted: what stands between the quotation marks of a JSON string (RFC 8259 §7 and §8). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct quoted {
	struct str raw;    /* between the quotation marks */
	bool has_escapes;  /* raw is not yet the text */
	const char *fault; /* what is wrong, in a few words; NULL when nothing is */
	size_t fault_at;   /* the offset of it */
};

/* Finds the end of the string that begins at text, behind its opening mark. Refused: invalid
 * UTF-8, control characters, unknown escapes, surrogates that are not a pair, a missing end. */
struct quoted quoted_scan(struct str text);

/* Writes the text of q, which quoted_scan found good, to out; at most q->raw.len bytes.
 * out may be where q->raw lies. Returns the bytes written. */
size_t quoted_decode(const struct quoted *q, char *out);

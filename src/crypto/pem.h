/* pem: blocks of base64 between labelled lines (RFC 7468), with any text around them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf;

/* The next block of *text: its label, and its bytes appended to out (emptied first). False at the end.
 * A block that is not well-formed (another label at its end, another character
 * than base64, blanks and line breaks, wrong padding, a header line, no room in out) is passed
 * over up to its end line, and *broken says how many were; it may be NULL. */
bool pem_next(struct str *text, struct str *label, struct buf *out, size_t *broken);

/* "-----BEGIN LABEL-----" and so on, lines of 64 characters. */
void pem_write(struct buf *out, struct str label, struct str bytes);

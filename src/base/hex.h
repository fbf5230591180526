/* hex: lower-case hexadecimal. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct buf;

/* Appends two lower-case digits a byte. */
void hex_encode(struct buf *out, struct str bytes);
/* Appends the bytes; either case. False, and nothing appended, on an odd length or a foreign character. */
bool hex_decode(struct buf *out, struct str text);
/* 0 to 15, or -1. */
int hex_digit(char c);

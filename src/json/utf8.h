/* utf8: characters as RFC 3629 allows them: shortest form, no surrogates, up to U+10FFFF. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The bytes of the character at the start of s, 1 to 4; 0 when s is empty or does not begin with one. */
size_t utf8_char(struct str s);

/* True when s is nothing but characters. */
bool utf8_is_valid(struct str s);

/* Writes the character numbered code, which is no surrogate and at most 0x10ffff, to out.
 * Returns its bytes, 1 to 4. */
size_t utf8_encode(uint32_t code, char out[4]);

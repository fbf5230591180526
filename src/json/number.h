/* number: the grammar of RFC 8259 §6, and whole numbers taken from it without rounding. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The bytes of the longest number at the start of s; 0 when there is none. */
size_t number_scan(struct str s);

/* The value of a number (as number_scan passes it) that is whole and fits: 3600, 3600.0 and
 * 3.6e3 are all 3600. False for any other. */
bool number_to_int(struct str number, int64_t *value);

/* near: how far a mistyped word is from a known one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Edit distance (Levenshtein) of two short words; 64 where one is longer than 63 bytes. */
size_t near_distance(struct str a, struct str b);
/* So near that the one may have been meant by the other: a third of it, and at least two letters. */
bool near_enough(struct str typed, size_t distance);

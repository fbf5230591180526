/* secret: wiping and comparing what must not be seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Overwrites len bytes with zeroes; never optimised away. NULL is allowed when len is 0. */
void secret_wipe(void *at, size_t len);

/* Compares in time that depends on the lengths alone. Lengths are not secret. */
bool secret_same(struct str a, struct str b);

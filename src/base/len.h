/* len: lengths are added and subtracted here and nowhere else. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* a + b, or SIZE_MAX where that does not fit: every later bound then refuses it. */
static inline size_t len_add(size_t a, size_t b)
{
	return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

/* a - b, or 0 where b is the larger. */
static inline size_t len_sub(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

/* a * b, or SIZE_MAX where that does not fit. */
static inline size_t len_mul(size_t a, size_t b)
{
	return b != 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

static inline size_t len_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

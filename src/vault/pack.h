/* pack: big-endian numbers and plain bytes, one after another. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

/* Writes the low `bytes` bytes of value at *at and moves it on. The caller has made the room. */
static inline void pack_number(uint8_t **at, uint64_t value, unsigned bytes)
{
	while (bytes--)
		*(*at)++ = (uint8_t)(value >> 8 * bytes);
}

static inline void pack_bytes(uint8_t **at, const void *bytes, size_t len)
{
	memcpy(*at, bytes, len);
	*at += len;
}

/* Reads and passes over `bytes` bytes of *rest; what lies past its end is passed over as nothing. */
static inline uint64_t unpack_number(struct str *rest, size_t bytes)
{
	struct str digits = str_first(*rest, bytes);
	uint64_t value = 0;

	for (size_t i = 0; i < digits.len; i++)
		value = value << 8 | (uint8_t)digits.at[i];
	*rest = str_from(*rest, bytes);
	return value;
}

/* Past the end: zeroes. */
static inline void unpack_bytes(struct str *rest, void *out, size_t len)
{
	struct str bytes = str_first(*rest, len);

	memset(out, 0, len);
	if (bytes.len)
		memcpy(out, bytes.at, bytes.len);
	*rest = str_from(*rest, len);
}

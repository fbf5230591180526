/* hash: SHA-256, HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { HASH_SHA256 = 32 };

void hash_sha256(uint8_t out[static HASH_SHA256], struct str bytes);
void hash_hmac_sha256(uint8_t out[static HASH_SHA256], struct str key, struct str bytes);
/* len is at most 255 * 32 bytes. */
void hash_hkdf(void *out, size_t len, struct str secret, struct str salt, struct str info);

/* seal: ChaCha20-Poly1305 (RFC 8439) with a key that is used once, so the nonce is zero. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { SEAL_KEY = 32, SEAL_TAG = 16 };

/* Encrypts len bytes at data in place and writes the tag. extra is authenticated with them. */
void seal_close(const uint8_t key[static SEAL_KEY], struct str extra, void *data, size_t len, uint8_t tag[static SEAL_TAG]);
/* Checks the tag in constant time, then decrypts in place. False: the tag is wrong and data is wiped. */
bool seal_open(const uint8_t key[static SEAL_KEY], struct str extra, void *data, size_t len, const uint8_t tag[static SEAL_TAG]);

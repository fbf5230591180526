/* slot: the data key of a vault, wrapped for one key or one passphrase.
 *
 * A slot key is HKDF-SHA-256(the 32-byte key, or what scrypt made of the passphrase; a fresh
 * wrap salt; the label of the type). It is used once, so the nonce is zero. Vault id, slot id,
 * type and parameters are authenticated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct rng;

enum {
	SLOT_MAX = 8,
	SLOT_PASSPHRASES = 2,
	SLOT_SALT = 32,
	SLOT_SECRET = 32,  /* a key, or scrypt's output */
	SLOT_WRAPPED = 48, /* 32 bytes of data key and the tag */
	SLOT_BYTES = 128,  /* as stored */
};

enum slot_type {
	SLOT_KEY = 1,
	SLOT_PASSPHRASE = 2,
};

struct slot {
	uint32_t id;        /* unique in its vault, never used again */
	enum slot_type type;
	unsigned log_n;     /* scrypt N = 2^log_n; 0 for a key */
	int64_t created_at; /* seconds since 1970 */
	uint8_t kdf_salt[SLOT_SALT]; /* zeroes for a key */
	uint8_t wrap_salt[SLOT_SALT];
	uint8_t wrapped[SLOT_WRAPPED];
};

/* Reads SLOT_BYTES bytes. False with ERR_VAULT on a type or parameter that this version does not take. */
bool slot_read(struct str bytes, struct slot *out, struct err *e);
void slot_write(const struct slot *s, uint8_t out[static SLOT_BYTES]);

/* The 32 bytes that this slot asks of a passphrase: scrypt over its salt. */
bool slot_stretch(const struct slot *s, struct str passphrase, uint8_t out[static SLOT_SECRET], struct err *e);

/* Wraps data_key under a fresh wrap salt. id, type, log_n and kdf_salt are set already. */
void slot_wrap(struct slot *s, struct rng *rng, struct str vault_id, const uint8_t secret[static SLOT_SECRET],
	const uint8_t data_key[static SLOT_SECRET]);
/* False when this secret is not the slot's. */
bool slot_unwrap(const struct slot *s, struct str vault_id, const uint8_t secret[static SLOT_SECRET],
	uint8_t data_key[static SLOT_SECRET]);

/* "key" or "passphrase". */
const char *slot_type_name(enum slot_type type);

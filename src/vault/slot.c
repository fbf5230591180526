#include "vault/slot.h"

#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"
#include "crypto/seal.h"
#include "vault/pack.h"

enum {
	ID_BYTES = 16,                          /* of the vault's id */
	PLAIN_BYTES = SLOT_BYTES - SLOT_WRAPPED /* what stands before the wrapped key */
};

const char *slot_type_name(enum slot_type type)
{
	return type == SLOT_PASSPHRASE ? "passphrase" : "key";
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return any == 0;
}

static bool check(const struct slot *s, unsigned r, unsigned p, struct err *e)
{
	switch (s->type) {
	case SLOT_KEY:
		if (s->log_n || r || p || !is_zero(s->kdf_salt, SLOT_SALT))
			return err_set(e, ERR_VAULT, "slot %u: a key takes no parameters", s->id);
		return true;
	case SLOT_PASSPHRASE:
		if (s->log_n < KDF_LOG_N_MIN || s->log_n > KDF_LOG_N_MAX || r != KDF_R || p != KDF_P)
			return err_set(e, ERR_VAULT, "slot %u: scrypt N=2^%u r=%u p=%u is outside what is accepted, N=2^%d to 2^%d "
				"r=%d p=%d", s->id, s->log_n, r, p, KDF_LOG_N_MIN, KDF_LOG_N_MAX, KDF_R, KDF_P);
		return true;
	}
	return err_set(e, ERR_VAULT, "slot %u has the unknown type %u", s->id, (unsigned)s->type);
}

bool slot_read(struct str bytes, struct slot *out, struct err *e)
{
	unsigned r, p;

	if (bytes.len != SLOT_BYTES)
		return err_set(e, ERR_VAULT, "a slot has %zu bytes, not %d", bytes.len, SLOT_BYTES);
	out->id = (uint32_t)unpack_number(&bytes, 4);
	out->type = (enum slot_type)unpack_number(&bytes, 1);
	out->log_n = (unsigned)unpack_number(&bytes, 1);
	r = (unsigned)unpack_number(&bytes, 1);
	p = (unsigned)unpack_number(&bytes, 1);
	out->created_at = (int64_t)unpack_number(&bytes, 8);
	unpack_bytes(&bytes, out->kdf_salt, SLOT_SALT);
	unpack_bytes(&bytes, out->wrap_salt, SLOT_SALT);
	unpack_bytes(&bytes, out->wrapped, SLOT_WRAPPED);
	return check(out, r, p, e);
}

static void write_plain(const struct slot *s, uint8_t **at)
{
	bool stretched = s->type == SLOT_PASSPHRASE;

	pack_number(at, s->id, 4);
	pack_number(at, (uint64_t)s->type, 1);
	pack_number(at, s->log_n, 1);
	pack_number(at, stretched ? KDF_R : 0, 1);
	pack_number(at, stretched ? KDF_P : 0, 1);
	pack_number(at, (uint64_t)s->created_at, 8);
	pack_bytes(at, s->kdf_salt, SLOT_SALT);
	pack_bytes(at, s->wrap_salt, SLOT_SALT);
}

void slot_write(const struct slot *s, uint8_t out[static SLOT_BYTES])
{
	write_plain(s, &out);
	pack_bytes(&out, s->wrapped, SLOT_WRAPPED);
}

bool slot_stretch(const struct slot *s, struct str passphrase, uint8_t out[static SLOT_SECRET], struct err *e)
{
	return kdf_scrypt(out, SLOT_SECRET, passphrase, str_make(s->kdf_salt, SLOT_SALT), s->log_n, e);
}

/* The key of the wrap, and what is authenticated with it: vault id, slot id, type, parameters. */
static void prepare(const struct slot *s, struct str vault_id, const uint8_t *secret, uint8_t key[static SEAL_KEY],
	uint8_t extra[static ID_BYTES + PLAIN_BYTES])
{
	struct str label = s->type == SLOT_PASSPHRASE ? S("keyfob passphrase slot 1") : S("keyfob key slot 1");

	hash_hkdf(key, SEAL_KEY, str_make(secret, SLOT_SECRET), str_make(s->wrap_salt, SLOT_SALT), label);
	unpack_bytes(&vault_id, extra, ID_BYTES);
	extra += ID_BYTES;
	write_plain(s, &extra);
}

void slot_wrap(struct slot *s, struct rng *rng, struct str vault_id, const uint8_t secret[static SLOT_SECRET],
	const uint8_t data_key[static SLOT_SECRET])
{
	uint8_t key[SEAL_KEY], extra[ID_BYTES + PLAIN_BYTES];

	rng_fill(rng, s->wrap_salt, SLOT_SALT);
	prepare(s, vault_id, secret, key, extra);
	memcpy(s->wrapped, data_key, SLOT_SECRET);
	seal_close(key, str_make(extra, sizeof extra), s->wrapped, SLOT_SECRET, s->wrapped + SLOT_SECRET);
	secret_wipe(key, sizeof key);
}

bool slot_unwrap(const struct slot *s, struct str vault_id, const uint8_t secret[static SLOT_SECRET],
	uint8_t data_key[static SLOT_SECRET])
{
	uint8_t key[SEAL_KEY], extra[ID_BYTES + PLAIN_BYTES];
	bool ok;

	prepare(s, vault_id, secret, key, extra);
	memcpy(data_key, s->wrapped, SLOT_SECRET);
	ok = seal_open(key, str_make(extra, sizeof extra), data_key, SLOT_SECRET, s->wrapped + SLOT_SECRET);
	secret_wipe(key, sizeof key);
	return ok;
}

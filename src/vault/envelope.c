#include "vault/envelope.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "crypto/seal.h"
#include "vault/pack.h"

/* The last two bytes tell a transfer that converts line breaks, as PNG does. */
static const struct str magic = S_INIT("KEYFOB\r\n");

static bool damaged(enum envelope_fault *fault, struct err *e, const char *what)
{
	*fault = ENVELOPE_DAMAGED;
	return err_set(e, ERR_VAULT, "the vault is damaged (%s): restore a copy of it", what);
}

/* Before anything in the file is believed: that it is whole. */
static bool check_digest(struct str file, struct str *rest, enum envelope_fault *fault, struct err *e)
{
	uint8_t digest[HASH_SHA256];

	if (file.len > ENVELOPE_FILE_MAX)
		return damaged(fault, e, "larger than 4 MiB");
	if (file.len == 0)
		return damaged(fault, e, "the file is empty");
	if (!str_starts(file, magic))
		return damaged(fault, e, "it does not begin as a vault does");
	*rest = str_drop_last(file, sizeof digest);
	hash_sha256(digest, *rest);
	if (!str_same(str_from(file, rest->len), str_make(digest, sizeof digest)))
		return damaged(fault, e, "its checksum is wrong");
	return true;
}

static bool ids_are_sound(const struct envelope *v)
{
	for (size_t i = 0; i < v->slots; i++) {
		if (v->slot[i].id == 0 || v->slot[i].id >= v->next_slot)
			return false;
		for (size_t k = 0; k < i; k++)
			if (v->slot[k].id == v->slot[i].id)
				return false;
	}
	return true;
}

static bool read_slots(struct str *rest, struct envelope *out, enum envelope_fault *fault, struct err *e)
{
	size_t passphrases = 0;

	for (size_t i = 0; i < out->slots; i++) {
		if (!slot_read(str_first(*rest, SLOT_BYTES), &out->slot[i], e)) {
			*fault = ENVELOPE_DAMAGED;
			return err_where(e, "the vault is damaged");
		}
		passphrases += out->slot[i].type == SLOT_PASSPHRASE;
		*rest = str_from(*rest, SLOT_BYTES);
	}
	if (passphrases > SLOT_PASSPHRASES)
		return damaged(fault, e, "it has more than two passphrase slots");
	return ids_are_sound(out) || damaged(fault, e, "its slots are numbered wrongly");
}

static bool read_head(struct str file, struct envelope *out, enum envelope_fault *fault, struct err *e)
{
	struct str rest = str_from(file, magic.len);
	size_t body, version = (size_t)unpack_number(&rest, 2);
	uint64_t zero;

	if (version != ENVELOPE_VERSION) {
		*fault = ENVELOPE_NEWER;
		return err_set(e, ERR_VAULT, "the vault has format %zu and this keyfob knows only %d: use the version that wrote it",
			version, ENVELOPE_VERSION);
	}
	out->slots = (size_t)unpack_number(&rest, 2);
	body = (size_t)unpack_number(&rest, 4);
	unpack_bytes(&rest, out->id, ENVELOPE_ID);
	out->generation = unpack_number(&rest, 8);
	unpack_bytes(&rest, out->salt, ENVELOPE_SALT);
	out->next_slot = (uint32_t)unpack_number(&rest, 4);
	zero = unpack_number(&rest, 4);
	if (out->slots < 1 || out->slots > SLOT_MAX)
		return damaged(fault, e, "it has no slots, or too many");
	if (body < SEAL_TAG || zero || file.len != len_add(ENVELOPE_HEAD + out->slots * SLOT_BYTES, body))
		return damaged(fault, e, "its lengths do not fit");
	out->head = str_drop_last(file, body);
	out->body = str_from(file, out->head.len);
	return read_slots(&rest, out, fault, e);
}

bool envelope_read(struct str file, struct envelope *out, enum envelope_fault *fault, struct err *e)
{
	struct str rest;

	*out = (struct envelope){0};
	*fault = ENVELOPE_FINE;
	return check_digest(file, &rest, fault, e) && read_head(rest, out, fault, e);
}

static void body_key(uint8_t key[static SEAL_KEY], const uint8_t *data_key, const uint8_t *salt)
{
	hash_hkdf(key, SEAL_KEY, str_make(data_key, SLOT_SECRET), str_make(salt, ENVELOPE_SALT), S("keyfob body 1"));
}

bool envelope_open(const struct envelope *v, const uint8_t data_key[static SLOT_SECRET], struct buf *out)
{
	struct str sealed = str_drop_last(v->body, SEAL_TAG);
	struct str tag = str_from(v->body, sealed.len);
	size_t before = out->len;
	uint8_t key[SEAL_KEY];
	bool ok;

	buf_add(out, sealed);
	if (out->full || tag.len != SEAL_TAG)
		return false;
	body_key(key, data_key, v->salt);
	ok = seal_open(key, v->head, out->at + before, sealed.len, (const uint8_t *)tag.at);
	secret_wipe(key, sizeof key);
	if (!ok)
		buf_cut(out, before);
	return ok;
}

static void add_head(const struct envelope *v, size_t body, uint8_t *at)
{
	pack_bytes(&at, magic.at, magic.len);
	pack_number(&at, ENVELOPE_VERSION, 2);
	pack_number(&at, v->slots, 2);
	pack_number(&at, body, 4);
	pack_bytes(&at, v->id, ENVELOPE_ID);
	pack_number(&at, v->generation, 8);
	pack_bytes(&at, v->salt, ENVELOPE_SALT);
	pack_number(&at, v->next_slot, 4);
	pack_number(&at, 0, 4);
	for (size_t i = 0; i < v->slots; i++, at += SLOT_BYTES)
		slot_write(&v->slot[i], at);
}

/* at has room for all of it. */
static void fill(const struct envelope *v, const uint8_t *data_key, struct str body, size_t head, uint8_t *at)
{
	uint8_t key[SEAL_KEY];
	uint8_t *sealed = at + head, *tag = sealed + body.len, *digest = tag + SEAL_TAG;

	add_head(v, len_add(body.len, SEAL_TAG), at);
	if (body.len)
		memcpy(sealed, body.at, body.len);
	body_key(key, data_key, v->salt);
	seal_close(key, str_make(at, head), sealed, body.len, tag);
	secret_wipe(key, sizeof key);
	hash_sha256(digest, str_between((const char *)at, (const char *)digest));
}

bool envelope_write(struct envelope *v, struct rng *rng, const uint8_t data_key[static SLOT_SECRET], struct str body,
	struct buf *out, struct err *e)
{
	size_t head = len_add(ENVELOPE_HEAD, len_mul(v->slots, SLOT_BYTES));
	size_t whole = len_add(len_add(head, body.len), SEAL_TAG + HASH_SHA256);
	size_t room;
	char *at;

	if (whole > ENVELOPE_FILE_MAX || !buf_space(out, whole, &at, &room))
		return err_set(e, ERR_LIMIT, "the vault would be larger than 4 MiB: log out of what is not needed");
	rng_fill(rng, v->salt, ENVELOPE_SALT);
	fill(v, data_key, body, head, (uint8_t *)at);
	buf_grew(out, whole);
	return true;
}

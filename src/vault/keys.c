#include "vault/keys.h"

#include <string.h>

#include "base/err.h"
#include "base/secret.h"

static struct str id_of(const struct envelope *v)
{
	return str_make(v->id, ENVELOPE_ID);
}

const uint8_t *keys_of(const struct keys *k, const struct slot *s)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->opened[i].slot == s->id && memcmp(k->opened[i].kdf_salt, s->kdf_salt, SLOT_SALT) == 0)
			return k->opened[i].secret;
	return NULL;
}

void keys_hold(struct keys *k, const struct slot *s, const uint8_t secret[static SLOT_SECRET])
{
	size_t i = 0;

	while (i < k->count && k->opened[i].slot != s->id)
		i++;
	if (i == SLOT_MAX)
		return;
	if (i == k->count)
		k->count++;
	k->opened[i].slot = s->id;
	memcpy(k->opened[i].kdf_salt, s->kdf_salt, SLOT_SALT);
	memcpy(k->opened[i].secret, secret, SLOT_SECRET);
}

static bool has_slot(const struct envelope *v, uint32_t id)
{
	for (size_t i = 0; i < v->slots; i++)
		if (v->slot[i].id == id)
			return true;
	return false;
}

void keys_prune(struct keys *k, const struct envelope *v)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->count; i++)
		if (has_slot(v, k->opened[i].slot))
			k->opened[kept++] = k->opened[i];
	secret_wipe(&k->opened[kept], (SLOT_MAX - kept) * sizeof *k->opened);
	k->count = kept;
	if (!has_slot(v, k->by))
		k->by = kept ? k->opened[0].slot : 0;
}

bool keys_again(struct keys *k, const struct envelope *v)
{
	for (size_t i = 0; i < v->slots; i++) {
		const uint8_t *secret = keys_of(k, &v->slot[i]);

		if (!secret || !slot_unwrap(&v->slot[i], id_of(v), secret, k->data_key))
			continue;
		k->known = true;
		if (!has_slot(v, k->by))
			k->by = v->slot[i].id;
		return true;
	}
	return false;
}

bool keys_stretch(const struct slot *s, const struct keysearch_secret *secret, uint8_t out[static SLOT_SECRET],
	struct err *e)
{
	if (s->type == SLOT_PASSPHRASE)
		return slot_stretch(s, str_make(secret->bytes, secret->len), out, e);
	memcpy(out, secret->bytes, SLOT_SECRET);
	return true;
}

static bool unlock_one(struct keys *k, const struct envelope *v, const struct slot *s, const struct keysearch_secret *secret,
	bool *opens, struct err *e)
{
	uint8_t bytes[SLOT_SECRET], data_key[SLOT_SECRET];

	*opens = false;
	if (!keys_stretch(s, secret, bytes, e))
		return false;
	*opens = slot_unwrap(s, id_of(v), bytes, data_key);
	if (*opens) {
		keys_hold(k, s, bytes);
		memcpy(k->data_key, data_key, SLOT_SECRET);
		k->known = true;
	}
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(data_key, sizeof data_key);
	return true;
}

bool keys_unlock(struct keys *k, const struct envelope *v, const struct keysearch_secret *secret, uint32_t *slot,
	struct err *e)
{
	enum slot_type type = secret->kind == KEYSEARCH_IS_KEY ? SLOT_KEY : SLOT_PASSPHRASE;
	bool opens = false;

	*slot = 0;
	for (size_t i = 0; i < v->slots && !opens; i++) {
		if (v->slot[i].type != type)
			continue;
		if (!unlock_one(k, v, &v->slot[i], secret, &opens, e))
			return false;
		if (opens)
			*slot = v->slot[i].id;
	}
	return true;
}

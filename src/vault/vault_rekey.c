#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/rng.h"
#include "sys/clock.h"
#include "sys/world.h"
#include "vault/vault_inside.h"

static bool refuse(struct vault *v, struct err *e, const char *why)
{
	err_set(e, ERR_VAULT, "%s", why);
	return vault_fail(v, VAULT_UNWRITABLE, e);
}

static bool has_keys(struct vault *v, struct err *e)
{
	return !v->memory || refuse(v, e, "a vault in memory has no keys");
}

/* Takes the lock on a vault that must be there already. */
static bool begin_existing(struct vault *v, struct vault_session *s, struct err *e)
{
	if (!has_keys(v, e) || !vault_begin(v, s, e))
		return false;
	if (v->exists)
		return true;
	vault_end(v, s);
	err_set(e, ERR_VAULT, "there is no vault at %.*s yet: the first login makes it", STR(str_first(v->path, 200)));
	return vault_fail(v, VAULT_UNREADABLE, e);
}

static size_t count_passphrases(const struct envelope *header)
{
	size_t n = 0;

	for (size_t i = 0; i < header->slots; i++)
		n += header->slot[i].type == SLOT_PASSPHRASE;
	return n;
}

/* A key that already opens a slot; passphrases are not compared, since each try takes its time. */
static bool has_key(const struct envelope *header, const struct keysearch_secret *secret)
{
	uint8_t data_key[SLOT_SECRET];
	bool found = false;

	for (size_t i = 0; secret->kind == KEYSEARCH_IS_KEY && i < header->slots; i++)
		found = found || (header->slot[i].type == SLOT_KEY && slot_unwrap(&header->slot[i],
			str_make(header->id, ENVELOPE_ID), (const uint8_t *)secret->bytes, data_key));
	secret_wipe(data_key, sizeof data_key);
	return found;
}

static bool may_add(struct vault *v, const struct keysearch_secret *secret, struct err *e)
{
	if (v->envelope.slots == SLOT_MAX)
		return refuse(v, e, "the vault has 8 slots already: remove one first (keyfob vault remove-key)");
	if (secret->kind == KEYSEARCH_IS_PASSPHRASE && count_passphrases(&v->envelope) == SLOT_PASSPHRASES)
		return refuse(v, e, "the vault has two passphrases already: remove one first (keyfob vault remove-key)");
	if (secret->kind == KEYSEARCH_NONE)
		return refuse(v, e, "no key or passphrase was given to add");
	return !has_key(&v->envelope, secret) || refuse(v, e, "that key opens the vault already");
}

static bool add_slot(struct vault *v, const struct keysearch_secret *secret, uint32_t *slot, struct err *e)
{
	struct envelope next = v->envelope;
	struct slot *s = &next.slot[next.slots++];
	uint8_t bytes[SLOT_SECRET];
	bool ok;

	*s = (struct slot){.id = next.next_slot++, .type = SLOT_KEY, .created_at = clock_now(v->world->clock)};
	if (secret->kind == KEYSEARCH_IS_PASSPHRASE) {
		s->type = SLOT_PASSPHRASE;
		s->log_n = v->log_n;
		rng_fill(v->world->rng, s->kdf_salt, SLOT_SALT);
	}
	if (!keys_stretch(s, secret, bytes, e))
		return vault_fail(v, VAULT_UNWRITABLE, e);
	slot_wrap(s, v->world->rng, str_make(next.id, ENVELOPE_ID), bytes, v->keys->data_key);
	ok = vault_commit(v, &next, v->keys->data_key, v->profiles, v->count, e);
	if (ok)
		keys_hold(v->keys, s, bytes);
	secret_wipe(bytes, sizeof bytes);
	if (ok && slot)
		*slot = s->id;
	return ok;
}

bool vault_add_key(struct vault *v, const struct keysearch_secret *secret, uint32_t *slot, struct err *e)
{
	struct vault_session s;
	bool ok;

	if (!begin_existing(v, &s, e))
		return false;
	ok = may_add(v, secret, e) && add_slot(v, secret, slot, e);
	vault_end(v, &s);
	return ok;
}

bool vault_unlock_also(struct vault *v, const struct keysearch_secret *secret, uint32_t *slot, struct err *e)
{
	uint32_t opened = 0;

	if (!has_keys(v, e))
		return false;
	if (!v->exists)
		return refuse(v, e, "there is no vault to open");
	if (!keys_unlock(v->keys, &v->envelope, secret, &opened, e))
		return vault_fail(v, VAULT_UNREADABLE, e);
	if (slot)
		*slot = opened;
	if (opened)
		return true;
	err_set(e, ERR_VAULT, "no slot of the vault opens with %.140s", secret->from);
	return vault_fail(v, VAULT_WRONG_KEY, e);
}

static bool drop_slot(struct vault *v, struct envelope *next, uint32_t id, struct err *e)
{
	for (size_t i = 0; i < next->slots; i++) {
		if (next->slot[i].id != id)
			continue;
		memmove(&next->slot[i], &next->slot[i + 1], (next->slots - i - 1) * sizeof *next->slot);
		next->slots--;
		return true;
	}
	err_set(e, ERR_VAULT, "the vault has no slot %u: keyfob vault info lists them", (unsigned)id);
	return vault_fail(v, VAULT_UNWRITABLE, e);
}

/* The secret that is held for the slot does open it: a vault that was made anew numbers its slots as the old one did. */
static bool is_open(const struct vault *v, const struct slot *s)
{
	const uint8_t *secret = keys_of(v->keys, s);
	uint8_t data_key[SLOT_SECRET];
	bool opens = secret && slot_unwrap(s, str_make(v->envelope.id, ENVELOPE_ID), secret, data_key);

	secret_wipe(data_key, sizeof data_key);
	return opens;
}

/* Names every slot that the new data key could not be wrapped for. */
static bool all_are_open(struct vault *v, const struct envelope *next, struct err *e)
{
	char memory[256];
	struct buf closed = buf_over(memory, sizeof memory);

	for (size_t i = 0; i < next->slots; i++)
		if (!is_open(v, &next->slot[i]))
			buf_print(&closed, "%s%u (%s)", closed.len ? ", " : "", (unsigned)next->slot[i].id,
				slot_type_name(next->slot[i].type));
	if (!closed.len)
		return true;
	err_set(e, ERR_VAULT, "these slots stay and must be opened too: %.*s: give --also-key-file or --also-passphrase-file, "
		"or leave them out with rekey --drop", STR(buf_str(&closed)));
	return vault_fail(v, VAULT_KEY_MISSING, e);
}

static bool wrap_anew(struct vault *v, struct envelope *next, struct err *e)
{
	uint8_t data_key[SLOT_SECRET];
	bool ok;

	rng_fill(v->world->rng, data_key, sizeof data_key);
	for (size_t i = 0; i < next->slots; i++)
		slot_wrap(&next->slot[i], v->world->rng, str_make(next->id, ENVELOPE_ID), keys_of(v->keys, &next->slot[i]), data_key);
	ok = vault_commit(v, next, data_key, v->profiles, v->count, e);
	if (ok) {
		memcpy(v->keys->data_key, data_key, sizeof data_key);
		keys_prune(v->keys, next);
	}
	secret_wipe(data_key, sizeof data_key);
	return ok;
}

bool vault_rekey(struct vault *v, const uint32_t *drop, size_t drops, struct err *e)
{
	struct vault_session s;
	struct envelope next;
	bool ok = true;

	if (!begin_existing(v, &s, e))
		return false;
	next = v->envelope;
	for (size_t i = 0; i < drops && ok; i++)
		ok = drop_slot(v, &next, drop[i], e);
	if (ok && !next.slots)
		ok = refuse(v, e, "the last slot cannot be removed: nothing would open the vault any more");
	ok = ok && all_are_open(v, &next, e) && wrap_anew(v, &next, e);
	vault_end(v, &s);
	return ok;
}

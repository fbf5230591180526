#include "vault/vault.h"

#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "sys/world.h"
#include "vault/memory.h"
#include "vault/vault_inside.h"

enum { OWN_ROOM = 16 * 1024, WAIT_MS = 10 * 1000 };

bool vault_fail(struct vault *v, enum vault_trouble trouble, struct err *e)
{
	v->trouble = trouble;
	if (e && e->kind != ERR_STOPPED)
		e->kind = ERR_VAULT;
	return false;
}

/* XDG_CONFIG_HOME counts only when it is absolute (XDG Base Directory Specification). */
bool vault_home(struct world *w, struct arena *a, struct str *home, struct err *e)
{
	struct str named = w->options.home.len ? w->options.home : world_env(w, "KEYFOB_HOME");
	struct str config = world_env(w, "XDG_CONFIG_HOME");
	struct str user = world_env(w, "HOME");

	if (named.len)
		*home = arena_str(a, named);
	else if (str_starts(config, S("/")))
		*home = arena_print(a, "%.*s/keyfob", STR(config));
	else if (user.len)
		*home = arena_print(a, "%.*s/.config/keyfob", STR(user));
	else
		return err_set(e, ERR_VAULT, "there is no folder for the vault: set KEYFOB_HOME, or HOME, or give --home; "
			"--persist memory keeps nothing on disk");
	return home->at || err_set(e, ERR_VAULT, "the path of the vault's folder is too long");
}

static bool find_paths(struct vault *v, struct err *e)
{
	struct arena *a = &v->own;
	struct str file;

	if (!vault_home(v->world, a, &v->home, e))
		return vault_fail(v, VAULT_NO_HOME, e);
	while (v->home.len > 1 && str_ends(v->home, S("/")))
		v->home = str_drop_last(v->home, 1);
	v->home = arena_str(a, v->home);
	file = arena_print(a, "%.*s/profiles.keyfob", STR(v->home));
	v->beside = arena_print(a, "%.*s/key", STR(v->home));
	if (!v->home.at || !file.at || !v->beside.at)
		return err_set(e, ERR_VAULT, "the path of the vault is too long") || vault_fail(v, VAULT_NO_HOME, e);
	return file_resolve(file.at, a, &v->path, e) || vault_fail(v, VAULT_UNREADABLE, e);
}

bool vault_open(struct vault *v, struct world *w, struct err *e)
{
	struct arena old;

	*v = (struct vault){.world = w, .wait_ms = WAIT_MS, .log_n = KDF_LOG_N, .lock = {.fd = -1}};
	if (!arena_new_secret(&v->own, OWN_ROOM) || !(v->keys = arena_one(&v->own, struct keys))) {
		err_set(e, ERR_SYSTEM, "there is no memory for the vault");
		return vault_fail(v, VAULT_UNREADABLE, e);
	}
	if (w->options.persist_memory)
		return memory_join(v, e) && memory_look(v, &old, e);
	return find_paths(v, e) && vault_load(v, true, &old, e);
}

void vault_close(struct vault *v)
{
	if (v->own.block)
		lock_close(&v->lock);
	if (v->memory)
		memory_leave(v);
	arena_free(&v->body);
	arena_free(&v->own);
	secret_wipe(v, sizeof *v);
}

/* The file is as it was when it was read, and what was read is at hand. */
static bool is_same(const struct vault *v)
{
	bool rested = v->exists && !v->root;

	return !v->memory && !rested && file_stamp_same(v->stamp, file_stamp(v->path.at));
}

bool vault_refresh(struct vault *v, bool *changed, struct err *e)
{
	struct arena old;
	const struct json *root = v->root;

	if (changed)
		*changed = false;
	if (is_same(v))
		return true;
	if (!(v->memory ? memory_look(v, &old, e) : vault_load(v, false, &old, e)))
		return false;
	if (changed)
		*changed = root != v->root;
	arena_free(&old);
	return true;
}

void vault_rest(struct vault *v)
{
	arena_free(&v->body);
	v->root = NULL;
	v->profiles = NULL;
	v->count = 0;
}

const struct profile *vault_find(const struct vault *v, struct str identity)
{
	for (size_t i = 0; i < v->count; i++)
		if (str_same(v->profiles[i].identity, identity))
			return &v->profiles[i];
	return NULL;
}

const struct profile *vault_find_id(const struct vault *v, struct str id)
{
	for (size_t i = 0; i < v->count; i++)
		if (str_same(v->profiles[i].id, id))
			return &v->profiles[i];
	return NULL;
}

/* Byte 0 is the file's. Two grants that meet on one byte only wait for each other without need. */
static uint32_t byte_of(struct str id)
{
	uint8_t digest[HASH_SHA256];

	hash_sha256(digest, id);
	return 1 + ((uint32_t)(digest[0] & 0x3f) << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3]);
}

bool vault_grant_try(struct vault *v, struct str id, bool *got, struct err *e)
{
	*got = false;
	if (v->memory) {
		memory_grant_try(v, byte_of(id), got);
		return true;
	}
	if (!vault_open_lock(v, e))
		return false;
	return lock_try(&v->lock, byte_of(id), got, e) || vault_fail(v, VAULT_UNWRITABLE, e);
}

void vault_grant_release(struct vault *v, struct str id)
{
	if (v->memory)
		memory_grant_release(v, byte_of(id));
	else
		lock_release(&v->lock, byte_of(id));
}

void vault_info(const struct vault *v, struct vault_info *info)
{
	*info = (struct vault_info){.path = v->path, .exists = v->exists, .open = v->root != NULL};
	info->profiles = v->count;
	info->bytes = v->path.at && !v->memory ? (size_t)file_stamp(v->path.at).size : 0;
	info->locked = arena_is_locked(&v->own) && (!v->body.block || arena_is_locked(&v->body));
	info->generation = v->envelope.generation;
	memcpy(info->id, v->envelope.id, ENVELOPE_ID);
	info->slots = v->envelope.slots;
	memcpy(info->slot, v->envelope.slot, sizeof info->slot);
	if (info->open) {
		info->opened_by = str_of(v->keys->found.from);
		info->opened_slot = v->keys->by;
	}
}

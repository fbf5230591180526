#include <string.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "crypto/rng.h"
#include "sys/clock.h"
#include "sys/world.h"
#include "vault/memory.h"
#include "vault/vault_inside.h"

enum {
	FILE_BYTE = 0, /* of the lock file */
	SPARE = 64 * 1024, /* by which one change may make the file longer */
	BODY_ROOM_MAX = 256 * 1024 * 1024,
};

/* --- The lock, and reading again under it --------------------------------------------- */

static bool make_folders(struct vault *v, struct err *e)
{
	struct arena scratch = v->own;
	struct str folder = file_folder(v->path, &scratch);

	if (!folder.at)
		return err_set(e, ERR_SYSTEM, "the path of the vault is too long");
	return file_make_folder(v->home.at, e) && file_make_folder(folder.at, e);
}

bool vault_open_lock(struct vault *v, struct err *e)
{
	struct arena scratch = v->own;
	struct str path;

	if (v->lock.fd >= 0)
		return true;
	if (!make_folders(v, e))
		return vault_fail(v, VAULT_UNWRITABLE, e);
	path = arena_print(&scratch, "%.*s.lock", STR(v->path));
	return lock_open(&v->lock, path, e) || vault_fail(v, VAULT_UNWRITABLE, e);
}

static bool take_lock(struct vault *v, struct err *e)
{
	bool got;

	if (!vault_open_lock(v, e))
		return false;
	if (!lock_wait(&v->lock, FILE_BYTE, v->wait_ms, &got, e))
		return vault_fail(v, VAULT_UNWRITABLE, e);
	if (got)
		return true;
	err_set(e, ERR_VAULT, "another keyfob holds the lock of the vault %.*s: try again", STR(str_first(v->path, 200)));
	return vault_fail(v, VAULT_BUSY, e);
}

static bool begin_in_memory(struct vault *v, struct vault_session *s, struct err *e)
{
	memory_begin(v);
	if (memory_load(v, &s->old, e))
		return true;
	memory_end(v);
	return false;
}

bool vault_begin(struct vault *v, struct vault_session *s, struct err *e)
{
	*s = (struct vault_session){0};
	if (v->memory)
		return begin_in_memory(v, s, e);
	if (!take_lock(v, e))
		return false;
	if (vault_load(v, false, &s->old, e))
		return true;
	lock_release(&v->lock, FILE_BYTE);
	return false;
}

void vault_end(struct vault *v, struct vault_session *s)
{
	arena_free(&s->old);
	if (v->memory)
		memory_end(v);
	else
		lock_release(&v->lock, FILE_BYTE);
}

/* --- A vault that is not there yet ---------------------------------------------------- */

/* The new key protects copies of the vault alone; who can read the folder can read the key. */
static bool make_key(struct vault *v, struct err *e)
{
	uint8_t key[KEYSEARCH_KEY];
	char memory[64];
	struct buf text = buf_over(memory, sizeof memory);
	bool ok, made;

	rng_fill(v->world->rng, key, sizeof key);
	b64_encode(&text, str_make(key, sizeof key));
	buf_add_char(&text, '\n');
	file_sweep(v->beside.at);
	ok = file_make(v->beside.at, buf_str(&text), &made, e);
	secret_wipe(key, sizeof key);
	secret_wipe(memory, sizeof memory);
	return ok || vault_fail(v, VAULT_UNWRITABLE, e);
}

/* Another process may have made one, or been killed right after. */
static bool find_or_make_key(struct vault *v, struct err *e)
{
	struct keysearch beside = {.world = v->world, .beside = v->beside};
	struct keysearch_secret *found = &v->keys->found;

	if (found->kind != KEYSEARCH_NONE)
		return true;
	if (!keysearch_beside(&beside, found, e))
		return vault_fail(v, VAULT_KEY_BAD, e);
	if (found->kind != KEYSEARCH_NONE)
		return true;
	return make_key(v, e) && (keysearch_beside(&beside, found, e) || vault_fail(v, VAULT_KEY_BAD, e));
}

static bool make_first_slot(struct vault *v, struct slot *s, struct err *e)
{
	struct keys *k = v->keys;
	uint8_t secret[SLOT_SECRET];

	*s = (struct slot){.id = 1, .type = SLOT_KEY, .created_at = clock_now(v->world->clock)};
	if (k->found.kind == KEYSEARCH_IS_PASSPHRASE) {
		s->type = SLOT_PASSPHRASE;
		s->log_n = v->log_n;
		rng_fill(v->world->rng, s->kdf_salt, SLOT_SALT);
	}
	if (!keys_stretch(s, &k->found, secret, e))
		return vault_fail(v, VAULT_UNWRITABLE, e);
	slot_wrap(s, v->world->rng, str_make(v->envelope.id, ENVELOPE_ID), secret, k->data_key);
	k->count = 0;
	keys_hold(k, s, secret);
	k->by = s->id;
	secret_wipe(secret, sizeof secret);
	return true;
}

bool vault_begin_new(struct vault *v, struct err *e)
{
	struct envelope *header = &v->envelope;

	if (!find_or_make_key(v, e))
		return false;
	*header = (struct envelope){.slots = 1, .next_slot = 2};
	rng_fill(v->world->rng, header->id, ENVELOPE_ID);
	rng_fill(v->world->rng, v->keys->data_key, SLOT_SECRET);
	v->keys->known = true;
	return make_first_slot(v, &header->slot[0], e);
}

/* --- Writing --------------------------------------------------------------------------- */

/* Writes the body and reads it again, so that nothing reaches the disk that could not be read back. */
static bool build_in(struct vault *v, const struct profile *profiles, size_t count, size_t size, struct arena *a,
	struct buf *text, struct contents *body, struct err *e)
{
	if (!arena_new_secret(a, size))
		return err_set(e, ERR_SYSTEM, "there is no memory for the vault");
	*text = buf_over(arena_take(a, size / 3), size / 3);
	*body = (struct contents){v->root, profiles, count};
	return contents_write(text, body, *a, e) && contents_read(buf_str(text), a, body, e);
}

static bool build(struct vault *v, const struct profile *profiles, size_t count, struct arena *a, struct buf *text,
	struct contents *body, struct err *e)
{
	size_t size = len_add(16384, len_mul((size_t)v->stamp.size, 4));
	struct err why = {0};

	while (!build_in(v, profiles, count, size, a, text, body, &why)) {
		arena_free(a);
		if (why.kind != ERR_LIMIT || size > BODY_ROOM_MAX) {
			if (e)
				*e = why;
			return vault_fail(v, VAULT_UNWRITABLE, e);
		}
		size = len_mul(size, 2);
	}
	return true;
}

static bool write_file(struct vault *v, struct envelope *header, const uint8_t *data_key, struct str body, struct err *e)
{
	struct arena a;
	struct buf bytes;
	bool ok;

	if (!arena_new(&a, len_mul(ENVELOPE_FILE_MAX, 2))) {
		err_set(e, ERR_SYSTEM, "there is no memory to write the vault");
		return vault_fail(v, VAULT_UNWRITABLE, e);
	}
	bytes = buf_in(&a, 0);
	file_sweep(v->path.at);
	file_sweep(v->beside.at);
	ok = envelope_write(header, v->world->rng, data_key, body, &bytes, e) && file_replace(v->path.at, buf_str(&bytes), e);
	arena_free(&a);
	return ok || vault_fail(v, VAULT_UNWRITABLE, e);
}

bool vault_commit(struct vault *v, const struct envelope *header, const uint8_t *data_key, const struct profile *profiles,
	size_t count, struct err *e)
{
	struct envelope next = *header;
	struct arena a;
	struct buf text;
	struct contents body;

	next.generation++;
	if (!build(v, profiles, count, &a, &text, &body, e))
		return false;
	if (!(v->memory ? memory_store(v, buf_str(&text), next.generation, e)
			: write_file(v, &next, data_key, buf_str(&text), e))) {
		arena_free(&a);
		return false;
	}
	arena_free(&v->body);
	v->body = a;
	v->root = body.root;
	v->profiles = body.profiles;
	v->count = body.count;
	v->exists = true;
	v->envelope = next;
	v->stamp = v->memory ? (struct file_stamp){.size = (int64_t)text.len} : file_stamp(v->path.at);
	memcpy(v->seen_id, next.id, ENVELOPE_ID);
	v->seen = next.generation;
	return true;
}

bool vault_can_begin(struct vault *v, struct err *e)
{
	return v->memory || vault_open_lock(v, e);
}

bool vault_can_write(struct vault *v, struct err *e)
{
	size_t size;

	if (v->memory)
		return true;
	if (v->exists && !v->root) {
		err_set(e, ERR_VAULT, "the vault %.*s is not open", STR(str_first(v->path, 200)));
		return vault_fail(v, VAULT_KEY_MISSING, e);
	}
	if (!vault_open_lock(v, e))
		return false;
	size = len_add((size_t)file_stamp(v->path.at).size, SPARE);
	return file_can_replace(v->path.at, size, e) || vault_fail(v, VAULT_UNWRITABLE, e);
}

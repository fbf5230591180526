#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "sys/world.h"
#include "vault/vault_inside.h"

enum { BODY_ROOM_MAX = 256 * 1024 * 1024 };

static bool has_passphrase(const struct envelope *v)
{
	for (size_t i = 0; i < v->slots; i++)
		if (v->slot[i].type == SLOT_PASSPHRASE)
			return true;
	return false;
}

static bool search_key(struct vault *v, const struct envelope *header, struct err *e)
{
	struct keysearch k = {.world = v->world, .beside = v->beside, .may_ask = header && has_passphrase(header)};

	return keysearch(&k, &v->keys->found, e) || vault_fail(v, VAULT_KEY_BAD, e);
}

static bool key_missing(struct vault *v, struct err *e)
{
	err_set(e, ERR_VAULT, "the vault %.*s needs its key and none was found: use --key-file, KEYFOB_KEY_FILE, KEYFOB_KEY or "
		"KEYFOB_PASSPHRASE", STR(str_first(v->path, 200)));
	return vault_fail(v, VAULT_KEY_MISSING, e);
}

static bool wrong_key(struct vault *v, const struct keysearch_secret *found, struct err *e)
{
	keysearch_forget(v->world); /* so that somebody may type another one */
	err_set(e, ERR_VAULT, "the vault %.*s does not open with %.140s: give the %s that it was made with",
		STR(str_first(v->path, 180)), found->from,
		found->kind == KEYSEARCH_IS_KEY ? "key" : "passphrase");
	return vault_fail(v, VAULT_WRONG_KEY, e);
}

/* The data key: with what is held, else with what the search brings. */
static bool unlock(struct vault *v, const struct envelope *header, bool search, struct err *e)
{
	struct keys *k = v->keys;
	uint32_t slot = 0;

	if (keys_again(k, header))
		return true;
	if (k->found.kind == KEYSEARCH_NONE && search && !search_key(v, header, e))
		return false;
	if (k->found.kind == KEYSEARCH_NONE) {
		struct keysearch beside = {.world = v->world, .beside = v->beside};

		if (!keysearch_beside(&beside, &k->found, e))
			return vault_fail(v, VAULT_KEY_BAD, e);
	}
	if (k->found.kind == KEYSEARCH_NONE)
		return key_missing(v, e);
	if (!keys_unlock(k, header, &k->found, &slot, e))
		return vault_fail(v, VAULT_UNREADABLE, e);
	if (!slot)
		return wrong_key(v, &k->found, e);
	k->by = slot;
	return true;
}

/* Reads the body into memory of this size; ERR_LIMIT asks for more. */
static bool open_body_in(struct vault *v, const struct envelope *header, size_t size, struct arena *a, struct contents *body,
	enum vault_trouble *trouble, struct err *e)
{
	struct buf text;

	*trouble = VAULT_UNREADABLE;
	if (!arena_new_secret(a, size))
		return err_set(e, ERR_SYSTEM, "there is no memory for the vault");
	text = buf_in(a, 0);
	if (!envelope_open(header, v->keys->data_key, &text)) {
		*trouble = VAULT_TAMPERED;
		return err_set(e, ERR_VAULT, "the vault %.*s was tampered with: its key fits but its content is not what keyfob wrote; "
			"restore a copy, and ask who could write there", STR(str_first(v->path, 200)));
	}
	if (!contents_read(buf_str(&text), a, body, e)) {
		*trouble = VAULT_NEWER;
		return err_where(e, "the vault's content is not understood");
	}
	return true;
}

static bool open_body(struct vault *v, const struct envelope *header, struct arena *a, struct contents *body, struct err *e)
{
	size_t size = len_add(8192, len_mul(header->body.len, 3));
	enum vault_trouble trouble;
	struct err why = {0};

	while (!open_body_in(v, header, size, a, body, &trouble, &why)) {
		arena_free(a);
		if (why.kind != ERR_LIMIT || size > BODY_ROOM_MAX) {
			if (e)
				*e = why;
			return vault_fail(v, trouble, e);
		}
		size = len_mul(size, 2);
	}
	return true;
}

static bool is_older(const struct vault *v, const struct envelope *header)
{
	return memcmp(v->seen_id, header->id, ENVELOPE_ID) == 0 && header->generation < v->seen;
}

/* Each write draws its salt, so the same salt is the same write. */
static bool is_same_write(const struct vault *v, const struct envelope *header)
{
	return v->root && v->envelope.generation == header->generation && memcmp(v->envelope.id, header->id, ENVELOPE_ID) == 0 &&
		memcmp(v->envelope.salt, header->salt, ENVELOPE_SALT) == 0;
}

/* The header without what it borrows from the file's bytes. */
static void keep_header(struct vault *v, const struct envelope *header)
{
	v->exists = true;
	v->envelope = *header;
	v->envelope.head = v->envelope.body = (struct str){0};
}

static bool open_envelope(struct vault *v, const struct envelope *header, bool search, struct arena *old, struct err *e)
{
	struct arena a;
	struct contents body;

	if (is_same_write(v, header))
		return true;
	if (!v->root)
		keep_header(v, header);
	if (!unlock(v, header, search, e) || !open_body(v, header, &a, &body, e))
		return false;
	if (is_older(v, header)) {
		arena_free(&a);
		err_set(e, ERR_VAULT, "the vault %.*s was put back to an older state while in use (write %llu after %llu): if that was "
			"meant, start again", STR(str_first(v->path, 200)), (unsigned long long)header->generation,
			(unsigned long long)v->seen);
		return vault_fail(v, VAULT_OLDER, e);
	}
	keep_header(v, header);
	memcpy(v->seen_id, header->id, ENVELOPE_ID);
	v->seen = header->generation;
	*old = v->body;
	v->body = a;
	v->root = body.root;
	v->profiles = body.profiles;
	v->count = body.count;
	keys_prune(v->keys, header);
	return true;
}

/* There is no file (any more). */
static bool open_nothing(struct vault *v, bool search, struct arena *old, struct err *e)
{
	if (search && v->keys->found.kind == KEYSEARCH_NONE && !search_key(v, NULL, e))
		return false;
	*old = v->body;
	v->body = (struct arena){0};
	v->exists = false;
	v->envelope = (struct envelope){0};
	v->root = NULL;
	v->profiles = NULL;
	v->count = 0;
	return true;
}

static bool read_bytes(struct vault *v, struct buf *bytes, bool *exists, struct err *e)
{
	struct err why = {0};

	if (file_read(v->path.at, FILE_TRUSTED, bytes, exists, &why))
		return true;
	if (e)
		*e = why;
	return vault_fail(v, why.kind == ERR_LIMIT ? VAULT_DAMAGED : VAULT_UNREADABLE, e);
}

static bool load(struct vault *v, struct arena *file, bool search, struct arena *old, struct err *e)
{
	struct file_stamp stamp = file_stamp(v->path.at);
	struct buf bytes = buf_in(file, ENVELOPE_FILE_MAX);
	enum envelope_fault fault;
	struct envelope header;
	bool exists;

	if (!read_bytes(v, &bytes, &exists, e))
		return false;
	if (!exists && !open_nothing(v, search, old, e))
		return false;
	if (exists && !envelope_read(buf_str(&bytes), &header, &fault, e)) {
		err_where(e, "%.*s", STR(str_first(v->path, 200)));
		return vault_fail(v, fault == ENVELOPE_NEWER ? VAULT_NEWER : VAULT_DAMAGED, e);
	}
	if (exists && !open_envelope(v, &header, search, old, e))
		return false;
	v->stamp = stamp;
	return true;
}

bool vault_load(struct vault *v, bool search, struct arena *old, struct err *e)
{
	struct arena file;
	bool ok;

	*old = (struct arena){0};
	if (!arena_new(&file, len_mul(ENVELOPE_FILE_MAX, 2))) {
		err_set(e, ERR_SYSTEM, "there is no memory to read the vault");
		return vault_fail(v, VAULT_UNREADABLE, e);
	}
	ok = load(v, &file, search, old, e);
	arena_free(&file);
	return ok;
}

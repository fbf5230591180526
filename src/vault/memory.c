#include "vault/memory.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "sys/world.h"
#include "vault/vault_inside.h"

enum { ROOM_MAX = 256 * 1024 * 1024 };

struct vault_memory {
	pthread_mutex_t mutex;
	struct arena arena;  /* of the body */
	struct str body;
	uint64_t generation; /* 0: nothing was kept yet */
	struct {
		const struct vault *holder; /* NULL: free */
		uint32_t byte;
	} locks[MEMORY_LOCKS];
};

bool memory_join(struct vault *v, struct err *e)
{
	struct vault_memory **shared = &v->world->memory;

	if (!*shared) {
		*shared = calloc(1, sizeof **shared);
		if (!*shared || pthread_mutex_init(&(*shared)->mutex, NULL) != 0) {
			free(*shared);
			*shared = NULL;
			err_set(e, ERR_SYSTEM, "there is no memory for the vault");
			return vault_fail(v, VAULT_UNREADABLE, e);
		}
	}
	v->memory = *shared;
	v->exists = true;
	v->path = S("in memory");
	return true;
}

void memory_leave(struct vault *v)
{
	memory_begin(v);
	for (size_t i = 0; i < MEMORY_LOCKS; i++)
		if (v->memory->locks[i].holder == v)
			v->memory->locks[i].holder = NULL;
	memory_end(v);
}

void memory_free(struct world *w)
{
	if (!w->memory)
		return;
	arena_free(&w->memory->arena);
	pthread_mutex_destroy(&w->memory->mutex);
	secret_wipe(w->memory, sizeof *w->memory);
	free(w->memory);
	w->memory = NULL;
}

void memory_begin(struct vault *v)
{
	pthread_mutex_lock(&v->memory->mutex);
}

void memory_end(struct vault *v)
{
	pthread_mutex_unlock(&v->memory->mutex);
}

/* --- The body ---------------------------------------------------------------------------------- */

static bool read_in(struct str body, size_t size, struct arena *a, struct contents *out, struct err *e)
{
	if (!arena_new_secret(a, size))
		return err_set(e, ERR_SYSTEM, "there is no memory to read the vault");
	return contents_read(arena_str(a, body), a, out, e);
}

/* Reads into memory of a size that is enough. */
static bool read_body(struct vault *v, struct arena *a, struct contents *out, struct err *e)
{
	struct str body = v->memory->body;
	size_t size = len_add(16384, len_mul(body.len, 4));
	struct err why = {0};

	while (!read_in(body, size, a, out, &why)) {
		arena_free(a);
		if (why.kind != ERR_LIMIT || size > ROOM_MAX) {
			if (e)
				*e = why;
			return vault_fail(v, VAULT_UNREADABLE, e);
		}
		size = len_mul(size, 2);
	}
	return true;
}

bool memory_load(struct vault *v, struct arena *old, struct err *e)
{
	struct vault_memory *m = v->memory;
	struct contents body = {0};
	struct arena a = {0};

	*old = (struct arena){0};
	if (v->root ? v->envelope.generation == m->generation : m->generation == 0)
		return true;
	if (!read_body(v, &a, &body, e))
		return false;
	*old = v->body;
	v->body = a;
	v->root = body.root;
	v->profiles = body.profiles;
	v->count = body.count;
	v->envelope.generation = m->generation;
	return true;
}

bool memory_look(struct vault *v, struct arena *old, struct err *e)
{
	bool done;

	memory_begin(v);
	done = memory_load(v, old, e);
	memory_end(v);
	return done;
}

bool memory_store(struct vault *v, struct str body, uint64_t generation, struct err *e)
{
	struct vault_memory *m = v->memory;
	struct arena a;

	if (!arena_new_secret(&a, len_add(body.len, 4096))) {
		err_set(e, ERR_SYSTEM, "there is no memory for the vault");
		return vault_fail(v, VAULT_UNWRITABLE, e);
	}
	arena_free(&m->arena);
	m->arena = a;
	m->body = arena_str(&m->arena, body);
	m->generation = generation;
	return true;
}

/* --- Locks ------------------------------------------------------------------------------------- */

void memory_grant_try(struct vault *v, uint32_t byte, bool *got)
{
	struct vault_memory *m = v->memory;
	size_t held = MEMORY_LOCKS, spare = MEMORY_LOCKS, place;

	memory_begin(v);
	for (size_t i = 0; i < MEMORY_LOCKS; i++) {
		if (!m->locks[i].holder)
			spare = i;
		else if (m->locks[i].byte == byte)
			held = i;
	}
	place = held < MEMORY_LOCKS ? held : spare;
	*got = place < MEMORY_LOCKS && (place == spare || m->locks[place].holder == v);
	if (*got) {
		m->locks[place].holder = v;
		m->locks[place].byte = byte;
	}
	memory_end(v);
}

void memory_grant_release(struct vault *v, uint32_t byte)
{
	struct vault_memory *m = v->memory;

	memory_begin(v);
	for (size_t i = 0; i < MEMORY_LOCKS; i++)
		if (m->locks[i].holder == v && m->locks[i].byte == byte)
			m->locks[i].holder = NULL;
	memory_end(v);
}

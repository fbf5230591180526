#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/len.h"
#include "crypto/rng.h"
#include "sys/clock.h"
#include "sys/world.h"
#include "vault/vault_inside.h"

enum { ID_BYTES = 16 };

/* The profiles as they will be: v's, with one put in place, or without one. Plain pointers, no secrets of its own. */
struct list {
	struct arena arena;
	struct profile *at;
	size_t count;
};

static bool list_new(struct list *l, const struct vault *v, struct err *e)
{
	size_t room = len_mul(len_add(v->count, 2), sizeof *l->at);

	*l = (struct list){0};
	if (!arena_new(&l->arena, len_add(room, 256)) || !(l->at = arena_take(&l->arena, room)))
		return err_set(e, ERR_SYSTEM, "there is no memory for the vault");
	return true;
}

static struct str draw_id(struct vault *v, struct arena *a)
{
	uint8_t bytes[ID_BYTES];
	struct buf id = buf_in(a, 0);

	rng_fill(v->world->rng, bytes, sizeof bytes);
	hex_encode(&id, str_make(bytes, sizeof bytes));
	return buf_str(&id);
}

/* What is stored when p takes the place of before (NULL: of nothing). */
static struct profile stamp(struct vault *v, const struct profile *p, const struct profile *before, struct arena *a)
{
	struct profile next = *p;
	int64_t now = clock_now(v->world->clock);

	if (before)
		next.id = before->id;
	else if (!p->id.len)
		next.id = draw_id(v, a);
	if (before && p->id.len && !p->extra.len)
		next.extra = before->extra;
	if (before)
		next.created_at = before->created_at;
	else if (!p->created_at)
		next.created_at = now;
	next.updated_at = now;
	next.revision = v->envelope.generation + 1;
	return next;
}

/* Everything but before and whatever else has the identity of next; next stands where before stood. */
static size_t list_fill(struct list *l, const struct vault *v, const struct profile *before, const struct profile *next)
{
	size_t place = SIZE_MAX;

	for (size_t i = 0; i < v->count; i++) {
		const struct profile *p = &v->profiles[i];

		if (p == before)
			place = l->count;
		if (p == before)
			l->at[l->count++] = *next;
		else if (!str_same(p->identity, next->identity))
			l->at[l->count++] = *p;
	}
	if (place != SIZE_MAX)
		return place;
	l->at[l->count] = *next;
	return l->count++;
}

static bool store(struct vault *v, const struct profile *p, const struct profile *before, const struct profile **stored,
	struct err *e)
{
	struct list l;
	struct profile next;
	size_t place;
	bool ok;

	if (!list_new(&l, v, e))
		return vault_fail(v, VAULT_UNWRITABLE, e);
	next = stamp(v, p, before, &l.arena);
	place = list_fill(&l, v, before, &next);
	ok = vault_commit(v, &v->envelope, v->keys->data_key, l.at, l.count, e);
	arena_free(&l.arena);
	if (ok && stored)
		*stored = &v->profiles[place];
	return ok;
}

static bool may_store(struct vault *v, const struct profile *p, struct err *e)
{
	if (p->persist == PROFILE_IN_VAULT && p->identity.len)
		return true;
	err_set(e, ERR_VAULT, "a sign-in that is kept in memory is not for the vault");
	return vault_fail(v, VAULT_UNWRITABLE, e);
}

bool vault_put(struct vault *v, const struct profile *p, const struct profile **stored, struct err *e)
{
	struct vault_session s;
	const struct profile *before;
	bool ok;

	if (!may_store(v, p, e) || !vault_begin(v, &s, e))
		return false;
	before = p->id.len ? vault_find_id(v, p->id) : NULL;
	if (!before)
		before = vault_find(v, p->identity);
	ok = (v->exists || vault_begin_new(v, e)) && store(v, p, before, stored, e);
	vault_end(v, &s);
	return ok;
}

bool vault_put_if(struct vault *v, const struct profile *p, uint64_t revision, const struct profile **stored,
	bool *swapped, struct err *e)
{
	struct vault_session s;
	const struct profile *before;
	bool ok = true;

	*swapped = false;
	if (!may_store(v, p, e) || !vault_begin(v, &s, e))
		return false;
	before = vault_find_id(v, p->id);
	if (before && before->revision == revision)
		ok = *swapped = store(v, p, before, stored, e);
	vault_end(v, &s);
	return ok;
}

static bool erase(struct vault *v, const struct profile *gone, struct err *e)
{
	struct list l;
	bool ok;

	if (!list_new(&l, v, e))
		return vault_fail(v, VAULT_UNWRITABLE, e);
	for (size_t i = 0; i < v->count; i++)
		if (&v->profiles[i] != gone)
			l.at[l.count++] = v->profiles[i];
	ok = vault_commit(v, &v->envelope, v->keys->data_key, l.at, l.count, e);
	arena_free(&l.arena);
	return ok;
}

bool vault_remove(struct vault *v, struct str id, uint64_t revision, bool *removed, struct err *e)
{
	struct vault_session s;
	const struct profile *gone;
	bool ok = true;

	if (removed)
		*removed = false;
	if (!vault_begin(v, &s, e))
		return false;
	gone = vault_find_id(v, id);
	if (gone && (revision == 0 || gone->revision == revision)) {
		ok = erase(v, gone, e);
		if (removed)
			*removed = ok;
	}
	vault_end(v, &s);
	return ok;
}

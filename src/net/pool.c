#include "net/pool.h"

#include <string.h>

void pool_open(struct pool *p, struct loop *l)
{
	*p = (struct pool){.loop = l};
	for (size_t i = 0; i < POOL_CONNS; i++)
		p->places[i].pool = p;
}

static struct conn *empty(struct pool_place *place)
{
	struct conn *c = place->conn;

	events_timer_clear(loop_events(place->pool->loop), &place->idle);
	conn_want(c, 0);
	place->conn = NULL;
	place->pool->n--;
	return c;
}

static void drop(struct pool_place *place)
{
	conn_drop(empty(place));
}

void pool_close(struct pool *p)
{
	for (size_t i = 0; i < POOL_CONNS; i++)
		if (p->places[i].conn)
			drop(&p->places[i]);
}

static void spoke(void *self, unsigned what)
{
	(void)what;
	drop(self);
}

static void too_old(void *self)
{
	drop(self);
}

static bool has_key(const struct pool_place *place, struct str key)
{
	return place->conn && str_same(str_make(place->key, place->key_len), key);
}

/* The oldest of this key when it has its share, else any free place, else the oldest of all. */
static struct pool_place *choose(struct pool *p, struct str key)
{
	struct pool_place *of_key = NULL, *oldest = NULL, *free_place = NULL;
	size_t n = 0;

	for (size_t i = 0; i < POOL_CONNS; i++) {
		struct pool_place *place = &p->places[i];

		if (!place->conn) {
			free_place = place;
			continue;
		}
		if (!oldest || place->age < oldest->age)
			oldest = place;
		if (!has_key(place, key))
			continue;
		n++;
		if (!of_key || place->age < of_key->age)
			of_key = place;
	}
	return n >= POOL_PER_KEY ? of_key : free_place ? free_place : oldest;
}

void pool_keep(struct pool *p, struct str key, struct conn *c)
{
	struct pool_place *place;

	if (key.len > POOL_KEY_MAX || !conn_rest(c) || !conn_is_quiet(c)) {
		conn_drop(c);
		return;
	}
	place = choose(p, key);
	if (place->conn)
		drop(place);
	memcpy(place->key, key.at, key.len);
	place->key_len = key.len;
	place->conn = c;
	place->age = p->age++;
	p->n++;
	conn_owner(c, spoke, place);
	conn_want(c, LOOP_READ);
	place->idle = (struct events_timer){.fire = too_old, .self = place};
	events_timer_set(loop_events(p->loop), &place->idle, POOL_IDLE_MS);
}

struct conn *pool_take(struct pool *p, struct str key)
{
	for (;;) {
		struct pool_place *newest = NULL;

		for (size_t i = 0; i < POOL_CONNS; i++)
			if (has_key(&p->places[i], key) && (!newest || p->places[i].age > newest->age))
				newest = &p->places[i];
		if (!newest)
			return NULL;
		if (conn_is_quiet(newest->conn))
			return empty(newest);
		drop(newest);
	}
}

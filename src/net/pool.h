/* pool: connections that wait for their next exchange. They hold nothing of the last one. */
#pragma once

#include <stddef.h>

#include "base/str.h"
#include "net/conn.h"
#include "sys/events.h"

enum { POOL_CONNS = 32, POOL_PER_KEY = 8, POOL_KEY_MAX = 320, POOL_IDLE_MS = 30 * 1000 };

struct pool {
	struct loop *loop;
	size_t n;
	struct pool_place {
		struct pool *pool;
		struct conn *conn; /* NULL: free */
		struct events_timer idle;
		uint64_t age;
		char key[POOL_KEY_MAX];
		size_t key_len;
	} places[POOL_CONNS];
	uint64_t age;
};

void pool_open(struct pool *p, struct loop *l);
/* Drops all that wait. */
void pool_close(struct pool *p);

/* Keeps c for who asks for key, or drops it where it cannot be kept; the oldest makes room. It is dropped
 * when the peer says anything, and after POOL_IDLE_MS. */
void pool_keep(struct pool *p, struct str key, struct conn *c);
/* The connection that was kept last for key, or NULL. */
struct conn *pool_take(struct pool *p, struct str key);

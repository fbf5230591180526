/* world: a small world for tests: a fixed clock that turns move, random bytes that are the same each
 * time, a table for an environment, what was printed kept as text, a scripted network and terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "crypto/rng.h"
#include "http/listen.h"
#include "support/events_script.h"
#include "support/fetch_script.h"
#include "sys/tty.h"
#include "sys/world.h"

enum { TEST_WORLD_NOW = 1700000000, TEST_WORLD_ENV = 32, TEST_WORLD_TEXT = 65536, TEST_WORLD_DOORS = 4 };

struct test_rng {
	struct rng rng;
	uint64_t state;
};

/* A terminal at which `answers` are typed, one a question. */
struct test_tty {
	struct tty tty;
	const char *answers[8]; /* NULL: Ctrl-C */
	size_t asked;
	char prompts[2048];     /* all that was asked, a line each; "(hidden) " before secrets; all that was shown */
	void (*line)(void *self, struct str line);
	void *self;
};

struct listen_door {
	struct listen_sink sink;
	uint16_t port;
	bool open;
};

/* Ports that nobody can reach: test_world_visit plays the browser. */
struct test_listen {
	struct listen listen;
	struct listen_door doors[TEST_WORLD_DOORS];
	uint16_t next_port;
	bool refuses;   /* listen_open fails */
	uint16_t taken; /* on this port alone */
};

struct test_world {
	struct world world; /* for the code under test: &t.world */
	struct events_script events;
	struct fetch_script fetch;
	struct test_rng rng;
	struct test_tty tty;
	struct test_listen listen;
	struct arena arena; /* 4 MiB */
	const char *env[TEST_WORLD_ENV][2];
	size_t env_n;
	char out[TEST_WORLD_TEXT]; /* as C strings */
	char log[TEST_WORLD_TEXT];
};

/* No environment, no terminal (tty.tty.present is false), time at TEST_WORLD_NOW. *t is large: make it static. */
void test_world_start(struct test_world *t);
/* Fails the test when the network was asked less than its script says. */
void test_world_end(struct test_world *t);
/* Borrows both; a NULL value unsets. */
void test_world_env(struct test_world *t, const char *name, const char *value);
/* Someone types a line at the listening terminal. */
void test_world_type(struct test_world *t, const char *line);
/* A GET of "/path?query" at an open door; *status 0: nothing listens there. reply.body is borrowed from
 * the code under test. */
struct listen_reply test_world_visit(struct test_world *t, uint16_t port, const char *target);

/* The random bytes alone, for what needs no world. */
void test_rng_start(struct test_rng *r, uint64_t seed);

/* world: everything that is not computation, in one place; a test hands in a small one.
 * It forward-declares what it carries, so naming the world includes nothing above it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct broker;
struct buf;
struct clock;
struct err;
struct events;
struct farewell;
struct fetch;
struct keysearch_secret;
struct listen;
struct rng;
struct tty;
struct vault_memory;

/* What the global flags said. */
struct world_options {
	bool json;
	bool quiet;
	bool verbose;
	struct str home;       /* --home; empty: not given */
	struct str key_file;   /* --key-file */
	struct str ca_file;    /* --ca-file */
	struct str extra_ca;   /* --extra-ca */
	struct str allow_http; /* --allow-http HOST[,HOST...] */
	int64_t timeout_ms;    /* --timeout; 0: not given */
	bool persist_memory;   /* --persist memory: the vault of this process is in memory alone */
};

struct world {
	struct world_options options;
	struct clock *clock;
	struct rng *rng;
	struct events *events;
	struct fetch *fetch;
	struct listen *listen;
	struct tty *tty;
	struct broker *broker;
	struct keysearch_secret *key; /* of the vault, from where it can be had only once (vault/keysearch); NULL: none */
	struct vault_memory *memory; /* what the vaults of --persist memory share; NULL: nothing yet */
	int input;            /* standard input where it is no terminal; -1: it is one, or closed */
	struct arena *arena;  /* of the whole command; secrets may live in it */
	struct farewell *farewells; /* children that were told to go (sys/farewell) */
	/* The value of an environment variable, or NULL. */
	const char *(*env)(struct world *w, const char *name);
	/* One piece of text to standard output or standard error, whole, as it is. */
	void (*out)(struct world *w, struct str text);
	void (*log)(struct world *w, struct str text);
	bool answered;   /* the one document of --json is out: a failure behind it is told on standard error alone */
	bool out_failed; /* standard output took not all: the command has not done its work */
};

/* The machine's own clock, environment, standard output and standard error; options and the
 * rest (rng, events, fetch, listen, tty, broker, arena) are left as they are. */
void world_use_system(struct world *w);

/* An environment variable as a str; empty when unset. */
struct str world_env(struct world *w, const char *name);

/* Results, for standard output. Foreign text in them must have gone through text_shown. */
void world_print(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One line about progress, to standard error unless --quiet; the line break is added. */
void world_say(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One warning line, to standard error even with --quiet. */
void world_warn(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, only with --verbose. Never a secret. */
void world_detail(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

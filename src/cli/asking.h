/* asking: what this client answers when a server asks it something: elicitation by the user's wish (--elicit), roots
 * (--root). Sampling is never offered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "cli/elicit.h"

struct args;
struct err;
struct rpc;
struct world;

enum { ASKING_ROOTS = 32 };

/* For a command's table of flags. */
#define ASKING_FLAGS \
	{"--elicit", 0, "HOW", "answer its questions: ask, defaults or decline"}, \
	{"--root", 0, "DIR", "a folder that the server is told of"}

enum asking_mode {
	ASKING_NOT, /* it is not declared that anything can be asked */
	ASKING_DECLINE,
	ASKING_DEFAULTS,
	ASKING_USER, /* at the terminal, while the loop turns */
};

/* Zeroed, the first part filled in, then asking_read; not to be moved until asking_end. */
struct asking {
	struct world *world;
	struct str server; /* who asks, to be shown */
	/* The answer to the request that asking_take was given: JSON text of a result. Or a refusal: an error's code and message. */
	void (*answer)(void *self, struct str result);
	void (*refuse)(void *self, int64_t code, struct str message);
	void *self;

	/* private */
	enum asking_mode mode;
	struct str browser;
	struct str roots[ASKING_ROOTS]; /* absolute paths */
	size_t roots_n;
	struct elicit form;
	bool open;
};

/* Reads the flags; without --elicit the user is asked where there is a terminal and no --json. ERR_USAGE; ERR_SYSTEM. */
bool asking_read(struct asking *k, const struct args *a, struct err *e);
/* The client's capabilities, JSON text of an object, in w->arena. */
struct str asking_capabilities(const struct asking *k);
/* The server asks; it is answered at once or later. */
void asking_take(struct asking *k, const struct rpc *request);
/* The user is filling in a form: the terminal is theirs. */
bool asking_is_open(const struct asking *k);
/* Nobody waits for an answer any more: a form that is open is closed. Content when none is. */
void asking_end(struct asking *k);

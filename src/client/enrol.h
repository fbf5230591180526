/* enrol: a sign-in from what the user wished to what is kept: the waiting room (client/signin), then the vault. `login` does it
 * because it was told to; `run`, `inspect` and `bridge` when a server asks for it and it can be had. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "client/signin.h"
#include "oauth/challenge.h"
#include "sys/events.h"
#include "vault/profile.h"
#include "vault/vault.h"

struct world;

enum { ENROL_ARENA = 1024 * 1024, ENROL_KEEP_MS = 10 * 1000, ENROL_AGAIN_MS = 40 };

/* Zeroed before enrol_start. One at a time. */
struct enrol {
	struct world *world;
	struct signin_wish wish; /* known and challenge are filled in by enrol_start */
	bool in_memory;          /* what comes is the caller's alone (.profile); the vault is neither read nor written */
	/* Called once, never before enrol_start returned, and never within it. DONE: the vault holds it (or .profile does).
	 * OPEN: the server asks for no sign-in. enrol_end may be called from it. */
	void (*done)(void *self, enum signin_result result, const struct err *failure);
	void *self;
	struct profile profile; /* what was kept; valid until enrol_end */

	/* private */
	struct signin signin;
	struct vault vault;
	struct profile known; /* an earlier sign-in, without its tokens */
	struct challenge challenge;
	struct arena arena;
	struct events_timer soon;
	int64_t until_ms;
	enum signin_result result;
	struct err failure;
};

/* Begins. challenge: of the answer that led here, or NULL (the server is probed). scope: of a step up, the union that is wanted; empty: what the
 * wish and the server say. What challenge and scope point to is copied. That the vault can be written is proved first.
 *
 * Where the wish does not say otherwise, what an earlier sign-in at this server was done with counts: its grant, its
 * client (at its issuer alone), its key. ERR_VAULT, ERR_SYSTEM; ERR_USAGE for a token file that holds none. */
bool enrol_start(struct enrol *n, const struct challenge *challenge, struct str scope, struct err *e);
/* Ends it in whatever state. Content with one that never began. It may be started again afterwards. */
void enrol_end(struct enrol *n);

/* Somebody can do it, or nobody is needed: the grant asks no person, or there is a terminal, or a browser was named. */
bool enrol_is_possible(const struct enrol *n);

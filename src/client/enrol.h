/* enrol: a sign-in from what the user wished to what is kept: the waiting room (client/signin), then the vault. `login` does it
 * because it was told to; `run`, `inspect` and `bridge` when a server asks for it and it can be had. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "client/signin.h"
#include "vault/profile.h"
#include "vault/vault.h"

struct challenge;
struct world;

/* Zeroed before enrol_start. One at a time. */
struct enrol {
	struct world *world;
	struct signin_wish wish; /* known, challenge and scope of a step up are filled in by enrol_start */
	bool in_memory;          /* what comes is the caller's alone (.profile); the vault is neither read nor written */
	/* Called once, never before enrol_start returned. DONE: the vault holds it (or .profile does). */
	void (*done)(void *self, enum signin_result result, const struct err *failure);
	void *self;
	struct profile profile; /* what was kept; valid until enrol_end */

	/* private */
	struct signin signin;
	struct vault vault;
	struct profile known;
	struct arena arena;
	bool busy;
};

/* Begins. challenge: of the answer that led here, or NULL (the server is probed). scope: of a step up, the union that is wanted; empty: what the
 * wish and the server say. What challenge and scope point to is copied. That the vault can be written is proved first. */
bool enrol_start(struct enrol *n, const struct challenge *challenge, struct str scope, struct err *e);
/* Ends it in whatever state. Content with one that never began. It may be started again afterwards. */
void enrol_end(struct enrol *n);

/* Somebody can do it, or nobody is needed: the grant asks no person, or there is a terminal, or a browser was named. */
bool enrol_is_possible(const struct enrol *n);

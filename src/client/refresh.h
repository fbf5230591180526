/* refresh: one grant of the vault is renewed at its issuer (oauth/renew), as steps on the loop:
 * take the grant's lock, look again, prove that the vault can be written, ask, store. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "http/fetch.h"
#include "oauth/renew.h"
#include "sys/events.h"
#include "vault/vault.h"

struct world;

enum { REFRESH_ARENA = 1024 * 1024, REFRESH_WAIT_MS = 90 * 1000, REFRESH_AGAIN_MS = 40 };

/* Zeroed before refresh_start. */
struct refresh {
	struct world *world;
	struct vault *vault;
	/* Of the vault, for all who share it: the file worker has it, and nobody else may touch it until it is back. */
	bool *away;
	/* True when p needs no refresh (any more): asked again whenever the vault was read anew. */
	bool (*is_fresh)(void *self, const struct profile *p);
	/* Called once, with NULL when the vault now holds the best there is. */
	void (*done)(void *self, const struct err *failure);
	void *self;

	/* private */
	struct arena arena;   /* what is asked and what came back */
	struct str id;        /* of the profile */
	struct str shown;     /* the URL that the token is for, for error texts */
	struct profile profile;
	struct events_timer again;
	void (*next)(struct refresh *r); /* when it fires */
	struct events_job job;
	struct renew renew;
	struct fetch_request request;
	struct fetch_exchange *exchange;
	struct fetch_whole whole;
	int64_t until_ms;
	bool locked;
	bool spends;        /* there was a refresh token */
	struct err refusal; /* why nothing came, to be told once a spent refresh token is buried */
	struct err failure; /* kind ERR_NONE: none so far */
};

/* Begins to refresh the profile with this id, for who wants to use it at url. done is never called
 * before this returned. */
void refresh_start(struct refresh *r, struct str id, const struct url *url);
/* Ends it early; content with one that is over or was never started. Not while the vault is away. */
void refresh_stop(struct refresh *r);

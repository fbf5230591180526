/* broker: a token for a URL. Commands ask the broker in the world and do not know
 * whether the vault in this process answers or an agent behind a socket. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "http/url.h"

struct arena;
struct broker;

/* What the broker gives; the strs live in the asker's arena. */
struct broker_token {
	struct str access_token;
	struct str token_type; /* as the server wrote it */
	struct str dpop_key;   /* that the token is bound to (grant.dpop_key); empty: none */
	struct str resource;
	struct str scope;
	int64_t expires_at; /* seconds since 1970; 0: not known */
};

/* One question. It belongs to the asker and stays until done was called or it was cancelled. */
struct broker_ask {
	struct url url;      /* what the token is for */
	struct str account;  /* empty: the only one, or the default */
	int64_t min_ttl_s;   /* it must live this much longer; 0: a margin of the broker's own */
	struct str rejected; /* a token for this URL that the server refused; empty: none */
	struct arena *arena; /* where the answer goes */
	/* Called once, never before broker_ask_start returned: with a token, or with the failure.
	 * ERR_LOGIN: nobody is signed in there, or the sign-in is spent; the text names the command. */
	void (*done)(void *self, const struct broker_token *token, const struct err *failure);
	void *self;
	/* private to the broker */
	struct broker_ask *next;
	void *work;
};

struct broker_ops {
	void (*start)(struct broker *b, struct broker_ask *ask);
	void (*cancel)(struct broker *b, struct broker_ask *ask);
};

struct broker {
	const struct broker_ops *ops;
};

void broker_ask_start(struct broker *b, struct broker_ask *ask);
/* Forgets the question; done is not called any more. A refresh that others wait for goes on. */
void broker_ask_cancel(struct broker *b, struct broker_ask *ask);

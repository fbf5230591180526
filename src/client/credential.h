/* credential: what happens around every request to a protected resource. This is the only
 * place that knows what a 401 or a 403 means (RFC 6750 §3.1, MCP authorization).
 *
 * It does nothing itself: credential_step takes what happened and says what to do next.
 *
 *   BEGIN ──> WAIT ──TOKEN──> SEND ──ANSWER──> USE
 *               └──NO_TOKEN──> SEND without a token
 *   401 with a token:      WAIT for another one, once; then ASK
 *   401 without one:       ASK
 *   401, a nonce is asked: SEND again with the nonce, once (RFC 9449 §9)
 *   403, scope missing:    ASK for the union of scopes, a few times, never twice for the same
 *   403, but another request was stepped up for that meanwhile: WAIT for what came of it, once
 *   ASK ──SIGNED_IN──> WAIT for the token that came of it
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "http/fetch.h"
#include "oauth/challenge.h"

struct arena;

enum credential_event {
	CREDENTIAL_BEGIN,         /* a request wants to go */
	CREDENTIAL_TOKEN,         /* the broker gave a token */
	CREDENTIAL_NO_TOKEN,      /* the broker failed */
	CREDENTIAL_ANSWER,        /* the head of an answer came */
	CREDENTIAL_SIGNED_IN,     /* a sign-in that was asked for (here or for another request) succeeded */
	CREDENTIAL_NOT_SIGNED_IN, /* it failed or cannot be had here */
};

enum credential_action {
	CREDENTIAL_WAIT, /* ask the broker, naming `rejected` */
	CREDENTIAL_SEND, /* send the request, with `token` where it is not empty */
	CREDENTIAL_USE,  /* the answer is the caller's */
	CREDENTIAL_ASK,  /* sign in, for `scope` */
	CREDENTIAL_FAIL, /* give up, with the error */
};

enum {
	CREDENTIAL_STEP_UPS = 2,  /* sign-ins for more scope that one request may lead to */
	CREDENTIAL_SIGN_INS = 8,  /* of all requests to a server, without one that was answered well between them */
	CREDENTIAL_SCOPE = 8192,  /* bytes of the scopes that were asked for so far */
};

/* What all requests of one client to one server share: what was signed in for, and to what end. Zeroed at first. */
struct credential_history {
	unsigned sign_ins; /* since the server last took a token */
	bool stepped_up;
	size_t scope_len;
	char scope[CREDENTIAL_SCOPE]; /* all that was asked for in step ups: not to be asked for again, for it did not help */
};

struct credential {
	struct credential_history *history;
	struct str shown;    /* the server's URL for error texts */
	struct arena *arena; /* of the request: keeps token, scope and challenge */
	bool may_ask;        /* a sign-in can be had here: else ASK becomes FAIL */

	struct str token;    /* to send; empty: none */
	struct str dpop_key; /* that it is bound to (RFC 9449); empty: a bearer token */
	struct str nonce;    /* for the proof: what the server named last; empty: none */
	struct str rejected; /* the server refused this one */
	struct str scope;    /* what a sign-in should ask for: granted and challenged, without doubles */
	struct challenge challenge; /* of the last 401 or 403 */

	/* private */
	struct str granted; /* scope of the token in use */
	struct str lacking; /* the token that lacked a scope which was asked for meanwhile */
	bool renewed;       /* a rejected token was replaced once */
	bool asked;         /* a sign-in was asked for because of a 401 */
	bool nonced;        /* it was sent again with a nonce */
	unsigned step_ups;
};

/* What comes with an event; what does not belong to it is left empty. */
struct credential_news {
	struct str token;              /* TOKEN */
	struct str granted;            /* TOKEN: its scope */
	struct str dpop_key;           /* TOKEN: see broker_token */
	const struct fetch_head *head; /* ANSWER */
	const struct err *failure;     /* NO_TOKEN, NOT_SIGNED_IN */
};

/* FAIL comes with ERR_LOGIN (naming the command that cures it), or with the broker's failure. */
enum credential_action credential_step(struct credential *c, enum credential_event event, const struct credential_news *news, struct err *e);

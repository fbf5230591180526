/* credential: what happens around every request to a protected resource. This is the only
 * place that knows what a 401 or a 403 means (RFC 6750 §3.1, MCP authorization).
 *
 * It does nothing itself: credential_step takes what happened and says what to do next.
 *
 *   BEGIN ──> WAIT ──TOKEN──> SEND ──ANSWER──> USE
 *               └──NO_TOKEN──> SEND without a token
 *   401 with a token:      WAIT for another one, once; then ASK
 *   401 without one:       ASK
 *   403, scope missing:    ASK for the union of scopes, a few times
 */
#pragma once

#include <stdbool.h>

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
	CREDENTIAL_SIGNED_IN,     /* a sign-in that was asked for succeeded */
	CREDENTIAL_NOT_SIGNED_IN, /* it failed or cannot be had here */
};

enum credential_action {
	CREDENTIAL_WAIT, /* ask the broker, naming `rejected` */
	CREDENTIAL_SEND, /* send the request, with `token` where it is not empty */
	CREDENTIAL_USE,  /* the answer is the caller's */
	CREDENTIAL_ASK,  /* sign in, for `scope` */
	CREDENTIAL_FAIL, /* give up, with the error */
};

enum { CREDENTIAL_STEP_UPS = 2 };

struct credential {
	struct str shown;    /* the server's URL for error texts */
	struct arena *arena; /* of the request: keeps token, scope and challenge */
	bool may_ask;        /* a sign-in can be had here: else ASK becomes FAIL */

	struct str token;    /* to send; empty: none */
	struct str rejected; /* the server refused this one */
	struct str scope;    /* what a sign-in should ask for: granted and challenged, without doubles */
	struct challenge challenge; /* of the last 401 or 403 */

	/* private */
	struct str granted; /* scope of the token in use */
	bool renewed;       /* a rejected token was replaced once */
	bool asked;         /* a sign-in was asked for because of a 401 */
	unsigned step_ups;
};

/* What comes with an event; what does not belong to it is left empty. */
struct credential_news {
	struct str token;              /* TOKEN, SIGNED_IN */
	struct str granted;            /* TOKEN, SIGNED_IN: its scope */
	const struct fetch_head *head; /* ANSWER */
	const struct err *failure;     /* NO_TOKEN, NOT_SIGNED_IN */
};

/* FAIL comes with ERR_LOGIN (naming the command that cures it), or with the broker's failure. */
enum credential_action credential_step(struct credential *c, enum credential_event event, const struct credential_news *news, struct err *e);

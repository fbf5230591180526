/* renew: new tokens for a grant without anybody, as steps without I/O: by its refresh token, else by the grant itself
 * where that asks nobody: client credentials, jwt-bearer, enterprise.
 *
 *	step = renew_begin(&r, now);
 *	while (step == RENEW_SEND) { carry r.request; step = renew_answer(...) or renew_failure(...) }
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "http/fetch.h"
#include "oauth/dpop.h"
#include "oauth/grant.h"
#include "oauth/token.h"

struct arena;
struct rng;

enum renew_step {
	RENEW_SEND,
	RENEW_DONE,   /* outcome TOKEN_OK: the grant holds what came */
	RENEW_FAILED, /* outcome and err say why; a refresh token that is spent was taken out of the grant */
};

/* Where it is; private. */
enum renew_place {
	RENEW_AT_REFRESH,
	RENEW_AT_IDP,
	RENEW_AT_TOKEN,
	RENEW_AT_END,
};

/* Zeroed, then the first part filled in. */
struct renew {
	struct grant *grant;  /* complete but for its tokens; what comes is put into it, in arena */
	struct str assertion; /* GRANT_JWT_BEARER: the workload's token, read anew */
	struct str id_token;  /* GRANT_ENTERPRISE: the identity provider's ID token, read anew */
	struct rng *rng;
	struct arena *arena;

	/* For the caller to read. */
	enum renew_step step;
	struct fetch_request request; /* RENEW_SEND; its answer is at most TOKEN_ANSWER_MAX bytes of body */
	enum token_outcome outcome;   /* RENEW_DONE, RENEW_FAILED */
	struct err err;

	/* private */
	enum renew_place at;
	struct str idp_assertion;
	struct str nonce; /* of the token endpoint */
	bool nonced;      /* the request under way was made anew with it */
};

/* There is a refresh token, or the grant's own kind can be asked for again (and again). */
bool renew_is_possible(const struct grant *g);

/* Each returns the next step, which is also r->step. `now` is in seconds since 1970. */
enum renew_step renew_begin(struct renew *r, int64_t now);
enum renew_step renew_answer(struct renew *r, const struct fetch_answer *answer, int64_t now);
/* No answer came: TOKEN_LATER. */
enum renew_step renew_failure(struct renew *r, const struct err *failure);

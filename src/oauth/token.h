/* token: asking a token endpoint and reading what it answers
 * (RFC 6749 §4.1.3, §4.4, §5, §6; RFC 7523 §2; RFC 7636 §4.5; RFC 8707 §2.2; RFC 9449 §5, §8). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "oauth/grant.h"

struct arena;
struct buf;
struct err;
struct fetch_answer;
struct fetch_request;
struct rng;

enum {
	TOKEN_ANSWER_MAX = 128 * 1024, /* bytes of an answer */
	TOKEN_MAX = 32 * 1024,         /* bytes of one token */
};

enum token_outcome {
	TOKEN_OK,
	TOKEN_SPENT,   /* invalid_grant: the code or refresh token is worth nothing any more; ERR_LOGIN */
	TOKEN_CLIENT,  /* invalid_client, unauthorized_client: register again or mend the configuration; ERR_LOGIN */
	TOKEN_LATER,   /* 408, 429, 5xx, temporarily_unavailable: nothing is lost, try again later; ERR_NETWORK */
	TOKEN_NONCE,   /* the proof must hold token.nonce: ask the same once more with it; no error is set */
	TOKEN_REFUSED, /* any other refusal, ERR_FAILED; or an answer that breaks the rules, ERR_INPUT */
};

/* An answer of the token endpoint. */
struct token {
	struct str access_token;
	struct str token_type;    /* as written; in any case "bearer", or "dpop" where the grant has a key */
	struct str refresh_token; /* empty: none came */
	struct str scope;         /* empty: none came, so as asked for */
	struct str id_token;      /* empty: none came; not checked */
	int64_t expires_at;       /* seconds since 1970; 0: not said */
	struct str nonce;         /* DPoP: for the next request to this endpoint, whatever the outcome; empty: none came */
};

/* Who asks, when. */
struct token_asker {
	/* Its token_endpoint, issuer, auth, client_id, client_secret and client_key; with dpop_key a proof goes along;
	 * resource and scope where a request below names them, left out where empty. */
	const struct grant *grant;
	int64_t now;         /* seconds since 1970 */
	struct rng *rng;
	struct str nonce;    /* DPoP: what this endpoint named last; empty: nothing yet */
	struct arena *arena; /* all that is made lives here */
};

/* Each makes one request; what it points to lives in the asker's arena. ERR_LIMIT where that is full, ERR_INPUT where the
 * client's key is none. A request that is sent again is made again: assertions and proofs are good for one. */

/* Exchanges an authorization code: with the grant's redirect_uri and resource. */
bool token_exchange(const struct token_asker *q, struct str code, struct str verifier, struct fetch_request *r, struct err *e);
/* Refreshes the access token: with the resource; without a scope, which asks for the same. ERR_LOGIN: no refresh token. */
bool token_refresh(const struct token_asker *q, struct fetch_request *r, struct err *e);
/* The client itself is who signs in (RFC 6749 §4.4): with scope and resource. */
bool token_credentials(const struct token_asker *q, struct fetch_request *r, struct err *e);
/* Somebody else's word for who signs in (RFC 7523 §2.1): with scope and resource. */
bool token_bearer(const struct token_asker *q, struct str assertion, struct fetch_request *r, struct err *e);
/* Appends a parameter to a form, unless its value is empty. */
void token_form_add(struct buf *form, struct str name, struct str value);
/* Any other grant: form holds its parameters, but for the resource. */
bool token_ask(const struct token_asker *q, struct buf *form, struct fetch_request *r, struct err *e);
/* Any form of the client, to any url: a POST with the client's authentication added, and nothing else. */
bool token_request(const struct token_asker *q, struct str url, struct buf *form, struct fetch_request *r, struct err *e);

/* Reads an answer that came at q->now; q is as it was when it asked. The strs live in its arena. The error names the
 * server's error code and a cut description; never the body, never a token. */
enum token_outcome token_read(const struct token_asker *q, const struct fetch_answer *answer, struct token *t, struct err *e);

/* What a refusal is worth, for who reads another answer of such an endpoint: TOKEN_OK where answer is none. It never is TOKEN_NONCE. */
enum token_outcome token_read_refusal(const struct fetch_answer *answer, struct arena *a, struct err *e);
/* Visible ASCII and not too long, so that it can travel in fields and forms. */
bool token_is_good(struct str s);

/* Puts t into g, where `now` is when it came: a refresh token or scope that did not come leaves the old one. */
void token_apply(const struct token *t, int64_t now, struct grant *g);

/* The grant's access token is there and will hold for `margin` seconds more; one of unknown expiry holds. */
bool token_is_fresh(const struct grant *g, int64_t now, int64_t margin);

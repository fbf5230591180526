/* token: asking a token endpoint and reading what it answers
 * (RFC 6749 §4.1.3, §5, §6; RFC 7636 §4.5; RFC 8707 §2.2). */
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

enum {
	TOKEN_ANSWER_MAX = 128 * 1024, /* bytes of an answer */
	TOKEN_MAX = 32 * 1024,         /* bytes of one token */
};

enum token_outcome {
	TOKEN_OK,
	TOKEN_SPENT,   /* invalid_grant: the code or refresh token is worth nothing any more; ERR_LOGIN */
	TOKEN_CLIENT,  /* invalid_client, unauthorized_client: register again or mend the configuration; ERR_LOGIN */
	TOKEN_LATER,   /* 408, 429, 5xx, temporarily_unavailable: nothing is lost, try again later; ERR_NETWORK */
	TOKEN_REFUSED, /* any other refusal, ERR_FAILED; or an answer that breaks the rules, ERR_INPUT */
};

/* An answer of the token endpoint. */
struct token {
	struct str access_token;
	struct str token_type;    /* as written; "bearer" in any case */
	struct str refresh_token; /* empty: none came */
	struct str scope;         /* empty: none came, so as asked for */
	struct str id_token;      /* empty: none came; not checked */
	int64_t expires_at;       /* seconds since 1970; 0: not said */
};

/* Exchanges an authorization code. Of g: token_endpoint, auth, client_id, client_secret,
 * redirect_uri, resource (left out where empty). The request and what it points to live in a. */
bool token_exchange(const struct grant *g, struct str code, struct str verifier, struct arena *a,
	struct fetch_request *r, struct err *e);

/* Refreshes g's access token. resource goes along; scope does not, which asks for the same. */
bool token_refresh(const struct grant *g, struct arena *a, struct fetch_request *r, struct err *e);

/* Any form of g's client: a POST of `form` (which holds its own parameters already) to url with
 * the client's authentication added. For grants and endpoints that are not above. */
bool token_request(const struct grant *g, struct str url, struct buf *form, struct arena *a,
	struct fetch_request *r, struct err *e);

/* Reads an answer that came at `now`. The strs live in a. The error names the server's error
 * code and a cut description; never the body, never a token. */
enum token_outcome token_read(const struct fetch_answer *answer, int64_t now, struct arena *a,
	struct token *t, struct err *e);

/* Puts t into g, where `now` is when it came: a refresh token or scope that did not come leaves the old one. */
void token_apply(const struct token *t, int64_t now, struct grant *g);

/* The grant's access token is there and will hold for `margin` seconds more; one of unknown expiry holds. */
bool token_is_fresh(const struct grant *g, int64_t now, int64_t margin);

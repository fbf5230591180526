/* challenge: what a server asks for in WWW-Authenticate (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1, RFC 9449 §7.1). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct fetch_answer;
struct http_field;

enum {
	CHALLENGE_MAX = 16384,  /* bytes read of all such fields together */
	CHALLENGE_PARAMS = 64,  /* parameters looked at in one challenge */
};

struct challenge {
	bool is_there;                /* there was a Bearer or DPoP challenge; the rest may still be empty */
	bool is_dpop;                 /* there was a DPoP challenge and no Bearer one: only bound tokens are taken */
	struct str resource_metadata; /* a URL, not checked */
	struct str scope;             /* separated by blanks; empty where it holds what no scope may */
	struct str error;             /* "invalid_token", "insufficient_scope", "use_dpop_nonce", ... */
	struct str error_description; /* foreign text */
};

/* Reads every WWW-Authenticate field: several challenges in one or in several fields, any
 * order of parameters, quoted strings with escapes, schemes in any case, token68 forms
 * passed over. Takes the first Bearer or DPoP challenge with a resource_metadata, else the first
 * of them; an error that it does not name is taken from another of them. What is malformed ends the reading of its own field; what was read
 * before stands. The texts live in a. False where there is neither: *c is then zeroed. */
bool challenge_read(const struct http_field *fields, size_t n, struct arena *a, struct challenge *c);

/* True for error="insufficient_scope": a step up, not a new token, is asked for (RFC 6750 §3.1). */
bool challenge_wants_scope(const struct challenge *c);

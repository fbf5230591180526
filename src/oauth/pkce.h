/* pkce: proof key for code exchange, S256 (RFC 7636), and the random state of an
 * authorization request. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct rng;

enum {
	PKCE_TEXT = 43, /* 256 bits in base64url: verifier, challenge and state alike */
	PKCE_VERIFIER_MIN = 43,
	PKCE_VERIFIER_MAX = 128,
};

struct pkce {
	char verifier[PKCE_TEXT];
	char challenge[PKCE_TEXT];
	char state[PKCE_TEXT];
};

/* A new verifier with its challenge, and a new state: once for each attempt. */
void pkce_draw(struct pkce *p, struct rng *rng);
void pkce_wipe(struct pkce *p);

struct str pkce_verifier(const struct pkce *p);
struct str pkce_challenge(const struct pkce *p);
struct str pkce_state(const struct pkce *p);

/* The S256 challenge of any verifier; false where it is not 43 to 128 unreserved characters. */
bool pkce_challenge_of(char out[static PKCE_TEXT], struct str verifier);

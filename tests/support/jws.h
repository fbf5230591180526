/* jws: looks into tokens that were made here, as who receives them would. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct json;
struct sig_key;

struct jws {
	const struct json *header, *claims;
	struct str signed_part, signature;
};

/* Takes a compact JWS apart; the test fails where it is none. All lives in a. */
struct jws jws_open(struct str text, struct arena *a);
/* The ES256 signature holds under the public half of k. */
bool jws_holds(const struct jws *j, const struct sig_key *k);

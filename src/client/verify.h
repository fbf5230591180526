/* verify: whether a server takes a token, and would not take just anything. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct err;
struct url;
struct world;

enum verify_result {
	VERIFY_GOOD,       /* the server takes this token and refuses a made-up one */
	VERIFY_UNVERIFIED, /* it takes a made-up one too, or answers neither clearly */
};

/* Asks the server for its tools, with the token and with one that is made up. ERR_LOGIN when the token is
 * rejected; ERR_NETWORK when the server cannot be reached. Turns the loop of w. */
bool verify_token(struct world *w, const struct url *url, struct str token, enum verify_result *result, struct err *e);

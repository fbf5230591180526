/* given: a token that the user brings, on standard input. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct err;
struct world;

enum { GIVEN_WAIT_MS = 60 * 1000, GIVEN_MAX = 32 * 1024 - 1 };

/* Reads standard input to its end, for at most --timeout or GIVEN_WAIT_MS: one line and nothing else, of at most
 * GIVEN_MAX bytes, blanks at its ends left out. It lives in w->arena. Turns the loop of w. ERR_USAGE. */
bool given_read(struct world *w, struct str *token, struct err *e);

/* It is not empty, and all its characters may stand in a bearer token's field (RFC 6750 §2.1, generously: all
 * visible ASCII). ERR_USAGE, without a piece of it. */
bool given_check(struct str token, struct err *e);

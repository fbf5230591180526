/* piped: all of standard input, where that is no terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct err;
struct world;

enum { PIPED_SAY_MS = 2000, PIPED_WAIT_MS = 60 * 1000 };

/* Reads it to its end, at most limit bytes, for at most --timeout or PIPED_WAIT_MS; it lives in w->arena. Where it takes a while, what is
 * waited for is said: "Waiting for WHAT on standard input". ERR_USAGE, with `instead` as what to do, when the end does not come in
 * time; ERR_LIMIT; ERR_STOPPED. Turns the loop. w->input must not be -1. */
bool piped_read(struct world *w, size_t limit, const char *what, const char *instead, struct str *text, struct err *e);

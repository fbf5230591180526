/* notice: what a server tells while a call is under way: how far it is, on one line of the terminal that changes; with
 * --verbose what it logs. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct json;
struct json_write;
struct rpc;
struct world;

/* Zeroed before use, world filled in. */
struct notice {
	struct world *world;
	/* private */
	bool shown; /* a line stands there */
};

/* Progress is shown: standard error is a terminal, and nobody wants quiet. */
bool notice_is_wanted(const struct world *w);
/* Writes the member `_meta` of a request's params, so that notices come for it; nothing where none are wanted. */
void notice_write_meta(const struct world *w, struct json_write *j);
/* A notification came. */
void notice_take(struct notice *n, const struct rpc *m);
/* Takes the line away, before anything else is written. Content when none stands there. */
void notice_clear(struct notice *n);

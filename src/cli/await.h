/* await: a command that has nothing else to do turns the loop until its answer is there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct broker_token;
struct err;
struct url;
struct world;

/* Asks the broker and waits. The token's strs live in w->arena. */
bool await_token(struct world *w, const struct url *url, int64_t min_ttl_s, struct broker_token *token, struct err *e);

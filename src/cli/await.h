/* await: a command that has nothing else to do turns the loop until its answer is there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct broker_token;
struct err;
struct fetch_answer;
struct fetch_request;
struct url;
struct world;

/* Asks the broker and waits. The token's strs live in a. */
bool await_token(struct world *w, const struct url *url, int64_t min_ttl_s, struct arena *a, struct broker_token *token, struct err *e);

/* Sends a request and waits for its whole answer, of at most limit bytes of body; it lives in a. */
bool await_answer(struct world *w, const struct fetch_request *r, size_t limit, struct arena *a, struct fetch_answer *answer,
	struct err *e);

/* Lets the loop turn for ms milliseconds. False with ERR_STOPPED. */
bool await_ms(struct world *w, int64_t ms, struct err *e);

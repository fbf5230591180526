/* answer: what --json prints: one document on one line, whole or not at all. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json/json_write.h"

struct err;
struct world;

enum { ANSWER_LARGE = 32 * 1024 * 1024 }; /* room for whatever a server listed */

struct answer {
	struct json_write json; /* to be written to, between answer_begin and answer_send */
	/* private */
	struct arena arena;
	struct buf text;
};

/* Begins an object; room is about how many bytes it may take. Not to be moved before answer_send.
 * ERR_SYSTEM without memory. */
bool answer_begin(struct answer *a, size_t room, struct err *e);
/* A time in seconds since 1970; 0 is written as null. */
void answer_time(struct answer *a, struct str name, int64_t at);
/* Wipes it, unsent. */
void answer_drop(struct answer *a);
/* Ends the object, prints it and wipes it. ERR_LIMIT, and nothing printed, when it took more than the room. */
bool answer_send(struct answer *a, struct world *w, struct err *e);

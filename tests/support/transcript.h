/* transcript: a conversation written down: what a talk sends, word for word, and what it is answered. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "http/field.h"
#include "mcp/talk.h"

struct transcript_turn {
	const char *sends; /* "POST\nName: value\n...\n\nbody"; NULL: whatever it is */
	int64_t wait_ms;
	int status;
	const char *type;    /* Content-Type; NULL: none */
	const char *session; /* Mcp-Session-Id; NULL: none */
	const char *body;
	bool breaks; /* the connection is lost at the end of the body */
};

/* Lets t send and be answered as the turns say, the bodies in pieces of `piece` bytes (0: whole),
 * until it wants no more; fails the test where it sends something else, or not all turns were
 * used. Returns READY, DONE or FAIL. */
enum talk_step transcript_run(struct talk *t, const struct transcript_turn *turns, size_t n, size_t piece);

/* visit: a command's talk with one server: it asks and waits, while the loop turns. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "cli/asking.h"
#include "cli/notice.h"
#include "client/conversation.h"

struct aim;
struct args;
struct enrol;
struct json;
struct world;

enum { VISIT_CANCEL_MS = 2000 };

/* For a command's table of flags. */
#define VISIT_FLAGS \
	{"--protocol-version", 0, "DATE", "speak this revision of MCP alone"}, \
	{"--transport", 0, "HOW", "http or sse alone (auto finds out)"}

/* Zeroed before visit_begin; not to be moved until visit_end. */
struct visit {
	/* To be filled in before, where the command wants it. */
	bool calls; /* tools are called: they may take their time, and the server may ask the user */
	void (*noticed)(void *self, const struct rpc *notification); /* beside what is shown */
	void *self;

	struct world *world;
	struct conversation *talk; /* large: on the heap */
	/* private */
	struct enrol *enrol;
	struct asking asking;
	struct notice notice;
	bool begun, over, broken;
	struct err failure;
};

/* Makes the conversation with what the flags say; nothing is sent yet. */
bool visit_begin(struct visit *v, struct world *w, const struct args *a, const struct aim *t, struct err *e);
/* Asks, and waits for the answer: v->talk->talk.result or, where it is refused, .refusal. False where there is none. Ctrl-C takes
 * the question back: ERR_STOPPED. */
bool visit_ask(struct visit *v, struct str method, const struct json *params, struct err *e);
/* The same for all pages of a list: v->talk->talk.items. */
bool visit_list(struct visit *v, struct str method, struct str member, struct err *e);
/* Opens a stream of notifications, and waits until it stands. */
bool visit_listen(struct visit *v, const struct json *params, struct err *e);
/* What the server answered with an error, as an error of ours: ERR_FAILED "the server refuses WHAT: ...". */
bool visit_refusal(const struct visit *v, const char *what, struct err *e);
/* Says goodbye where there is something left to say, and wipes everything. Content with one that never began. */
void visit_end(struct visit *v);

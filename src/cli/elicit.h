/* elicit: what a server wants to know from the user (elicitation/create), as a form that is filled in line by line, or
 * from its defaults. No I/O: what is to be shown comes as text, fit for a terminal; what is typed goes in line by line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "cli/schema.h"

struct err;
struct json;

enum { ELICIT_ARENA = 2 * 1024 * 1024, ELICIT_TEXT = 128 * 1024, ELICIT_CONTENT = 512 * 1024, ELICIT_TRIES = 5 };

/* The answer from defaults alone, JSON text in a: accepted with every property that has a default, declined where one that is required has
 * none, and where a URL is to be visited. */
struct str elicit_defaults(const struct json *params, struct arena *a);
/* {"action":"decline"} */
struct str elicit_decline(void);

enum elicit_step {
	ELICIT_MORE, /* show elicit_text, then wait for a line */
	ELICIT_OPEN, /* the user agreed to visit .address; then elicit_answer is the answer */
	ELICIT_OVER, /* elicit_answer is the answer */
};

/* Zeroed before elicit_begin; not to be moved until elicit_end. */
struct elicit {
	struct str address; /* of URL mode: put together again from its parts */
	/* private */
	struct arena arena;
	struct buf text;    /* to be shown */
	struct buf content; /* what was given so far, in JSON */
	struct str server;
	const struct json *root, *property; /* the schema, and what is asked for now */
	struct schema field;
	unsigned tries;
	bool by_url, confirming;
	struct str answer;
};

/* Begins a form. server: who asks, to be shown; params: those of the request, which must stay. ERR_INPUT for what is no form: the
 * request is to be refused with "invalid params". */
bool elicit_begin(struct elicit *f, struct str server, const struct json *params, struct err *e);
/* What to show now: questions, and what was wrong with the line before. Valid until the next call. */
struct str elicit_text(const struct elicit *f);
/* A line was typed. One whose at is NULL: the user wants to go (Ctrl-D), which cancels. */
enum elicit_step elicit_line(struct elicit *f, struct str line);
/* JSON text of the result. */
struct str elicit_answer(const struct elicit *f);
/* Wipes. Content with one that never began. */
void elicit_end(struct elicit *f);

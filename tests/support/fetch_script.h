/* fetch_script: a network without a wire. Steps say which request is expected and what it is answered
 * with; a `serve` function may stand in for steps and answer as a server would. Everything happens on
 * an events_script, so the order is the same each time. A surprise fails the test that is running. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/fetch.h"

struct events;
struct fetch_script;

/* All text is borrowed until fetch_script_end. Zero means: any, none, at once. */
struct fetch_script_step {
	/* the request that is expected */
	const char *method;
	const char *url;           /* whole, as url_write writes it */
	const char *fields[6];     /* "Name: value" that must be there; "!Name" that must not */
	const char *body;          /* exactly this */
	const char *body_has[6];   /* these pieces */
	void (*check)(void *self, const struct fetch_request *r);
	void *self;

	/* the answer: status and all that follows, or a failure */
	int status;
	const char *answer_fields[8]; /* "Name: value" */
	struct str answer;
	size_t piece;                 /* bytes in a piece; 0: all in one */
	int64_t delay_ms;             /* before the head */
	int64_t piece_ms;             /* before each piece */
	enum err_kind fails;          /* with status 0 instead of an answer; else in place of a good end */
	const char *failure;          /* its text */
	bool hangs;                   /* no head ever comes; timeout_ms of the request still holds */
	bool stays_open;              /* after the last piece there is no end (an event stream) */
	int times;                    /* how often the step may be used; 0: once */
};

enum { FETCH_SCRIPT_STEPS = 64, FETCH_SCRIPT_SEEN = 128 };

struct fetch_script {
	struct fetch fetch; /* for those who ask: &s.fetch */
	struct events *events;
	struct fetch_script_step steps[FETCH_SCRIPT_STEPS];
	int used[FETCH_SCRIPT_STEPS];
	size_t steps_n;
	bool any_order; /* a request takes the first unused step whose method and url fit */
	/* Answers instead of the steps: fills *answer (zeroed before). What it points to is copied. */
	void (*serve)(void *self, const struct fetch_request *r, struct fetch_script_step *answer);
	void *self;
	/* what was asked so far, as text: "POST https://host/path\nname: value\n\nbody" */
	char *seen[FETCH_SCRIPT_SEEN];
	size_t seen_n;
	struct fetch_exchange *open;
	size_t open_n; /* exchanges under way */
	size_t open_most;
};

void fetch_script_start(struct fetch_script *s, struct events *v);
/* Appends a step: fetch_script_expect(&s, (struct fetch_script_step){.url = ..., .status = 200}). */
void fetch_script_expect(struct fetch_script *s, struct fetch_script_step step);
/* Delivers one more piece to the newest exchange whose step stays_open; end ends it whole. */
void fetch_script_push(struct fetch_script *s, struct str piece);
void fetch_script_finish(struct fetch_script *s, const struct err *failure);
/* Every step was used, and no exchange is open; gives back the memory. */
void fetch_script_end(struct fetch_script *s);
/* The same without judging, for a test that is over anyway. */
void fetch_script_drop(struct fetch_script *s);

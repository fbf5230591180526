/* events: what the loop offers to rooms that may not see it: timers, watched descriptors,
 * and work done off the loop. net/loop is the real one. Everything that is set here
 * belongs to the caller and must stay until it fired or was cleared. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct events;

/* Fires once. Zeroed before first use. */
struct events_timer {
	void (*fire)(void *self);
	void *self;
	/* private: sys/timers */
	int64_t at_ms;
	uint64_t order;
	bool set;
	struct events_timer *child, *next, *prev;
};

/* A descriptor that is not a connection: standard input, a pipe. Zeroed before first use. */
struct events_watch {
	int fd;
	void (*ready)(void *self); /* there is something to read, or the end */
	void *self;
	bool writes; /* instead: there is room to write, or nobody reads any more */
	/* private */
	bool set;
	void *slot;
};

/* work runs on another thread, then done on the loop. Between start and done the
 * worker owns whatever self points to. */
struct events_job {
	void (*work)(void *self);
	void (*done)(void *self);
	void *self;
	/* private */
	struct events_job *next;
};

struct events_ops {
	void (*timer_set)(struct events *v, struct events_timer *t, int64_t in_ms);
	void (*timer_clear)(struct events *v, struct events_timer *t);
	bool (*watch_set)(struct events *v, struct events_watch *w, struct err *e);
	void (*watch_clear)(struct events *v, struct events_watch *w);
	void (*job_start)(struct events *v, struct events_job *j);
	bool (*turn)(struct events *v, struct err *e);
};

struct events {
	const struct events_ops *ops;
};

/* Fires in in_ms milliseconds; setting a set timer moves it. */
void events_timer_set(struct events *v, struct events_timer *t, int64_t in_ms);
/* Content with a timer that is not set. */
void events_timer_clear(struct events *v, struct events_timer *t);
bool events_watch_set(struct events *v, struct events_watch *w, struct err *e);
void events_watch_clear(struct events *v, struct events_watch *w);
/* There is one file worker: jobs are done one after another. */
void events_job_start(struct events *v, struct events_job *j);

/* Waits for what happens next and deals with it. False with ERR_STOPPED after SIGINT or
 * SIGTERM, and with ERR_SYSTEM when nothing is left that could happen. Commands turn
 * until what they wait for is done; it is never called from within an event. */
bool events_turn(struct events *v, struct err *e);

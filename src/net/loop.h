/* loop: the one place that waits: sockets (epoll), timers, signals, descriptors that are no sockets,
 * and jobs done on one worker thread. It is a struct events to the rooms that may not see it. */
#pragma once

#include <stdbool.h>

#include "sys/events.h"

struct clock;
struct err;
struct loop;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* A socket. Zeroed before first use; it must stay until it was removed. */
struct loop_source {
	int fd;
	/* what: LOOP_READ, LOOP_WRITE or both; an error or a hang-up shows as all that was wanted. */
	void (*ready)(void *self, unsigned what);
	void *self;
	bool quiet; /* alone it is nothing to wait for: a kept connection, a wake-up */
	/* private */
	unsigned wanted;
	unsigned known; /* to the kernel */
	bool set;
	struct loop_source *next_late;
};

/* Takes over SIGINT and SIGTERM (unless they are ignored) until loop_close, ignores SIGPIPE, and
 * waits by c. The second signal ends the process. NULL with ERR_SYSTEM. */
struct loop *loop_open(struct clock *c, struct err *e);
/* Lets the worker finish what was started, without calling its `done`. Nothing may be set any more
 * that will be touched again. Content with NULL. */
void loop_close(struct loop *l);

/* For the rooms that may not see the loop; events_turn turns it. */
struct events *loop_events(struct loop *l);

/* Watches s->fd. Sources, timers and watches may be added and removed at any time, from within any event. On failure errno
 * is EPERM where the descriptor is a file. */
bool loop_add(struct loop *l, struct loop_source *s, unsigned wanted, struct err *e);
/* What the kernel has no room for now it is asked for again, soon. */
void loop_want(struct loop *l, struct loop_source *s, unsigned wanted);
/* Content with a source that was not added. Call it before the descriptor is closed. */
void loop_remove(struct loop *l, struct loop_source *s);

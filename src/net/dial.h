/* dial: a TCP connection to the first of several addresses that answers. Attempts begin a quarter of
 * a second apart and run side by side (RFC 8305 §5), so one that leads nowhere costs little. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/loop.h"
#include "net/resolve.h"

/* The caller's until done was called or it was cancelled. Zeroed before first use. */
struct dial {
	/* The connected socket (non-blocking), which is the receiver's to close; or -1 and the failure
	 * of the most telling attempt. Never called before dial_start has returned. */
	void (*done)(void *self, int fd, const struct err *failure);
	void *self;
	/* private */
	struct loop *loop;
	struct resolve_answer answer;
	uint16_t port;
	char where[280];
	size_t next, open;
	struct dial_try {
		struct dial *dial;
		struct loop_source source;
	} tries[RESOLVE_ADDRESSES];
	struct events_timer stagger;
	struct err failure;
	int rank;
};

/* where is "HOST:PORT" for errors. There is no deadline here. */
void dial_start(struct dial *d, struct loop *l, const struct resolve_answer *answer, uint16_t port, const char *where);
/* Content with one that is not under way. */
void dial_cancel(struct dial *d);

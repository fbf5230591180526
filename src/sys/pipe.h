/* pipe: lines written to a descriptor that is not always ready for them (a child's input, the host that reads our output):
 * what it does not take waits in a bounded queue, and goes out as the loop turns. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "sys/events.h"

struct pipe_piece;

/* Zeroed before pipe_open; not to be moved. What waits is wiped when it is out, or dropped. */
struct pipe {
	/* Once, on the loop: NULL when pipe_finish was asked for and all is out; else why no more can be written. The descriptor
	 * is closed by then. It may call pipe_end. */
	void (*over)(void *self, const struct err *why);
	/* On the loop, when all that waited is out; NULL: nobody asks. */
	void (*drained)(void *self);
	void *self;

	/* private */
	struct events *events;
	struct events_watch watch;
	struct events_timer soon;
	struct pipe_piece *first, *last;
	size_t held, limit;
	struct err why;
	bool is_open, nonblocking, finishing;
};

/* Takes over fd. At most limit bytes wait. One that is not O_NONBLOCK stays so (others may share it) and is written to in
 * small pieces where there is room for them: a duplicate of standard output will do. SIGPIPE must be ignored (the loop does). */
void pipe_open(struct pipe *p, struct events *v, int fd, size_t limit);
/* Takes a copy of text and a line end behind it; line ends within text, which JSON has between its tokens alone, become
 * blanks. All of it or, with ERR_LIMIT, nothing; ERR_FAILED when no more can be written. */
bool pipe_send_line(struct pipe *p, struct str text, struct err *e);
/* Bytes that wait. */
size_t pipe_held(const struct pipe *p);
/* No more is sent; the descriptor is closed once all is out. */
void pipe_finish(struct pipe *p);
/* Drops what waits and closes the descriptor; over is not called. Content with one that was never opened. */
void pipe_end(struct pipe *p);

enum pipe_read {
	PIPE_BYTES,
	PIPE_EMPTY, /* nothing now */
	PIPE_END,   /* nothing any more */
};

/* One read of the other end: *n bytes of at most room. */
enum pipe_read pipe_read(int fd, char *at, size_t room, size_t *n);
/* Bytes that wait to be read at this moment. */
size_t pipe_waiting(int fd);

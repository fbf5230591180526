#include "sys/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/len.h"
#include "base/secret.h"

enum { TURN = 1024 * 1024 }; /* bytes written before others have their turn */

struct pipe_piece {
	struct pipe_piece *next;
	struct str left;
	size_t len;
	char bytes[];
};

static void drop_first(struct pipe *p)
{
	struct pipe_piece *piece = p->first;

	p->first = piece->next;
	if (!p->first)
		p->last = NULL;
	secret_wipe(piece->bytes, piece->len);
	free(piece);
}

static void shut(struct pipe *p)
{
	if (!p->is_open)
		return;
	events_watch_clear(p->events, &p->watch);
	close(p->watch.fd);
	p->is_open = false;
	while (p->first)
		drop_first(p);
	p->held = 0;
}

/* Over is always told from the loop, whoever found it out. */
static void shut_and_tell(struct pipe *p)
{
	shut(p);
	events_timer_set(p->events, &p->soon, 0);
}

static void tell(void *self)
{
	struct pipe *p = self;

	p->over(p->self, p->why.kind == ERR_NONE ? NULL : &p->why);
}

/* A descriptor that blocks takes this much without waiting when poll says that it is ready. */
static ssize_t write_some(const struct pipe *p, struct str bytes)
{
	struct pollfd ready = {.fd = p->watch.fd, .events = POLLOUT};

	if (p->nonblocking)
		return write(p->watch.fd, bytes.at, bytes.len);
	if (poll(&ready, 1, 0) == 1)
		return write(p->watch.fd, bytes.at, str_first(bytes, PIPE_BUF).len);
	errno = EAGAIN;
	return -1;
}

/* Writes until nothing is left, a turn's worth is out, or the descriptor takes no more. */
static bool flush(struct pipe *p)
{
	size_t out = 0;

	while (p->first && out < TURN) {
		ssize_t n = write_some(p, p->first->left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || err_set(&p->why, ERR_FAILED, "it takes no more: %s", strerror(errno));
		p->first->left = str_from(p->first->left, (size_t)n);
		p->held = len_sub(p->held, (size_t)n);
		out = len_add(out, (size_t)n);
		if (!p->first->left.len)
			drop_first(p);
	}
	return true;
}

static void go_on(struct pipe *p)
{
	bool good = flush(p);

	if (good && p->first)
		good = events_watch_set(p->events, &p->watch, &p->why);
	else
		events_watch_clear(p->events, &p->watch);
	if (!good || (p->finishing && !p->first))
		shut_and_tell(p);
}

static void ready(void *self)
{
	struct pipe *p = self;

	go_on(p);
	if (p->is_open && !p->first && p->drained)
		p->drained(p->self);
}

void pipe_open(struct pipe *p, struct events *v, int fd, size_t limit)
{
	int flags = fcntl(fd, F_GETFL);

	p->events = v;
	p->watch = (struct events_watch){.fd = fd, .ready = ready, .self = p, .writes = true};
	p->soon = (struct events_timer){.fire = tell, .self = p};
	p->limit = limit;
	p->is_open = true;
	p->nonblocking = flags >= 0 && (flags & O_NONBLOCK);
}

static void copy_line(char *to, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		to[i] = text.at[i] == '\n' || text.at[i] == '\r' ? ' ' : text.at[i];
	to[text.len] = '\n';
}

bool pipe_send_line(struct pipe *p, struct str text, struct err *e)
{
	size_t len = len_add(text.len, 1);
	struct pipe_piece *piece;

	if (!p->is_open || p->finishing)
		return err_set(e, ERR_FAILED, "nothing more can be sent: it was closed");
	if (len > len_sub(p->limit, p->held))
		return err_set(e, ERR_LIMIT, "%zu bytes wait to be taken already, and more than %zu may not", p->held, p->limit);
	piece = malloc(len_add(sizeof *piece, len));
	if (!piece)
		return err_set(e, ERR_SYSTEM, "there is no memory for a message of %zu bytes", text.len);
	copy_line(piece->bytes, text);
	piece->next = NULL;
	piece->len = len;
	piece->left = str_make(piece->bytes, len);
	if (p->last)
		p->last->next = piece;
	else
		p->first = piece;
	p->last = piece;
	p->held = len_add(p->held, len);
	if (!p->watch.set)
		go_on(p);
	return true;
}

size_t pipe_held(const struct pipe *p)
{
	return p->held;
}

void pipe_finish(struct pipe *p)
{
	if (!p->is_open || p->finishing)
		return;
	p->finishing = true;
	if (!p->first)
		shut_and_tell(p);
}

void pipe_end(struct pipe *p)
{
	if (!p->events)
		return;
	shut(p);
	events_timer_clear(p->events, &p->soon);
}

/* --- The other end -------------------------------------------------------------------- */

enum pipe_read pipe_read(int fd, char *at, size_t room, size_t *n)
{
	ssize_t got;

	do
		got = read(fd, at, room);
	while (got < 0 && errno == EINTR);
	*n = got > 0 ? (size_t)got : 0;
	if (got < 0 && errno == EAGAIN)
		return PIPE_EMPTY;
	return got > 0 ? PIPE_BYTES : PIPE_END;
}

size_t pipe_waiting(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

#include "net/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STAGGER_MS = 250 };

/* The higher rank says more about what is wrong. */
static const struct {
	int error, rank;
	const char *text;
} known[] = {
	{ECONNREFUSED, 5, "the connection was refused: is the server running, and is this its port?"},
	{ETIMEDOUT, 4, "the connection timed out: is a firewall between?"},
	{ECONNRESET, 4, "the connection was reset while it was made"},
	{EHOSTUNREACH, 2, "the host cannot be reached: check the network"},
	{ENETUNREACH, 1, "there is no route to it: check the network"},
	{EADDRNOTAVAIL, 1, "this machine has no address to reach it from: check the network"},
	{EAFNOSUPPORT, 1, "this machine does not speak that family of addresses"},
	{EACCES, 3, "this process may not connect to it"},
	{EPERM, 3, "a rule of this machine forbids the connection"},
};

static void note(struct dial *d, int error)
{
	const char *text = strerror(error);
	int rank = 3;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].error == error) {
			text = known[i].text;
			rank = known[i].rank;
		}
	if (rank <= d->rank)
		return;
	d->rank = rank;
	err_set(&d->failure, ERR_NETWORK, "%s: %s", d->where, text);
}

static void end_try(struct dial_try *t)
{
	struct dial *d = t->dial;

	loop_remove(d->loop, &t->source);
	if (t->source.fd >= 0)
		close(t->source.fd);
	t->source.fd = -1;
	d->open--;
}

static void set_options(int fd)
{
	int on = 1, idle_s = 60, every_s = 15, times = 4;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* Event streams may be silent for hours: a dead peer shows all the same. */
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
}

static void advance(struct dial *d);

static void finish(struct dial *d, struct dial_try *t)
{
	int fd = t->source.fd;

	loop_remove(d->loop, &t->source);
	t->source.fd = -1;
	d->open--;
	dial_cancel(d);
	d->done(d->self, fd, NULL);
}

static void connected(void *self, unsigned what)
{
	struct dial_try *t = self;
	int error = 0;
	socklen_t len = sizeof error;

	(void)what;
	if (getsockopt(t->source.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (!error) {
		finish(t->dial, t);
		return;
	}
	note(t->dial, error);
	end_try(t);
	advance(t->dial);
}

/* False: this address leads nowhere. A connection that stands at once shows as writable. */
static bool begin_try(struct dial *d, size_t i)
{
	union resolve_address *a = &d->answer.addresses[i];
	bool is_v6 = a->any.sa_family == AF_INET6;
	struct dial_try *t = &d->tries[i];
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	t->source = (struct loop_source){.fd = fd, .ready = connected, .self = t};
	d->open++;
	if (fd >= 0) {
		set_options(fd);
		if (is_v6)
			a->v6.sin6_port = htons(d->port);
		else
			a->v4.sin_port = htons(d->port);
		if ((connect(fd, &a->any, is_v6 ? sizeof a->v6 : sizeof a->v4) == 0 || errno == EINPROGRESS) &&
			loop_add(d->loop, &t->source, LOOP_WRITE, NULL))
			return true;
	}
	note(d, errno);
	end_try(t);
	return false;
}

/* Begins the next attempt that can begin; with none left and none open, it is over. */
static void advance(struct dial *d)
{
	bool begun = false;

	while (!begun && d->next < d->answer.n)
		begun = begin_try(d, d->next++);
	if (d->next < d->answer.n)
		events_timer_set(loop_events(d->loop), &d->stagger, STAGGER_MS);
	if (d->open)
		return;
	dial_cancel(d);
	if (d->rank == 0)
		err_set(&d->failure, ERR_NETWORK, "%s: there is no address to connect to", d->where);
	d->done(d->self, -1, &d->failure);
}

static void time_for_next(void *self)
{
	advance(self);
}

void dial_start(struct dial *d, struct loop *l, const struct resolve_answer *answer, uint16_t port, const char *where)
{
	d->loop = l;
	d->answer = *answer;
	d->port = port;
	d->next = d->open = 0;
	d->rank = 0;
	for (size_t i = 0; i < RESOLVE_ADDRESSES; i++)
		d->tries[i] = (struct dial_try){.dial = d, .source = {.fd = -1}};
	snprintf(d->where, sizeof d->where, "%s", where);
	d->stagger = (struct events_timer){.fire = time_for_next, .self = d};
	events_timer_set(loop_events(l), &d->stagger, 0);
}

void dial_cancel(struct dial *d)
{
	if (!d->loop)
		return;
	events_timer_clear(loop_events(d->loop), &d->stagger);
	for (size_t i = 0; i < d->next && i < RESOLVE_ADDRESSES; i++)
		if (d->tries[i].source.fd >= 0)
			end_try(&d->tries[i]);
	d->next = d->answer.n;
}

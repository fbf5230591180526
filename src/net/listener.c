#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "http/listen.h"
#include "net/loop.h"
#include "net/resolve.h"
#include "net/visitor.h"

struct listener {
	struct listen listen;
	struct loop *loop;
	struct listen_door *doors;
};

struct listen_door {
	struct listener *listener;
	struct listen_door *next;
	struct loop_source source;
	struct listen_sink sink;
	struct visitor *visitors;
	size_t visitors_n;
	char address[INET6_ADDRSTRLEN];
	bool closed; /* it goes when its last visitor has */
};

static struct listener *listener_of(struct listen *l)
{
	return (struct listener *)(void *)((char *)l - offsetof(struct listener, listen));
}

static void free_door(struct listen_door *d)
{
	struct listen_door **link = &d->listener->doors;

	while (*link != d)
		link = &(*link)->next;
	*link = d->next;
	free(d);
}

static void shut(struct listen_door *d)
{
	if (d->closed)
		return;
	d->closed = true;
	loop_remove(d->listener->loop, &d->source);
	close(d->source.fd);
}

static void close_door(struct listen *l, struct listen_door *d)
{
	(void)l;
	shut(d);
	d->visitors_n++; /* we hold it while others leave */
	visitor_drop_unheard(d->visitors);
	if (--d->visitors_n == 0)
		free_door(d);
}

/* --- Visitors ---------------------------------------------------------------------- */

static void asked(void *self, const struct listen_request *r, struct listen_reply *reply)
{
	struct listen_door *d = self;

	d->sink.request(d->sink.self, r, reply);
}

static void left(void *self, struct visitor *v)
{
	struct listen_door *d = self;

	visitor_unlink(&d->visitors, v);
	d->visitors_n--;
	if (!d->closed)
		loop_want(d->listener->loop, &d->source, LOOP_READ);
	else if (!d->visitors_n)
		free_door(d);
}

/* A full house accepts nobody; the next waits in the kernel's queue. */
static void knocked(void *self, unsigned what)
{
	struct listen_door *d = self;
	int fd = accept4(d->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct visitor_host host = {.address = d->address, .asked = asked, .left = left, .self = d};

	(void)what;
	if (fd < 0)
		return;
	if (!visitor_receive(&d->visitors, d->listener->loop, fd, &host))
		return;
	if (++d->visitors_n == LISTENER_VISITORS)
		loop_want(d->listener->loop, &d->source, 0);
}

/* --- Doors ------------------------------------------------------------------------- */

static bool read_address(struct str host, union resolve_address *a, socklen_t *len)
{
	if (!resolve_literal(str_same_nocase(host, S("localhost")) ? S("127.0.0.1") : host, a))
		return false;
	*len = a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
	return true;
}

/* SO_REUSEADDR: on Linux it only passes over connections of before that have not quite gone; a
 * port somebody listens on stays taken. */
static bool bind_to(int fd, union resolve_address *a, socklen_t len)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	return bind(fd, &a->any, len) == 0 && listen(fd, SOMAXCONN) == 0 && getsockname(fd, &a->any, &len) == 0;
}

static int open_socket(struct str host, uint16_t port, union resolve_address *a, struct err *e)
{
	socklen_t len = 0;
	int fd;

	if (!read_address(host, a, &len)) {
		err_set(e, ERR_USAGE, "cannot listen on %.*s: it is no address", STR(str_first(host, 100)));
		return -1;
	}
	a->v4.sin_port = htons(port); /* at the same place in both */
	fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && bind_to(fd, a, len))
		return fd;
	err_set(e, ERR_NETWORK, "cannot listen on %.*s port %u: %s%s", STR(host), port, strerror(errno),
		errno == EADDRINUSE ? " (another program holds it: end that one or name another port)" : "");
	if (fd >= 0)
		close(fd);
	return -1;
}

static struct listen_door *open_door(struct listen *l, struct str host, uint16_t port, struct listen_sink sink, uint16_t *bound, struct err *e)
{
	struct listener *n = listener_of(l);
	struct listen_door *d;
	union resolve_address a;
	int fd = open_socket(host, port, &a, e);

	if (fd < 0)
		return NULL;
	d = calloc(1, sizeof *d);
	if (!d) {
		err_set(e, ERR_SYSTEM, "there is no memory to listen");
		close(fd);
		return NULL;
	}
	*d = (struct listen_door){.listener = n, .next = n->doors, .sink = sink};
	d->source = (struct loop_source){.fd = fd, .ready = knocked, .self = d};
	inet_ntop(a.any.sa_family, a.any.sa_family == AF_INET6 ? (void *)&a.v6.sin6_addr : (void *)&a.v4.sin_addr, d->address, sizeof d->address);
	*bound = ntohs(a.v4.sin_port);
	n->doors = d;
	if (loop_add(n->loop, &d->source, LOOP_READ, e))
		return d;
	close(fd);
	free_door(d);
	return NULL;
}

static const struct listen_ops ops = {open_door, close_door};

struct listener *listener_open(struct loop *l, struct err *e)
{
	struct listener *n = calloc(1, sizeof *n);

	if (!n) {
		err_set(e, ERR_SYSTEM, "there is no memory to listen");
		return NULL;
	}
	n->listen.ops = &ops;
	n->loop = l;
	return n;
}

void listener_close(struct listener *n)
{
	if (!n)
		return;
	while (n->doors) {
		struct listen_door *d = n->doors;

		shut(d);
		if (!d->visitors_n)
			free_door(d);
		else
			visitor_drop_all(d->visitors); /* the door goes with the last */
	}
	free(n);
}

struct listen *listener_listen(struct listener *n)
{
	return &n->listen;
}

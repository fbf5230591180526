#include "net/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "net/tls.h"

struct conn *conn_open(struct loop *l, int fd, struct err *e)
{
	struct conn *c = calloc(1, sizeof *c);

	if (c) {
		c->loop = l;
		c->source.fd = fd;
		if (loop_add(l, &c->source, 0, e))
			return c;
	} else {
		err_set(e, ERR_SYSTEM, "there is no memory for a connection");
	}
	close(fd);
	free(c);
	return NULL;
}

void conn_drop(struct conn *c)
{
	if (!c)
		return;
	loop_remove(c->loop, &c->source);
	if (c->tls)
		tls_bye(c->tls, c->source.fd);
	tls_free(c->tls);
	close(c->source.fd);
	free(c);
}

void conn_owner(struct conn *c, void (*ready)(void *self, unsigned what), void *self)
{
	c->source.ready = ready;
	c->source.self = self;
}

void conn_want(struct conn *c, unsigned wanted)
{
	loop_want(c->loop, &c->source, wanted);
}

bool conn_secure(struct conn *c, const struct tls_settings *s, struct str host, struct err *e)
{
	c->tls = tls_open(s, host, e);
	return c->tls;
}

enum wire conn_shake(struct conn *c, struct err *e)
{
	return c->tls ? tls_shake(c->tls, c->source.fd, e) : WIRE_DONE;
}

static enum wire failed(enum wire blocked, struct err *e)
{
	if (errno == EAGAIN)
		return blocked;
	err_set(e, ERR_NETWORK, "the connection broke off: %s", strerror(errno));
	return WIRE_CUT;
}

enum wire conn_read(struct conn *c, void *at, size_t room, size_t *n, struct err *e)
{
	ssize_t got;

	if (c->tls)
		return tls_read(c->tls, c->source.fd, at, room, n, e);
	*n = 0;
	do
		got = recv(c->source.fd, at, room, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return failed(WIRE_WANT_READ, e);
	if (got == 0) {
		err_set(e, ERR_NETWORK, "the connection was closed");
		return WIRE_CLOSED;
	}
	*n = (size_t)got;
	return WIRE_DONE;
}

enum wire conn_write(struct conn *c, struct str bytes, size_t *n, struct err *e)
{
	ssize_t put;

	if (c->tls)
		return tls_write(c->tls, c->source.fd, bytes, n, e);
	*n = 0;
	do
		put = send(c->source.fd, bytes.at, bytes.len, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put < 0)
		return failed(WIRE_WANT_WRITE, e);
	*n = (size_t)put;
	return WIRE_DONE;
}

enum wire conn_flush(struct conn *c, struct err *e)
{
	return c->tls ? tls_flush(c->tls, c->source.fd, e) : WIRE_DONE;
}

bool conn_rest(struct conn *c)
{
	return !c->tls || tls_rest(c->tls);
}

bool conn_is_quiet(const struct conn *c)
{
	char byte;

	return recv(c->source.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

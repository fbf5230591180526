#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/loop.h"
#include "support/tcp_script.h"
#include "support/wire_world.h"

/* --- A wire that must hear before it speaks; it stands in for net/conn ------------------------------ */

static struct wire_log {
	bool heard;
	int writes_in_vain;
} wire;

struct conn *conn_open(struct loop *l, int fd, struct err *e)
{
	struct conn *c = calloc(1, sizeof *c);

	assert_non_null(c);
	c->loop = l;
	c->source.fd = fd;
	assert_ok(loop_add(l, &c->source, 0, e), e);
	return c;
}

void conn_drop(struct conn *c)
{
	if (!c)
		return;
	loop_remove(c->loop, &c->source);
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
	(void)c;
	(void)s;
	(void)host;
	return err_set(e, ERR_NETWORK, "this wire is plain");
}

enum wire conn_shake(struct conn *c, struct err *e)
{
	(void)c;
	(void)e;
	return WIRE_DONE;
}

enum wire conn_read(struct conn *c, void *at, size_t room, size_t *n, struct err *e)
{
	ssize_t got = recv(c->source.fd, at, room, 0);

	*n = got > 0 ? (size_t)got : 0;
	wire.heard = wire.heard || got > 0;
	if (got > 0)
		return WIRE_DONE;
	err_set(e, ERR_NETWORK, "closed");
	return got < 0 && errno == EAGAIN ? WIRE_WANT_READ : WIRE_CLOSED;
}

enum wire conn_write(struct conn *c, struct str bytes, size_t *n, struct err *e)
{
	ssize_t put;

	(void)e;
	*n = 0;
	if (!wire.heard) {
		wire.writes_in_vain++;
		return WIRE_WANT_READ;
	}
	put = send(c->source.fd, bytes.at, bytes.len, MSG_NOSIGNAL);
	assert_true(put > 0);
	*n = (size_t)put;
	return WIRE_DONE;
}

enum wire conn_flush(struct conn *c, struct err *e)
{
	(void)c;
	(void)e;
	return WIRE_DONE;
}

bool conn_rest(struct conn *c)
{
	(void)c;
	return true;
}

bool conn_is_quiet(const struct conn *c)
{
	(void)c;
	return true;
}

/* ------------------------------------------------------------------------------------------------------ */

static void a_wire_that_must_hear_first_is_waited_for_and_not_asked_again_and_again(void **state)
{
	static struct tcp_script server = {
		.scripts = {{"~200", ">HTTP/1.1 100 Continue\r\n\r\n", "<", ">HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", NULL}}};
	static struct wire_world w;
	static struct wire_ask ask = {.request = {.method = S_INIT("POST"), .body = S_INIT("{}"), .has_body = true}};
	char url[64];

	(void)state;
	tcp_script_start(&server);
	wire_world_start(&w);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", server.port);
	wire_get(&w, &ask, url);
	wire_world_end(&w);
	tcp_script_stop(&server);
	assert_true(ask.good);
	assert_int_equal(ask.status, 200);
	assert_string_equal(ask.body, "ok");
	assert_non_null(strstr(server.seen, "\r\n\r\n{}"));
	assert_true(wire.writes_in_vain > 0 && wire.writes_in_vain < 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wire_that_must_hear_first_is_waited_for_and_not_asked_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

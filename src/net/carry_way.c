#include "net/carry_way.h"

#include "http/request.h"
#include "net/carry.h"
#include "net/carry_answer.h"
#include "sys/clock.h"

static void go_on(void *self, unsigned what);

/* --- The request ------------------------------------------------------------------- */

/* A peer that takes no more may have said why: what it said is read first. */
static void send_failed(struct fetch_exchange *x)
{
	if (x->kept && !x->heard) {
		carry_way_again(x);
		return;
	}
	x->deaf = true;
	conn_want(x->conn, LOOP_READ);
	carry_answer_read(x);
}

static bool is_unsent(const struct fetch_exchange *x)
{
	return (x->unsent[0].len || x->unsent[1].len) && !x->deaf;
}

static enum wire write_all(struct fetch_exchange *x)
{
	for (int i = 0; i < 2; i++)
		while (x->unsent[i].len) {
			size_t n;
			enum wire w = conn_write(x->conn, x->unsent[i], &n, NULL);

			if (w != WIRE_DONE)
				return w;
			x->unsent[i] = str_from(x->unsent[i], n);
		}
	return conn_flush(x->conn, NULL);
}

static void step_send(struct fetch_exchange *x)
{
	enum wire w = x->deaf ? WIRE_DONE : write_all(x);

	if (w == WIRE_DONE || w == WIRE_WANT_READ)
		conn_want(x->conn, LOOP_READ);
	else if (w == WIRE_WANT_WRITE)
		conn_want(x->conn, LOOP_READ | LOOP_WRITE);
	else
		send_failed(x);
}

/* The wire is ready for the request. */
static void send_request(struct fetch_exchange *x)
{
	x->sent_ms = clock_ms(x->carrier->options.clock);
	x->unsent[0] = x->head_text;
	x->unsent[1] = x->request->body;
	carry_enter(x, CARRY_HEAD);
	carry_answer_begin(x);
	step_send(x);
}

/* --- The way there ----------------------------------------------------------------- */

static void step_shake(struct fetch_exchange *x)
{
	struct err e = {0};
	enum wire w = conn_shake(x->conn, &e);

	if (w == WIRE_DONE)
		send_request(x);
	else if (w == WIRE_WANT_READ)
		conn_want(x->conn, LOOP_READ);
	else if (w == WIRE_WANT_WRITE)
		conn_want(x->conn, LOOP_WRITE);
	else
		carry_finish(x, &e);
}

static void secure(struct fetch_exchange *x)
{
	struct err e = {0};

	carry_enter(x, CARRY_SHAKE);
	if (conn_secure(x->conn, &x->carrier->tls, x->host, &e))
		step_shake(x);
	else
		carry_finish(x, &e);
}

static void ask_for_tunnel(struct fetch_exchange *x)
{
	struct request_options options = {.user_agent = S("keyfob/" KEYFOB_VERSION), .proxy_authorization = x->proxy_authorization};
	struct buf text = buf_in(&x->arena, CARRIER_HEAD_MAX);
	struct err e = {0};

	if (!request_write_connect(&text, &x->request->url, &options, &e)) {
		carry_fail(x, &e);
		return;
	}
	x->unsent[0] = buf_str(&text);
	carry_enter(x, CARRY_TUNNEL);
	carry_answer_begin(x);
	step_send(x);
}

/* The proxy has answered. False: x is gone. */
bool carry_way_tunnelled(struct fetch_exchange *x)
{
	int status = x->head.status;
	struct err e = {0};

	if (status >= 200 && status < 300 && x->head.len == x->in.len) {
		x->heard = false;
		secure(x);
		return false; /* it may be gone, and reading goes on by itself */
	}
	if (status == 407)
		err_set(&e, ERR_NETWORK, "%s wants another name and password (407): give them as HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT", x->peer);
	else
		err_set(&e, ERR_NETWORK, "%s does not let us through to %s: it answered %d to CONNECT", x->peer, x->where, status);
	carry_finish(x, &e);
	return false;
}

static void dialled(void *self, int fd, const struct err *failure)
{
	struct fetch_exchange *x = self;
	struct err e = {0};

	if (failure) {
		resolve_forget(x->carrier->resolve, x->peer_host);
		carry_finish(x, failure);
		return;
	}
	x->conn = conn_open(x->carrier->options.loop, fd, &e);
	if (!x->conn) {
		carry_finish(x, &e);
		return;
	}
	conn_owner(x->conn, go_on, x);
	if (x->proxied && x->secure)
		ask_for_tunnel(x);
	else if (x->secure)
		secure(x);
	else
		send_request(x);
}

static void dial(struct fetch_exchange *x, const struct resolve_answer *answer)
{
	carry_enter(x, CARRY_DIAL);
	x->dial.done = dialled;
	x->dial.self = x;
	dial_start(&x->dial, x->carrier->options.loop, answer, x->peer_port, x->peer);
}

static void resolved(void *self, const struct resolve_answer *answer, const struct err *failure)
{
	if (failure)
		carry_finish(self, failure);
	else
		dial(self, answer);
}

static void connect_afresh(struct fetch_exchange *x)
{
	struct resolve *resolve = x->carrier->resolve;
	int64_t given = x->carrier->options.timeout_ms;
	struct resolve_answer answer;
	struct err e = {0};

	if (resolve_now(resolve, x->peer_host, &answer)) {
		dial(x, &answer);
		return;
	}
	carry_enter(x, CARRY_RESOLVE);
	x->query.done = resolved;
	x->query.self = x;
	if (!resolve_start(resolve, &x->query, x->peer_host, given ? given : CARRIER_STAGE_MS, &e))
		carry_finish(x, &e);
}

void carry_way_again(struct fetch_exchange *x)
{
	conn_drop(x->conn);
	x->conn = NULL;
	x->kept = false;
	x->unsent[0] = x->unsent[1] = (struct str){0};
	connect_afresh(x);
}

void carry_way_begin(struct fetch_exchange *x)
{
	if (!x->request->fresh)
		x->conn = pool_take(&x->carrier->pool, x->key);
	if (!x->conn) {
		connect_afresh(x);
		return;
	}
	x->kept = true;
	conn_owner(x->conn, go_on, x);
	send_request(x);
}

/* The socket can do what was wanted of it. */
static void go_on(void *self, unsigned what)
{
	struct fetch_exchange *x = self;

	if (x->state == CARRY_SHAKE) {
		step_shake(x);
	} else if ((what & LOOP_WRITE) && x->state != CARRY_BODY) {
		step_send(x); /* what there is to read shows again with the next turn */
	} else {
		if (x->state == CARRY_BODY)
			conn_want(x->conn, LOOP_READ);
		else if (is_unsent(x)) /* it may be what the wire had to hear before it took more */
			conn_want(x->conn, LOOP_READ | LOOP_WRITE);
		carry_answer_read(x);
	}
}

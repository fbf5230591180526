#include "net/carry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/len.h"
#include "base/secret.h"
#include "http/request.h"

enum {
	ARENA = 4 * CARRIER_HEAD_MAX,
	SPARE = 8,
	READS = 32, /* in one go, before others have their turn */
};

static void step_send(struct fetch_exchange *x);
static void go_on(void *self, unsigned what);

static struct events *events(struct fetch_exchange *x)
{
	return loop_events(x->carrier->options.loop);
}

/* --- Beginning and ending ---------------------------------------------------------- */

static struct fetch_exchange *take_spare(struct carrier *c)
{
	struct fetch_exchange *x = c->spare;
	struct arena arena;

	if (x) {
		c->spare = x->next;
		c->spare_n--;
		arena = x->arena;
		*x = (struct fetch_exchange){.arena = arena};
		return x;
	}
	x = calloc(1, sizeof *x);
	if (x && arena_new(&x->arena, ARENA))
		return x;
	free(x);
	return NULL;
}

struct fetch_exchange *carry_new(struct carrier *c, struct err *e)
{
	struct fetch_exchange *x;

	if (c->open_n >= CARRIER_EXCHANGES) {
		err_set(e, ERR_LIMIT, "more than %d requests are under way at once", CARRIER_EXCHANGES);
		return NULL;
	}
	x = take_spare(c);
	if (!x) {
		err_set(e, ERR_SYSTEM, "there is no memory for a request");
		return NULL;
	}
	x->carrier = c;
	x->next = c->open;
	if (x->next)
		x->next->prev = x;
	c->open = x;
	c->open_n++;
	return x;
}

static void give_memory_back(struct fetch_exchange *x)
{
	struct carrier *c = x->carrier;

	arena_reset(&x->arena);
	if (c->spare_n < SPARE) {
		x->next = c->spare;
		c->spare = x;
		c->spare_n++;
		return;
	}
	arena_free(&x->arena);
	free(x);
}

void carry_end(struct fetch_exchange *x)
{
	struct carrier *c = x->carrier;

	if (!x->over) {
		events_timer_clear(events(x), &x->late);
		events_timer_clear(events(x), &x->stage);
		resolve_cancel(&x->query);
		dial_cancel(&x->dial);
		conn_drop(x->conn);
		x->conn = NULL;
		if (x->next)
			x->next->prev = x->prev;
		*(x->prev ? &x->prev->next : &c->open) = x->next;
		c->open_n--;
		x->over = true;
	}
	if (!x->calling)
		give_memory_back(x);
}

/* The last words to the sink; x is gone before they are said. */
static void finish(struct fetch_exchange *x, const struct err *failure)
{
	struct fetch_sink sink = x->sink;

	carry_end(x);
	sink.end(sink.self, failure);
}

/* The connection is kept where the answer ended by itself and nothing was left unsaid. */
static void succeed(struct fetch_exchange *x, bool nothing_left)
{
	struct conn *conn = x->conn;

	if (nothing_left && x->head.persists && !x->unsent[0].len && !x->unsent[1].len && !x->deaf) {
		x->conn = NULL;
		pool_keep(&x->carrier->pool, x->key, conn);
	}
	finish(x, NULL);
}

static void fail_at(struct fetch_exchange *x, struct err *e)
{
	err_where(e, "%s", x->where);
	finish(x, e);
}

/* --- Deadlines --------------------------------------------------------------------- */

static void too_late(void *self)
{
	struct fetch_exchange *x = self;
	static const char *const doing[] = {
		[CARRY_WAIT] = "before the request to %s began",
		[CARRY_RESOLVE] = "while looking up the address of %s",
		[CARRY_DIAL] = "while connecting to %s: is it up, and may this host reach it?",
		[CARRY_TUNNEL] = "while waiting for %s to open the way",
		[CARRY_SHAKE] = "in the TLS handshake with %s",
		[CARRY_HEAD] = "while waiting for the head of the answer of %s",
		[CARRY_BODY] = "in the middle of the answer of %s",
	};
	bool of_peer = x->state == CARRY_RESOLVE || x->state == CARRY_DIAL || x->state == CARRY_TUNNEL;
	int64_t waited = x->late.set ? x->stage_ms : x->late_ms; /* the one that fired is not set any more */
	char what[420];
	struct err e = {0};

	if (x->unsent[0].len || x->unsent[1].len)
		snprintf(what, sizeof what, "while sending the request to %s", x->where);
	else
		snprintf(what, sizeof what, doing[x->state], of_peer ? x->peer : x->where);
	err_set(&e, ERR_NETWORK, "timed out after %lld s %s (--timeout SECONDS waits longer)", (long long)(waited + 999) / 1000, what);
	finish(x, &e);
}

static void enter(struct fetch_exchange *x, enum carry_state state)
{
	int64_t given = x->carrier->options.timeout_ms;

	x->state = state;
	events_timer_clear(events(x), &x->stage);
	if (state >= CARRY_HEAD || state == CARRY_RESOLVE) /* a lookup has its own deadline */
		return;
	x->stage_ms = given ? given : CARRIER_STAGE_MS;
	x->stage = (struct events_timer){.fire = too_late, .self = x};
	events_timer_set(events(x), &x->stage, x->stage_ms);
}

static void expect_within(struct fetch_exchange *x, int64_t ms)
{
	x->late_ms = ms;
	x->late.fire = too_late;
	x->late.self = x;
	if (ms < 0)
		events_timer_clear(events(x), &x->late);
	else
		events_timer_set(events(x), &x->late, ms);
}

/* --- The answer -------------------------------------------------------------------- */

/* Asks the sink. False: x is gone, because the sink cancelled or refused. */
static bool sink_took(struct fetch_exchange *x, bool good, struct err *e)
{
	x->calling = false;
	if (x->over) {
		give_memory_back(x);
		return false;
	}
	if (!good)
		finish(x, e);
	return good;
}

static bool give_piece(struct fetch_exchange *x, struct str piece)
{
	struct err e = {0};
	bool good;

	if (!piece.len)
		return true;
	x->calling = true;
	good = x->sink.piece(x->sink.self, piece, &e);
	return sink_took(x, good, &e);
}

/* False: x is gone. */
static bool take_body(struct fetch_exchange *x, struct str bytes)
{
	struct err e = {0};

	do {
		struct str piece;
		size_t used = 0;
		enum feed fed = body_read(&x->body, bytes, &used, &piece, &e);

		bytes = str_from(bytes, used);
		if (fed == FEED_BAD) {
			fail_at(x, &e);
			return false;
		}
		if (!give_piece(x, piece))
			return false;
		if (fed == FEED_DONE) {
			succeed(x, bytes.len == 0);
			return false;
		}
	} while (bytes.len);
	return true;
}

/* The head stands. From here on nothing of the request is needed or held; what was not sent stays unsent. */
static bool give_head(struct fetch_exchange *x)
{
	struct fetch_head head = {x->head.status, x->head.fields, x->head.fields_n};
	struct err e = {0};
	bool good;

	x->request = NULL;
	if (x->unsent[0].len || x->unsent[1].len)
		x->deaf = true;
	x->unsent[0] = x->unsent[1] = (struct str){0};
	secret_wipe((char *)(uintptr_t)x->head_text.at, x->head_text.len);
	x->head_text = (struct str){0};
	enter(x, CARRY_BODY);
	expect_within(x, x->idle_ms);
	body_begin(&x->body, x->head.framing, UINT64_MAX);
	x->calling = true;
	good = x->sink.head(x->sink.self, &head, &e);
	return sink_took(x, good, &e);
}

static void begin_head(struct fetch_exchange *x)
{
	struct str method = x->state == CARRY_TUNNEL ? S("CONNECT") : x->request->method;

	head_begin_answer(&x->head, method, x->fields, HEAD_FIELDS_MAX, CARRIER_HEAD_MAX);
}

static bool step_tunnelled(struct fetch_exchange *x);

/* False: x is gone. */
static bool take_head(struct fetch_exchange *x, struct str bytes)
{
	struct err e = {0};
	enum feed fed;

	buf_add(&x->in, bytes);
	for (;;) {
		fed = head_read(&x->head, buf_str(&x->in), &e);
		if (fed != FEED_DONE || x->head.status >= 200)
			break;
		buf_eat(&x->in, x->head.len);
		begin_head(x);
	}
	if (fed == FEED_BAD || x->in.full) {
		if (x->in.full)
			err_set(&e, ERR_LIMIT, "the head of the answer is longer than %d bytes", CARRIER_HEAD_MAX);
		fail_at(x, &e);
		return false;
	}
	if (fed == FEED_MORE)
		return true;
	if (x->state == CARRY_TUNNEL)
		return step_tunnelled(x);
	if (!give_head(x) || !take_body(x, str_from(buf_str(&x->in), x->head.len)))
		return false;
	buf_wipe(&x->in);
	return true;
}

static void resend(struct fetch_exchange *x);

/* The connection ended while we read. */
static void ended(struct fetch_exchange *x, enum wire how, struct err *e)
{
	struct err why = {0};

	if (x->kept && !x->heard && how != WIRE_BAD) {
		resend(x);
		return;
	}
	if (x->state == CARRY_BODY && how == WIRE_CLOSED) {
		if (body_end(&x->body, &why))
			succeed(x, false);
		else
			fail_at(x, &why);
		return;
	}
	if (how != WIRE_BAD && x->state != CARRY_BODY)
		err_set(e, ERR_NETWORK, "the connection was closed %s", x->heard ? "in the middle of the answer's head" : "before an answer came: is this the right port, and http or https as it should be?");
	fail_at(x, e);
}

/* Reads what there is, as far as it is our turn. */
static void receive(struct fetch_exchange *x)
{
	struct carrier *c = x->carrier;
	bool here = true;

	for (int i = 0; i < READS && here; i++) {
		struct err e = {0};
		size_t n;
		enum wire w = conn_read(x->conn, c->scratch, sizeof c->scratch, &n, &e);

		if (w == WIRE_WANT_READ)
			return;
		if (w == WIRE_WANT_WRITE) {
			conn_want(x->conn, LOOP_READ | LOOP_WRITE);
			return;
		}
		if (w != WIRE_DONE) {
			ended(x, w, &e);
			return;
		}
		x->heard = true;
		if (x->state == CARRY_BODY) {
			expect_within(x, x->idle_ms);
			here = take_body(x, str_make(c->scratch, n));
		} else {
			here = take_head(x, str_make(c->scratch, n));
		}
		secret_wipe(c->scratch, n);
	}
}

/* --- The request ------------------------------------------------------------------- */

/* A peer that takes no more may have said why: what it said is read first. */
static void send_failed(struct fetch_exchange *x)
{
	if (x->kept && !x->heard) {
		resend(x);
		return;
	}
	x->deaf = true;
	conn_want(x->conn, LOOP_READ);
	receive(x);
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

	if (w == WIRE_DONE)
		conn_want(x->conn, LOOP_READ);
	else if (w == WIRE_WANT_READ || w == WIRE_WANT_WRITE)
		conn_want(x->conn, LOOP_READ | LOOP_WRITE);
	else
		send_failed(x);
}

/* The wire is ready for the request. */
static void send_request(struct fetch_exchange *x)
{
	x->unsent[0] = x->head_text;
	x->unsent[1] = x->request->body;
	x->deaf = x->heard = false;
	x->in = buf_in(&x->arena, CARRIER_HEAD_MAX + CARRY_SCRATCH);
	enter(x, CARRY_HEAD);
	begin_head(x);
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
		finish(x, &e);
}

static void secure(struct fetch_exchange *x)
{
	struct err e = {0};

	enter(x, CARRY_SHAKE);
	if (conn_secure(x->conn, &x->carrier->tls, x->host, &e))
		step_shake(x);
	else
		finish(x, &e);
}

static void ask_for_tunnel(struct fetch_exchange *x)
{
	struct request_options options = {.user_agent = S("keyfob/" KEYFOB_VERSION), .proxy_authorization = x->proxy_authorization};
	struct buf text = buf_in(&x->arena, CARRIER_HEAD_MAX);
	struct err e = {0};

	if (!request_write_connect(&text, &x->request->url, &options, &e)) {
		fail_at(x, &e);
		return;
	}
	x->unsent[0] = buf_str(&text);
	x->heard = x->deaf = false;
	x->in = buf_in(&x->arena, CARRIER_HEAD_MAX + CARRY_SCRATCH);
	enter(x, CARRY_TUNNEL);
	begin_head(x);
	step_send(x);
}

/* The proxy has answered. False: x is gone. */
static bool step_tunnelled(struct fetch_exchange *x)
{
	int status = x->head.status;
	struct err e = {0};

	if (status >= 200 && status < 300 && x->head.len == x->in.len) {
		x->tunnelled = true;
		x->heard = false;
		secure(x);
		return false; /* it may be gone, and reading goes on by itself */
	}
	if (status == 407)
		err_set(&e, ERR_NETWORK, "%s wants another name and password (407): give them as HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT", x->peer);
	else
		err_set(&e, ERR_NETWORK, "%s does not let us through to %s: it answered %d to CONNECT", x->peer, x->where, status);
	finish(x, &e);
	return false;
}

static void dialled(void *self, int fd, const struct err *failure)
{
	struct fetch_exchange *x = self;
	struct err e = {0};

	if (failure) {
		finish(x, failure);
		return;
	}
	x->conn = conn_open(x->carrier->options.loop, fd, &e);
	if (!x->conn) {
		finish(x, &e);
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
	enter(x, CARRY_DIAL);
	x->dial.done = dialled;
	x->dial.self = x;
	dial_start(&x->dial, x->carrier->options.loop, answer, x->peer_port, x->peer);
}

static void resolved(void *self, const struct resolve_answer *answer, const struct err *failure)
{
	if (failure)
		finish(self, failure);
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
	enter(x, CARRY_RESOLVE);
	x->query.done = resolved;
	x->query.self = x;
	if (!resolve_start(resolve, &x->query, x->peer_host, given ? given : CARRIER_STAGE_MS, &e))
		finish(x, &e);
}

static void resend(struct fetch_exchange *x)
{
	conn_drop(x->conn);
	x->conn = NULL;
	x->kept = false;
	connect_afresh(x);
}

static void begin(void *self)
{
	struct fetch_exchange *x = self;

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

void carry_begin(struct fetch_exchange *x)
{
	int64_t given = x->carrier->options.timeout_ms;
	int64_t asked = x->request->timeout_ms;

	expect_within(x, given ? given : asked ? asked : CARRIER_TIMEOUT_MS);
	x->stage = (struct events_timer){.fire = begin, .self = x};
	events_timer_set(events(x), &x->stage, 0);
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
		receive(x);
	}
}

/* --- What is to be sent, and where ------------------------------------------------- */

static bool choose_way(struct fetch_exchange *x, const struct fetch_request *r, struct err *e)
{
	struct proxy proxy;

	if (!proxy_for(&x->carrier->options.proxies, &r->url, &x->arena, &x->proxied, &proxy, e))
		return false;
	x->secure = url_is_https(&r->url);
	x->key = url_origin(&r->url, &x->arena);
	x->host = arena_str(&x->arena, r->url.host);
	snprintf(x->where, sizeof x->where, r->url.is_v6 ? "[%.*s]:%u" : "%.*s:%u", STR(r->url.host), r->url.port);
	x->peer_host = x->proxied ? proxy.host : x->host;
	x->peer_port = x->proxied ? proxy.port : r->url.port;
	x->proxy_authorization = proxy.authorization;
	if (x->proxied)
		snprintf(x->peer, sizeof x->peer, "the proxy %.*s:%u", STR(proxy.host), proxy.port);
	else
		memcpy(x->peer, x->where, sizeof x->peer);
	return (x->key.len && x->host.len) || err_set(e, ERR_LIMIT, "the address is too long to be asked");
}

bool carry_prepare(struct fetch_exchange *x, const struct fetch_request *r, struct err *e)
{
	struct request_options options = {.user_agent = S("keyfob/" KEYFOB_VERSION)};
	int64_t given = x->carrier->options.timeout_ms;
	struct buf text;

	if (!choose_way(x, r, e))
		return false;
	if (x->proxied && !x->secure) {
		options.through_proxy = true;
		options.proxy_authorization = x->proxy_authorization;
	}
	x->request = r;
	x->idle_ms = r->idle_ms < 0 ? -1 : given ? given : r->idle_ms ? r->idle_ms : CARRIER_TIMEOUT_MS;
	text = buf_in(&x->arena, CARRIER_HEAD_MAX);
	if (!request_write(&text, r, &options, e))
		return false;
	x->head_text = buf_str(&text);
	return true;
}

#include "net/carry_answer.h"

#include "base/secret.h"
#include "net/carry.h"
#include "net/carry_way.h"
#include "sys/clock.h"

enum { READS = 32 }; /* in one go, before others have their turn */

/* The connection is kept where the answer ended by itself and nothing was left unsaid. */
static void succeed(struct fetch_exchange *x, bool nothing_left)
{
	struct conn *conn = x->conn;

	if (nothing_left && x->head.persists && !x->unsent[0].len && !x->unsent[1].len && !x->deaf) {
		x->conn = NULL;
		pool_keep(&x->carrier->pool, x->key, conn);
	}
	carry_finish(x, NULL);
}

/* Only silence counts from the head on, unless the whole is wanted in the time that was given for the head. */
static void something_came(struct fetch_exchange *x)
{
	if (!x->sink.whole && !x->paused)
		carry_expect_within(x, x->idle_ms);
}

/* Asks the sink. False: x is gone, because the sink cancelled or refused. */
static bool sink_took(struct fetch_exchange *x, bool good, struct err *e)
{
	x->calling = false;
	if (x->over) {
		carry_end(x); /* only the memory is left */
		return false;
	}
	if (!good)
		carry_finish(x, e);
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
			carry_fail(x, &e);
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
	carry_enter(x, CARRY_BODY);
	something_came(x);
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
		carry_fail(x, &e);
		return false;
	}
	if (fed == FEED_MORE)
		return true;
	if (x->state == CARRY_TUNNEL)
		return carry_way_tunnelled(x);
	if (!give_head(x) || !take_body(x, str_from(buf_str(&x->in), x->head.len)))
		return false;
	buf_wipe(&x->in);
	return true;
}

/* A kept connection that is closed at once was closed before the request arrived; one that is closed later may have been
 * closed in the middle of what the request asked for, which must not be done twice. */
static bool may_go_again(const struct fetch_exchange *x)
{
	return x->kept && !x->heard && clock_ms(x->carrier->options.clock) - x->sent_ms < CARRIER_AGAIN_MS;
}

/* The connection ended while we read. */
static void ended(struct fetch_exchange *x, enum wire how, struct err *e)
{
	struct err why = {0};

	if (may_go_again(x) && how != WIRE_BAD) {
		carry_way_again(x);
		return;
	}
	if (x->state == CARRY_BODY && how == WIRE_CLOSED) {
		if (body_end(&x->body, &why))
			succeed(x, false);
		else
			carry_fail(x, &why);
		return;
	}
	if (how != WIRE_BAD && x->state != CARRY_BODY)
		err_set(e, ERR_NETWORK, "the connection was closed %s", x->heard ? "in the middle of the answer's head" : "before an answer came: is this the right port, and http or https as it should be?");
	carry_fail(x, e);
}

/* Reads what there is, as far as it is our turn. */
void carry_answer_read(struct fetch_exchange *x)
{
	struct carrier *c = x->carrier;
	bool here = true;

	for (int i = 0; i < READS && here && !x->paused; i++) {
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
			something_came(x);
			here = take_body(x, str_make(c->scratch, n));
		} else {
			here = take_head(x, str_make(c->scratch, n));
		}
		secret_wipe(c->scratch, n);
	}
}

static void read_on(void *self)
{
	carry_answer_read(self);
}

/* Where TLS is spoken, something may have been read and not looked at: going on does not wait for the socket. */
void carry_answer_pause(struct fetch_exchange *x, bool paused)
{
	if (x->over || x->state != CARRY_BODY || x->paused == paused)
		return;
	x->paused = paused;
	conn_want(x->conn, paused ? 0 : LOOP_READ);
	if (paused) {
		events_timer_clear(carry_events(x), &x->late);
		events_timer_clear(carry_events(x), &x->stage);
		return;
	}
	carry_expect_within(x, x->idle_ms);
	x->stage = (struct events_timer){.fire = read_on, .self = x};
	events_timer_set(carry_events(x), &x->stage, 0);
}

void carry_answer_begin(struct fetch_exchange *x)
{
	x->deaf = x->heard = false;
	x->in = buf_in(&x->arena, CARRIER_HEAD_MAX + CARRY_SCRATCH);
	begin_head(x);
}

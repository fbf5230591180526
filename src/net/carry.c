#include "net/carry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/request.h"
#include "net/carry_way.h"

enum { ARENA = 4 * CARRIER_HEAD_MAX, SPARE = 8 };

struct events *carry_events(struct fetch_exchange *x)
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
		events_timer_clear(carry_events(x), &x->late);
		events_timer_clear(carry_events(x), &x->stage);
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

void carry_finish(struct fetch_exchange *x, const struct err *failure)
{
	struct fetch_sink sink = x->sink;

	carry_end(x);
	sink.end(sink.self, failure);
}

void carry_fail(struct fetch_exchange *x, struct err *e)
{
	err_where(e, "%s", x->state == CARRY_TUNNEL ? x->peer : x->where);
	carry_finish(x, e);
}

/* --- Deadlines --------------------------------------------------------------------- */

static void too_late(void *self)
{
	struct fetch_exchange *x = self;
	static const char *const doing[] = {
		[CARRY_WAIT] = "before the request to %s began",
		[CARRY_RESOLVE] = "while looking up %s",
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
	carry_finish(x, &e);
}

void carry_enter(struct fetch_exchange *x, enum carry_state state)
{
	int64_t given = x->carrier->options.timeout_ms;

	x->state = state;
	events_timer_clear(carry_events(x), &x->stage);
	if (state >= CARRY_HEAD || state == CARRY_RESOLVE) /* a lookup has its own deadline */
		return;
	x->stage_ms = given ? given : CARRIER_STAGE_MS;
	x->stage = (struct events_timer){.fire = too_late, .self = x};
	events_timer_set(carry_events(x), &x->stage, x->stage_ms);
}

void carry_expect_within(struct fetch_exchange *x, int64_t ms)
{
	x->late_ms = ms;
	x->late.fire = too_late;
	x->late.self = x;
	if (ms < 0)
		events_timer_clear(carry_events(x), &x->late);
	else
		events_timer_set(carry_events(x), &x->late, ms);
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

static void begin(void *self)
{
	carry_way_begin(self);
}

void carry_begin(struct fetch_exchange *x)
{
	int64_t given = x->carrier->options.timeout_ms;
	int64_t asked = x->request->timeout_ms;

	carry_expect_within(x, given ? given : asked ? asked : CARRIER_TIMEOUT_MS);
	x->stage = (struct events_timer){.fire = begin, .self = x};
	events_timer_set(carry_events(x), &x->stage, 0);
}

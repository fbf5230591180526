#include "client/bridge_inside.h"

#include "base/buf.h"
#include "client/link.h"
#include "sys/world.h"

enum { AGAIN_MAX_MS = 30 * 1000 };

static void open_road(struct bridge *b);

bool road_is_taken(const struct bridge *b)
{
	return b->transport == BRIDGE_SSE;
}

/* --- What goes ------------------------------------------------------------------------------- */

/* Other than with Streamable HTTP, the order in which messages arrive is that of the link: nothing waits for another, but
 * for the session of before. */
static bool must_wait(const struct bridge_leg *l)
{
	return !l->bridge->road.ready || (l->bridge->session.state == SESSION_RENEWING && l->kind <= LEG_NOTE);
}

void road_send(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;
	struct err e = {0};

	if (!b->road.link)
		open_road(b);
	if (must_wait(l)) {
		leg_hold(l);
		return;
	}
	if (!link_send(b->road.link, l->body, &e)) {
		bridge_fail(l, e.kind == ERR_LIMIT ? BRIDGE_BUSY : BRIDGE_NETWORK, &e);
		return;
	}
	if (l->kind == LEG_CALL || l->kind == LEG_RENEW) {
		leg_linked(l);
		return;
	}
	if (l->kind == LEG_RENEWED)
		session_settled(l, true);
	leg_release(l);
}

/* --- What comes ------------------------------------------------------------------------------ */

static struct bridge_leg *find_renewal(struct bridge *b, struct str id)
{
	for (struct bridge_leg *l = b->first; l; l = l->next)
		if (l->kind == LEG_RENEW && !l->answered && relay_same_id(l->id, id))
			return l;
	return NULL;
}

static void take_answer(struct bridge *b, const struct relay *m)
{
	struct bridge_leg *renewal = find_renewal(b, m->id);
	struct bridge_leg *l = renewal ? renewal : bridge_find(b, m->id);

	if (!l || l->state != LEG_LINKED) {
		world_detail(bridge_world(b), "An answer that nobody waits for is dropped.");
		return;
	}
	l->work = l->rest;
	if (!renewal) {
		bridge_answer(l, m);
		return;
	}
	l->answered = true;
	session_renewed(l, m);
	leg_release(l);
}

static void take_one(struct bridge *b, struct str text)
{
	struct arena scratch = *bridge_world(b)->arena;
	struct relay m;
	struct err e = {0};

	if (!relay_read(text, &scratch, &m, &e))
		world_warn(bridge_world(b), "Something the server says is no message, and is dropped: %s", e.text);
	else if (m.kind == RPC_REQUEST || m.kind == RPC_NOTIFICATION)
		bridge_pass(b, m.text);
	else
		take_answer(b, &m);
}

static void on_message(void *self, struct str text)
{
	struct bridge *b = self;
	struct relay_batch batch;
	struct str one;
	struct err e = {0};

	relay_batch_begin(&batch, text);
	while (relay_batch_next(&batch, &one, &e) == FEED_DONE)
		take_one(b, one);
	if (e.kind != ERR_NONE)
		world_warn(bridge_world(b), "Something the server says is no message, and is dropped: %s", e.text);
}

/* --- The link -------------------------------------------------------------------------------------- */

static void on_ready(void *self)
{
	struct bridge *b = self;

	b->road.ready = b->road.worked = true;
	b->road.wait_ms = 0;
	session_renew(b);
	leg_release_held(b, false);
	leg_release_held(b, true);
}

/* What Streamable HTTP was refused with is the better reason, where HTTP+SSE was no more than a try. */
static void fail_one(struct bridge_leg *l, const struct err *why)
{
	struct arena scratch = l->rest;
	struct relay m;
	enum bridge_code code = why->kind == ERR_LOGIN ? BRIDGE_LOGIN : BRIDGE_NETWORK;

	l->work = l->rest;
	if (l->kind == LEG_RENEW) {
		session_not_renewed(l->bridge, why);
		leg_release(l);
	} else if (l->refusal.len && relay_read(l->refusal, &scratch, &m, NULL) && m.kind == RPC_ERROR) {
		bridge_answer(l, &m);
	} else {
		bridge_fail(l, l->tried ? BRIDGE_STATUS : code, l->tried ? &l->why : why);
	}
}

static void fail_all(struct bridge *b, const struct err *why)
{
	struct bridge_leg *next;

	for (struct bridge_leg *l = b->first; l; l = next) {
		next = l->next;
		if (l->state == LEG_LINKED || (l->state == LEG_HELD && l->kind != LEG_LISTEN))
			fail_one(l, why);
	}
}

static void open_again(void *self)
{
	open_road(self);
}

/* A stream that worked is opened again, for what the server has to say by itself; one that did not waits for the host to ask. */
static void on_closed(void *self, const struct err *why)
{
	struct bridge *b = self;
	struct bridge_road *r = &b->road;
	bool was_ready = r->ready;

	link_end(r->link);
	r->link = NULL;
	r->ready = false;
	if (!r->worked && b->tries_road) {
		b->tries_road = false;
		b->transport = BRIDGE_AUTO;
	}
	session_broke(b);
	fail_all(b, why);
	if (!r->worked || b->leaving || b->session.state != SESSION_LOST)
		return;
	r->wait_ms = was_ready || !r->wait_ms ? LEG_RETRY_MS : r->wait_ms * 2 < AGAIN_MAX_MS ? r->wait_ms * 2 : AGAIN_MAX_MS;
	if (!r->again.fire)
		r->again = (struct events_timer){.fire = open_again, .self = b};
	events_timer_set(bridge_world(b)->events, &r->again, r->wait_ms);
}

static void open_road(struct bridge *b)
{
	struct link_ends ends = {.ready = on_ready, .message = on_message, .closed = on_closed, .self = b};
	struct err e = {0};

	events_timer_clear(bridge_world(b)->events, &b->road.again);
	b->road.link = link_sse(b->server, ends, &e);
	if (!b->road.link)
		world_warn(bridge_world(b), "%s", e.text);
}

bool road_try(struct bridge_leg *l, struct str refusal)
{
	struct bridge *b = l->bridge;

	if (b->transport != BRIDGE_AUTO || b->http_worked)
		return false;
	world_detail(bridge_world(b), "The server does not take POST as Streamable HTTP has it; HTTP+SSE is tried.");
	b->transport = BRIDGE_SSE;
	b->tries_road = true;
	l->tried = true;
	l->refusal = refusal;
	l->rest = l->work; /* what came stays */
	err_set(&l->why, ERR_FAILED, "the server answered with HTTP status %d, and offers no HTTP+SSE: is this the URL of an MCP server?", l->answer.status);
	road_send(l);
	return true;
}

void road_end(struct bridge *b)
{
	events_timer_clear(bridge_world(b)->events, &b->road.again);
	link_end(b->road.link);
	b->road.link = NULL;
	b->road.ready = false;
}

#include "client/bridge.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/len.h"
#include "client/bridge_inside.h"
#include "json/json_write.h"
#include "mcp/era.h"
#include "sys/text.h"
#include "sys/world.h"

enum { ERROR_ROOM = 4096 };

struct world *bridge_world(const struct bridge *b)
{
	return b->server->world;
}

void bridge_pass(struct bridge *b, struct str text)
{
	b->ends.message(b->ends.self, text);
}

/* --- Calls and their answers --------------------------------------------------------------- */

/* A subscription is no work that an end should wait for. */
static bool is_work(const struct bridge_leg *l)
{
	return l->kind == LEG_CALL && !str_same(l->method, S("subscriptions/listen"));
}

static void check_finished(struct bridge *b)
{
	if (b->finishing && !b->leaving && !b->pending)
		events_timer_set(bridge_world(b)->events, &b->end, 0);
}

void bridge_settle(struct bridge_leg *l)
{
	if (l->answered)
		return;
	l->answered = true;
	if (!is_work(l))
		return;
	l->bridge->pending--;
	check_finished(l->bridge);
}

struct bridge_leg *bridge_find(struct bridge *b, struct str id)
{
	for (struct bridge_leg *l = b->first; l; l = l->next)
		if (l->kind == LEG_CALL && !l->answered && relay_same_id(l->id, id))
			return l;
	return NULL;
}

/* An error that came without an id is for the request that it answers. */
static void pass_answer(struct bridge_leg *l, const struct relay *m)
{
	struct arena scratch = l->work;
	struct buf text = buf_in(&scratch, 0);
	struct str whole = m->text;

	if (m->kind == RPC_RESULT && l->modern && str_same(l->method, S("tools/list")))
		tools_pass(l, m, &whole);
	if (m->kind == RPC_ERROR && !m->id.len) {
		relay_write_with_id(&text, m, l->id);
		if (!text.full)
			whole = buf_str(&text);
	}
	bridge_pass(l->bridge, whole);
}

void bridge_answer(struct bridge_leg *l, const struct relay *m)
{
	l->bridge->told_login = false;
	if (l->initializes)
		session_opened(l, m);
	pass_answer(l, m);
	bridge_settle(l);
	if (l->state == LEG_RUNS && l->answer.body == STREAM_EVENTS)
		leg_drain(l);
	else
		leg_release(l);
}

/* --- Errors of our own ------------------------------------------------------------------------ */

static void write_data(struct buf *out, const struct bridge_leg *l, enum bridge_code code)
{
	struct json_write w = json_write_to(out);
	struct arena scratch = *bridge_world(l->bridge)->arena;

	if (code != BRIDGE_STATUS && code != BRIDGE_LOGIN)
		return;
	json_write_object(&w);
	if (code == BRIDGE_STATUS)
		json_write_int_as(&w, S("status"), l->answer.status);
	else
		json_write_str_as(&w, S("url"), url_text(&l->bridge->server->url, &scratch));
	json_write_end_object(&w);
}

static void pass_error(struct bridge *b, struct str id, int64_t code, const char *text, struct str data)
{
	char memory[ERROR_ROOM];
	struct buf out = buf_over(memory, sizeof memory);

	rpc_write_error(&out, id, code, str_of(text), data);
	if (out.full) { /* an id as long as that */
		struct arena scratch = *bridge_world(b)->arena;

		out = buf_in(&scratch, 0);
		rpc_write_error(&out, id, code, str_of(text), data);
		bridge_pass(b, buf_str(&out));
		return;
	}
	bridge_pass(b, buf_str(&out));
}

/* What the user must do is said where the user may see it, once. */
static void tell_user(struct bridge_leg *l, enum bridge_code code, const struct err *why)
{
	struct bridge *b = l->bridge;

	if (code == BRIDGE_LOGIN && !b->told_login) {
		b->told_login = true;
		world_warn(bridge_world(b), "%s", why->text);
	} else if (l->kind == LEG_NOTE) {
		world_warn(bridge_world(b), "A message of the host did not reach the server: %s", why->text);
	} else {
		world_detail(bridge_world(b), "%s", why->text);
	}
}

void bridge_fail(struct bridge_leg *l, enum bridge_code code, const struct err *why)
{
	char memory[2048];
	struct buf data = buf_over(memory, sizeof memory);

	tell_user(l, code, why);
	if (l->kind == LEG_CALL && !l->answered) {
		write_data(&data, l, code);
		pass_error(l->bridge, l->id, code, why->text, data.full ? (struct str){0} : buf_str(&data));
		if (l->initializes)
			session_not_opened(l);
	}
	bridge_settle(l);
	leg_release(l);
}

/* --- Messages of the host ------------------------------------------------------------------------ */

static bool is_modern(const struct relay *m, struct arena *a)
{
	struct str version = relay_version(m, a);

	return version.len && era_of(version) != ERA_LEGACY;
}

/* Notifications need not tell their revision: they belong to what is spoken otherwise. */
static bool is_modern_note(const struct bridge *b, const struct relay *m, struct arena *a)
{
	return is_modern(m, a) || (b->session.state == SESSION_NONE && b->modern_version[0]);
}

static void keep_version(struct bridge *b, const struct relay *m, struct arena *a)
{
	struct buf kept = buf_over(b->modern_version, sizeof b->modern_version);

	buf_add(&kept, relay_version(m, a));
	if (!buf_cstr(&kept))
		b->modern_version[0] = 0;
}

static void take_request(struct bridge *b, const struct relay *m, struct arena *a)
{
	struct err e = {0};
	struct bridge_leg *l;

	if (bridge_find(b, m->id)) {
		pass_error(b, m->id, RPC_INVALID_REQUEST, "a request with this id is under way", (struct str){0});
		return;
	}
	l = b->finishing ? NULL : leg_new(b, LEG_CALL, m->text, &e);
	if (!l) {
		pass_error(b, m->id, BRIDGE_BUSY, e.text, (struct str){0});
		return;
	}
	l->id = str_span(l->body, str_between(m->text.at, m->id.at).len, m->id.len);
	l->method = arena_str(&l->memory, m->method);
	l->rest = l->memory;
	l->modern = is_modern(m, a);
	b->pending += is_work(l);
	if (l->modern)
		keep_version(b, m, a);
	if (!l->modern && str_same(m->method, S("initialize")))
		session_open(l);
	else
		session_send(l);
}

/* Whoever cancels wants no answer. What did not set out yet stays here; a modern server learns it from the closed
 * stream, a legacy one from the notification (MCP cancellation). True: the notification is not to be sent. */
static bool cancel(struct bridge *b, const struct relay *m)
{
	struct bridge_leg *l = bridge_find(b, skim_member(m->params, S("requestId")));

	if (!l)
		return b->session.state == SESSION_NONE;
	if (l->initializes)
		return true;
	if (l->state == LEG_RUNS && !l->modern) {
		bridge_settle(l);
		leg_drain(l);
		return false;
	}
	bridge_settle(l);
	if (l->state == LEG_LINKED) {
		leg_release(l);
		return false;
	}
	leg_release(l);
	return true;
}

static void take_note(struct bridge *b, const struct relay *m, struct arena *a)
{
	bool is_call = m->kind == RPC_NOTIFICATION;
	struct err e = {0};
	struct bridge_leg *l;

	if (is_call && str_same(m->method, S("notifications/cancelled")) && cancel(b, m))
		return;
	if (!is_call && b->session.state == SESSION_NONE) {
		world_warn(bridge_world(b), "The host answers a question that no server asked; it is dropped.");
		return;
	}
	l = leg_new(b, LEG_NOTE, m->text, &e);
	if (!l) {
		world_warn(bridge_world(b), "A message of the host is dropped: %s", e.text);
		return;
	}
	l->modern = is_call && is_modern_note(b, m, a);
	if (!l->modern && is_call && str_same(m->method, S("notifications/initialized")))
		session_settle(l);
	else
		session_send(l);
}

static void refuse(struct bridge *b, int64_t code, const struct err *why)
{
	world_warn(bridge_world(b), "What the host says is no message: %s", why->text);
	pass_error(b, (struct str){0}, code, why->text, (struct str){0});
}

static void take_one(struct bridge *b, struct str text)
{
	struct arena scratch = *bridge_world(b)->arena;
	struct relay m;
	struct err e = {0};

	if (!relay_read(text, &scratch, &m, &e))
		refuse(b, skim_whole(text, &text, &e) ? RPC_INVALID_REQUEST : RPC_PARSE_ERROR, &e);
	else if (m.kind == RPC_REQUEST)
		take_request(b, &m, &scratch);
	else
		take_note(b, &m, &scratch);
}

void bridge_take(struct bridge *b, struct str text)
{
	struct relay_batch batch;
	struct err e = {0};
	struct str one;
	enum feed fed;

	if (b->leaving)
		return;
	relay_batch_begin(&batch, text);
	while ((fed = relay_batch_next(&batch, &one, &e)) == FEED_DONE)
		take_one(b, one);
	if (fed == FEED_BAD)
		refuse(b, RPC_PARSE_ERROR, &e);
}

/* --- The beginning and the end ------------------------------------------------------------------- */

static void tell_over(void *self)
{
	struct bridge *b = self;

	b->ends.over(b->ends.self);
}

/* Whatever is under way is answered for; then the server hears that the session is over, but is not waited for long. */
static void leave(void *self)
{
	struct bridge *b = self;
	struct bridge_leg *next;
	struct err why;

	b->leaving = true;
	err_set(&why, ERR_STOPPED, "the bridge ended before the answer came");
	for (struct bridge_leg *l = b->first; l; l = next) {
		next = l->next;
		if (l->kind == LEG_CALL && !l->answered)
			bridge_fail(l, BRIDGE_ENDED, &why);
		else
			leg_release(l);
	}
	road_end(b);
	b->end.fire = tell_over;
	events_timer_set(bridge_world(b)->events, &b->end, session_leave(b) ? BRIDGE_GOODBYE_MS : 0);
}

void bridge_finish(struct bridge *b)
{
	if (b->finishing)
		return;
	b->finishing = true;
	events_timer_set(bridge_world(b)->events, &b->end, b->pending ? BRIDGE_GRACE_MS : 0);
}

void bridge_stop(struct bridge *b)
{
	b->finishing = true;
	if (!b->leaving)
		leave(b);
}

void bridge_pause(struct bridge *b, bool paused)
{
	if (b->paused == paused)
		return;
	b->paused = paused;
	leg_balance(b);
}

static void warn_of_tool(void *self, struct str name, const struct err *why)
{
	struct world *w = bridge_world(self);
	struct arena scratch = *w->arena;

	world_warn(w, "The tool %.*s is left out: %s.", STR(text_shown(str_first(name, 100), &scratch)), why->text);
}

struct bridge *bridge_open(struct authorized_server *server, enum bridge_transport transport, struct bridge_ends ends, struct err *e)
{
	struct bridge *b = calloc(1, sizeof *b);

	if (!b) {
		err_set(e, ERR_SYSTEM, "there is no memory for a bridge");
		return NULL;
	}
	b->server = server;
	b->transport = transport;
	b->held_max = BRIDGE_HELD;
	b->ends = ends;
	b->end = (struct events_timer){.fire = leave, .self = b};
	b->tools.removed = warn_of_tool;
	b->tools.self = b;
	b->session.stream.era = ERA_LEGACY;
	if (relay_tools_begin(&b->tools, e))
		return b;
	bridge_end(b);
	return NULL;
}

void bridge_end(struct bridge *b)
{
	if (!b)
		return;
	events_timer_clear(bridge_world(b)->events, &b->end);
	road_end(b);
	leg_free_all(b);
	session_end(b);
	relay_tools_end(&b->tools);
	arena_free(&b->lists);
	free(b);
}

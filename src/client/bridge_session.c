#include "client/bridge_inside.h"

#include <string.h>

#include "base/buf.h"
#include "base/len.h"
#include "http/field.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/world.h"

enum {
	OPENING_ROOM = 4 * 1024 * 1024,    /* what the host opens a session with */
	LISTEN_MAX_MS = 30 * 1000,         /* between two tries for the server's own stream */
	LISTEN_LIVED_MS = 10 * 1000,       /* one that stood this long was a good one */
};

static struct events *events(const struct bridge *b)
{
	return bridge_world(b)->events;
}

/* --- Opening ------------------------------------------------------------------------------- */

static void stop_listening(struct bridge *b)
{
	events_timer_clear(events(b), &b->session.relisten);
	if (b->session.listen)
		leg_release(b->session.listen);
}

/* Nothing of a session is in force any more; what it was opened with stays. */
static void forget(struct bridge *b)
{
	stop_listening(b);
	stream_forget_session(&b->session.stream);
	b->session.stream.version = (struct str){0};
	b->session.number++;
	b->session.listened = false;
}

/* The texts serve again when the session has to be renewed. */
static bool remember(struct bridge *b, const struct bridge_leg *l, struct str *kept)
{
	struct bridge_session *s = &b->session;

	if (!s->memory.block && !arena_new(&s->memory, OPENING_ROOM))
		return false;
	*kept = arena_str(&s->memory, l->body);
	return kept->at != NULL;
}

void session_open(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;
	struct bridge_session *s = &b->session;

	session_leave(b);
	forget(b);
	arena_reset(&s->memory);
	s->initialized = s->initialize = (struct str){0};
	if (remember(b, l, &s->initialize))
		s->initialize_id = str_span(s->initialize, str_between(l->body.at, l->id.at).len, l->id.len);
	s->unheard = false;
	s->state = SESSION_OPENING;
	l->initializes = true;
	if (road_is_taken(b))
		road_send(l);
	else
		leg_go(l);
}

bool session_keep(struct bridge_leg *l, const struct fetch_head *head, struct err *e)
{
	return stream_keep_session(&l->bridge->session.stream, head->fields, head->fields_n, e);
}

static void settle(struct bridge_leg *l)
{
	l->initialized = true;
	l->bridge->session.state = SESSION_SETTLING;
	leg_go(l);
}

/* A host that did not wait for the answer to initialize. */
static bool settle_held(struct bridge *b)
{
	for (struct bridge_leg *l = road_is_taken(b) ? NULL : b->first; l; l = l->next)
		if (l->state == LEG_HELD && l->initialized) {
			settle(l);
			return true;
		}
	return false;
}

/* The revision that both agreed on goes with every request from now on. */
static bool keep_version(struct bridge_session *s, const struct relay *m, struct arena *a)
{
	struct buf kept = buf_over(s->version, sizeof s->version);
	struct str version;

	if (!skim_str(skim_member(m->result, S("protocolVersion")), a, &version) || !field_is_value(version))
		return false;
	buf_add(&kept, version);
	s->stream.version = buf_str(&kept);
	return !kept.full;
}

void session_opened(struct bridge_leg *l, const struct relay *m)
{
	struct bridge_session *s = &l->bridge->session;
	struct arena scratch = l->work;

	if (m->kind != RPC_RESULT) {
		session_not_opened(l);
		return;
	}
	if (!keep_version(s, m, &scratch))
		s->stream.version = (struct str){0};
	s->state = SESSION_OPEN;
	if (!settle_held(l->bridge))
		leg_release_held(l->bridge, false);
}

void session_not_opened(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;

	b->session.state = SESSION_NONE;
	forget(b);
	leg_release_held(b, false);
}

/* --- Settling: notifications/initialized goes before all that follows it --------------------------- */

void session_settle(struct bridge_leg *l)
{
	struct bridge_session *s = &l->bridge->session;

	remember(l->bridge, l, &s->initialized);
	l->initialized = true;
	if (s->state == SESSION_OPEN && !road_is_taken(l->bridge))
		settle(l);
	else
		session_send(l);
}

static void listen(void *self)
{
	struct bridge *b = self;
	struct bridge_session *s = &b->session;
	struct err e;

	if (!s->listen)
		s->listen = leg_new(b, LEG_LISTEN, (struct str){0}, &e);
	if (!s->listen)
		return;
	s->listen->is_new = false;
	leg_go(s->listen);
}

static void listen_later(struct bridge *b, int64_t wait_ms)
{
	if (!b->session.relisten.fire)
		b->session.relisten = (struct events_timer){.fire = listen, .self = b};
	events_timer_set(events(b), &b->session.relisten, wait_ms);
}

void session_settled(struct bridge_leg *l, bool taken)
{
	struct bridge *b = l->bridge;

	if (b->session.state != (l->kind == LEG_NOTE ? SESSION_SETTLING : SESSION_RENEWING))
		return;
	b->session.state = SESSION_OPEN;
	if (taken && !road_is_taken(b))
		listen_later(b, 0);
	leg_release_held(b, false);
}

/* --- Renewal ------------------------------------------------------------------------------------------ */

/* A server that was started anew knows nothing of its sessions, and some say so with 400 and an error of no request. */
bool session_is_unknown(const struct bridge_leg *l, const struct relay *m)
{
	struct arena scratch = l->work;
	struct str text;

	if (!l->had_session || l->bridge->session.doubtful || relay_error_code(m) != -32000)
		return false;
	text = relay_error_message(m, &scratch);
	return str_find_str(text, S("ession")) < text.len || str_find_str(text, S("not initialized")) < text.len;
}

static void renew(struct bridge *b)
{
	struct bridge_session *s = &b->session;
	struct bridge_leg *l;
	struct err e = {0};

	forget(b);
	s->state = SESSION_RENEWING;
	world_detail(bridge_world(b), "The server ended the session; a new one is opened.");
	l = leg_new(b, LEG_RENEW, s->initialize, &e);
	if (!l) {
		session_not_renewed(b, &e);
		return;
	}
	l->id = str_span(l->body, str_between(s->initialize.at, s->initialize_id.at).len, s->initialize_id.len);
	l->initializes = true;
	if (road_is_taken(b))
		road_send(l);
	else
		leg_go(l);
}

void session_broke(struct bridge *b)
{
	forget(b);
	b->session.state = b->session.initialize.len && b->session.state != SESSION_OPENING ? SESSION_LOST : SESSION_NONE;
}

void session_renew(struct bridge *b)
{
	if (b->session.state == SESSION_LOST)
		renew(b);
}

bool session_lost(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;
	struct bridge_session *s = &b->session;
	bool is_current = l->session == s->number;

	if (!s->initialize.len || l->renewals >= LEG_RENEWALS) {
		s->doubtful |= l->answer.status == 400;
		return false;
	}
	l->renewals++;
	leg_hold(l);
	if ((is_current || s->state == SESSION_LOST) && s->state != SESSION_RENEWING)
		renew(b);
	else if (s->state == SESSION_OPEN || s->state == SESSION_NONE)
		leg_go(l);
	return true;
}

void session_renewed(struct bridge_leg *l, const struct relay *m)
{
	struct bridge *b = l->bridge;
	struct bridge_session *s = &b->session;
	struct arena scratch = l->work;
	char before[LEG_VERSION];
	struct bridge_leg *next;
	struct err e = {0};

	if (m->kind != RPC_RESULT) {
		struct str text = relay_error_message(m, &scratch);

		err_set(&e, ERR_FAILED, "it refuses: %.*s", STR(str_first(text, 200)));
		session_not_renewed(b, &e);
		return;
	}
	memcpy(before, s->version, sizeof before);
	if (keep_version(s, m, &scratch) && strncmp(before, s->version, sizeof before) != 0)
		world_warn(bridge_world(b), "The new session is of another revision (%.*s) than the host was told.", STR(text_shown(s->stream.version, &scratch)));
	next = s->initialized.len ? leg_new(b, LEG_RENEWED, s->initialized, &e) : NULL;
	if (!next)
		session_settled(l, false);
	else if (road_is_taken(b))
		road_send(next);
	else
		leg_go(next);
}

/* What waited for the session fails; what comes next tries again. */
void session_not_renewed(struct bridge *b, const struct err *why)
{
	struct bridge_leg *next;
	struct err e;

	b->session.state = SESSION_LOST;
	err_set(&e, why->kind, "the server ended the session, and a new one cannot be had: %s", why->text);
	for (struct bridge_leg *held = b->first; held; held = next) {
		next = held->next;
		if (held->state == LEG_HELD && !held->modern && held->kind <= LEG_NOTE)
			bridge_fail(held, why->kind == ERR_LOGIN ? BRIDGE_LOGIN : BRIDGE_SESSION, &e);
	}
}

/* --- What travels in the session -------------------------------------------------------------------------- */

/* Requests wait until the session is open; ping, and what answers the server, need not. */
static bool must_wait(const struct bridge_leg *l)
{
	switch (l->bridge->session.state) {
	case SESSION_OPENING:
		return !str_same(l->method, S("ping"));
	case SESSION_SETTLING:
		return l->kind == LEG_CALL && !str_same(l->method, S("ping"));
	case SESSION_RENEWING:
		return true;
	default:
		return false;
	}
}

void session_send(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;

	if (road_is_taken(b)) {
		road_send(l);
	} else if (l->modern) {
		leg_go(l);
	} else if (b->session.state == SESSION_LOST) {
		leg_hold(l);
		renew(b);
	} else if (must_wait(l)) {
		leg_hold(l);
	} else {
		leg_go(l);
	}
}

/* --- The server's own stream ------------------------------------------------------------------------------------ */

static bool is_offered(const struct bridge_leg *l)
{
	return l->answer.status == 200 && l->answer.body == STREAM_EVENTS;
}

static void end_listening(struct bridge_leg *l, const struct err *failure)
{
	if (failure && authorized_was_refused(&l->request)) {
		l->bridge->session.unheard = true;
		bridge_fail(l, BRIDGE_LOGIN, failure);
		return;
	}
	leg_release(l);
}

/* Somebody signed in meanwhile. */
void session_worked(struct bridge *b)
{
	if (!b->session.unheard || b->session.state != SESSION_OPEN)
		return;
	b->session.unheard = false;
	listen_later(b, 0);
}

/* Longer each time, unless the stream was of use. */
static int64_t next_wait(const struct bridge_leg *l)
{
	int64_t before = l->bridge->session.listen_wait_ms;
	bool lived = clock_ms(bridge_world(l->bridge)->clock) - l->began_ms >= LISTEN_LIVED_MS;

	if (l->is_new || lived || !before)
		return LEG_RETRY_MS;
	return before * 2 < LISTEN_MAX_MS ? before * 2 : LISTEN_MAX_MS;
}

/* A stream of its own is the server's to offer. One that was there and broke is taken up again, sooner where it brought something. */
void session_listen_ended(struct bridge_leg *l, const struct err *failure)
{
	struct bridge *b = l->bridge;
	struct bridge_session *s = &b->session;
	int status = l->answer.status;
	bool lost = s->listened && (status == 404 || (status == 400 && !s->doubtful));

	s->listened |= is_offered(l);
	if (lost && l->session == s->number && s->initialize.len) {
		renew(b); /* which releases l */
		return;
	}
	if ((failure && authorized_was_refused(&l->request)) || (status && !is_offered(l) && status < 500) || (status >= 500 && !s->listened)) {
		end_listening(l, failure);
		return;
	}
	s->listen_wait_ms = next_wait(l);
	leg_hold(l);
	listen_later(b, l->retry_ms && (l->is_new || l->retry_ms > s->listen_wait_ms) ? l->retry_ms : s->listen_wait_ms);
}

/* --- The end -------------------------------------------------------------------------------------------------------- */

struct bridge_leg *session_leave(struct bridge *b)
{
	struct bridge_leg *l = NULL;

	stop_listening(b);
	if (b->session.stream.session_len && !road_is_taken(b))
		l = leg_new(b, LEG_GOODBYE, (struct str){0}, NULL);
	if (l)
		leg_go(l);
	return l;
}

void session_end(struct bridge *b)
{
	events_timer_clear(events(b), &b->session.relisten);
	stream_forget_session(&b->session.stream);
	arena_free(&b->session.memory);
}

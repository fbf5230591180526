#include "client/bridge_inside.h"

#include <string.h>

#include "base/len.h"
#include "sys/world.h"

static bool is_good(const struct bridge_leg *l)
{
	return l->answer.status >= 200 && l->answer.status <= 299;
}

static struct events *events(const struct bridge_leg *l)
{
	return bridge_world(l->bridge)->events;
}

/* --- Messages of the server ------------------------------------------------------------------ */

/* A modern server asks nothing of its own: what it wants to know stands in its results (MCP 2026-07-28). */
static void refuse_request(struct bridge_leg *l, const struct relay *m)
{
	struct err why;

	err_set(&why, ERR_INPUT, "the server breaks the protocol: it sends the request %.*s, which no answer may hold", STR(str_first(m->method, 60)));
	world_warn(bridge_world(l->bridge), "A request of the server is dropped: %s", why.text);
	bridge_fail(l, BRIDGE_PROTOCOL, &why);
}

/* An answer to a question of our own. */
static void take_own(struct bridge_leg *l, const struct relay *m)
{
	l->answered = true;
	if (l->kind == LEG_RENEW)
		session_renewed(l, m);
	else if (l->kind == LEG_TOOLS)
		tools_listed(l, m);
}

static bool is_own(const struct bridge_leg *l, const struct relay *m)
{
	bool asks = l->kind == LEG_RENEW || l->kind == LEG_TOOLS;

	return asks && !l->answered && (!m->id.len || relay_same_id(m->id, l->id));
}

/* Whichever stream brings it, an answer belongs to the call with its id; one that came before, or that nobody waits for, is dropped. */
static void take_answer(struct bridge_leg *l, const struct relay *m)
{
	struct bridge_leg *call = l;

	if (is_own(l, m)) {
		take_own(l, m);
		return;
	}
	if (m->id.len && !relay_same_id(m->id, l->id))
		call = bridge_find(l->bridge, m->id);
	if (call && call->kind == LEG_CALL && !call->answered)
		bridge_answer(call, m);
	else
		world_detail(bridge_world(l->bridge), "An answer that nobody waits for is dropped.");
}

static void take_one(struct bridge_leg *l, struct str text)
{
	struct arena scratch = l->work;
	struct relay m;

	if (!relay_read(text, &scratch, &m, &l->why)) {
		world_warn(bridge_world(l->bridge), "Something the server says is no message, and is dropped: %s", l->why.text);
		return;
	}
	if (m.kind == RPC_RESULT || m.kind == RPC_ERROR)
		take_answer(l, &m);
	else if (m.kind == RPC_REQUEST && l->modern)
		refuse_request(l, &m);
	else
		bridge_pass(l->bridge, m.text);
}

static void take_text(struct bridge_leg *l, struct str text)
{
	struct relay_batch batch;
	struct str one;
	enum feed fed;

	relay_batch_begin(&batch, text);
	while ((fed = relay_batch_next(&batch, &one, &l->why)) == FEED_DONE && l->state == LEG_RUNS)
		take_one(l, one);
	if (fed == FEED_BAD)
		world_warn(bridge_world(l->bridge), "Something the server says is no message, and is dropped: %s", l->why.text);
}

/* --- Refusals ---------------------------------------------------------------------------------- */

static bool is_old(const struct bridge_leg *l)
{
	int status = l->answer.status;

	return l->initializes && l->kind == LEG_CALL && (status == 400 || status == 404 || status == 405);
}

/* What a status beyond 2xx means, with the error that the server sent or without one. True: l goes on elsewhere. */
static bool goes_on(struct bridge_leg *l, const struct relay *m, struct str text)
{
	bool is_first = !l->resuming && (l->kind == LEG_CALL || l->kind == LEG_NOTE);

	if (!is_first)
		return false;
	if (l->had_session && l->answer.status == 404 && session_lost(l))
		return true;
	if (m && l->answer.status == 400 && session_is_unknown(l, m) && session_lost(l))
		return true;
	if (m && l->modern && l->answer.status == 400 && relay_error_code(m) == RPC_HEADER_MISMATCH && tools_relist(l, m))
		return true;
	return is_old(l) && road_try(l, text);
}

static void fail_by_status(struct bridge_leg *l)
{
	struct err why;
	int status = l->answer.status;
	const char *meaning = status == 404 ? ": is this the URL of an MCP server?" :
		status == 401 || status == 403 ? ": it refuses the credential, or this request" :
		status >= 500 ? ": it is in trouble itself" : "";

	err_set(&why, ERR_FAILED, "%s HTTP status %d%s",
		l->resuming ? "the stream of the answer broke, and is refused with" : "the server answered with", status, meaning);
	bridge_fail(l, BRIDGE_STATUS, &why);
}

/* The body of an answer beyond 2xx: an error of the server's, or something for people. */
static void take_refusal(struct bridge_leg *l, struct str text)
{
	struct arena scratch = l->work;
	struct relay m;
	bool is_error = relay_read(text, &scratch, &m, NULL) && m.kind == RPC_ERROR && (!m.id.len || relay_same_id(m.id, l->id));

	if (goes_on(l, is_error ? &m : NULL, text))
		return;
	if (is_error && is_own(l, &m))
		take_own(l, &m);
	else if (is_error && l->kind == LEG_CALL && !l->answered)
		bridge_answer(l, &m);
}

/* --- The end of an exchange ---------------------------------------------------------------------- */

/* MCP 2025-11-25: a stream that ended early is taken up again where an event had an id. Not in the modern era, and not in
 * another session, whose events are gone. */
static bool may_resume(const struct bridge_leg *l)
{
	bool fruitless = !l->is_new && l->resumes >= LEG_RESUMES;

	return l->kind == LEG_CALL && !l->modern && l->event_id_len && !fruitless && l->session == l->bridge->session.number;
}

static void resume(struct bridge_leg *l)
{
	int64_t wait_ms = l->retry_ms ? l->retry_ms : LEG_RETRY_MS;

	l->resumes = l->is_new ? 1 : l->resumes + 1;
	l->is_new = false;
	l->resuming = true;
	leg_go_later(l, wait_ms);
}

static enum bridge_code code_of(const struct bridge_leg *l, const struct err *failure)
{
	if (failure->kind == ERR_NETWORK)
		return BRIDGE_NETWORK;
	if (authorized_was_refused(&l->request))
		return BRIDGE_LOGIN;
	return failure->kind == ERR_SYSTEM ? BRIDGE_BUSY : BRIDGE_PROTOCOL;
}

static void give_up(struct bridge_leg *l, const struct err *failure)
{
	struct err why;

	if (failure) {
		bridge_fail(l, code_of(l, failure), failure);
	} else if (l->answer.status && !is_good(l)) {
		fail_by_status(l);
	} else {
		err_set(&why, ERR_INPUT, "the server's answer ended without an answer to the request%s%s", l->why.text[0] ? ": " : "", l->why.text);
		bridge_fail(l, BRIDGE_PROTOCOL, &why);
	}
}

static void end_call(struct bridge_leg *l, const struct err *failure)
{
	bool broke = l->answer.body == STREAM_EVENTS || (l->resuming && failure && !authorized_was_refused(&l->request));

	if (l->answered)
		leg_release(l);
	else if (broke && may_resume(l))
		resume(l);
	else
		give_up(l, failure);
}

static void end_note(struct bridge_leg *l, const struct err *failure)
{
	if (l->initialized)
		session_settled(l, !failure && is_good(l));
	if (failure || !is_good(l))
		give_up(l, failure);
	else
		leg_release(l);
}

static void end_own(struct bridge_leg *l, const struct err *failure)
{
	struct err why = {0};

	if (!failure && !l->answered)
		err_set(&why, ERR_FAILED, "the server answered with HTTP status %d", l->answer.status);
	else if (failure)
		why = *failure;
	if (l->kind == LEG_RENEW && !l->answered)
		session_not_renewed(l->bridge, &why);
	else if (l->kind == LEG_TOOLS && !l->answered)
		tools_not_listed(l);
	leg_release(l);
}

void answer_finish(struct bridge_leg *l, const struct err *failure)
{
	switch (l->kind) {
	case LEG_CALL:
		end_call(l, failure);
		return;
	case LEG_NOTE:
		end_note(l, failure);
		return;
	case LEG_LISTEN:
		session_listen_ended(l, failure);
		return;
	case LEG_RENEW:
	case LEG_TOOLS:
		end_own(l, failure);
		return;
	case LEG_RENEWED:
		session_settled(l, !failure && is_good(l));
		leg_release(l);
		return;
	case LEG_GOODBYE:
		if (l->bridge->leaving)
			events_timer_set(events(l), &l->bridge->end, 0);
		leg_release(l);
		return;
	}
}

/* --- The sink -------------------------------------------------------------------------------------- */

static void await_more(struct bridge_leg *l)
{
	if (l->answer.body == STREAM_JSON && !l->answered)
		events_timer_set(events(l), &l->later, leg_silence_ms(l));
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct bridge_leg *l = self;

	l->paused = false;
	if (l->bridge->paused || l->bridge->crowded)
		leg_balance(l->bridge);
	if (!stream_answer_head(&l->answer, head, e))
		return false;
	if (is_good(l)) {
		l->bridge->http_worked |= l->kind == LEG_CALL;
		if (l->kind == LEG_CALL && !l->modern)
			session_worked(l->bridge);
		if (l->initializes && !session_keep(l, head, e))
			return false;
	}
	await_more(l);
	return true;
}

static int64_t bound_retry(uint64_t ms)
{
	if (ms < LEG_RETRY_MIN_MS)
		return LEG_RETRY_MIN_MS;
	return ms < LEG_RETRY_MAX_MS ? (int64_t)ms : LEG_RETRY_MAX_MS;
}

/* The place in the stream, should it break. */
static void keep_place(struct bridge_leg *l)
{
	struct sse *s = &l->answer.events;

	if (l->answer.body != STREAM_EVENTS)
		return;
	if (s->has_retry)
		l->retry_ms = bound_retry(s->retry_ms);
	if (!s->id.len || (s->id.len == l->event_id_len && memcmp(s->id.at, l->event_id, s->id.len) == 0))
		return;
	memcpy(l->event_id, s->id.at, s->id.len);
	l->event_id_len = s->id.len;
	l->is_new = true;
}

/* A stream that is taken up again may begin with the event that was seen last. */
static bool is_repeated(const struct bridge_leg *l)
{
	struct str id = l->answer.events.id;

	return (l->resuming || l->kind == LEG_LISTEN) && !l->is_new && id.len && str_same(id, str_make(l->event_id, l->event_id_len));
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct bridge_leg *l = self;
	struct str message;

	await_more(l);
	while (l->state == LEG_RUNS) {
		enum feed fed = stream_answer_read(&l->answer, &bytes, &message, e);
		bool repeated = fed == FEED_DONE && is_repeated(l);

		keep_place(l);
		if (fed == FEED_BAD)
			return false;
		if (fed == FEED_MORE) {
			leg_weigh(l);
			return true;
		}
		if (!repeated)
			take_text(l, message);
	}
	return true;
}

static void ended(void *self, const struct err *failure)
{
	struct bridge_leg *l = self;
	struct str text;

	events_timer_clear(events(l), &l->later);
	if (!failure && stream_answer_end(&l->answer, &text) == FEED_DONE) {
		if (is_good(l))
			take_text(l, text);
		else
			take_refusal(l, text);
	} else if (!failure && l->answer.status && !is_good(l) && goes_on(l, NULL, (struct str){0})) {
		return;
	}
	if (l->state == LEG_RUNS && !l->request.busy)
		answer_finish(l, failure);
}

struct fetch_sink answer_sink(struct bridge_leg *l)
{
	return (struct fetch_sink){.head = head_came, .piece = piece_came, .end = ended, .self = l};
}

#include "mcp/talk_inside.h"

#include "json/json.h"

/* --- Messages ----------------------------------------------------------------------- */

/* An error is about the request, whatever id it bears, when it is all that the body of a refusal
 * holds; in one that is none it may at least lack the id. */
static bool is_response(const struct talk *t, const struct rpc *m)
{
	bool is_good = t->answer.status <= 299;

	if (!t->main_out || t->state == TALK_STATE_OPENED)
		return false;
	if (rpc_answers(m, t->id))
		return true;
	if (m->kind != RPC_ERROR)
		return false;
	if (t->setup.duplex)
		return t->state == TALK_STATE_PROBE && !m->id;
	return t->answer.body == STREAM_JSON && (!is_good || !m->id);
}

static void take_notification(struct talk *t, enum talk_slot slot, const struct rpc *m)
{
	if (str_same(m->method, S("notifications/cancelled")))
		asks_drop(t, json_get(m->params, S("requestId")));
	if (slot == TALK_STREAM || t->setup.duplex)
		standing_takes(t, m);
	talk_notice(t, m);
}

/* True where m is to be kept. */
static bool take_answer(struct talk *t, enum talk_slot slot, const struct rpc *m)
{
	if (t->probe_id && m->kind == RPC_RESULT && rpc_answers(m, t->probe_id))
		t->probe_came = true;
	if (slot != TALK_STREAM && is_response(t, m)) {
		t->message = *m;
		t->answered = true;
		return true;
	}
	return (slot == TALK_STREAM || t->setup.duplex) && standing_takes(t, m);
}

bool take_message(struct talk *t, enum talk_slot slot, struct str text, struct err *e)
{
	struct arena keep = t->memory->keep;
	struct str copy = arena_str(&keep, text);
	struct rpc m;

	if (!copy.at)
		return err_set(e, ERR_LIMIT, "the server's answers need more memory than is set aside for them");
	if (!rpc_read(copy, &keep, &m, e))
		return err_where(e, "the server's answer");
	if (m.kind == RPC_REQUEST)
		return asks_take(t, &m, e);
	if (m.kind == RPC_NOTIFICATION)
		take_notification(t, slot, &m);
	else if (take_answer(t, slot, &m))
		t->memory->keep = keep;
	return true;
}

/* --- The question's exchange -------------------------------------------------------- */

static void finish(struct talk *t, bool good)
{
	t->main_out = false;
	if (t->state == TALK_STATE_CLOSE) /* whatever the server thinks of the goodbye */
		t->state = TALK_STATE_OVER;
	else if (!good)
		talk_fail(t);
	else
		settle_answer(t);
}

static bool main_head(struct talk *t, const struct fetch_head *head)
{
	bool good = stream_answer_head(&t->answer, head, &t->failure);

	if (t->state == TALK_STATE_OPENED) { /* of the answer to a notification the status alone matters */
		if (t->answer.body != STREAM_EVENTS)
			return true;
		finish(t, true);
		return false;
	}
	if (good && t->state == TALK_STATE_OPEN && head->status <= 299)
		good = stream_keep_session(&t->stream, head->fields, head->fields_n, &t->failure);
	if (!good)
		finish(t, false);
	return good;
}

static bool main_piece(struct talk *t, struct str bytes)
{
	while (bytes.len) {
		struct str message;
		enum feed feed = stream_answer_read(&t->answer, &bytes, &message, &t->failure);

		if (feed == FEED_MORE)
			return true;
		if (feed == FEED_BAD || !take_message(t, TALK_MAIN, message, &t->failure)) {
			finish(t, false);
			return false;
		}
		if (t->answered) {
			finish(t, true);
			return false;
		}
	}
	return true;
}

/* The body of an error answer may be anything; only where it is a message is it one. */
static bool take_rest(struct talk *t)
{
	struct str message;
	struct err e = {0};

	if (stream_answer_end(&t->answer, &message) != FEED_DONE || take_message(t, TALK_MAIN, message, &e))
		return true;
	if (!settle_is_good(t) || t->state == TALK_STATE_OPENED)
		return true;
	t->failure = e;
	return false;
}

static void main_end(struct talk *t, const struct err *failure)
{
	if (!failure) {
		finish(t, take_rest(t));
		return;
	}
	t->failure = *failure;
	finish(t, call_survives(t));
}

/* --- What the driver tells ------------------------------------------------------------ */

/* What the talk gave up meanwhile is the driver's to drop. */
static bool is_out(struct talk *t, enum talk_slot slot)
{
	if (slot == TALK_MAIN && !t->main_out)
		t->main_drop = false;
	else if (slot == TALK_STREAM && t->standing.state != STANDING_OUT)
		t->standing.drop = false;
	else
		return slot != TALK_SIDE || t->side_out;
	return false;
}

bool talk_head(struct talk *t, enum talk_slot slot, const struct fetch_head *head)
{
	if (!is_out(t, slot))
		return false;
	if (slot == TALK_SIDE)
		return true;
	return slot == TALK_MAIN ? main_head(t, head) : standing_head(t, head);
}

bool talk_piece(struct talk *t, enum talk_slot slot, struct str bytes)
{
	if (!is_out(t, slot))
		return false;
	if (slot == TALK_SIDE)
		return true;
	return slot == TALK_MAIN ? main_piece(t, bytes) : standing_piece(t, bytes);
}

void talk_end(struct talk *t, enum talk_slot slot, const struct err *failure)
{
	if (!is_out(t, slot))
		return;
	if (slot == TALK_SIDE)
		outbox_sent(t);
	else if (slot == TALK_MAIN)
		main_end(t, failure);
	else
		standing_end(t, failure);
}

void talk_answer(struct talk *t, enum talk_slot slot, const struct fetch_head *head, struct str body)
{
	if (talk_head(t, slot, head) && talk_piece(t, slot, body))
		talk_end(t, slot, NULL);
}

/* A program may print what is no message: that is told once, and passed over. */
static void pass_over(struct talk *t, struct err *e)
{
	if (t->has_warned)
		return;
	t->has_warned = true;
	err_set(e, ERR_INPUT, "What the server says is passed over: %s.", e->text);
	talk_warn(t, e);
}

void talk_message(struct talk *t, struct str text)
{
	struct err e = {0};

	if (!t->setup.duplex || t->state == TALK_STATE_OVER || t->state == TALK_STATE_FAILED)
		return;
	if (text.len > t->setup.limit)
		err_set(&e, ERR_LIMIT, "the server's message is larger than %zu bytes", t->setup.limit);
	else if (take_message(t, TALK_MAIN, text, &e)) {
		if (!t->main_out || !t->answered)
			return;
		t->answer.status = 200;
		finish(t, true);
		return;
	}
	if (e.kind == ERR_INPUT)
		pass_over(t, &e);
	else
		talk_lost(t, &e);
}

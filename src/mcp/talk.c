#include "mcp/talk.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"
#include "json/json.h"
#include "mcp/talk_settle.h"

void talk_begin(struct talk *t, struct arena *keep, struct arena *work, size_t limit, enum era era,
	const struct message_client *client)
{
	*t = (struct talk){.keep = keep, .work = work, .limit = limit, .client = *client};
	settle_era(t, era);
}

static void ask(struct talk *t, struct str method, struct str member, const struct json *params)
{
	t->method = method;
	t->member = member;
	t->params = params;
	t->asked = true;
	t->result = t->items = NULL;
	t->last_item = NULL;
	t->refused = t->needs_input = t->has_cursor = false;
	t->changed_version = t->renewed = false;
	t->pages = t->resumes = 0;
	if (t->state == TALK_STATE_IDLE)
		t->state = TALK_STATE_CALL;
}

void talk_ask(struct talk *t, struct str method, const struct json *params)
{
	ask(t, method, (struct str){0}, params);
}

void talk_list(struct talk *t, struct str method, struct str member)
{
	ask(t, method, member, NULL);
}

void talk_close(struct talk *t)
{
	bool has_session = t->stream.era == ERA_LEGACY && t->stream.session_len;

	if (t->state != TALK_STATE_FAILED)
		t->state = has_session ? TALK_STATE_CLOSE : TALK_STATE_OVER;
}

const struct err *talk_failure(const struct talk *t)
{
	return &t->failure;
}

void talk_forget(struct talk *t)
{
	stream_forget_session(&t->stream);
	if (t->work)
		arena_reset(t->work);
}

/* --- Requests --------------------------------------------------------------------- */

/* Writes the body of the request that the state calls for; *m tells what is mirrored of it. */
static void write_body(struct talk *t, struct buf *out, struct rpc *m)
{
	struct message_call call = {.method = S("server/discover")};

	if (t->stream.era == ERA_MODERN)
		call.version = t->stream.version;
	if (t->state == TALK_STATE_CALL) {
		call.method = t->method;
		call.params = t->params;
		call.cursor = t->has_cursor ? &t->cursor : NULL;
	}
	t->id = t->last_id = t->state == TALK_STATE_OPENED ? t->last_id : t->last_id + 1;
	*m = (struct rpc){.kind = RPC_REQUEST, .method = call.method, .params = call.params};
	if (t->state == TALK_STATE_OPEN)
		message_initialize(out, t->id, S(ERA_LEGACY_VERSION), &t->client);
	else if (t->state == TALK_STATE_OPENED)
		message_initialized(out);
	else
		message_call(out, t->id, &call, &t->client);
}

static bool build_post(struct talk *t, struct stream_request *r, struct err *e)
{
	struct buf body = buf_in(t->work, 0);
	struct rpc m;

	write_body(t, &body, &m);
	if (body.full)
		return err_set(e, ERR_LIMIT, "the request is too large for the memory set aside for it");
	return stream_post(&t->stream, buf_str(&body), &m, t->work, r, e);
}

static bool build_main(struct talk *t, struct err *e)
{
	struct stream_request *r = &t->main.http;

	if (t->state == TALK_STATE_CLOSE)
		return stream_delete(&t->stream, r, e);
	if (t->resuming)
		return stream_get(&t->stream, str_make(t->event_id, t->event_id_len), r, e);
	t->event_id_len = 0;
	return build_post(t, r, e);
}

static enum talk_step send_main(struct talk *t, const struct talk_request **request)
{
	arena_reset(t->work);
	if (!build_main(t, &t->failure)) {
		t->state = TALK_STATE_FAILED;
		return TALK_FAIL;
	}
	t->main.slot = TALK_MAIN;
	t->main.wait_ms = t->resuming ? t->wait_ms : 0;
	t->main_out = true;
	t->answered = false;
	stream_answer_begin(&t->answer, t->work, t->limit);
	*request = &t->main;
	return TALK_SEND;
}

/* Answers the first of the server's requests that wait. */
static enum talk_step send_reply(struct talk *t, const struct talk_request **request)
{
	struct buf body = buf_over(t->side_body, sizeof t->side_body);
	struct rpc none = {0};

	message_reply(&body, str_make(t->replies[0].id, t->replies[0].id_len), t->replies[0].is_ping);
	t->replies_n--;
	memmove(t->replies, t->replies + 1, t->replies_n * sizeof *t->replies);
	if (!stream_post(&t->stream, buf_str(&body), &none, t->work, &t->side.http, &t->failure)) {
		t->state = TALK_STATE_FAILED;
		return TALK_FAIL;
	}
	t->side.slot = TALK_SIDE;
	t->side_out = true;
	*request = &t->side;
	return TALK_SEND;
}

enum talk_step talk_next(struct talk *t, const struct talk_request **request)
{
	if (t->state == TALK_STATE_FAILED)
		return TALK_FAIL;
	if (t->replies_n && !t->side_out)
		return send_reply(t, request);
	if (t->main_out || t->replies_n || t->side_out)
		return TALK_WAIT;
	if (t->state == TALK_STATE_OVER)
		return TALK_DONE;
	if (t->state == TALK_STATE_IDLE)
		return TALK_READY;
	return send_main(t, request);
}

/* --- Answers ---------------------------------------------------------------------- */

/* Notes a request of the server; false when it may not come, or too much of it. */
static bool keep_request(struct talk *t, const struct rpc *m, struct err *e)
{
	struct talk_reply *reply = &t->replies[t->replies_n];

	if (t->stream.era == ERA_MODERN)
		return err_set(e, ERR_INPUT, "the server sent a request of its own, which revision %.*s forbids",
			STR(t->stream.version));
	if (t->replies_n == TALK_REPLIES || m->id->raw.len > sizeof reply->id)
		return err_set(e, ERR_LIMIT, "the server sends too many requests of its own, or too large an id in one");
	reply->is_ping = str_same(m->method, S("ping"));
	reply->id_len = m->id->raw.len;
	memcpy(reply->id, m->id->raw.at, m->id->raw.len);
	t->replies_n++;
	return true;
}

/* An error is about the request, whatever id it bears, when it is all that the body of a refusal
 * holds; in one that is none it may at least lack the id. */
static bool is_response(const struct talk *t, const struct rpc *m)
{
	bool is_good = t->answer.status <= 299;

	if (t->state == TALK_STATE_OPENED)
		return false;
	if (rpc_answers(m, t->id))
		return true;
	return m->kind == RPC_ERROR && t->answer.body == STREAM_JSON && (!is_good || !m->id);
}

/* Takes a message in: the response to our request is kept, requests are noted, notifications
 * and late responses pass by. */
static bool take_message(struct talk *t, struct str text, struct err *e)
{
	struct arena keep = *t->keep;
	struct str copy = arena_str(&keep, text);
	struct rpc m;

	if (!copy.at)
		return err_set(e, ERR_LIMIT, "the server's answers need more memory than is set aside for them");
	if (!rpc_read(copy, &keep, &m, e))
		return err_where(e, "the server's answer");
	if (m.kind == RPC_REQUEST)
		return keep_request(t, &m, e);
	if (is_response(t, &m)) {
		*t->keep = keep;
		t->message = m;
		t->answered = true;
	}
	return true;
}

/* Ends the main exchange. */
static void finish(struct talk *t, bool good)
{
	t->main_out = false;
	if (t->state == TALK_STATE_CLOSE) /* whatever the server thinks of the goodbye */
		t->state = TALK_STATE_OVER;
	else if (!good)
		t->state = TALK_STATE_FAILED;
	else
		settle_answer(t);
}

bool talk_head(struct talk *t, enum talk_slot slot, const struct fetch_head *head)
{
	bool good;

	if (slot == TALK_SIDE)
		return true;
	good = stream_answer_head(&t->answer, head, &t->failure);
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

bool talk_piece(struct talk *t, enum talk_slot slot, struct str bytes)
{
	if (slot == TALK_SIDE)
		return true;
	while (bytes.len) {
		struct str message;
		enum feed feed = stream_answer_read(&t->answer, &bytes, &message, &t->failure);

		if (feed == FEED_MORE)
			return true;
		if (feed == FEED_BAD || !take_message(t, message, &t->failure)) {
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
	bool is_good = t->answer.status >= 200 && t->answer.status <= 299;
	struct str message;
	struct err e = {0};

	if (stream_answer_end(&t->answer, &message) != FEED_DONE || take_message(t, message, &e))
		return true;
	if (!is_good || t->state == TALK_STATE_OPENED)
		return true;
	t->failure = e;
	return false;
}

void talk_end(struct talk *t, enum talk_slot slot, const struct err *failure)
{
	if (slot == TALK_SIDE) {
		t->side_out = false;
		return;
	}
	if (failure) {
		t->failure = *failure;
		finish(t, settle_may_resume(t));
		return;
	}
	finish(t, take_rest(t));
}

void talk_answer(struct talk *t, enum talk_slot slot, const struct fetch_head *head, struct str body)
{
	if (talk_head(t, slot, head) && talk_piece(t, slot, body))
		talk_end(t, slot, NULL);
}

#include "mcp/talk_inside.h"

#include "json/json.h"

static struct str opening_version(const struct talk *t)
{
	return t->setup.version.len ? t->setup.version : S(ERA_LEGACY_VERSION);
}

static void fill_question(const struct talk *t, struct message_call *call)
{
	call->method = t->method;
	call->params = t->params;
	call->progress = t->setup.progress;
	call->input_responses = buf_str(&t->inputs);
	call->request_state = t->request_state;
}

/* Writes the body of the request that the state calls for; *m tells what is mirrored of it. */
static void write_body(struct talk *t, struct buf *out, struct rpc *m)
{
	struct message_call call = {.method = S("server/discover")};

	if (t->stream.era == ERA_MODERN)
		call.version = t->stream.version;
	if (t->state == TALK_STATE_CALL)
		fill_question(t, &call);
	if (t->state == TALK_STATE_RELIST)
		call.method = S("tools/list");
	call.cursor = t->has_cursor ? &t->cursor : NULL;
	if (t->state != TALK_STATE_OPENED)
		t->id = ++t->last_id;
	*m = (struct rpc){.kind = RPC_REQUEST, .method = call.method, .params = call.params};
	if (t->state == TALK_STATE_OPEN)
		message_initialize(out, t->id, opening_version(t), t->setup.client);
	else if (t->state == TALK_STATE_OPENED)
		message_notify(out, S("notifications/initialized"), NULL);
	else
		message_call(out, t->id, &call, t->setup.client);
}

static bool build_post(struct talk *t, struct stream_request *r, struct err *e)
{
	struct buf body = buf_in(&t->memory->work, 0);
	struct rpc m;

	write_body(t, &body, &m);
	if (body.full)
		return err_set(e, ERR_LIMIT, "the request is too large for the memory set aside for it");
	if (t->setup.duplex) {
		r->fetch = (struct fetch_request){.body = buf_str(&body)};
		return true;
	}
	if (!stream_post(&t->stream, buf_str(&body), &m, &t->memory->work, r, e))
		return false;
	return t->state != TALK_STATE_CALL || tools_mirror(t, r, e);
}

static bool build(struct talk *t, struct err *e)
{
	struct stream_request *r = &t->main.http;

	if (t->state == TALK_STATE_CLOSE)
		return stream_delete(&t->stream, r, e);
	if (t->resuming)
		return stream_get(&t->stream, str_make(t->event_id, t->event_id_len), r, e);
	t->event_id_len = 0;
	return build_post(t, r, e);
}

enum talk_step send_main(struct talk *t, const struct talk_request **request)
{
	arena_reset(&t->memory->work);
	if (!build(t, &t->failure)) {
		talk_fail(t);
		return TALK_FAIL;
	}
	t->main.slot = TALK_MAIN;
	t->main.wait_ms = t->resuming ? t->wait_ms : 0;
	t->main_out = true;
	t->answered = false;
	stream_answer_begin(&t->answer, &t->memory->work, t->setup.limit);
	*request = &t->main;
	if (t->setup.duplex && t->state == TALK_STATE_OPENED) { /* nothing answers it */
		t->main_out = false;
		t->answer.status = 202;
		settle_answer(t);
	}
	return TALK_SEND;
}

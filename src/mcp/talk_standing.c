#include "mcp/talk_inside.h"

#include <string.h>

#include "base/len.h"
#include "json/json.h"
#include "json/json_write.h"

#define LISTEN S("subscriptions/listen")
#define SUBSCRIPTION S("io.modelcontextprotocol/subscriptionId")

/* --- Beginning and end -------------------------------------------------------------- */

static void give_up(struct talk *t)
{
	struct talk_standing *s = &t->standing;

	if (s->state == STANDING_OUT && !t->setup.duplex)
		s->drop = true;
	s->state = STANDING_OVER;
}

/* What the stream holds is read where this begins: behind what is asked for. */
static void begin(struct talk *t)
{
	struct talk_standing *s = &t->standing;

	s->state = STANDING_DUE;
	s->open = s->is_late = s->acknowledged = false;
	s->failures = 0;
	s->wait_ms = 0;
	s->event_id_len = 0;
}

void standing_open(struct talk *t)
{
	if (t->setup.stands && !t->setup.duplex)
		begin(t);
}

/* A copy: the question may be over long before the stream. */
void standing_listen(struct talk *t, const struct json *params)
{
	struct talk_standing *s = &t->standing;
	struct buf text;
	struct json_write w;

	if (t->settled && t->stream.era == ERA_LEGACY)
		return;
	standing_stop(t);
	arena_reset(&t->memory->open);
	text = buf_in(&t->memory->open, 0);
	w = json_write_to(&text);
	json_write_tree(&w, params);
	s->params = NULL;
	if (params && (text.full || !json_read(buf_str(&text), &t->memory->open, &s->params, NULL)))
		s->params = NULL;
	s->room = t->memory->open;
}

void standing_begin_listening(struct talk *t)
{
	begin(t);
	t->standing.listens = true;
	t->state = TALK_STATE_LISTEN;
}

void standing_stop(struct talk *t)
{
	struct talk_standing *s = &t->standing;
	struct buf text = outbox_text(t);

	if (s->state == STANDING_OUT && t->setup.duplex) {
		message_cancel(&text, s->id);
		outbox_add(t, &text, NULL);
	}
	give_up(t);
	s->listens = false;
}

bool standing_is_awaited(const struct talk *t)
{
	const struct talk_standing *s = &t->standing;

	return t->setup.answers && !s->listens && s->state == STANDING_OUT && !s->open && !s->is_late && !s->failures &&
		t->state == TALK_STATE_CALL && str_same(t->method, S("tools/call"));
}

void talk_stream_is_late(struct talk *t)
{
	t->standing.is_late = true;
}

/* --- Its request -------------------------------------------------------------------- */

bool standing_is_due(const struct talk *t)
{
	return t->standing.state == STANDING_DUE && !t->standing.drop;
}

static bool build_listen(struct talk *t, struct stream_request *r, struct err *e)
{
	struct talk_standing *s = &t->standing;
	struct message_call call = {.method = LISTEN, .params = s->params, .version = t->stream.version};
	struct rpc m = {.kind = RPC_REQUEST, .method = LISTEN, .params = s->params};
	struct buf body = buf_in(&s->room, 0);

	s->id = ++t->last_id;
	message_call(&body, s->id, &call, t->setup.client);
	if (body.full)
		return err_set(e, ERR_LIMIT, "the subscriptions are more than fits");
	if (t->setup.duplex) {
		r->fetch = (struct fetch_request){.body = buf_str(&body)};
		return true;
	}
	if (!stream_post(&t->stream, buf_str(&body), &m, &s->room, r, e))
		return false;
	r->fetch.idle_ms = -1;
	return true;
}

enum talk_step standing_send(struct talk *t, const struct talk_request **request)
{
	struct talk_standing *s = &t->standing;
	struct stream_request *r = &s->request.http;
	struct str id = str_make(s->event_id, s->event_id_len);

	s->room = t->memory->open;
	if (!(s->listens ? build_listen(t, r, &t->failure) : stream_get(&t->stream, id, r, &t->failure))) {
		talk_fail(t);
		return TALK_FAIL;
	}
	stream_answer_begin(&s->answer, &s->room, t->setup.limit);
	s->request.slot = TALK_STREAM;
	s->request.wait_ms = s->wait_ms;
	s->state = STANDING_OUT;
	s->open = false;
	*request = &s->request;
	return TALK_SEND;
}

/* --- Its answer --------------------------------------------------------------------- */

/* The question was subscriptions/listen: it fails. Later there is nobody to tell but the person. */
static void fail(struct talk *t, const struct err *why)
{
	struct err e;

	give_up(t);
	if (t->state == TALK_STATE_LISTEN) {
		talk_lost(t, why);
		return;
	}
	err_set(&e, why->kind, "Messages of the server's own do not come any more: %s.", why->text);
	talk_warn(t, &e);
}

/* Broken: it is begun anew, later and later while nothing comes of it. */
static void retry(struct talk *t, const struct err *why)
{
	struct talk_standing *s = &t->standing;
	const struct sse *events = &s->answer.events;
	bool named = s->answer.body == STREAM_EVENTS && events->has_retry;
	int64_t wait_ms = TALK_RETRY_MS;

	if (s->failures == TALK_RESUMES) {
		fail(t, why);
		return;
	}
	for (unsigned i = 0; i < s->failures && wait_ms < TALK_RETRY_MAX_MS; i++)
		wait_ms *= 2;
	if (named)
		wait_ms = (int64_t)(events->retry_ms < TALK_RETRY_MAX_MS ? events->retry_ms : TALK_RETRY_MAX_MS);
	s->wait_ms = wait_ms < TALK_RETRY_MAX_MS ? wait_ms : TALK_RETRY_MAX_MS;
	s->failures++;
	s->state = STANDING_DUE;
}

static void keep_event_id(struct talk_standing *s)
{
	const struct sse *events = &s->answer.events;

	if (s->answer.body != STREAM_EVENTS || !events->id.len)
		return;
	s->event_id_len = len_min(events->id.len, sizeof s->event_id);
	memcpy(s->event_id, events->id.at, s->event_id_len);
}

/* A server need not have such a stream (405 says so). */
bool standing_head(struct talk *t, const struct fetch_head *head)
{
	struct talk_standing *s = &t->standing;
	struct err e = {0};
	bool good = stream_answer_head(&s->answer, head, &e);

	if (s->listens && (good || head->status > 299))
		return true;
	if (s->listens) {
		s->state = STANDING_OVER;
		fail(t, &e);
		return false;
	}
	s->open = good && s->answer.body == STREAM_EVENTS && head->status <= 299;
	if (s->open)
		return true;
	s->state = STANDING_OVER;
	if (head->status < 500)
		return false;
	err_set(&e, ERR_NETWORK, "the server answers HTTP %d", head->status);
	retry(t, &e);
	return false;
}

bool standing_piece(struct talk *t, struct str bytes)
{
	struct talk_standing *s = &t->standing;

	while (bytes.len) {
		struct str message;
		struct err e = {0};
		enum feed feed = stream_answer_read(&s->answer, &bytes, &message, &e);

		if (feed == FEED_MORE)
			return true;
		if (feed == FEED_BAD || !take_message(t, TALK_STREAM, message, &e)) {
			s->state = STANDING_OVER;
			fail(t, &e);
			return false;
		}
		if (s->state != STANDING_OUT)
			return false;
		s->failures = 0;
	}
	return true;
}

/* What a listen was refused with may be no message. */
static void settle_listen(struct talk *t)
{
	struct talk_standing *s = &t->standing;
	struct str message;
	struct err e = {0};

	if (stream_answer_end(&s->answer, &message) == FEED_DONE)
		take_message(t, TALK_STREAM, message, &e);
	if (s->state != STANDING_OUT)
		return;
	err_set(&e, s->answer.status > 299 ? ERR_FAILED : ERR_NETWORK, "the server ends subscriptions/listen without a word (HTTP %d)", s->answer.status);
	s->state = STANDING_OVER;
	if (s->answer.body == STREAM_EVENTS)
		retry(t, &e);
	else
		fail(t, &e);
}

void standing_end(struct talk *t, const struct err *failure)
{
	struct talk_standing *s = &t->standing;
	struct err ended;

	keep_event_id(s);
	if (s->listens && !failure) {
		settle_listen(t);
		return;
	}
	s->state = STANDING_OVER;
	err_set(&ended, ERR_NETWORK, "the server ends its stream again and again");
	if (!failure || failure->kind == ERR_NETWORK)
		retry(t, failure ? failure : &ended);
	else
		fail(t, failure);
}

/* --- Subscriptions ------------------------------------------------------------------ */

static bool is_acknowledgement(const struct talk *t, const struct rpc *m)
{
	const struct json *id = json_get(json_get(m->params, S("_meta")), SUBSCRIPTION);
	int64_t number = t->standing.id;

	return str_same(m->method, S("notifications/subscriptions/acknowledged")) && (!id || (json_int(id, &number) && number == t->standing.id));
}

/* Refused before it began, or ended by the server. */
static bool take_end(struct talk *t, const struct rpc *m)
{
	t->standing.state = STANDING_OVER;
	if (t->state != TALK_STATE_LISTEN)
		return false;
	t->refused = m->kind == RPC_ERROR;
	t->refusal = *m;
	t->result = m->result;
	call_done(t);
	return true;
}

bool standing_takes(struct talk *t, const struct rpc *m)
{
	struct talk_standing *s = &t->standing;

	if (!s->listens || s->state != STANDING_OUT)
		return false;
	if (rpc_answers(m, s->id) || (m->kind == RPC_ERROR && !m->id && s->answer.body == STREAM_JSON))
		return take_end(t, m);
	if (m->kind != RPC_NOTIFICATION || !is_acknowledgement(t, m))
		return false;
	s->acknowledged = true;
	if (t->state == TALK_STATE_LISTEN)
		call_done(t);
	return false;
}

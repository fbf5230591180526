#include "mcp/talk.h"

#include "base/len.h"
#include "json/json.h"
#include "mcp/talk_inside.h"

/* --- Beginning and end -------------------------------------------------------------- */

bool talk_memory_make(struct talk_memory *m, size_t limit, size_t keep, struct err *e)
{
	size_t many = len_mul(limit, 4); /* a text that grows, and its tree */
	bool made = arena_new(&m->keep, keep) && arena_new(&m->work, many) && arena_new(&m->side, many) && arena_new(&m->open, many) &&
		arena_new(&m->asks, many) && arena_new(&m->about, many) && arena_new(&m->tools, many);

	return made || err_set(e, ERR_SYSTEM, "no memory for a conversation");
}

void talk_memory_free(struct talk_memory *m)
{
	struct arena *all[] = {&m->keep, &m->work, &m->side, &m->open, &m->asks, &m->about, &m->tools};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		arena_free(all[i]);
}

static void read_capabilities(struct talk *t)
{
	struct str text = t->setup.client->capabilities;

	t->capabilities = NULL;
	if (text.len && !json_read(text, &t->memory->keep, &t->capabilities, NULL))
		t->capabilities = NULL;
}

void talk_begin(struct talk *t, const struct talk_setup *setup)
{
	*t = (struct talk){.setup = *setup, .memory = setup->memory};
	read_capabilities(t);
	settle_era(t, setup->version.len ? era_of(setup->version) : setup->era);
}

void talk_forget(struct talk *t)
{
	stream_forget_session(&t->stream);
	if (!t->memory)
		return;
	arena_reset(&t->memory->work);
	arena_reset(&t->memory->side);
	arena_reset(&t->memory->open);
	arena_reset(&t->memory->asks);
}

const struct err *talk_failure(const struct talk *t)
{
	return &t->failure;
}

void talk_fail(struct talk *t)
{
	t->state = TALK_STATE_FAILED;
	t->main_out = false;
}

void talk_warn(struct talk *t, const struct err *e)
{
	if (t->setup.warned)
		t->setup.warned(t->setup.self, e->text);
}

void talk_notice(struct talk *t, const struct rpc *m)
{
	if (t->setup.noticed)
		t->setup.noticed(t->setup.self, m);
}

/* --- Questions ---------------------------------------------------------------------- */

static void ask(struct talk *t, struct str method, struct str member, const struct json *params)
{
	t->method = method;
	t->member = member;
	t->params = params;
	t->asked = true;
	t->result = t->items = NULL;
	t->last_item = NULL;
	t->refused = t->has_cursor = false;
	t->changed_version = t->renewed = t->reissued = t->relisted = false;
	t->pages = t->resumes = t->rounds = 0;
	if (t->state == TALK_STATE_IDLE)
		call_begin(t);
}

void talk_ask(struct talk *t, struct str method, const struct json *params)
{
	ask(t, method, (struct str){0}, params);
}

void talk_list(struct talk *t, struct str method, struct str member)
{
	ask(t, method, member, NULL);
}

void talk_listen(struct talk *t, const struct json *params)
{
	standing_listen(t, params);
	ask(t, S("subscriptions/listen"), (struct str){0}, NULL);
}

void talk_drop_answers(struct talk *t)
{
	t->result = t->items = NULL;
	t->refusal = (struct rpc){0};
	arena_reset(&t->memory->keep);
	read_capabilities(t);
}

void talk_notify(struct talk *t, struct str method, const struct json *params)
{
	struct buf text = outbox_text(t);
	struct err e = {0};
	bool is_open = t->state != TALK_STATE_PROBE && t->state != TALK_STATE_OPEN && t->state != TALK_STATE_OPENED;

	if (!is_open || (t->stream.era == ERA_MODERN && !t->setup.duplex))
		return;
	message_notify(&text, method, params);
	if (!outbox_add(t, &text, &e))
		talk_warn(t, &e);
}

/* The opening goes on in any case; a question beside it was never sent. */
void talk_cancel(struct talk *t)
{
	struct buf text = outbox_text(t);
	bool was_sent = t->main_out && (t->state == TALK_STATE_CALL || t->state == TALK_STATE_RELIST);

	if (was_sent && (t->setup.duplex || t->stream.era == ERA_LEGACY)) {
		message_cancel(&text, t->id);
		outbox_add(t, &text, NULL);
	}
	if (was_sent) {
		t->main_drop = !t->setup.duplex;
		t->main_out = false;
	}
	if (t->state == TALK_STATE_INPUT)
		asks_clear(t);
	if (t->state == TALK_STATE_LISTEN)
		standing_stop(t);
	t->resuming = t->asked = false;
	if (t->state >= TALK_STATE_CALL && t->state <= TALK_STATE_LISTEN)
		t->state = TALK_STATE_IDLE;
}

void talk_close(struct talk *t)
{
	bool has_session = t->stream.era == ERA_LEGACY && t->stream.session_len;

	asks_clear(t);
	standing_stop(t);
	outbox_clear(t);
	if (t->state != TALK_STATE_FAILED)
		t->state = has_session ? TALK_STATE_CLOSE : TALK_STATE_OVER;
}

/* --- The order of things ------------------------------------------------------------ */

static enum talk_step go_on(struct talk *t, const struct talk_request **request)
{
	switch (t->state) {
	case TALK_STATE_OVER:
		return TALK_DONE;
	case TALK_STATE_IDLE:
		return TALK_READY;
	case TALK_STATE_INPUT:
	case TALK_STATE_LISTEN:
		return TALK_WAIT;
	case TALK_STATE_SSE:
		if (t->main_out)
			return TALK_WAIT;
		t->main_out = true;
		return TALK_TRY_SSE;
	default:
		return t->main_out || standing_is_awaited(t) ? TALK_WAIT : send_main(t, request);
	}
}

static bool takes_drop(struct talk *t, const struct talk_request **request)
{
	bool is_main = t->main_drop;

	if (!is_main && !t->standing.drop)
		return false;
	*request = is_main ? &t->main : &t->standing.request;
	*(is_main ? &t->main_drop : &t->standing.drop) = false;
	return true;
}

enum talk_step talk_next(struct talk *t, const struct talk_request **request)
{
	if (t->setup.duplex && t->side_out)
		outbox_sent(t);
	if (t->state == TALK_STATE_FAILED)
		return TALK_FAIL;
	if (takes_drop(t, request))
		return TALK_DROP;
	if (asks_is_due(t)) {
		asks_tell(t);
		return TALK_ASK;
	}
	if (t->outbox_n && !t->side_out)
		return outbox_send(t, request);
	if (standing_is_due(t))
		return standing_send(t, request);
	return go_on(t, request);
}

/* --- Roads -------------------------------------------------------------------------- */

void talk_lost(struct talk *t, const struct err *why)
{
	if (t->state == TALK_STATE_OVER || t->state == TALK_STATE_FAILED)
		return;
	t->failure = *why;
	talk_fail(t);
}

void talk_refused(struct talk *t, struct str text, const struct err *why)
{
	if (t->main_out && str_same(text, t->main.http.fetch.body))
		talk_lost(t, why);
}

static void change_road(struct talk *t, bool duplex, enum era era)
{
	if (t->state == TALK_STATE_OVER || t->state == TALK_STATE_FAILED)
		return;
	t->setup.duplex = duplex;
	t->main_out = t->side_out = false;
	outbox_clear(t);
	settle_era(t, era);
}

void talk_go_duplex(struct talk *t)
{
	change_road(t, true, ERA_LEGACY);
}

void talk_go_http(struct talk *t)
{
	change_road(t, false, t->setup.version.len ? era_of(t->setup.version) : ERA_UNKNOWN);
}

/* t->failure tells what initialize was answered. */
void talk_sse_failed(struct talk *t, const struct err *why)
{
	if (t->state != TALK_STATE_SSE)
		return;
	if (why->kind == ERR_LOGIN || why->kind == ERR_STOPPED)
		t->failure = *why;
	else
		err_hint(&t->failure, "; HTTP+SSE was tried too: %s", why->text);
	talk_fail(t);
}

void talk_probe_is_late(struct talk *t)
{
	if (!t->setup.duplex || t->state != TALK_STATE_PROBE || !t->main_out || t->setup.version.len)
		return;
	t->main_out = false;
	t->probe_id = t->id;
	settle_era(t, ERA_LEGACY);
}

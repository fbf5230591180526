#include "mcp/talk_inside.h"

#include <string.h>

#include "base/len.h"
#include "json/json.h"

/* --- Beginning and end -------------------------------------------------------------- */

static void forget_input(struct talk *t)
{
	t->input = NULL;
	t->inputs = (struct buf){0};
	t->request_state = NULL;
}

void call_begin(struct talk *t)
{
	bool listens = str_same(t->method, S("subscriptions/listen"));

	forget_input(t);
	t->state = TALK_STATE_CALL;
	if (listens && t->stream.era == ERA_MODERN)
		standing_begin_listening(t);
	else if (listens)
		call_done(t);
}

void call_done(struct talk *t)
{
	forget_input(t);
	t->has_cursor = false;
	t->asked = false;
	t->state = TALK_STATE_IDLE;
}

static void call_refused(struct talk *t)
{
	t->refused = true;
	t->refusal = t->message;
	call_done(t);
}

/* --- Results ------------------------------------------------------------------------ */

static bool read_cursor(struct talk *t, const struct json *result)
{
	const struct json *cursor = json_get(result, S("nextCursor"));

	t->has_cursor = json_is(cursor, JSON_STRING);
	if (t->has_cursor)
		t->cursor = cursor->text;
	return t->has_cursor;
}

static bool count_page(struct talk *t, struct err *e)
{
	return ++t->pages <= TALK_PAGES || err_set(e, ERR_LIMIT, "the server's list has more than %d pages", TALK_PAGES);
}

/* Hangs the items of a page behind those of the pages before. */
static bool add_page(struct talk *t, const struct json *result, struct err *e)
{
	const struct json *page;
	struct json *all = t->items ? (struct json *)t->items : arena_one(&t->memory->keep, struct json);

	if (!all)
		return err_set(e, ERR_LIMIT, "the list needs more memory than is set aside for it");
	if (!json_want_array(result, t->member, &page, e))
		return err_where(e, "the server's list");
	if (!count_page(t, e))
		return false;
	all->kind = JSON_ARRAY;
	*(t->last_item ? &t->last_item->next : &all->first) = page->first;
	for (struct json *item = page->first; item; item = item->next)
		t->last_item = item;
	t->items = all;
	return true;
}

/* An empty cursor is a cursor; only its absence ends the list. */
static void settle_page(struct talk *t)
{
	if (!add_page(t, t->result, &t->failure))
		talk_fail(t);
	else if (!read_cursor(t, t->result))
		call_done(t);
}

static bool read_type(struct talk *t, bool *needs_input)
{
	struct str type = S("complete");

	*needs_input = false;
	if (t->stream.era != ERA_MODERN)
		return true;
	if (!json_opt_str(t->result, S("resultType"), &type, &t->failure))
		return err_where(&t->failure, "the server's result");
	*needs_input = str_same(type, S("input_required"));
	return *needs_input || str_same(type, S("complete")) ||
		err_set(&t->failure, ERR_INPUT, "the server's result is of a type that is not known here: \"%.*s\"",
			STR(str_first(type, TALK_SHOWN)));
}

/* Only where something is mirrored of their arguments does it matter what tools say. */
static bool are_tools(const struct talk *t)
{
	return str_same(t->method, S("tools/list")) && t->stream.era == ERA_MODERN && !t->setup.duplex;
}

static void settle_result(struct talk *t)
{
	bool is_first = !t->has_cursor && !json_get(t->params, S("cursor"));
	bool needs_input;

	t->result = t->message.result;
	t->settled = true;
	if (t->stream.era == ERA_MODERN)
		settle_meta(t, t->result);
	if (!read_type(t, &needs_input)) {
		talk_fail(t);
		return;
	}
	if (needs_input) {
		asks_begin_input(t);
		return;
	}
	if (are_tools(t))
		t->result = tools_take(t, t->result, is_first);
	if (!t->result) {
		err_set(&t->failure, ERR_LIMIT, "the list needs more memory than is set aside for it");
		talk_fail(t);
	} else if (t->member.len) {
		settle_page(t);
	} else {
		call_done(t);
	}
}

/* --- Refusals ------------------------------------------------------------------------- */

/* What is mirrored may have changed since the tools were listed. */
static bool relists(struct talk *t)
{
	if (!settle_has_error(t) || t->message.code != RPC_HEADER_MISMATCH || t->relisted || t->setup.duplex ||
		!str_same(t->method, S("tools/call")))
		return false;
	t->relisted = true;
	t->refusal = t->message;
	t->pages = 0;
	t->has_cursor = false;
	t->state = TALK_STATE_RELIST;
	return true;
}

/* Where the tools cannot be listed, what was refused stays refused. */
void call_settle_relist(struct talk *t)
{
	const struct json *result = t->message.result;

	if (!settle_is_good(t) || !settle_has_result(t) || !count_page(t, NULL)) {
		t->refused = true;
		call_done(t);
		return;
	}
	tools_take(t, result, t->pages == 1);
	if (!read_cursor(t, result))
		t->state = TALK_STATE_CALL;
}

static void refused_at_all(struct talk *t)
{
	if (settle_has_error(t) && t->answer.status != 401 && t->answer.status != 403)
		call_refused(t);
	else
		settle_refused(t);
}

static void settle_modern_refusal(struct talk *t)
{
	struct str version;
	int status = t->setup.duplex ? 400 : t->answer.status;

	switch (era_judge(status, t->answered ? &t->message : NULL, &version)) {
	case ERA_WANTS_VERSION:
		settle_version(t, version);
		return;
	case ERA_IS_LEGACY:
		if (!t->settled && !t->setup.version.len)
			settle_era(t, ERA_LEGACY);
		else
			refused_at_all(t);
		return;
	case ERA_IS_FOREIGN:
		settle_foreign(t);
		return;
	default:
		if (!relists(t))
			refused_at_all(t);
		return;
	}
}

static void begin_anew(struct talk *t)
{
	t->items = NULL;
	t->last_item = NULL;
	t->has_cursor = false;
	t->pages = 0;
	standing_stop(t);
	settle_era(t, ERA_LEGACY);
}

/* 404 tells that the session is gone, whatever else the body says; once a question it is begun anew. */
static void settle_legacy_refusal(struct talk *t)
{
	if (t->answer.status != 404 || !t->stream.session_len || t->renewed) {
		refused_at_all(t);
		return;
	}
	t->renewed = true;
	begin_anew(t);
}

/* --- Event streams that broke ------------------------------------------------------- */

static bool may_resume(const struct talk *t)
{
	return t->stream.era == ERA_LEGACY && t->state == TALK_STATE_CALL && t->answer.body == STREAM_EVENTS &&
		(t->answer.events.id.len || t->event_id_len) && t->resumes < TALK_RESUMES;
}

/* A modern stream that broke has lost its request; what only reads may be asked again, once. */
static bool may_reissue(const struct talk *t)
{
	bool reads = str_ends(t->method, S("/list")) || str_same(t->method, S("resources/read")) || str_same(t->method, S("prompts/get"));

	return t->stream.era == ERA_MODERN && t->state == TALK_STATE_CALL && t->answer.body == STREAM_EVENTS && reads && !t->reissued;
}

bool call_survives(const struct talk *t)
{
	return may_resume(t) || may_reissue(t);
}

bool call_resumes(struct talk *t)
{
	const struct sse *events = &t->answer.events;

	if (!may_resume(t))
		return false;
	if (events->id.len) {
		t->event_id_len = len_min(events->id.len, sizeof t->event_id);
		memcpy(t->event_id, events->id.at, t->event_id_len);
	}
	t->wait_ms = TALK_RETRY_MS;
	if (events->has_retry)
		t->wait_ms = events->retry_ms < TALK_RETRY_MAX_MS ? (int64_t)events->retry_ms : TALK_RETRY_MAX_MS;
	t->resuming = true;
	t->resumes++;
	return true;
}

void call_settle(struct talk *t)
{
	bool is_good = settle_is_good(t);

	if (!t->answered && may_reissue(t))
		t->reissued = true; /* and so it is sent again */
	else if (is_good && settle_has_result(t))
		settle_result(t);
	else if (is_good && settle_has_error(t) && !t->setup.duplex)
		call_refused(t);
	else if (is_good && !settle_has_error(t))
		settle_refused(t);
	else if (t->stream.era == ERA_MODERN)
		settle_modern_refusal(t);
	else
		settle_legacy_refusal(t);
}

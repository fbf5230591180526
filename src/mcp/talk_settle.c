#include "mcp/talk_settle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/len.h"
#include "json/json.h"
#include "mcp/talk.h"

enum { TEXT_SHOWN = 100 }; /* bytes of foreign text in an error */

static void fail(struct talk *t)
{
	t->state = TALK_STATE_FAILED;
}

static bool is_good(const struct talk *t)
{
	return t->answer.status >= 200 && t->answer.status <= 299;
}

static bool has_error(const struct talk *t)
{
	return t->answered && t->message.kind == RPC_ERROR;
}

static bool has_result(const struct talk *t)
{
	return t->answered && t->message.kind == RPC_RESULT;
}

static const char *what_was_asked(const struct talk *t)
{
	switch (t->state) {
	case TALK_STATE_PROBE:
		return "server/discover";
	case TALK_STATE_OPEN:
		return "initialize";
	case TALK_STATE_OPENED:
		return "notifications/initialized";
	default:
		return "the request";
	}
}

/* The server said no: in its own words where it has some. */
static void fail_refused(struct talk *t)
{
	int status = t->answer.status;

	if (status == 401 || status == 403)
		err_set(&t->failure, ERR_LOGIN, "the server refuses these credentials (HTTP %d); log in again", status);
	else if (has_error(t))
		err_set(&t->failure, ERR_FAILED, "the server refuses %s: %.*s (code %" PRId64 ")", what_was_asked(t),
			STR(str_first(t->message.message, TEXT_SHOWN)), t->message.code);
	else if (!is_good(t))
		err_set(&t->failure, ERR_FAILED, "the server answers %s with HTTP %d; is this the URL of an MCP server?",
			what_was_asked(t), status);
	else
		err_set(&t->failure, ERR_INPUT, "the server's answer to %s does not hold the response", what_was_asked(t));
	fail(t);
}

/* --- What the server says of itself ------------------------------------------------- */

static void note_info(struct talk *t, const struct json *info)
{
	json_opt_str(info, S("name"), &t->server.name, NULL);
	json_opt_str(info, S("title"), &t->server.title, NULL);
	json_opt_str(info, S("version"), &t->server.version, NULL);
}

/* Modern: any result may tell who made it. */
static void note_meta(struct talk *t, const struct json *result)
{
	note_info(t, json_get(json_get(result, S("_meta")), S("io.modelcontextprotocol/serverInfo")));
}

/* The result of `initialize` or `server/discover`. */
static void note_server(struct talk *t, const struct json *result)
{
	const struct json *capabilities = json_get(result, S("capabilities"));

	note_info(t, json_get(result, S("serverInfo")));
	note_meta(t, result);
	json_opt_str(result, S("instructions"), &t->server.instructions, NULL);
	if (json_is(capabilities, JSON_OBJECT))
		t->server.capabilities = capabilities;
}

/* --- The era ------------------------------------------------------------------------ */

void settle_era(struct talk *t, enum era era)
{
	stream_forget_session(&t->stream);
	t->stream.era = era == ERA_LEGACY ? ERA_LEGACY : ERA_MODERN;
	t->stream.version = era == ERA_LEGACY ? (struct str){0} : S(ERA_MODERN_VERSION);
	t->state = era == ERA_LEGACY ? TALK_STATE_OPEN : TALK_STATE_PROBE;
	t->settled = false;
	t->probed |= era != ERA_LEGACY;
}

static void open_done(struct talk *t)
{
	t->settled = true;
	t->state = t->asked ? TALK_STATE_CALL : TALK_STATE_IDLE;
}

/* Another revision is tried once a question: a server may name the very one that was asked with. */
static void change_version(struct talk *t, struct str version)
{
	if (t->changed_version) {
		fail_refused(t);
		return;
	}
	t->changed_version = true;
	t->stream.version = version;
}

static void fail_foreign(struct talk *t)
{
	const struct json *supported = json_get(t->message.data, S("supported"));
	struct str raw = supported ? supported->raw : S("none that it tells");

	err_set(&t->failure, ERR_FAILED, "the server speaks no revision of MCP that is known here (it lists %.*s)",
		STR(str_first(raw, TEXT_SHOWN)));
	fail(t);
}

/* The modern form was not understood. */
static void go_legacy(struct talk *t)
{
	if (t->settled) {
		fail_refused(t);
		return;
	}
	settle_era(t, ERA_LEGACY);
}

/* The verdict on an answer to a request in the modern form. An error that came with 2xx is
 * judged as if its status told the truth: a modern server knows server/discover. */
static enum era_verdict judge(const struct talk *t, struct str *version)
{
	int status = t->answer.status;

	if (t->state == TALK_STATE_PROBE && is_good(t) && has_error(t))
		status = 400;
	return era_judge(status, t->answered ? &t->message : NULL, version);
}

static void settle_probe(struct talk *t)
{
	struct str version;

	switch (judge(t, &version)) {
	case ERA_IS_MODERN:
		if (!has_result(t)) {
			fail_refused(t);
			return;
		}
		note_server(t, t->message.result);
		open_done(t);
		return;
	case ERA_WANTS_VERSION:
		change_version(t, version);
		return;
	case ERA_REFUSES:
		if (t->message.code == RPC_NO_METHOD) /* modern all the same: do without */
			open_done(t);
		else
			fail_refused(t);
		return;
	case ERA_IS_LEGACY:
		go_legacy(t);
		return;
	case ERA_IS_FOREIGN:
		fail_foreign(t);
		return;
	case ERA_WANTS_LOGIN:
	case ERA_UNCLEAR:
		fail_refused(t);
		return;
	}
}

/* --- The opening of the legacy era -------------------------------------------------- */

static void settle_open(struct talk *t)
{
	int status = t->answer.status;
	struct str version = {0};

	if (!is_good(t) || !has_result(t)) {
		if ((status == 400 || status == 404 || status == 405) && !t->probed)
			settle_era(t, ERA_UNKNOWN);
		else
			fail_refused(t);
		return;
	}
	if (!json_want_str(t->message.result, S("protocolVersion"), &version, &t->failure)) {
		err_where(&t->failure, "the server's answer to initialize");
		fail(t);
	} else if (era_of(version) != ERA_LEGACY) {
		err_set(&t->failure, ERR_FAILED, "the server chose revision \"%.*s\" of MCP, which is not known here",
			STR(str_first(version, TEXT_SHOWN)));
		fail(t);
	} else {
		t->stream.version = era_literal(version);
		note_server(t, t->message.result);
		t->state = TALK_STATE_OPENED;
	}
}

/* --- Questions ---------------------------------------------------------------------- */

static void call_done(struct talk *t)
{
	t->asked = false;
	t->state = TALK_STATE_IDLE;
}

static void call_refused(struct talk *t)
{
	t->refused = true;
	t->refusal = t->message;
	call_done(t);
}

/* Hangs the items of a page behind those of the pages before. */
static bool add_page(struct talk *t, const struct json *result, struct err *e)
{
	const struct json *page;
	struct json *all = t->items ? (struct json *)t->items : arena_one(t->keep, struct json);

	if (!all)
		return err_set(e, ERR_LIMIT, "the list needs more memory than is set aside for it");
	if (!json_want_array(result, t->member, &page, e))
		return err_where(e, "the server's list");
	if (++t->pages > TALK_PAGES)
		return err_set(e, ERR_LIMIT, "the server's list has more than %d pages", TALK_PAGES);
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
	const struct json *cursor = json_get(t->result, S("nextCursor"));

	if (!add_page(t, t->result, &t->failure)) {
		fail(t);
		return;
	}
	t->has_cursor = json_is(cursor, JSON_STRING);
	if (t->has_cursor)
		t->cursor = cursor->text;
	else
		call_done(t);
}

static bool check_result_type(struct talk *t)
{
	struct str type = S("complete");

	if (t->stream.era != ERA_MODERN)
		return true;
	if (!json_opt_str(t->result, S("resultType"), &type, &t->failure))
		return err_where(&t->failure, "the server's result");
	t->needs_input = str_same(type, S("input_required"));
	return t->needs_input || str_same(type, S("complete")) ||
		err_set(&t->failure, ERR_INPUT, "the server's result is of a type that is not known here: \"%.*s\"",
			STR(str_first(type, TEXT_SHOWN)));
}

static void settle_result(struct talk *t)
{
	t->result = t->message.result;
	t->settled = true;
	if (t->stream.era == ERA_MODERN)
		note_meta(t, t->result);
	if (!check_result_type(t))
		fail(t);
	else if (t->member.len && !t->needs_input)
		settle_page(t);
	else
		call_done(t);
}

static void settle_modern_refusal(struct talk *t)
{
	struct str version;

	switch (era_judge(t->answer.status, t->answered ? &t->message : NULL, &version)) {
	case ERA_WANTS_VERSION:
		change_version(t, version);
		return;
	case ERA_IS_LEGACY:
		if (!t->settled) {
			settle_era(t, ERA_LEGACY);
			return;
		}
		break;
	case ERA_IS_FOREIGN:
		fail_foreign(t);
		return;
	default:
		break;
	}
	if (has_error(t) && t->answer.status != 401 && t->answer.status != 403)
		call_refused(t);
	else
		fail_refused(t);
}

static void restart(struct talk *t)
{
	t->items = NULL;
	t->last_item = NULL;
	t->has_cursor = false;
	t->pages = 0;
	settle_era(t, ERA_LEGACY);
}

/* 404 tells that the session is gone, whatever else the body says; once a question it is begun anew. */
static void settle_legacy_refusal(struct talk *t)
{
	int status = t->answer.status;

	if (status == 404 && t->stream.session_len && !t->renewed) {
		t->renewed = true;
		restart(t);
	} else if (has_error(t) && status != 401 && status != 403) {
		call_refused(t);
	} else {
		fail_refused(t);
	}
}

static void settle_call(struct talk *t)
{
	if (is_good(t) && has_result(t))
		settle_result(t);
	else if (is_good(t) && has_error(t))
		call_refused(t);
	else if (is_good(t))
		fail_refused(t);
	else if (t->stream.era == ERA_MODERN)
		settle_modern_refusal(t);
	else
		settle_legacy_refusal(t);
}

/* --- Event streams that broke ------------------------------------------------------- */

bool settle_may_resume(const struct talk *t)
{
	return t->stream.era == ERA_LEGACY && t->state == TALK_STATE_CALL && t->answer.body == STREAM_EVENTS &&
		(t->answer.events.id.len || t->event_id_len) && t->resumes < TALK_RESUMES;
}

static void resume(struct talk *t)
{
	const struct sse *events = &t->answer.events;

	if (events->id.len) {
		t->event_id_len = len_min(events->id.len, sizeof t->event_id);
		memcpy(t->event_id, events->id.at, t->event_id_len);
	}
	t->wait_ms = TALK_RETRY_MS;
	if (events->has_retry)
		t->wait_ms = events->retry_ms < TALK_RETRY_MAX_MS ? (int64_t)events->retry_ms : TALK_RETRY_MAX_MS;
	t->resuming = true;
	t->resumes++;
}

void settle_answer(struct talk *t)
{
	if (!t->answered && settle_may_resume(t)) {
		resume(t);
		return;
	}
	t->resuming = false;
	if (t->state == TALK_STATE_PROBE)
		settle_probe(t);
	else if (t->state == TALK_STATE_OPEN)
		settle_open(t);
	else if (t->state == TALK_STATE_OPENED)
		is_good(t) ? open_done(t) : fail_refused(t);
	else if (t->state == TALK_STATE_CALL)
		settle_call(t);
}

#include "mcp/talk_inside.h"

#include <inttypes.h>

#include "json/json.h"

bool settle_is_good(const struct talk *t)
{
	return t->answer.status >= 200 && t->answer.status <= 299;
}

bool settle_has_error(const struct talk *t)
{
	return t->answered && t->message.kind == RPC_ERROR;
}

bool settle_has_result(const struct talk *t)
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

static void tell_refusal(struct talk *t)
{
	int status = t->answer.status;

	if (status == 401 || status == 403)
		err_set(&t->failure, ERR_LOGIN, "the server refuses these credentials (HTTP %d); log in again", status);
	else if (settle_has_error(t))
		err_set(&t->failure, ERR_FAILED, "the server refuses %s: %.*s (code %" PRId64 ")", what_was_asked(t),
			STR(str_first(t->message.message, TALK_SHOWN)), t->message.code);
	else if (!settle_is_good(t))
		err_set(&t->failure, ERR_FAILED, "the server answers %s with HTTP %d; is this the URL of an MCP server?",
			what_was_asked(t), status);
	else
		err_set(&t->failure, ERR_INPUT, "the server's answer to %s does not hold the response", what_was_asked(t));
}

void settle_refused(struct talk *t)
{
	tell_refusal(t);
	talk_fail(t);
}

/* --- What the server says of itself ------------------------------------------------- */

static void note_info(struct talk_server *s, const struct json *info)
{
	json_opt_str(info, S("name"), &s->name, NULL);
	json_opt_str(info, S("title"), &s->title, NULL);
	json_opt_str(info, S("version"), &s->version, NULL);
}

static const struct json *meta_info(const struct json *result)
{
	return json_get(json_get(result, S("_meta")), S("io.modelcontextprotocol/serverInfo"));
}

static void copy(struct str *to, struct str from, struct arena *a)
{
	if (!str_same(*to, from))
		*to = arena_str(a, from);
}

/* Any result may tell who made it; what is known already is not kept again. */
void settle_meta(struct talk *t, const struct json *result)
{
	struct talk_server *s = &t->server, said = *s;

	note_info(&said, meta_info(result));
	copy(&s->name, said.name, &t->memory->about);
	copy(&s->title, said.title, &t->memory->about);
	copy(&s->version, said.version, &t->memory->about);
}

/* The result of `initialize` or `server/discover`; answers come and go, this stays. */
static void note_server(struct talk *t, const struct json *result)
{
	struct arena *a = &t->memory->about;
	const struct json *kept, *capabilities;
	struct str text;

	t->server = (struct talk_server){0};
	arena_reset(a);
	text = arena_str(a, result->raw);
	if (!text.at || !json_read(text, a, &kept, NULL))
		return;
	capabilities = json_get(kept, S("capabilities"));
	note_info(&t->server, json_get(kept, S("serverInfo")));
	note_info(&t->server, meta_info(kept));
	json_opt_str(kept, S("instructions"), &t->server.instructions, NULL);
	if (json_is(capabilities, JSON_OBJECT))
		t->server.capabilities = capabilities;
}

/* --- The era ------------------------------------------------------------------------ */

void settle_era(struct talk *t, enum era era)
{
	bool is_pinned = t->setup.version.len && era == ERA_MODERN;

	stream_forget_session(&t->stream);
	t->stream.era = era == ERA_LEGACY ? ERA_LEGACY : ERA_MODERN;
	t->stream.version = era == ERA_LEGACY ? (struct str){0} : is_pinned ? t->setup.version : S(ERA_MODERN_VERSION);
	t->state = era == ERA_LEGACY ? TALK_STATE_OPEN : TALK_STATE_PROBE;
	t->settled = false;
	t->probed |= era != ERA_LEGACY;
}

static void open_done(struct talk *t)
{
	t->settled = true;
	t->state = TALK_STATE_IDLE;
	if (t->stream.era == ERA_LEGACY)
		standing_open(t);
	if (t->asked)
		call_begin(t);
}

/* A server may name the very version that was asked with. */
void settle_version(struct talk *t, struct str version)
{
	if (t->changed_version || (t->setup.version.len && !str_same(version, t->setup.version))) {
		settle_refused(t);
		return;
	}
	t->changed_version = true;
	t->stream.version = version;
}

static void tell_foreign(struct talk *t, const struct json *supported)
{
	struct str raw = supported ? supported->raw : S("none that it tells");

	err_set(&t->failure, ERR_FAILED, "the server speaks no revision of MCP that is known here (it lists %.*s)",
		STR(str_first(raw, TALK_SHOWN)));
	talk_fail(t);
}

void settle_foreign(struct talk *t)
{
	tell_foreign(t, json_get(t->message.data, S("supported")));
}

/* The modern form was not understood. A revision that was asked for is not given up: a server may do without server/discover. */
static void go_legacy(struct talk *t)
{
	bool is_pinned = t->setup.version.len > 0;
	bool is_unknown = settle_has_error(t) && (t->message.code == RPC_NO_METHOD || t->message.code == RPC_INVALID_PARAMS);

	if (is_pinned && is_unknown)
		open_done(t);
	else if (is_pinned || t->settled)
		settle_refused(t);
	else
		settle_era(t, ERA_LEGACY);
}

/* The verdict on an answer to server/discover. An error that came with 2xx is judged as if its status told the truth: a modern
 * server knows server/discover; but old ones call what they do not know invalid parameters. */
static enum era_verdict judge(const struct talk *t, struct str *version)
{
	bool is_mild = settle_is_good(t) && settle_has_error(t);

	if (is_mild && t->message.code == RPC_INVALID_PARAMS)
		return ERA_IS_LEGACY;
	return era_judge(is_mild ? 400 : t->answer.status, t->answered ? &t->message : NULL, version);
}

/* The server tells which revisions it speaks; ours need not be among them. */
static void settle_discovered(struct talk *t)
{
	const struct json *versions = json_get(t->message.result, S("supportedVersions"));
	struct str best = era_choose(versions, t->setup.version.len ? ERA_MODERN : ERA_UNKNOWN);

	if (!versions && t->setup.duplex) { /* an echo, perhaps: no modern server answers so */
		go_legacy(t);
		return;
	}
	if (json_is(versions, JSON_ARRAY) && !json_has_str(versions, t->stream.version)) {
		if (!best.len)
			tell_foreign(t, versions);
		else if (era_of(best) == ERA_LEGACY)
			go_legacy(t);
		else
			settle_version(t, best);
		return;
	}
	note_server(t, t->message.result);
	open_done(t);
}

static void settle_probe(struct talk *t)
{
	struct str version;

	switch (judge(t, &version)) {
	case ERA_IS_MODERN:
		if (settle_has_result(t))
			settle_discovered(t);
		else
			settle_refused(t);
		return;
	case ERA_WANTS_VERSION:
		settle_version(t, version);
		return;
	case ERA_REFUSES:
		if (t->message.code == RPC_NO_METHOD) /* modern all the same: do without */
			open_done(t);
		else
			settle_refused(t);
		return;
	case ERA_IS_LEGACY:
		go_legacy(t);
		return;
	case ERA_IS_FOREIGN:
		settle_foreign(t);
		return;
	case ERA_WANTS_LOGIN:
	case ERA_UNCLEAR:
		settle_refused(t);
		return;
	}
}

/* --- The opening of the legacy era -------------------------------------------------- */

static bool is_modern_error(const struct talk *t)
{
	return settle_has_error(t) && (t->message.code == RPC_NO_VERSION || t->message.code == RPC_HEADER_MISMATCH ||
		t->message.code == RPC_NO_CAPABILITY);
}

/* Perhaps it is modern by now, perhaps it is older than that. */
static void settle_no_opening(struct talk *t)
{
	int status = t->answer.status;
	bool is_unknown = status == 400 || status == 404 || status == 405;

	if ((is_unknown && !t->probed && !t->setup.version.len) || t->probe_came) {
		t->probe_came = false;
		settle_era(t, ERA_UNKNOWN);
		return;
	}
	settle_refused(t);
	if (is_unknown && t->setup.may_try_sse && !is_modern_error(t))
		t->state = TALK_STATE_SSE;
}

static void settle_open(struct talk *t)
{
	struct str version = {0};

	if (!settle_is_good(t) || !settle_has_result(t)) {
		settle_no_opening(t);
	} else if (!json_want_str(t->message.result, S("protocolVersion"), &version, &t->failure)) {
		err_where(&t->failure, "the server's answer to initialize");
		talk_fail(t);
	} else if (era_of(version) != ERA_LEGACY) {
		err_set(&t->failure, ERR_FAILED, "the server chose revision \"%.*s\" of MCP, which is not known here",
			STR(str_first(version, TALK_SHOWN)));
		talk_fail(t);
	} else {
		t->stream.version = era_literal(version);
		note_server(t, t->message.result);
		t->state = TALK_STATE_OPENED;
	}
}

void settle_answer(struct talk *t)
{
	if (t->state == TALK_STATE_CALL && !t->answered && call_resumes(t))
		return;
	t->resuming = false;
	switch (t->state) {
	case TALK_STATE_PROBE:
		settle_probe(t);
		return;
	case TALK_STATE_OPEN:
		settle_open(t);
		return;
	case TALK_STATE_OPENED:
		if (settle_is_good(t))
			open_done(t);
		else
			settle_refused(t);
		return;
	case TALK_STATE_CALL:
		call_settle(t);
		return;
	case TALK_STATE_RELIST:
		call_settle_relist(t);
		return;
	default:
		return;
	}
}

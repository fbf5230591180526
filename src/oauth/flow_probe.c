#include "oauth/flow_inside.h"

#include "http/field.h"
#include "oauth/quote.h"

enum { SESSION_MAX = 1024 };

#define MODERN "2026-07-28"
#define CLIENT "{\"name\":\"keyfob\",\"version\":\"1\"}"

/* The requests of both eras that servers let pass or refuse, and what is said in them. */
static const struct str bodies[] = {
	[FLOW_PROBE_INITIALIZE] = S_INIT("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
		"\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":" CLIENT "}}"),
	[FLOW_PROBE_INITIALIZED] = S_INIT("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"),
	[FLOW_PROBE_TOOLS] = S_INIT("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{}}"),
	[FLOW_PROBE_MODERN] = S_INIT("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
		"\"io.modelcontextprotocol/protocolVersion\":\"" MODERN "\","
		"\"io.modelcontextprotocol/clientCapabilities\":{},"
		"\"io.modelcontextprotocol/clientInfo\":" CLIENT "}}}"),
	[FLOW_PROBE_STREAM] = S_INIT(""),
};

/* Bodies are not waited for, so the version that initialize settled on is not known, and none is named behind it, which every
 * server of that era has to take. */
static enum flow_step send(struct flow *f, enum flow_probe probe)
{
	static const struct http_field common[] = {
		{S_INIT("Accept"), S_INIT("application/json, text/event-stream")},
		{S_INIT("Content-Type"), S_INIT("application/json")},
		{S_INIT("MCP-Protocol-Version"), S_INIT(MODERN)},
		{S_INIT("Mcp-Method"), S_INIT("tools/list")},
	};
	struct http_field *fields = arena_take_many(f->setup.arena, 4, sizeof *fields);
	bool posts = probe != FLOW_PROBE_STREAM;

	if (!fields) {
		err_set(&f->err, ERR_LIMIT, "the sign-in does not fit in memory");
		return flow_fail(f);
	}
	f->probe = probe;
	f->request = (struct fetch_request){
		.method = posts ? S("POST") : S("GET"), .url = f->setup.server, .fields = fields, .fields_n = posts ? 2 : 1,
		.has_body = posts, .body = bodies[probe],
	};
	for (size_t i = 0; i < 4; i++)
		fields[i] = common[i];
	if (probe == FLOW_PROBE_MODERN)
		f->request.fields_n = 4;
	else if (f->session.len)
		fields[f->request.fields_n++] = (struct http_field){S("Mcp-Session-Id"), f->session};
	flow_send(f, FLOW_AT_PROBE, METADATA_MAX);
	f->head_is_enough = true;
	return f->step;
}

enum flow_step flow_probe_begin(struct flow *f)
{
	send(f, FLOW_PROBE_INITIALIZE);
	if (f->setup.probe && f->step == FLOW_SEND) {
		f->request = *f->setup.probe;
		f->request.url = f->setup.server;
		f->request.timeout_ms = f->setup.timeout_ms;
	}
	return f->step;
}

/* It did what was asked. A page that anybody may read is no stream. */
static bool is_well(const struct flow *f, const struct fetch_answer *answer)
{
	struct str type = fetch_field(answer->fields, answer->fields_n, S("content-type"), NULL);

	if (answer->status < 200 || answer->status > 299)
		return false;
	str_cut(type, ';', &type, NULL);
	return f->probe != FLOW_PROBE_STREAM || str_same_nocase(str_trim(type), S("text/event-stream"));
}

/* The first answer tells whether this is the right address at all. */
static bool is_hopeless(struct flow *f, const struct fetch_answer *answer)
{
	int status = answer->status;

	if (flow_is_redirect(status)) {
		struct str location = fetch_field(answer->fields, answer->fields_n, S("location"), NULL);

		return !err_set(&f->err, ERR_FAILED, "the server sends to another address: \"%s\"; use that one", quote_url(location).text);
	}
	if (status < 500 && status != 429 && status != 403)
		return false;
	return !err_set(&f->err, ERR_FAILED, "the server answered the first request with status %d%s", status,
		status == 403 ? ", and does not say how to sign in" : "; try again later");
}

static void keep_session(struct flow *f, const struct fetch_answer *answer)
{
	struct str id = fetch_field(answer->fields, answer->fields_n, S("mcp-session-id"), NULL);

	if (id.len <= SESSION_MAX && field_is_value(id))
		f->session = arena_str(f->setup.arena, id);
}

/* All was tried, and nothing was refused for want of a token. */
static enum flow_step conclude(struct flow *f)
{
	f->challenge = (struct challenge){0};
	if (!f->passed || f->setup.insist)
		return flow_find_begin(f);
	f->at = FLOW_AT_END;
	return f->step = FLOW_OPEN;
}

static enum flow_step next(struct flow *f, const struct fetch_answer *answer)
{
	if (f->setup.probe || !f->setup.insist)
		return conclude(f);
	switch (f->probe) {
	case FLOW_PROBE_INITIALIZE:
		if (!f->passed)
			return send(f, FLOW_PROBE_MODERN);
		keep_session(f, answer);
		return send(f, FLOW_PROBE_INITIALIZED);
	case FLOW_PROBE_INITIALIZED:
		return send(f, FLOW_PROBE_TOOLS);
	case FLOW_PROBE_TOOLS:
		return send(f, FLOW_PROBE_MODERN);
	case FLOW_PROBE_MODERN:
		if (!f->passed)
			return send(f, FLOW_PROBE_STREAM);
		break;
	case FLOW_PROBE_STREAM:
		break;
	}
	return conclude(f);
}

enum flow_step flow_probe_answer(struct flow *f, const struct fetch_answer *answer)
{
	bool challenged = challenge_read(answer->fields, answer->fields_n, f->setup.arena, &f->challenge);
	bool is_first = f->probe == FLOW_PROBE_INITIALIZE;

	if (is_first)
		f->probe_status = answer->status;
	if (is_well(f, answer)) {
		f->passed = true;
		return next(f, answer);
	}
	if (answer->status == 401 || (challenged && answer->status < 500 && answer->status != 429)) {
		f->probe_status = answer->status;
		f->passed = false;
		return flow_find_begin(f);
	}
	if (is_first && is_hopeless(f, answer))
		return flow_fail(f);
	return next(f, answer);
}

enum flow_step flow_probe_failure(struct flow *f, const struct err *failure)
{
	if (f->probe != FLOW_PROBE_INITIALIZE)
		return conclude(f);
	f->err = *failure;
	err_where(&f->err, "the server");
	return flow_fail(f);
}

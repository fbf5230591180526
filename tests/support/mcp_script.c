#include "support/test.h"

#include "support/mcp_script.h"

#include <stdio.h>

#define TOOLS "\"tools\":[{\"name\":\"hammer\"}]"

static bool takes(const struct mcp_script *s, const struct fetch_request *r)
{
	struct str value = fetch_field(r->fields, r->fields_n, S("Authorization"), NULL);

	return !s->token || (str_starts(value, S("Bearer ")) && str_same(str_from(value, 7), str_of(s->token)));
}

/* The number of a request, as text. */
static struct str id_of(struct str body)
{
	struct str id = str_from(body, str_find_str(body, S("\"id\":")));
	size_t digits = 0;

	id = str_from(id, 5);
	while (digits < id.len && id.at[digits] >= '0' && id.at[digits] <= '9')
		digits++;
	return str_first(id, digits);
}

static bool calls(const struct fetch_request *r, const char *method)
{
	char text[64];

	snprintf(text, sizeof text, "\"method\":\"%s\"", method);
	return str_find_str(r->body, str_of(text)) != r->body.len;
}

static void answer_call(struct mcp_script *s, const struct fetch_request *r, struct fetch_script_step *answer)
{
	struct str id = id_of(r->body);
	const char *result = "";

	answer->status = 200;
	if (calls(r, "server/discover") && !s->legacy)
		result = "\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}}";
	else if (calls(r, "initialize") && s->legacy)
		result = "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"serverInfo\":{\"name\":\"old\",\"version\":\"1\"}";
	else if (calls(r, "tools/list"))
		result = s->legacy ? TOOLS : "\"resultType\":\"complete\"," TOOLS;
	else if (calls(r, "server/discover"))
		answer->status = 400;
	else
		answer->status = 202;
	if (calls(r, "tools/list"))
		snprintf(s->list_id, sizeof s->list_id, "%.*s", STR(id));
	snprintf(s->text, sizeof s->text, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":{%s}}", STR(id), result);
	if (answer->status == 200)
		answer->answer = str_of(s->text);
}

static void open_stream(struct fetch_script_step *answer)
{
	answer->answer_fields[0] = "Content-Type: text/event-stream";
	answer->answer = S("data: {\"jsonrpc\":\"2.0\",\"id\":\"p1\",\"method\":\"ping\"}\n\n");
	answer->stays_open = true;
}

void mcp_script_serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	struct mcp_script *s = self;

	s->requests++;
	answer->answer_fields[0] = "Content-Type: application/json";
	if (s->fails) {
		answer->fails = ERR_NETWORK;
	} else if (!takes(s, r)) {
		answer->status = 401;
		answer->answer_fields[1] = s->challenge ? s->challenge : "WWW-Authenticate: Bearer";
	} else if (s->status) {
		answer->status = s->status;
		answer->answer_fields[1] = s->challenge;
	} else if (!str_same(r->method, S("POST"))) {
		answer->status = 405;
	} else {
		answer_call(s, r, answer);
		if (s->pings && calls(r, "tools/list"))
			open_stream(answer);
	}
}

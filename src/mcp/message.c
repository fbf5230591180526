#include "mcp/message.h"

#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"
#include "mcp/rpc.h"

#define META_VERSION S("io.modelcontextprotocol/protocolVersion")
#define META_CLIENT S("io.modelcontextprotocol/clientInfo")
#define META_CAPABILITIES S("io.modelcontextprotocol/clientCapabilities")

static void write_client(struct json_write *w, const struct message_client *client)
{
	json_write_object(w);
	json_write_str_as(w, S("name"), client->name);
	json_write_str_as(w, S("version"), client->version);
	json_write_end_object(w);
}

static void write_capabilities(struct json_write *w, const struct message_client *client)
{
	json_write_raw(w, client->capabilities.len ? client->capabilities : S("{}"));
}

void message_initialize(struct buf *out, int64_t id, struct str version, const struct message_client *client)
{
	struct json_write w = json_write_to(out);

	rpc_write_request(&w, id, S("initialize"));
	json_write_name(&w, S("params"));
	json_write_object(&w);
	json_write_str_as(&w, S("protocolVersion"), version);
	json_write_name(&w, S("capabilities"));
	write_capabilities(&w, client);
	json_write_name(&w, S("clientInfo"));
	write_client(&w, client);
	json_write_end_object(&w);
	json_write_end_object(&w);
}

void message_notify(struct buf *out, struct str method, const struct json *params)
{
	struct json_write w = json_write_to(out);

	rpc_write_notification(&w, method);
	if (params)
		json_write_tree_as(&w, S("params"), params);
	json_write_end_object(&w);
}

void message_cancel(struct buf *out, int64_t id)
{
	struct json_write w = json_write_to(out);

	rpc_write_notification(&w, S("notifications/cancelled"));
	json_write_name(&w, S("params"));
	json_write_object(&w);
	json_write_int_as(&w, S("requestId"), id);
	json_write_str_as(&w, S("reason"), S("no longer wanted"));
	json_write_end_object(&w);
	json_write_end_object(&w);
}

/* --- Requests --------------------------------------------------------------------- */

static bool is_ours(struct str name)
{
	return str_same(name, META_VERSION) || str_same(name, META_CLIENT) || str_same(name, META_CAPABILITIES);
}

static bool is_modern(const struct message_call *call)
{
	return call->version.len > 0;
}

static void write_meta(struct json_write *w, int64_t id, const struct message_call *call, const struct message_client *client)
{
	const struct json *given = json_get(call->params, S("_meta"));

	json_write_name(w, S("_meta"));
	json_write_object(w);
	for (const struct json *m = json_is(given, JSON_OBJECT) ? given->first : NULL; m; m = m->next)
		if (!is_modern(call) || !is_ours(m->name))
			json_write_tree_as(w, m->name, m);
	if (call->progress && !json_get(given, S("progressToken")))
		json_write_int_as(w, S("progressToken"), id);
	if (is_modern(call)) {
		json_write_str_as(w, META_VERSION, call->version);
		json_write_name(w, META_CLIENT);
		write_client(w, client);
		json_write_name(w, META_CAPABILITIES);
		write_capabilities(w, client);
	}
	json_write_end_object(w);
}

/* What stands in params, but is written from elsewhere. */
static bool is_replaced(const struct message_call *call, struct str name)
{
	if (str_same(name, S("_meta")))
		return is_modern(call) || call->progress;
	if (str_same(name, S("cursor")))
		return call->cursor != NULL;
	return (str_same(name, S("inputResponses")) && call->input_responses.len) ||
		(str_same(name, S("requestState")) && call->request_state);
}

static void write_params(struct json_write *w, int64_t id, const struct message_call *call, const struct message_client *client)
{
	json_write_name(w, S("params"));
	json_write_object(w);
	for (const struct json *m = call->params ? call->params->first : NULL; m; m = m->next)
		if (!is_replaced(call, m->name))
			json_write_tree_as(w, m->name, m);
	if (call->cursor)
		json_write_str_as(w, S("cursor"), *call->cursor);
	if (call->input_responses.len) {
		json_write_name(w, S("inputResponses"));
		json_write_raw(w, call->input_responses);
	}
	if (call->request_state)
		json_write_tree_as(w, S("requestState"), call->request_state);
	if (is_modern(call) || call->progress)
		write_meta(w, id, call, client);
	json_write_end_object(w);
}

void message_call(struct buf *out, int64_t id, const struct message_call *call, const struct message_client *client)
{
	struct json_write w = json_write_to(out);

	rpc_write_request(&w, id, call->method);
	write_params(&w, id, call, client);
	json_write_end_object(&w);
}

/* --- Answers ---------------------------------------------------------------------- */

void message_answer(struct buf *out, struct str id, struct str result)
{
	struct json_write w = json_write_to(out);

	rpc_write_answer(&w, id);
	json_write_name(&w, S("result"));
	json_write_raw(&w, result);
	json_write_end_object(&w);
}

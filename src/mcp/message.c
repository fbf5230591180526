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

void message_initialized(struct buf *out)
{
	struct json_write w = json_write_to(out);

	rpc_write_notification(&w, S("notifications/initialized"));
	json_write_end_object(&w);
}

static bool is_ours(struct str name)
{
	return str_same(name, META_VERSION) || str_same(name, META_CLIENT) || str_same(name, META_CAPABILITIES);
}

static void write_meta(struct json_write *w, const struct message_call *call, const struct message_client *client)
{
	const struct json *given = json_get(call->params, S("_meta"));

	json_write_name(w, S("_meta"));
	json_write_object(w);
	for (const struct json *m = json_is(given, JSON_OBJECT) ? given->first : NULL; m; m = m->next)
		if (!is_ours(m->name))
			json_write_tree_as(w, m->name, m);
	json_write_str_as(w, META_VERSION, call->version);
	json_write_name(w, META_CLIENT);
	write_client(w, client);
	json_write_name(w, META_CAPABILITIES);
	write_capabilities(w, client);
	json_write_end_object(w);
}

static void write_params(struct json_write *w, const struct message_call *call, const struct message_client *client)
{
	bool modern = call->version.len > 0;

	json_write_name(w, S("params"));
	json_write_object(w);
	for (const struct json *m = call->params ? call->params->first : NULL; m; m = m->next) {
		if (modern && str_same(m->name, S("_meta")))
			continue;
		if (call->cursor && str_same(m->name, S("cursor")))
			continue;
		json_write_tree_as(w, m->name, m);
	}
	if (call->cursor)
		json_write_str_as(w, S("cursor"), *call->cursor);
	if (modern)
		write_meta(w, call, client);
	json_write_end_object(w);
}

void message_call(struct buf *out, int64_t id, const struct message_call *call, const struct message_client *client)
{
	struct json_write w = json_write_to(out);

	rpc_write_request(&w, id, call->method);
	write_params(&w, call, client);
	json_write_end_object(&w);
}

void message_reply(struct buf *out, struct str id, bool is_ping)
{
	struct json_write w = json_write_to(out);

	if (!is_ping) {
		rpc_write_error(out, id, RPC_NO_METHOD, S("this client does not offer that"), (struct str){0});
		return;
	}
	rpc_write_answer(&w, id);
	json_write_name(&w, S("result"));
	json_write_object(&w);
	json_write_end_object(&w);
	json_write_end_object(&w);
}

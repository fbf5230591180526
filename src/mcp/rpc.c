#include "mcp/rpc.h"

#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"
#include "json/json_write.h"

static bool bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "not a JSON-RPC 2.0 message: %s", what);
}

/* Finds the id; *has_id tells that there is one, be it null. */
static bool read_id(struct rpc *m, bool *has_id, struct err *e)
{
	const struct json *id = json_get(m->root, S("id"));

	*has_id = id != NULL;
	if (!id || id->kind == JSON_NULL)
		return true;
	if (id->kind != JSON_NUMBER && id->kind != JSON_STRING)
		return bad(e, "its id is neither a number nor a string");
	m->id = id;
	return true;
}

static bool read_call(struct rpc *m, const struct json *method, bool has_id, struct err *e)
{
	if (method->kind != JSON_STRING)
		return bad(e, "its method is not a string");
	if (has_id && !m->id)
		return bad(e, "a request with null for its id");
	m->kind = has_id ? RPC_REQUEST : RPC_NOTIFICATION;
	m->method = method->text;
	m->params = json_get(m->root, S("params"));
	if (m->params && m->params->kind != JSON_OBJECT)
		return bad(e, "its params are not an object");
	return true;
}

static bool read_error(struct rpc *m, const struct json *error, struct err *e)
{
	const struct json *message = json_get(error, S("message"));

	m->kind = RPC_ERROR;
	if (error->kind != JSON_OBJECT)
		return bad(e, "its error is not an object");
	if (!json_int(json_get(error, S("code")), &m->code))
		return bad(e, "its error has no code that is a whole number");
	if (message && message->kind != JSON_STRING)
		return bad(e, "the message of its error is not a string");
	m->message = message ? message->text : (struct str){0};
	m->data = json_get(error, S("data"));
	return true;
}

bool rpc_of(const struct json *tree, struct rpc *m, struct err *e)
{
	const struct json *method = json_get(tree, S("method"));
	const struct json *error = json_get(tree, S("error"));
	bool has_id;

	*m = (struct rpc){.root = tree, .result = json_get(tree, S("result"))};
	if (json_is(tree, JSON_ARRAY))
		return bad(e, "a batch; messages come one by one");
	if (!json_is(tree, JSON_OBJECT))
		return bad(e, "it is not an object");
	if (!json_is_str(json_get(tree, S("jsonrpc")), S("2.0")))
		return bad(e, "\"jsonrpc\" is not \"2.0\"");
	if ((method != NULL) + (error != NULL) + (m->result != NULL) != 1)
		return bad(e, "it must have one of method, result and error");
	if (!read_id(m, &has_id, e))
		return false;
	if (method)
		return read_call(m, method, has_id, e);
	if (error)
		return read_error(m, error, e);
	m->kind = RPC_RESULT;
	return m->id || bad(e, "a result without the id of its request");
}

bool rpc_read(struct str text, struct arena *a, struct rpc *m, struct err *e)
{
	const struct json *tree;

	*m = (struct rpc){0};
	return json_read(text, a, &tree, e) && rpc_of(tree, m, e);
}

bool rpc_answers(const struct rpc *m, int64_t id)
{
	int64_t number;

	return (m->kind == RPC_RESULT || m->kind == RPC_ERROR) && json_int(m->id, &number) && number == id;
}

bool rpc_same_id(const struct json *a, const struct json *b)
{
	int64_t x, y;

	if (!a || !b || a->kind != b->kind)
		return false;
	if (json_int(a, &x) && json_int(b, &y))
		return x == y;
	return str_same(a->text, b->text);
}

static void begin(struct json_write *w)
{
	json_write_object(w);
	json_write_str_as(w, S("jsonrpc"), S("2.0"));
}

void rpc_write_request(struct json_write *w, int64_t id, struct str method)
{
	begin(w);
	json_write_int_as(w, S("id"), id);
	json_write_str_as(w, S("method"), method);
}

void rpc_write_notification(struct json_write *w, struct str method)
{
	begin(w);
	json_write_str_as(w, S("method"), method);
}

void rpc_write_answer(struct json_write *w, struct str id)
{
	begin(w);
	json_write_name(w, S("id"));
	json_write_raw(w, id.len ? id : S("null"));
}

void rpc_write_error(struct buf *out, struct str id, int64_t code, struct str message, struct str data)
{
	struct json_write w = json_write_to(out);

	rpc_write_answer(&w, id);
	json_write_name(&w, S("error"));
	json_write_object(&w);
	json_write_int_as(&w, S("code"), code);
	json_write_str_as(&w, S("message"), message);
	if (data.len) {
		json_write_name(&w, S("data"));
		json_write_raw(&w, data);
	}
	json_write_end_object(&w);
	json_write_end_object(&w);
}

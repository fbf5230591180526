#include "mcp/relay.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "http/field.h"
#include "json/json.h"
#include "json/number.h"
#include "mcp/mirror.h"

#define META S("_meta")
#define META_VERSION S("io.modelcontextprotocol/protocolVersion")

static bool bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "not a JSON-RPC 2.0 message: %s", what);
}

static bool is_kind(struct str value, const char *first)
{
	return value.len && str_has(str_of(first), value.at[0]);
}

static struct str without_blanks(struct str text)
{
	while (is_kind(text, " \t\r\n"))
		text = str_from(text, 1);
	return text;
}

/* --- Reading ------------------------------------------------------------------------- */

/* What stands at the top of a message. */
struct top {
	struct str jsonrpc, id, method, params, result, error;
};

static struct str *place(struct top *t, struct str name)
{
	const struct {
		struct str name;
		struct str *value;
	} places[] = {{S("jsonrpc"), &t->jsonrpc}, {S("id"), &t->id}, {S("method"), &t->method},
		{S("params"), &t->params}, {S("result"), &t->result}, {S("error"), &t->error}};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (str_same(name, places[i].name))
			return places[i].value;
	return NULL;
}

static bool read_top(struct str text, struct top *t, struct err *e)
{
	struct skim s;
	struct str name, value;
	enum skim_found found;

	skim_begin(&s, text);
	while ((found = skim_next(&s, &name, &value, e)) == SKIM_PART) {
		struct str *at = place(t, name);

		if (str_has(name, '\\'))
			return bad(e, "a name is written with escapes");
		if (at && at->len)
			return bad(e, "a name stands twice");
		if (at)
			*at = value;
	}
	return found == SKIM_END;
}

static bool read_id(struct relay *m, struct str id, struct err *e)
{
	if (str_same(id, S("null")))
		m->null_id = id;
	else if (id.len && !is_kind(id, "\"-0123456789"))
		return bad(e, "its id is neither a number nor a string");
	else
		m->id = id;
	return true;
}

static bool read_call(struct relay *m, const struct top *t, struct arena *a, struct err *e)
{
	if (!skim_str(t->method, a, &m->method) || !m->method.len)
		return bad(e, "its method is not a string");
	if (t->result.len || t->error.len)
		return bad(e, "it must have one of method, result and error");
	if (m->null_id.len)
		return bad(e, "a request with null for its id");
	if (t->params.len && !is_kind(t->params, "{"))
		return bad(e, "its params are not an object");
	m->kind = m->id.len ? RPC_REQUEST : RPC_NOTIFICATION;
	m->params = t->params;
	return true;
}

/* Some servers write "error": null beside a result. */
static bool read_answer(struct relay *m, const struct top *t, struct err *e)
{
	bool is_error = t->error.len && !(t->result.len && str_same(t->error, S("null")));

	if (is_error == (t->result.len > 0) && !(is_error && str_same(t->result, S("null"))))
		return bad(e, "it must have one of method, result and error");
	m->kind = is_error ? RPC_ERROR : RPC_RESULT;
	if (is_error)
		m->error = t->error;
	else
		m->result = t->result;
	if (is_error && !is_kind(t->error, "{"))
		return bad(e, "its error is not an object");
	return is_error || m->id.len || bad(e, "a result without the id of its request");
}

bool relay_read(struct str text, struct arena *a, struct relay *m, struct err *e)
{
	struct top t = {0};

	*m = (struct relay){.text = text};
	if (!is_kind(without_blanks(text), "{"))
		return bad(e, "it is not an object");
	if (!read_top(text, &t, e))
		return false;
	if (!str_same(t.jsonrpc, S("\"2.0\"")))
		return bad(e, "\"jsonrpc\" is not \"2.0\"");
	if (!read_id(m, t.id, e))
		return false;
	return t.method.len ? read_call(m, &t, a, e) : read_answer(m, &t, e);
}

/* --- Batches ------------------------------------------------------------------------- */

void relay_batch_begin(struct relay_batch *b, struct str text)
{
	*b = (struct relay_batch){0};
	if (is_kind(without_blanks(text), "["))
		skim_begin(&b->skim, text);
	else
		b->one = text;
}

enum feed relay_batch_next(struct relay_batch *b, struct str *text, struct err *e)
{
	struct str name;

	if (b->skim.close)
		switch (skim_next(&b->skim, &name, text, e)) {
		case SKIM_PART:
			return FEED_DONE;
		case SKIM_END:
			return FEED_MORE;
		default:
			return FEED_BAD;
		}
	*text = b->one;
	b->one = (struct str){0};
	return text->len ? FEED_DONE : FEED_MORE;
}

/* --- Ids ----------------------------------------------------------------------------- */

bool relay_same_id(struct str a, struct str b)
{
	char memory[2][1024];
	struct arena room[2];
	struct str text[2];
	int64_t x, y;

	if (str_same(a, b) || !a.len || !b.len)
		return a.len && b.len;
	if (number_to_int(a, &x) && number_to_int(b, &y))
		return x == y;
	arena_over(&room[0], memory[0], sizeof memory[0]);
	arena_over(&room[1], memory[1], sizeof memory[1]);
	return skim_str(a, &room[0], &text[0]) && skim_str(b, &room[1], &text[1]) && str_same(text[0], text[1]);
}

/* --- What the head repeats ------------------------------------------------------------- */

struct str relay_version(const struct relay *m, struct arena *a)
{
	struct str text;

	if (!skim_str(skim_member(skim_member(m->params, META), META_VERSION), a, &text) || !field_is_value(text))
		return (struct str){0};
	return text;
}

/* A string member of parent, in front of its others; what is no string is passed over. */
static bool add_string(struct json *parent, struct str name, struct str value, struct arena *a)
{
	struct json *member = arena_one(a, struct json);

	if (!member)
		return false;
	*member = (struct json){.kind = JSON_STRING, .name = name, .next = parent->first};
	if (skim_str(value, a, &member->text))
		parent->first = member;
	return true;
}

bool relay_outline(const struct relay *m, struct arena *a, struct rpc *outline)
{
	static const struct str names[] = {S_INIT("name"), S_INIT("uri"), S_INIT("taskId")};
	struct json *params = arena_one(a, struct json);
	struct json *meta = arena_one(a, struct json);

	*outline = (struct rpc){.kind = m->kind, .method = m->method, .params = params};
	if (!params || !meta)
		return false;
	*meta = (struct json){.kind = JSON_OBJECT, .name = META};
	*params = (struct json){.kind = JSON_OBJECT, .first = meta};
	if (!add_string(meta, META_VERSION, skim_member(skim_member(m->params, META), META_VERSION), a))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!add_string(params, names[i], skim_member(m->params, names[i]), a))
			return false;
	return true;
}

/* --- Errors ---------------------------------------------------------------------------- */

int64_t relay_error_code(const struct relay *m)
{
	int64_t code;

	return number_to_int(skim_member(m->error, S("code")), &code) ? code : 0;
}

struct str relay_error_message(const struct relay *m, struct arena *a)
{
	struct str text;

	return skim_str(skim_member(m->error, S("message")), a, &text) ? text : (struct str){0};
}

void relay_write_with_id(struct buf *out, const struct relay *m, struct str id)
{
	struct str before = str_between(m->text.at, m->null_id.at);

	if (!m->null_id.len) {
		buf_add(out, S("{\"id\":"));
		buf_add(out, id);
		buf_add(out, S(","));
		buf_add(out, str_from(without_blanks(m->text), 1));
		return;
	}
	buf_add(out, before);
	buf_add(out, id);
	buf_add(out, str_from(m->text, len_add(before.len, m->null_id.len)));
}

#include "mcp/stream.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "http/field.h"
#include "json/json.h"
#include "mcp/mirror.h"
#include "mcp/rpc.h"

#define META_VERSION S("io.modelcontextprotocol/protocolVersion")

/* --- The session ------------------------------------------------------------------ */

struct str stream_session(const struct stream *s)
{
	return str_make(s->session, s->session_len);
}

bool stream_keep_session(struct stream *s, const struct http_field *fields, size_t n, struct err *e)
{
	struct str id = field_find(fields, n, S("Mcp-Session-Id"), NULL);

	stream_forget_session(s);
	if (id.len > sizeof s->session)
		return err_set(e, ERR_LIMIT, "the server's session id is longer than %zu bytes", sizeof s->session);
	for (size_t i = 0; i < id.len; i++)
		if (id.at[i] < 0x21 || id.at[i] > 0x7e)
			return err_set(e, ERR_INPUT, "the server's session id holds characters that are not visible ASCII");
	if (id.len)
		memcpy(s->session, id.at, id.len);
	s->session_len = id.len;
	return true;
}

void stream_forget_session(struct stream *s)
{
	secret_wipe(s->session, sizeof s->session);
	s->session_len = 0;
}

/* --- Requests --------------------------------------------------------------------- */

bool stream_add_field(struct stream_request *r, struct str name, struct str value, struct err *e)
{
	if (r->fetch.fields_n == STREAM_FIELDS)
		return err_set(e, ERR_LIMIT, "the message needs more than %d HTTP fields", STREAM_FIELDS);
	r->fields[r->fetch.fields_n++] = (struct http_field){name, value.len ? value : S("")}; /* one without a value is there all the same */
	return true;
}

static void begin(struct stream_request *r, struct str method)
{
	r->fetch = (struct fetch_request){.method = method, .fields = r->fields};
}

/* What every request bears, whatever its method. */
static bool add_common(const struct stream *s, struct str version, struct str accept,
	struct stream_request *r, struct err *e)
{
	struct str session = stream_session(s);
	bool has_session = s->era != ERA_MODERN && session.len;

	return stream_add_field(r, S("Accept"), accept, e) &&
		(!version.len || stream_add_field(r, S("MCP-Protocol-Version"), version, e)) &&
		(!has_session || stream_add_field(r, S("Mcp-Session-Id"), session, e));
}

static bool add_mirrored(struct stream_request *r, struct str name, struct str value, struct arena *a, struct err *e)
{
	struct buf text = buf_in(a, 0);

	mirror_encode(&text, value);
	if (text.full)
		return err_set(e, ERR_LIMIT, "the message is too large for the memory set aside for it");
	return stream_add_field(r, name, buf_str(&text), e);
}

static bool add_mirrors(const struct rpc *m, struct arena *a, struct stream_request *r, struct err *e)
{
	struct str name;

	if (!m->method.len)
		return true;
	return add_mirrored(r, S("Mcp-Method"), m->method, a, e) &&
		(!mirror_name(m, &name) || add_mirrored(r, S("Mcp-Name"), name, a, e));
}

/* The revision that the message itself tells goes before the stream's: the two must agree. */
static bool find_version(const struct stream *s, const struct rpc *m, struct str *version, struct err *e)
{
	const struct json *told = json_get(json_get(m->params, S("_meta")), META_VERSION);

	*version = s->version;
	if (s->era != ERA_MODERN || !json_is(told, JSON_STRING))
		return true;
	*version = told->text;
	return field_is_value(told->text) ||
		err_set(e, ERR_INPUT, "the message tells a protocol revision that cannot stand in an HTTP field");
}

bool stream_post(const struct stream *s, struct str body, const struct rpc *m, struct arena *a,
	struct stream_request *r, struct err *e)
{
	struct str version;

	begin(r, S("POST"));
	r->fetch.body = body;
	r->fetch.has_body = true;
	return find_version(s, m, &version, e) &&
		stream_add_field(r, S("Content-Type"), S("application/json"), e) &&
		add_common(s, version, S("application/json, text/event-stream"), r, e) &&
		(s->era != ERA_MODERN || add_mirrors(m, a, r, e));
}

/* A reader of events takes ids that no field can bear: without its id a stream begins anew. */
bool stream_get(const struct stream *s, struct str last_event_id, struct stream_request *r, struct err *e)
{
	bool has_id = last_event_id.len && field_is_value(last_event_id);

	begin(r, S("GET"));
	r->fetch.idle_ms = -1;
	return add_common(s, s->version, S("text/event-stream"), r, e) &&
		(!has_id || stream_add_field(r, S("Last-Event-ID"), last_event_id, e));
}

bool stream_delete(const struct stream *s, struct stream_request *r, struct err *e)
{
	begin(r, S("DELETE"));
	return add_common(s, s->version, S("application/json"), r, e);
}

/* --- Answers ---------------------------------------------------------------------- */

void stream_answer_begin(struct stream_answer *x, struct arena *a, size_t limit)
{
	x->status = 0;
	x->body = STREAM_NOTHING;
	x->a = a;
	x->limit = limit;
	x->told = false;
	x->text = buf_in(a, limit);
	x->events = (struct sse){0};
}

static bool is_good(const struct stream_answer *x)
{
	return x->status >= 200 && x->status <= 299;
}

bool stream_answer_head(struct stream_answer *x, const struct fetch_head *head, struct err *e)
{
	bool has_type;
	struct str type = field_find(head->fields, head->fields_n, S("Content-Type"), &has_type);

	x->status = head->status;
	if (x->status == 202 || x->status == 204)
		return true;
	if (field_is_media_type(type, S("text/event-stream"))) {
		x->body = STREAM_EVENTS;
		sse_begin(&x->events, x->a, x->limit);
		return true;
	}
	x->body = STREAM_JSON;
	if (!is_good(x) || !has_type || field_is_media_type(type, S("application/json")))
		return true;
	x->body = STREAM_NOTHING;
	str_cut(type, ';', &type, NULL);
	return err_set(e, ERR_INPUT, "the server answered with %.*s, not JSON or events; is this the URL of an MCP server?",
		STR(str_first(type, 60)));
}

/* Events of other types, and those without data, which only tell an id, are none of ours. */
static enum feed read_event(struct stream_answer *x, struct str *bytes, struct str *message, struct err *e)
{
	for (;;) {
		struct sse_event event;
		size_t used;
		enum feed feed = sse_read(&x->events, *bytes, &used, &event, e);

		*bytes = str_from(*bytes, used);
		if (feed != FEED_DONE)
			return feed;
		if (!event.data.len || (event.type.len && !str_same(event.type, S("message"))))
			continue;
		*message = event.data;
		return FEED_DONE;
	}
}

enum feed stream_answer_read(struct stream_answer *x, struct str *bytes, struct str *message, struct err *e)
{
	if (x->body == STREAM_EVENTS)
		return read_event(x, bytes, message, e);
	if (x->body == STREAM_JSON)
		buf_add(&x->text, *bytes);
	*bytes = str_from(*bytes, bytes->len);
	if (!x->text.full || !is_good(x))
		return FEED_MORE;
	err_set(e, ERR_LIMIT, "the server's answer is larger than %zu bytes", x->limit);
	return FEED_BAD;
}

size_t stream_answer_held(const struct stream_answer *x)
{
	if (x->body == STREAM_EVENTS)
		return x->events.dispatched ? 0 : x->events.data.len;
	return x->told ? 0 : x->text.len;
}

enum feed stream_answer_end(struct stream_answer *x, struct str *message)
{
	if (x->body != STREAM_JSON || x->told || x->text.full || !x->text.len)
		return FEED_MORE;
	x->told = true;
	*message = buf_str(&x->text);
	return FEED_DONE;
}

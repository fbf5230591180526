#include "client/onemcp.h"

#include "base/len.h"
#include "client/site.h"
#include "http/field.h"
#include "http/url.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/world.h"

bool onemcp_base(const struct url *url, struct arena *a, struct url *base, struct err *e)
{
	struct str path = url->path;

	*base = *url;
	base->has_query = base->has_fragment = false;
	base->query = base->fragment = (struct str){0};
	while (path.len > 1 && str_ends(path, S("/")))
		path = str_drop_last(path, 1);
	if (str_ends(path, S("/mcp")))
		path = str_drop_last(path, 4);
	while (str_ends(path, S("/")))
		path = str_drop_last(path, 1);
	base->path = path.len ? arena_str(a, path) : S("/");
	return base->path.at || err_set(e, ERR_LIMIT, "no memory for an address");
}

/* --- The question ----------------------------------------------------------------------------------- */

static void write_query(struct buf *out, const struct onemcp_wish *wish)
{
	if (wish->name.len)
		url_form_add(out, S("target"), wish->name);
	if (wish->all)
		url_form_add(out, S("all"), S("true"));
	if (wish->limit) {
		char digits[24];
		struct buf number = buf_over(digits, sizeof digits);

		buf_add_u64(&number, wish->limit);
		url_form_add(out, S("limit"), buf_str(&number));
	}
	if (wish->cursor.len)
		url_form_add(out, S("cursor"), wish->cursor);
}

static bool write_url(struct onemcp *m, struct url *url, struct err *e)
{
	static const char *const names[] = {[ONEMCP_INSPECT] = "inspect", [ONEMCP_INSTRUCTIONS] = "instructions", [ONEMCP_CALL] = "tool-invocations"};
	struct str base = m->server.url.path;
	struct buf query = buf_in(&m->arena, 0);

	*url = m->server.url;
	while (str_ends(base, S("/")))
		base = str_drop_last(base, 1);
	url->path = arena_print(&m->arena, "%.*s/api/v1/%s", STR(base), names[m->wish.what]);
	if (m->wish.what == ONEMCP_INSPECT)
		write_query(&query, &m->wish);
	url->query = buf_str(&query);
	url->has_query = query.len > 0;
	return (url->path.at && !query.full) || err_set(e, ERR_LIMIT, "the question is too long");
}

static bool write_body(struct onemcp *m, struct fetch_request *r, struct err *e)
{
	struct buf out = buf_in(&m->arena, 0);
	struct json_write w = json_write_to(&out);

	if (m->wish.what != ONEMCP_CALL)
		return true;
	json_write_object(&w);
	json_write_str_as(&w, S("tool"), m->wish.name);
	json_write_name(&w, S("args"));
	json_write_raw(&w, m->wish.arguments);
	json_write_end_object(&w);
	r->body = buf_str(&out);
	r->has_body = true;
	return !out.full || err_set(e, ERR_LIMIT, "the arguments are too large");
}

/* --- The answer -------------------------------------------------------------------------------------- */

static void finish(struct onemcp *m, enum onemcp_answer outcome)
{
	m->outcome = outcome;
	arena_reset(&m->credential);
	m->done(m->self);
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct onemcp *m = self;
	struct str type = fetch_field(head->fields, head->fields_n, S("Content-Type"), NULL);

	(void)e;
	m->status = head->status;
	m->is_json = field_is_media_type(type, S("application/json")) || field_is_media_type(type, S("application/problem+json"));
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct onemcp *m = self;

	if (m->is_json)
		buf_add(&m->body, bytes);
	return !m->body.full || err_set(e, ERR_LIMIT, "the server's answer is larger than %d MiB", ONEMCP_ANSWER >> 20);
}

/* {"error":"..."}, or a problem document (RFC 9457). */
static struct str reason_in(const struct json *root)
{
	static const struct str names[] = {S_INIT("error"), S_INIT("detail"), S_INIT("title")};
	struct str reason = {0};

	for (size_t i = 0; i < sizeof names / sizeof *names && !reason.len; i++)
		json_opt_str(root, names[i], &reason, NULL);
	return reason;
}

/* Of all that may stand at such an address, only what a 1MCP server says is an answer. */
static bool is_ours(const struct onemcp *m, const struct json *root)
{
	static const struct str marks[] = {
		[ONEMCP_INSPECT] = S_INIT("kind"), [ONEMCP_INSTRUCTIONS] = S_INIT("rendered"), [ONEMCP_CALL] = S_INIT("result")};

	return json_get(root, marks[m->wish.what]) != NULL;
}

/* What servers of all kinds say where nothing is. */
static bool is_any_server(struct str reason)
{
	return str_same_nocase(reason, S("not found")) || str_same_nocase(reason, S("not_found"));
}

/* Without a name there is hardly a reason to refuse: what is refused then is the address. */
static enum onemcp_answer judge(struct onemcp *m)
{
	const struct json *root = NULL;
	struct str reason;

	if (!m->is_json || !json_read(buf_str(&m->body), &m->arena, &root, NULL))
		return ONEMCP_ABSENT;
	if (m->status < 300 && is_ours(m, root)) {
		m->answer = root;
		return ONEMCP_GOOD;
	}
	reason = reason_in(root);
	if (!m->wish.name.len || m->status < 400 || m->status == 405 || !reason.len || is_any_server(reason))
		return ONEMCP_ABSENT;
	err_set(&m->failure, ERR_FAILED, "the server refuses: %.*s (HTTP %d)", STR(str_first(reason, 300)), m->status);
	return ONEMCP_REFUSED;
}

static void ended(void *self, const struct err *failure)
{
	struct onemcp *m = self;

	if (failure) {
		m->failure = *failure;
		finish(m, ONEMCP_FAILED);
		return;
	}
	finish(m, judge(m));
}

/* A tool may take its time. */
static void be_patient(struct fetch_request *r)
{
	r->method = S("POST");
	r->fields_n = 2;
	if (!r->timeout_ms)
		r->timeout_ms = ONEMCP_CALL_MS;
}

bool onemcp_ask(struct onemcp *m, const struct onemcp_wish *wish, struct err *e)
{
	struct authorized *x = &m->exchange;

	if (!m->arena.block && (!arena_new(&m->arena, ONEMCP_ARENA) || !arena_new(&m->credential, AUTHORIZED_ARENA)))
		return err_set(e, ERR_SYSTEM, "no memory for a question");
	arena_reset(&m->arena);
	m->wish = *wish;
	m->answer = NULL;
	m->failure = (struct err){0};
	m->fields[0] = (struct http_field){S("Accept"), S("application/json")};
	m->fields[1] = (struct http_field){S("Content-Type"), S("application/json")};
	*x = (struct authorized){.server = &m->server, .arena = &m->credential};
	x->request = (struct fetch_request){.method = S("GET"), .fields = m->fields, .fields_n = 1, .timeout_ms = m->server.world->options.timeout_ms};
	x->sink = (struct fetch_sink){.head = head_came, .piece = piece_came, .end = ended, .self = m, .whole = true};
	if (wish->what == ONEMCP_CALL)
		be_patient(&x->request);
	if (!write_url(m, &x->request.url, e) || !write_body(m, &x->request, e))
		return false;
	m->body = buf_in(&m->arena, ONEMCP_ANSWER);
	authorized_start(x, 0);
	return true;
}

void onemcp_end(struct onemcp *m)
{
	if (m->arena.block) {
		authorized_cancel(&m->exchange);
		authorized_server_end(&m->server);
	}
	arena_free(&m->arena);
	arena_free(&m->credential);
}

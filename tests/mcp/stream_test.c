#include "support/test.h"

#include "base/arena.h"
#include "mcp/rpc.h"
#include "mcp/stream.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	return arena_new(&arena, 1 << 20) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* The value of a field of the request; "-" where there is none. */
static struct str value(const struct stream_request *r, const char *name)
{
	bool found;
	struct str text = field_find(r->fetch.fields, r->fetch.fields_n, str_of(name), &found);

	return found ? text : S("-");
}

static void posts_as_the_era_wants(void **state)
{
	static const struct {
		struct stream stream;
		const char *params;
		const char *version, *session, *method, *name;
	} cases[] = {
		{{.era = ERA_LEGACY}, "{}", "-", "-", "-", "-"},
		{{.era = ERA_LEGACY, .version = S_INIT("2025-06-18"), .session_len = 2, .session = "ab"},
			"{\"name\":\"x\"}", "2025-06-18", "ab", "-", "-"},
		{{.era = ERA_MODERN, .version = S_INIT("2026-07-28"), .session_len = 2, .session = "ab"},
			"{\"name\":\"x\"}", "2026-07-28", "-", "tools/call", "x"},
		{{.era = ERA_MODERN, .version = S_INIT("2026-07-28")}, "{\"name\":\" \"}", "2026-07-28", "-", "tools/call", "=?base64?IA==?="},
		{{.era = ERA_MODERN, .version = S_INIT("2026-07-28")},
			"{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2030-01-01\"}}", "2030-01-01", "-", "tools/call", "-"},
		{{.era = ERA_LEGACY, .version = S_INIT("2025-11-25")},
			"{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2030-01-01\"}}", "2025-11-25", "-", "-", "-"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str body = arena_print(&arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":%s}", cases[i].params);
		struct stream_request r;
		struct rpc m;
		struct err e = {0};

		assert_true(rpc_read(body, &arena, &m, NULL));
		assert_ok(stream_post(&cases[i].stream, body, &m, &arena, &r, &e), &e);
		assert_str(r.fetch.method, "POST");
		assert_true(r.fetch.has_body && str_same(r.fetch.body, body));
		assert_str(value(&r, "Content-Type"), "application/json");
		assert_str(value(&r, "Accept"), "application/json, text/event-stream");
		assert_str(value(&r, "MCP-Protocol-Version"), cases[i].version);
		assert_str(value(&r, "Mcp-Session-Id"), cases[i].session);
		assert_str(value(&r, "Mcp-Method"), cases[i].method);
		assert_str(value(&r, "Mcp-Name"), cases[i].name);
	}
}

static void refuses_a_revision_that_would_break_the_head(void **state)
{
	struct stream s = {.era = ERA_MODERN, .version = S("2026-07-28")};
	struct str body = S("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"_meta\":"
		"{\"io.modelcontextprotocol/protocolVersion\":\"a\\r\\nEvil: 1\"}}}");
	struct stream_request r;
	struct rpc m;
	struct err e = {0};

	(void)state;
	assert_true(rpc_read(body, &arena, &m, NULL));
	assert_false(stream_post(&s, body, &m, &arena, &r, &e));
	assert_int_equal(e.kind, ERR_INPUT);
}

static void gets_and_deletes_within_the_session(void **state)
{
	struct stream s = {.era = ERA_LEGACY, .version = S("2025-11-25"), .session_len = 2, .session = "ab"};
	struct stream_request r;

	(void)state;
	assert_true(stream_get(&s, S(""), &r, NULL));
	assert_str(r.fetch.method, "GET");
	assert_false(r.fetch.has_body);
	assert_int_equal(r.fetch.idle_ms, -1);
	assert_str(value(&r, "Accept"), "text/event-stream");
	assert_str(value(&r, "Mcp-Session-Id"), "ab");
	assert_str(value(&r, "MCP-Protocol-Version"), "2025-11-25");
	assert_str(value(&r, "Last-Event-ID"), "-");
	assert_true(stream_get(&s, S("e 7"), &r, NULL));
	assert_str(value(&r, "Last-Event-ID"), "e 7");
	assert_true(stream_get(&s, S("e\0017"), &r, NULL));
	assert_str(value(&r, "Last-Event-ID"), "-");
	assert_true(stream_get(&s, S("e "), &r, NULL));
	assert_str(value(&r, "Last-Event-ID"), "-");
	assert_true(stream_delete(&s, &r, NULL));
	assert_str(r.fetch.method, "DELETE");
	assert_str(value(&r, "Mcp-Session-Id"), "ab");
}

static void bounds_the_fields(void **state)
{
	struct stream s = {.era = ERA_LEGACY};
	struct stream_request r;
	struct err e = {0};

	(void)state;
	assert_true(stream_delete(&s, &r, NULL));
	while (r.fetch.fields_n < STREAM_FIELDS)
		assert_true(stream_add_field(&r, S("X"), S("y"), &e));
	assert_false(stream_add_field(&r, S("X"), S("y"), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

static void keeps_and_forgets_the_session(void **state)
{
	static char long_id[STREAM_SESSION_MAX + 1];
	struct http_field field = {S("mcp-session-id"), S("!~1868a90c")};
	static struct stream s;
	struct err e = {0};

	(void)state;
	assert_ok(stream_keep_session(&s, &field, 1, &e), &e);
	assert_str(stream_session(&s), "!~1868a90c");
	assert_ok(stream_keep_session(&s, NULL, 0, &e), &e);
	assert_int_equal(stream_session(&s).len, 0);
	assert_int_equal(s.session[0], 0);
	field.value = S("a\xc3\xa9");
	assert_false(stream_keep_session(&s, &field, 1, &e));
	assert_int_equal(e.kind, ERR_INPUT);
	memset(long_id, 'x', sizeof long_id);
	field.value = str_make(long_id, STREAM_SESSION_MAX);
	assert_ok(stream_keep_session(&s, &field, 1, &e), &e);
	assert_int_equal(stream_session(&s).len, STREAM_SESSION_MAX);
	field.value = str_make(long_id, STREAM_SESSION_MAX + 1);
	assert_false(stream_keep_session(&s, &field, 1, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(stream_session(&s).len, 0);
}

/* The messages of an answer, each followed by '|', with the body in pieces. */
static struct str messages_of(int status, const char *type, const char *body, size_t piece)
{
	static struct stream_answer x;
	struct http_field field = {S("Content-Type"), str_of(type)};
	struct fetch_head head = {status, &field, type ? 1 : 0};
	struct buf out = buf_in(&arena, 0);
	struct arena *work = &arena;
	struct str rest = str_of(body), message;
	struct err e = {0};

	stream_answer_begin(&x, work, 4096);
	assert_ok(stream_answer_head(&x, &head, &e), &e);
	while (rest.len) {
		struct str part = str_first(rest, piece);

		rest = str_from(rest, part.len);
		while (stream_answer_read(&x, &part, &message, &e) == FEED_DONE) {
			buf_add(&out, message);
			buf_add_char(&out, '|');
		}
		assert_int_equal(e.kind, ERR_NONE);
	}
	if (stream_answer_end(&x, &message) == FEED_DONE) {
		buf_add(&out, message);
		buf_add_char(&out, '|');
	}
	assert_int_equal(stream_answer_end(&x, &message), FEED_MORE);
	return buf_str(&out);
}

static void hands_out_the_messages_of_an_answer(void **state)
{
	static const struct {
		int status;
		const char *type, *body, *messages;
	} cases[] = {
		{200, "application/json", "{\"a\":1}", "{\"a\":1}|"},
		{200, "Application/JSON ; charset=utf-8", "{}", "{}|"},
		{200, NULL, "{}", "{}|"},
		{200, NULL, "", ""},
		{200, "application/json", "", ""},
		{202, "text/html", "<p>", ""},
		{204, NULL, "", ""},
		{400, "text/html", "<p>", "<p>|"},
		{404, NULL, "{}", "{}|"},
		{200, "text/event-stream", "data: a\n\ndata: b\ndata: c\n\ndata: cut short", "a|b\nc|"},
		{200, "text/event-stream", "id: 1\ndata:\n\nevent: ping\ndata: x\n\nevent: message\ndata: y\n\n", "y|"},
		{200, "text/event-stream", ":\n\n:\n\n\n", ""},
		{400, "text/event-stream", "data: a\n\n", "a|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece < 100; piece += 9)
			assert_str(messages_of(cases[i].status, cases[i].type, cases[i].body, piece), cases[i].messages);
}

static void keeps_what_a_stream_needs_to_be_taken_up_again(void **state)
{
	static struct stream_answer x;
	struct http_field field = {S("Content-Type"), S("text/event-stream")};
	struct fetch_head head = {200, &field, 1};
	struct str bytes = S("retry: 750\nid: e9\ndata:\n\n"), message;

	(void)state;
	stream_answer_begin(&x, &arena, 4096);
	assert_true(stream_answer_head(&x, &head, NULL));
	assert_int_equal(x.body, STREAM_EVENTS);
	assert_int_equal(stream_answer_read(&x, &bytes, &message, NULL), FEED_MORE);
	assert_str(x.events.id, "e9");
	assert_true(x.events.has_retry);
	assert_int_equal(x.events.retry_ms, 750);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(posts_as_the_era_wants, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_a_revision_that_would_break_the_head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gets_and_deletes_within_the_session, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_the_fields, set_up, tear_down),
		cmocka_unit_test(keeps_and_forgets_the_session),
		cmocka_unit_test_setup_teardown(hands_out_the_messages_of_an_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_what_a_stream_needs_to_be_taken_up_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "mcp/mirror.h"
#include "mcp/relay.h"

static char memory[65536];
static struct arena arena;
static struct relay m;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	arena_over(&arena, memory, sizeof memory);
	return 0;
}

static bool reads(const char *text)
{
	e = (struct err){0};
	return relay_read(str_of(text), &arena, &m, &e);
}

static void the_parts_of_a_message_are_as_they_were_written(void **state)
{
	(void)state;
	assert_ok(reads(" {\"jsonrpc\":\"2.0\", \"id\" : 1e3 ,\"method\":\"tools\\/call\",\"params\":{ \"n\": 1.50 } }"), &e);
	assert_int_equal(m.kind, RPC_REQUEST);
	assert_str(m.id, "1e3");
	assert_str(m.method, "tools/call");
	assert_str(m.params, "{ \"n\": 1.50 }");
	assert_ok(reads("{\"method\":\"notifications/x\",\"jsonrpc\":\"2.0\"}"), &e);
	assert_int_equal(m.kind, RPC_NOTIFICATION);
	assert_str(m.params, "");
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"result\":\"\\ud800\"}"), &e);
	assert_int_equal(m.kind, RPC_RESULT);
	assert_str(m.id, "\"a\\\"b\"");
	assert_str(m.result, "\"\\ud800\"");
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-5,\"message\":\"no\\n\"}}"), &e);
	assert_int_equal(m.kind, RPC_ERROR);
	assert_str(m.id, "");
	assert_int_equal(relay_error_code(&m), -5);
	assert_str(relay_error_message(&m, &arena), "no\n");
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":null}"), &e);
	assert_int_equal(m.kind, RPC_RESULT);
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null,\"error\":{\"code\":1}}"), &e);
	assert_int_equal(m.kind, RPC_ERROR);
}

static void what_is_no_message_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "object"}, {"1", "object"}, {"[]", "object"}, {"{", "not JSON"}, {"{}", "jsonrpc"}, {"{\"jsonrpc\":2.0,\"method\":\"m\"}", "jsonrpc"},
		{"{\"jsonrpc\":\"2.0\"}", "one of"}, {"{\"jsonrpc\":\"2.0\",\"id\":1}", "one of"}, {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"m\"}", "id"},
		{"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"m\"}", "null"}, {"{\"jsonrpc\":\"2.0\",\"method\":1}", "method"},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"\"}", "method"}, {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":[]}", "params"},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"result\":1}", "one of"}, {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1,\"error\":{}}", "one of"},
		{"{\"jsonrpc\":\"2.0\",\"result\":1}", "without the id"}, {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"no\"}", "error"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"result\":1}", "twice"}, {"{\"jsonrpc\":\"2.0\",\"i\\u0064\":1,\"method\":\"m\"}", "escapes"},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"m\"} x", "behind"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (reads(cases[i].text))
			fail_msg("taken: %s", cases[i].text);
		if (!strstr(e.text, cases[i].why))
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

static void a_batch_is_its_messages(void **state)
{
	struct relay_batch b;
	struct str text;

	(void)state;
	relay_batch_begin(&b, S("{\"a\":1}"));
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_DONE);
	assert_str(text, "{\"a\":1}");
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_MORE);
	relay_batch_begin(&b, S("\n[ {\"a\":1} , 2 ]"));
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_DONE);
	assert_str(text, "{\"a\":1}");
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_DONE);
	assert_str(text, "2");
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_MORE);
	relay_batch_begin(&b, S("[{}"));
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_DONE);
	assert_int_equal(relay_batch_next(&b, &text, &e), FEED_BAD);
}

static void ids_are_compared_by_what_they_mean(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"1", "1", true}, {"1", "1.0", true}, {"1e1", "10", true}, {"1", "2", false}, {"1", "\"1\"", false}, {"\"a\"", "\"a\"", true},
		{"\"a\"", "\"\\u0061\"", true}, {"\"a\"", "\"b\"", false}, {"", "", false}, {"", "1", false}, {"1.5", "1.5", true}, {"1.5", "1.50", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (relay_same_id(str_of(cases[i].a), str_of(cases[i].b)) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
}

static void an_error_without_an_id_gets_one(void **state)
{
	struct buf out = buf_in(&arena, 0);

	(void)state;
	assert_ok(reads("{\"jsonrpc\":\"2.0\", \"id\": null, \"error\":{\"code\":1,\"message\":\"null\"}}"), &e);
	relay_write_with_id(&out, &m, S("\"x\""));
	assert_str(buf_str(&out), "{\"jsonrpc\":\"2.0\", \"id\": \"x\", \"error\":{\"code\":1,\"message\":\"null\"}}");
	out = buf_in(&arena, 0);
	assert_ok(reads(" { \"jsonrpc\":\"2.0\",\"error\":{\"code\":1}}"), &e);
	relay_write_with_id(&out, &m, S("7"));
	assert_str(buf_str(&out), "{\"id\":7, \"jsonrpc\":\"2.0\",\"error\":{\"code\":1}}");
}

static void the_outline_holds_what_the_head_repeats(void **state)
{
	struct rpc outline;
	struct str name;

	(void)state;
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"arguments\":{\"name\":\"inner\"},\"name\":\"n\\u00e4\","
			"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}"),
		&e);
	assert_true(relay_outline(&m, &arena, &outline));
	assert_true(mirror_name(&outline, &name));
	assert_str(name, "n\xc3\xa4");
	assert_str(relay_version(&m, &arena), "2026-07-28");
	assert_str(json_get(json_get(outline.params, S("_meta")), S("io.modelcontextprotocol/protocolVersion"))->text, "2026-07-28");
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":7}}"), &e);
	assert_true(relay_outline(&m, &arena, &outline));
	assert_false(mirror_name(&outline, &name));
	assert_str(relay_version(&m, &arena), "");
	assert_ok(reads("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"), &e);
	assert_true(relay_outline(&m, &arena, &outline));
	assert_str(relay_version(&m, &arena), "");
}

static void a_revision_that_no_field_can_bear_is_none(void **state)
{
	static const char *const metas[] = {"1", "\"a\\r\\nb: c\"", "\"\\ud800\"", "\" x\"", "\"\""};

	(void)state;
	for (size_t i = 0; i < sizeof metas / sizeof *metas; i++) {
		struct str text = arena_print(&arena,
			"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":%s}}}", metas[i]);

		assert_ok(reads(text.at), &e);
		assert_str(relay_version(&m, &arena), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_parts_of_a_message_are_as_they_were_written, set_up),
		cmocka_unit_test_setup(what_is_no_message_is_refused, set_up),
		cmocka_unit_test_setup(a_batch_is_its_messages, set_up),
		cmocka_unit_test_setup(ids_are_compared_by_what_they_mean, set_up),
		cmocka_unit_test_setup(an_error_without_an_id_gets_one, set_up),
		cmocka_unit_test_setup(the_outline_holds_what_the_head_repeats, set_up),
		cmocka_unit_test_setup(a_revision_that_no_field_can_bear_is_none, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

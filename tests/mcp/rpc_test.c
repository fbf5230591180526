#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"
#include "mcp/rpc.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	return arena_new(&arena, 65536) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct rpc read_text(const char *text)
{
	struct rpc m;
	struct err e = {0};

	assert_ok(rpc_read(str_of(text), &arena, &m, &e), &e);
	return m;
}

static void tells_the_four_kinds_apart(void **state)
{
	struct rpc m = read_text("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}");

	(void)state;
	assert_int_equal(m.kind, RPC_REQUEST);
	assert_str(m.method, "tools/call");
	assert_str(m.params->raw, "{\"name\":\"x\"}");
	assert_str(m.id->raw, "7");
	m = read_text("{\"method\":\"notifications/initialized\",\"jsonrpc\":\"2.0\"}");
	assert_int_equal(m.kind, RPC_NOTIFICATION);
	assert_null(m.id);
	assert_null(m.params);
	m = read_text("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":null}");
	assert_int_equal(m.kind, RPC_RESULT);
	assert_int_equal(m.result->kind, JSON_NULL);
	m = read_text("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no\",\"data\":{\"x\":1}}}");
	assert_int_equal(m.kind, RPC_ERROR);
	assert_int_equal(m.code, RPC_NO_METHOD);
	assert_str(m.message, "no");
	assert_str(m.data->raw, "{\"x\":1}");
}

static void takes_an_error_that_tells_no_id_or_message(void **state)
{
	struct rpc m = read_text("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000},\"id\":null}");

	(void)state;
	assert_null(m.id);
	assert_int_equal(m.message.len, 0);
	assert_null(m.data);
	m = read_text("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"x\"}}");
	assert_null(m.id);
	assert_false(rpc_answers(&m, 0));
}

static void refuses_what_is_no_message(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"", "a value is missing"},
		{"{", "JSON line 1"},
		{"1", "not an object"},
		{"null", "not an object"},
		{"[]", "a batch"},
		{"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}]", "a batch"},
		{"{}", "\"jsonrpc\" is not"},
		{"{\"id\":1,\"method\":\"x\"}", "\"jsonrpc\" is not"},
		{"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"x\"}", "\"jsonrpc\" is not"},
		{"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"x\"}", "\"jsonrpc\" is not"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1}", "one of method, result and error"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"result\":1}", "one of method, result and error"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1,\"error\":{\"code\":1}}", "one of method, result and error"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}", "method is not a string"},
		{"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"x\"}", "null for its id"},
		{"{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"x\"}", "neither a number nor a string"},
		{"{\"jsonrpc\":\"2.0\",\"id\":true,\"result\":1}", "neither a number nor a string"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[1]}", "params are not an object"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":null}", "params are not an object"},
		{"{\"jsonrpc\":\"2.0\",\"result\":1}", "without the id"},
		{"{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":1}", "without the id"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"x\"}", "error is not an object"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"message\":\"x\"}}", "no code"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1.5}}", "no code"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"1\"}}", "no code"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":{}}}", "not a string"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"result\":1}", "stands twice"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rpc m;
		struct err e = {0};

		assert_false(rpc_read(str_of(cases[i].text), &arena, &m, &e));
		if (!strstr(e.text, cases[i].says)) {
			print_error("%s: %s\n", cases[i].text, e.text);
			fail();
		}
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

static void knows_which_request_is_answered(void **state)
{
	static const struct {
		const char *text;
		bool answers;
	} cases[] = {
		{"{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", true},
		{"{\"jsonrpc\":\"2.0\",\"id\":7.0,\"result\":{}}", true},
		{"{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":1}}", true},
		{"{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}", false},
		{"{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{}}", false},
		{"{\"jsonrpc\":\"2.0\",\"id\":7.5,\"result\":{}}", false},
		{"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\"}", false},
		{"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1}}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rpc m = read_text(cases[i].text);

		assert_int_equal(rpc_answers(&m, 7), cases[i].answers);
	}
}

static void compares_ids(void **state)
{
	static const struct {
		const char *ids;
		bool same;
	} cases[] = {
		{"[1,1]", true}, {"[1,1.0]", true}, {"[10,1e1]", true}, {"[1,2]", false}, {"[\"1\",1]", false},
		{"[\"a\",\"\\u0061\"]", true}, {"[\"a\",\"b\"]", false}, {"[1.5,1.5]", true}, {"[1.5,2.5]", false},
		{"[99999999999999999999,99999999999999999999]", true}, {"[99999999999999999999,99999999999999999998]", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct json *tree;

		assert_true(json_read(str_of(cases[i].ids), &arena, &tree, NULL));
		assert_int_equal(rpc_same_id(tree->first, tree->first->next), cases[i].same);
		assert_false(rpc_same_id(tree->first, NULL));
	}
}

static void writes_messages(void **state)
{
	struct buf out = buf_in(&arena, 0);
	struct json_write w = json_write_to(&out);

	(void)state;
	rpc_write_request(&w, 3, S("a\"b"));
	json_write_end_object(&w);
	assert_str(buf_str(&out), "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"a\\\"b\"}");
	buf_wipe(&out);
	w = json_write_to(&out);
	rpc_write_answer(&w, S("\"x\""));
	json_write_bool_as(&w, S("result"), true);
	json_write_end_object(&w);
	assert_str(buf_str(&out), "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":true}");
	buf_wipe(&out);
	rpc_write_error(&out, (struct str){0}, RPC_INTERNAL, S("no\n"), S("[1]"));
	assert_str(buf_str(&out), "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,\"message\":\"no\\n\",\"data\":[1]}}");
	buf_wipe(&out);
	rpc_write_error(&out, S("1.0"), -1, S(""), (struct str){0});
	assert_str(buf_str(&out), "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"error\":{\"code\":-1,\"message\":\"\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_the_four_kinds_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_an_error_that_tells_no_id_or_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_which_request_is_answered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compares_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(writes_messages, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdio.h>

#include "base/buf.h"
#include "http/field.h"
#include "mcp/relay.h"
#include "mcp/relay_tools.h"

static struct relay_tools tools;
static struct arena arena;
static char gone[512];
static struct err e;

static void removed(void *self, struct str name, const struct err *why)
{
	(void)self;
	snprintf(gone + strlen(gone), sizeof gone - strlen(gone), "%.*s: %s\n", STR(name), why->text);
}

static int set_up(void **state)
{
	(void)state;
	gone[0] = 0;
	e = (struct err){0};
	tools = (struct relay_tools){.removed = removed};
	return arena_new(&arena, 1 << 20) && relay_tools_begin(&tools, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	relay_tools_end(&tools);
	arena_free(&arena);
	return 0;
}

#define TOOL(name, property) "{\"name\":\"" name "\",\"inputSchema\":{\"properties\":{\"p\":" property "}}}"
#define GOOD(name) TOOL(name, "{\"type\":\"string\",\"x-mcp-header\":\"P\"}")

/* The list as it is passed on. */
static const char *pass(const char *text, bool first, bool *changed)
{
	struct buf out = buf_in(&arena, 0);
	struct relay m;

	assert_ok(relay_read(str_of(text), &arena, &m, &e), &e);
	assert_ok(relay_tools_pass(&tools, &m, first, &out, changed, &e), &e);
	return buf_cstr(&out);
}

/* The fields of a call, "name=value " each. */
static const char *fields(const char *params)
{
	struct http_field found[8];
	struct str text = arena_print(&arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":%s}", params);
	struct buf out = buf_in(&arena, 0);
	struct relay m;
	size_t n;

	assert_ok(relay_read(text, &arena, &m, &e), &e);
	assert_true(relay_tools_fields(&tools, &m, &arena, found, 8, &n));
	for (size_t i = 0; i < n; i++)
		buf_print(&out, "%.*s=%.*s ", STR(found[i].name), STR(found[i].value));
	return n ? buf_cstr(&out) : "";
}

static void a_list_of_good_tools_passes_byte_for_byte(void **state)
{
	const char *text = " {\"jsonrpc\":\"2.0\",\"id\":1,\n\"result\":{\"tools\":[ " GOOD("a") " , {\"name\":\"b\",\"n\":1.00} ],\"ttlMs\":0}}";
	bool changed;

	(void)state;
	assert_string_equal(pass(text, true, &changed), text);
	assert_false(changed);
	assert_string_equal(fields("{\"name\":\"a\",\"arguments\":{\"p\":\"x\"}}"), "Mcp-Param-P=x ");
	assert_string_equal(fields("{\"name\":\"a\",\"arguments\":{\"p\":null}}"), "");
	assert_string_equal(fields("{\"name\":\"a\",\"arguments\":{\"p\":[1]}}"), "");
	assert_string_equal(fields("{\"name\":\"a\"}"), "");
	assert_string_equal(fields("{\"name\":\"b\",\"arguments\":{\"p\":\"x\"}}"), "");
	assert_string_equal(fields("{\"arguments\":{\"p\":\"x\"}}"), "");
}

static void tools_that_cannot_be_called_are_left_out(void **state)
{
	static const struct {
		const char *list, *left;
	} cases[] = {
		{"[" TOOL("bad", "{\"x-mcp-header\":\"P\"}") "]", "[]"},
		{"[" TOOL("bad", "{\"x-mcp-header\":\"\"}") "," GOOD("a") "]", "[" GOOD("a") "]"},
		{"[ " GOOD("a") " , " TOOL("bad", "{\"type\":\"number\",\"x-mcp-header\":\"P\"}") " , " GOOD("b") " ]", "[" GOOD("a") "," GOOD("b") "]"},
		{"[" TOOL("bad", "{\"x-mcp-heade\\u0072\":\"\"}") "]", "[]"},
		{"[{\"name\":7}]", "[]"},
		{"[{\"name\":\"x-mcp-header\",\"bad\":\"\\ud800\"}]", "[]"},
	};
	bool changed;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str text = arena_print(&arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":%s,\"x\":1}}", cases[i].list);
		struct str left = arena_print(&arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":%s,\"x\":1}}", cases[i].left);

		assert_string_equal(pass(text.at, true, &changed), left.at);
		assert_true(changed);
	}
	assert_non_null(strstr(gone, "bad: x-mcp-header"));
	assert_string_equal(fields("{\"name\":\"bad\",\"arguments\":{\"p\":\"x\"}}"), "");
}

static void the_latest_list_counts_and_pages_add_up(void **state)
{
	bool changed;

	(void)state;
	pass("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" GOOD("a") "]}}", true, &changed);
	pass("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" GOOD("b") "]}}", false, &changed);
	assert_string_equal(fields("{\"name\":\"a\",\"arguments\":{\"p\":\"1\"}}"), "Mcp-Param-P=1 ");
	assert_string_equal(fields("{\"name\":\"b\",\"arguments\":{\"p\":\"2\"}}"), "Mcp-Param-P=2 ");
	pass("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"b\"}]}}", false, &changed);
	assert_string_equal(fields("{\"name\":\"b\",\"arguments\":{\"p\":\"2\"}}"), "");
	pass("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" GOOD("c") "]}}", true, &changed);
	assert_string_equal(fields("{\"name\":\"a\",\"arguments\":{\"p\":\"1\"}}"), "");
}

static void a_result_that_holds_no_list_passes(void **state)
{
	static const char *const results[] = {"{}", "7", "{\"tools\":{}}", "{\"tools\":null}", "{\"tools\":[]}", "{\"tools\":[1,\"x\",null]}"};
	bool changed;

	(void)state;
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		struct str text = arena_print(&arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}", results[i]);

		assert_string_equal(pass(text.at, true, &changed), text.at);
	}
}

static void more_tools_than_fit_are_not_remembered(void **state)
{
	struct buf list = buf_in(&arena, 0);
	bool changed;

	(void)state;
	buf_print(&list, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[");
	for (int i = 0; i < RELAY_TOOLS + 5; i++)
		buf_print(&list, "%s{\"name\":\"t%d\",\"inputSchema\":{\"properties\":{\"p\":{\"type\":\"string\",\"x-mcp-header\":\"P\"}}}}", i ? "," : "", i);
	buf_print(&list, "]}}");
	pass(buf_cstr(&list), true, &changed);
	assert_string_equal(fields("{\"name\":\"t1023\",\"arguments\":{\"p\":\"1\"}}"), "Mcp-Param-P=1 ");
	assert_string_equal(fields("{\"name\":\"t1028\",\"arguments\":{\"p\":\"1\"}}"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_list_of_good_tools_passes_byte_for_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tools_that_cannot_be_called_are_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_latest_list_counts_and_pages_add_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_result_that_holds_no_list_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_tools_than_fit_are_not_remembered, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "mcp/message.h"

static const struct message_client client = {S_INIT("k"), S_INIT("1"), S_INIT("{\"roots\":{}}")};
static char memory[2048];
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

static const struct json *read(const char *text)
{
	const struct json *tree = NULL;

	assert_true(!text || json_read(str_of(text), &arena, &tree, NULL));
	return tree;
}

#define MODERN \
	"\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"k\",\"version\":\"1\"}," \
	"\"io.modelcontextprotocol/clientCapabilities\":{\"roots\":{}}"

static void calls_keep_what_was_given_and_add_what_is_ours(void **state)
{
	static const struct {
		const char *params;
		const char *cursor;
		const char *version;
		bool progress;
		const char *responses;
		const char *request_state;
		const char *writes;
	} cases[] = {
		{NULL, NULL, NULL, false, NULL, NULL, "{}"},
		{"{\"a\":1.0,\"_meta\":{\"x\":1}}", NULL, NULL, false, NULL, NULL, "{\"a\":1.0,\"_meta\":{\"x\":1}}"},
		{"{\"cursor\":\"mine\"}", NULL, NULL, false, NULL, NULL, "{\"cursor\":\"mine\"}"},
		{"{\"cursor\":\"mine\",\"a\":[ ]}", "", NULL, false, NULL, NULL, "{\"a\":[ ],\"cursor\":\"\"}"},
		{NULL, NULL, NULL, true, NULL, NULL, "{\"_meta\":{\"progressToken\":7}}"},
		{"{\"_meta\":{\"progressToken\":\"p\"}}", NULL, NULL, true, NULL, NULL, "{\"_meta\":{\"progressToken\":\"p\"}}"},
		{"{\"_meta\":3}", NULL, "2026-07-28", false, NULL, NULL, "{\"_meta\":{" MODERN "}}"},
		{"{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"no\",\"x\":{}}}", NULL, "2026-07-28", true, NULL, NULL,
			"{\"_meta\":{\"x\":{},\"progressToken\":7," MODERN "}}"},
		{"{\"inputResponses\":{},\"requestState\":\"old\",\"a\":0}", NULL, "2026-07-28", false, "{\"q\":{}}", "\"s\\u0041\"",
			"{\"a\":0,\"inputResponses\":{\"q\":{}},\"requestState\":\"s\\u0041\",\"_meta\":{" MODERN "}}"},
		{"{\"requestState\":\"theirs\"}", NULL, "2026-07-28", false, "{\"q\":1}", NULL,
			"{\"requestState\":\"theirs\",\"inputResponses\":{\"q\":1},\"_meta\":{" MODERN "}}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str cursor = str_of(cases[i].cursor);
		struct message_call call = {
			.method = S("m"), .params = read(cases[i].params), .cursor = cases[i].cursor ? &cursor : NULL,
			.version = str_of(cases[i].version), .progress = cases[i].progress, .input_responses = str_of(cases[i].responses),
			.request_state = read(cases[i].request_state),
		};
		struct buf out = buf_over(memory, sizeof memory);
		char whole[2048];

		message_call(&out, 7, &call, &client);
		snprintf(whole, sizeof whole, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"m\",\"params\":%s}", cases[i].writes);
		assert_str(buf_str(&out), whole);
	}
}

static void others_are_short(void **state)
{
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	message_notify(&out, S("notifications/initialized"), NULL);
	message_notify(&out, S("n"), read("{\"a\":1}"));
	message_cancel(&out, 4);
	message_answer(&out, S("\"i\\u0064\""), S("{\"roots\":[]}"));
	assert_str(buf_str(&out),
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
		"{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":{\"a\":1}}"
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":4,\"reason\":\"no longer wanted\"}}"
		"{\"jsonrpc\":\"2.0\",\"id\":\"i\\u0064\",\"result\":{\"roots\":[]}}");
}

static void an_opening_tells_who_opens(void **state)
{
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	message_initialize(&out, 1, S("2025-06-18"), &client);
	assert_str(buf_str(&out), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
		"\"capabilities\":{\"roots\":{}},\"clientInfo\":{\"name\":\"k\",\"version\":\"1\"}}}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_keep_what_was_given_and_add_what_is_ours),
		TEST(others_are_short),
		TEST(an_opening_tells_who_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "json/json.h"
#include "support/talk_play.h"

#define GOOD(name, header) "{\"name\":\"" name "\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"" header "\"}}}}"
#define BAD(name) "{\"name\":\"" name "\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}}"
#define PAGE(tools, rest) "{\"resultType\":\"complete\",\"tools\":[" tools "]" rest "}"

static struct play p;

static int set_up(void **state)
{
	(void)state;
	p = (struct play){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	play_end(&p);
	return 0;
}

static void list(const char *result)
{
	if (!p.memory.keep.block) {
		play_begin(&p, NULL);
		play_open_modern(&p);
		play_is(&p, TALK_READY);
	}
	talk_list(&p.talk, S("tools/list"), S("tools"));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2", "!Mcp-Param");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, result);
}

static void call(const char *params)
{
	talk_ask(&p.talk, S("tools/call"), play_json(&p, params));
}

static void annotated_arguments_are_mirrored(void **state)
{
	(void)state;
	list(PLAY_RESULT("2", PAGE(GOOD("t", "Region") "," GOOD("u", "Zone"), ",\"nextCursor\":\"x\"")));
	PLAY_SENDS(&p, TALK_MAIN, "\"cursor\":\"x\"");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("3", PAGE("{\"name\":\"plain\"}," GOOD("v", "V"), "")));
	play_is(&p, TALK_READY);
	assert_int_equal(json_count(p.talk.items), 4);
	talk_drop_answers(&p.talk); /* the schemas stay known */
	call("{\"name\":\"t\",\"arguments\":{\"a\":\"\\u00e9\",\"b\":1}}");
	PLAY_SENDS(&p, TALK_MAIN, "Mcp-Name: t\nMcp-Param-Region: =?base64?w6k=?=\n", "!Mcp-Param-Zone", "!Mcp-Param-V");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("4", "{}"));
	play_is(&p, TALK_READY);
	call("{\"name\":\"v\",\"arguments\":{\"a\":\"\"}}"); /* of a later page; a value may be empty */
	PLAY_SENDS(&p, TALK_MAIN, "Mcp-Param-V: \n");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("5", "{}"));
	play_is(&p, TALK_READY);
	call("{\"name\":\"u\",\"arguments\":{\"a\":null}}");
	PLAY_SENDS(&p, TALK_MAIN, "!Mcp-Param");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("6", "{}"));
	play_is(&p, TALK_READY);
	call("{\"name\":\"never listed\",\"arguments\":{\"a\":\"b\"}}");
	PLAY_SENDS(&p, TALK_MAIN, "!Mcp-Param");
}

static void the_latest_list_counts_raw_or_not(void **state)
{
	(void)state;
	list(PLAY_RESULT("2", PAGE(GOOD("t", "Old"), "")));
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("tools/list"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("3", PAGE(GOOD("t", "New"), "")));
	play_is(&p, TALK_READY);
	call("{\"name\":\"t\",\"arguments\":{\"a\":\"b\"}}");
	PLAY_SENDS(&p, TALK_MAIN, "Mcp-Param-New: b\n", "!Mcp-Param-Old");
}

static void tools_that_nobody_can_call_are_left_out_with_a_warning(void **state)
{
	const struct json *tools;

	(void)state;
	list(PLAY_RESULT("2", PAGE(GOOD("t", "T") "," BAD("bad") ",{\"title\":\"no name\"},{\"name\":\"k\",\"x\":1.0e1}", ",\"ttlMs\":1.50")));
	play_is(&p, TALK_READY);
	assert_int_equal(json_count(p.talk.items), 2);
	assert_str(json_get(p.talk.items->first, S("name"))->text, "t");
	tools = json_get(p.talk.result, S("tools"));
	assert_int_equal(json_count(tools), 2);
	assert_str(p.talk.result->raw, PAGE(GOOD("t", "T") ",{\"name\":\"k\",\"x\":1.0e1}", ",\"ttlMs\":1.50")); /* the rest byte for byte */
	assert_int_equal(p.warned, 2);
	assert_string_equal(p.warning, "A tool without a name is left out.");
}

static void in_the_legacy_era_all_stay(void **state)
{
	(void)state;
	p.setup.era = ERA_LEGACY;
	play_begin(&p, NULL);
	play_open_legacy(&p);
	list(PLAY_RESULT("2", PAGE(BAD("bad"), "")));
	play_is(&p, TALK_READY);
	assert_int_equal(json_count(p.talk.items), 1);
	assert_int_equal(p.warned, 0);
	call("{\"name\":\"bad\",\"arguments\":{\"a\":1}}");
	PLAY_SENDS(&p, TALK_MAIN, "!Mcp-Param");
}

static void a_mismatch_lists_anew_and_tries_once_more(void **state)
{
	(void)state;
	list(PLAY_RESULT("2", PAGE(GOOD("t", "Old"), "")));
	play_is(&p, TALK_READY);
	call("{\"name\":\"t\",\"arguments\":{\"a\":\"b\"}}");
	PLAY_SENDS(&p, TALK_MAIN, "Mcp-Param-Old: b\n", "\"id\":3");
	play_answer(&p, TALK_MAIN, 400, PLAY_JSON, PLAY_ERROR("3", "-32020", ""));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":4,\"method\":\"tools/list\"", "!Mcp-Param");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("4", PAGE("", ",\"nextCursor\":\"\"")));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":5,\"method\":\"tools/list\"", "\"cursor\":\"\"");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("5", PAGE(GOOD("t", "New"), "")));
	PLAY_SENDS(&p, TALK_MAIN, "Mcp-Param-New: b\n", "\"id\":6,\"method\":\"tools/call\"", "!cursor", "!Mcp-Param-Old");
	play_answer(&p, TALK_MAIN, 400, PLAY_JSON, PLAY_ERROR("6", "-32020", ""));
	play_is(&p, TALK_READY);
	assert_true(p.talk.refused);
	assert_int_equal(p.talk.refusal.code, -32020);
}

static void where_tools_cannot_be_listed_the_refusal_stays(void **state)
{
	(void)state;
	list(PLAY_RESULT("2", PAGE("", "")));
	play_is(&p, TALK_READY);
	call("{\"name\":\"t\"}");
	PLAY_SENDS(&p, TALK_MAIN, "tools/call");
	play_answer(&p, TALK_MAIN, 400, PLAY_JSON, PLAY_ERROR("3", "-32020", ",\"data\":{\"why\":1}"));
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
	play_answer(&p, TALK_MAIN, 500, PLAY_JSON, "");
	play_is(&p, TALK_READY);
	assert_true(p.talk.refused);
	assert_int_equal(p.talk.refusal.code, -32020);
	assert_non_null(json_get(p.talk.refusal.data, S("why")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(annotated_arguments_are_mirrored),
		TEST(the_latest_list_counts_raw_or_not),
		TEST(tools_that_nobody_can_call_are_left_out_with_a_warning),
		TEST(in_the_legacy_era_all_stay),
		TEST(a_mismatch_lists_anew_and_tries_once_more),
		TEST(where_tools_cannot_be_listed_the_refusal_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

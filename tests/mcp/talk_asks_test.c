#include "support/test.h"

#include <stdio.h>

#include "json/json.h"
#include "support/talk_play.h"

#define CAPABLE "{\"elicitation\":{},\"roots\":{\"listChanged\":true}}"
#define CALL "{\"name\":\"t\",\"arguments\":{\"n\":[1.0]}}"
#define COMPLETE "{\"resultType\":\"complete\",\"content\":[]}"
#define INPUT_REQUIRED(rest) "{\"resultType\":\"input_required\"" rest "}"

static struct play p;

static int set_up(void **state)
{
	(void)state;
	p = (struct play){.setup = {.answers = true}};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	play_end(&p);
	return 0;
}

/* --- Requests of a legacy server ------------------------------------------------------------ */

static void begin_legacy(const char *capabilities)
{
	p.setup.era = ERA_LEGACY;
	play_begin(&p, capabilities);
	play_open_legacy(&p);
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("tools/call"), play_json(&p, CALL));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2", "tools/call");
}

static void finish_call(void)
{
	play_more(&p, TALK_MAIN, PLAY_EVENT(PLAY_RESULT("2", "{\"content\":[]}")));
	play_is(&p, TALK_READY);
	assert_non_null(p.talk.result);
}

static void the_driver_answers_while_the_question_goes_on(void **state)
{
	(void)state;
	begin_legacy(CAPABLE);
	play_opens(&p, TALK_MAIN, PLAY_EVENTS, PLAY_EVENT(PLAY_REQUEST("\"q\\u0031\"", "elicitation/create", "{\"message\":\"which?\"}")));
	play_is(&p, TALK_ASK);
	assert_str(p.talk.wish.method, "elicitation/create");
	assert_str(json_get(p.talk.wish.params, S("message"))->text, "which?");
	play_is(&p, TALK_WAIT);
	assert_true(play_more(&p, TALK_MAIN, PLAY_EVENT(PLAY_REQUEST("7", "ping", "{}"))));
	PLAY_SENDS(&p, TALK_SIDE, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", "Mcp-Session-Id: s1"); /* not held up by the person */
	play_answer(&p, TALK_SIDE, 202, PLAY_JSON, "");
	talk_reply(&p.talk, S("{\"action\":\"accept\"}"));
	assert_int_equal(p.talk.wish.method.len, 0);
	PLAY_SENDS(&p, TALK_SIDE, "{\"jsonrpc\":\"2.0\",\"id\":\"q\\u0031\",\"result\":{\"action\":\"accept\"}}");
	play_answer(&p, TALK_SIDE, 202, PLAY_JSON, "");
	finish_call();
}

static void requests_are_told_one_at_a_time(void **state)
{
	(void)state;
	begin_legacy(CAPABLE);
	play_opens(&p, TALK_MAIN, PLAY_EVENTS, PLAY_EVENT(PLAY_REQUEST("5", "roots/list", "{}")) PLAY_EVENT(PLAY_REQUEST("6", "elicitation/create", "{}")));
	play_is(&p, TALK_ASK);
	assert_str(p.talk.wish.method, "roots/list");
	play_is(&p, TALK_WAIT);
	talk_refuse(&p.talk, -1, S("not now"));
	play_is(&p, TALK_ASK);
	assert_str(p.talk.wish.method, "elicitation/create");
	PLAY_SENDS(&p, TALK_SIDE, "\"id\":5", "\"error\":{\"code\":-1,\"message\":\"not now\"}");
	play_answer(&p, TALK_SIDE, 202, PLAY_JSON, "");
	talk_reply(&p.talk, S("{}"));
	PLAY_SENDS(&p, TALK_SIDE, "\"id\":6", "\"result\":{}");
	play_answer(&p, TALK_SIDE, 202, PLAY_JSON, "");
	finish_call();
}

static void what_is_not_declared_is_refused_without_asking(void **state)
{
	static const char *const requests[] = {
		PLAY_EVENT(PLAY_REQUEST("5", "sampling/createMessage", "{}")),
		PLAY_EVENT(PLAY_REQUEST("5", "tools/list", "{}")),
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		p = (struct play){.setup = {.answers = true}};
		begin_legacy(CAPABLE);
		play_opens(&p, TALK_MAIN, PLAY_EVENTS, requests[i]);
		PLAY_SENDS(&p, TALK_SIDE, "\"id\":5", "-32601");
		if (!i)
			play_end(&p);
	}
}

static void nobody_is_asked_who_cannot_answer(void **state)
{
	(void)state;
	p.setup.answers = false;
	begin_legacy(CAPABLE);
	play_opens(&p, TALK_MAIN, PLAY_EVENTS, PLAY_EVENT(PLAY_REQUEST("5", "elicitation/create", "{}")));
	PLAY_SENDS(&p, TALK_SIDE, "\"id\":5", "-32601");
}

static void an_answer_that_the_server_wants_no_more_is_said_to_nobody(void **state)
{
	(void)state;
	begin_legacy(CAPABLE);
	play_opens(&p, TALK_MAIN, PLAY_EVENTS, PLAY_EVENT(PLAY_REQUEST("5", "roots/list", "{}")) PLAY_EVENT(PLAY_REQUEST("6", "roots/list", "{}"))
		PLAY_EVENT(PLAY_NOTICE("notifications/cancelled", "{\"requestId\":6}")));
	play_is(&p, TALK_ASK);
	assert_true(play_more(&p, TALK_MAIN, PLAY_EVENT(PLAY_NOTICE("notifications/cancelled", "{\"requestId\":5}"))));
	talk_reply(&p.talk, S("{}"));
	play_is(&p, TALK_WAIT);
	finish_call();
	assert_int_equal(p.noticed, 2);
}

static void too_many_at_once_are_refused(void **state)
{
	(void)state;
	begin_legacy(CAPABLE);
	play_opens(&p, TALK_MAIN, PLAY_EVENTS, "");
	for (int i = 0; i < TALK_ASKS; i++)
		assert_true(play_more(&p, TALK_MAIN, PLAY_EVENT(PLAY_REQUEST("5", "roots/list", "{}"))));
	assert_true(play_more(&p, TALK_MAIN, PLAY_EVENT(PLAY_REQUEST("6", "roots/list", "{}"))));
	play_is(&p, TALK_ASK);
	PLAY_SENDS(&p, TALK_SIDE, "\"id\":6", "-32603");
}

/* --- Input of a modern question ---------------------------------------------------------------- */

static void begin_modern(void)
{
	play_begin(&p, CAPABLE);
	play_open_modern(&p);
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("tools/call"), play_json(&p, CALL));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2", "!inputResponses", "!requestState");
}

static void input_is_given_with_the_state_byte_for_byte_and_a_new_id(void **state)
{
	(void)state;
	begin_modern();
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", INPUT_REQUIRED(",\"requestState\":\"a\\u0062\\/=\","
		"\"inputRequests\":{\"ask \\\"1\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"sure?\"}},\"r\":{\"method\":\"roots/list\"}}")));
	play_is(&p, TALK_ASK);
	assert_str(p.talk.wish.method, "elicitation/create");
	assert_str(json_get(p.talk.wish.params, S("message"))->text, "sure?");
	talk_reply(&p.talk, S("{\"action\":\"accept\"}"));
	play_is(&p, TALK_ASK);
	assert_str(p.talk.wish.method, "roots/list");
	assert_null(p.talk.wish.params);
	talk_reply(&p.talk, S("{\"roots\":[]}"));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"t\",\"arguments\":{\"n\":[1.0]},"
		"\"inputResponses\":{\"ask \\\"1\":{\"action\":\"accept\"},\"r\":{\"roots\":[]}},\"requestState\":\"a\\u0062\\/=\",\"_meta\":",
		"Mcp-Name: t");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("3", COMPLETE));
	play_is(&p, TALK_READY);
	assert_non_null(json_get(p.talk.result, S("content")));
	talk_ask(&p.talk, S("tools/call"), play_json(&p, CALL));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":4", "!inputResponses", "!requestState"); /* nothing of it stays */
}

static void a_state_that_is_not_given_is_not_sent(void **state)
{
	(void)state;
	begin_modern();
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", INPUT_REQUIRED(",\"inputRequests\":{\"r\":{\"method\":\"roots/list\"}}")));
	play_is(&p, TALK_ASK);
	talk_reply(&p.talk, S("{\"roots\":[]}"));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":3", "\"inputResponses\":{\"r\":{\"roots\":[]}}", "!requestState");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("3", INPUT_REQUIRED(",\"requestState\":\"2\"")));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":4", "\"requestState\":\"2\"", "!inputResponses"); /* at once */
}

static void rounds_are_bounded(void **state)
{
	char body[200];

	(void)state;
	begin_modern();
	for (int i = 2; i < 2 + TALK_ROUNDS; i++) {
		snprintf(body, sizeof body, PLAY_RESULT("%d", INPUT_REQUIRED("")), i);
		play_answer(&p, TALK_MAIN, 200, PLAY_JSON, body);
		PLAY_SENDS(&p, TALK_MAIN, "tools/call");
	}
	snprintf(body, sizeof body, PLAY_RESULT("%d", INPUT_REQUIRED("")), 2 + TALK_ROUNDS);
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, body);
	play_is(&p, TALK_FAIL);
	assert_int_equal(talk_failure(&p.talk)->kind, ERR_LIMIT);
}

static void fails_with(enum err_kind kind, const char *part)
{
	play_is(&p, TALK_FAIL);
	assert_int_equal(talk_failure(&p.talk)->kind, kind);
	if (!strstr(talk_failure(&p.talk)->text, part))
		fail_msg("\"%s\" does not say \"%s\"", talk_failure(&p.talk)->text, part);
}

static void input_that_cannot_be_had_ends_it(void **state)
{
	static const struct {
		const char *result;
		enum err_kind kind;
		const char *says;
	} cases[] = {
		{PLAY_RESULT("2", INPUT_REQUIRED(",\"inputRequests\":{\"r\":{\"method\":\"sampling/createMessage\"}}")), ERR_FAILED,
			"before it answers tools/call the server wants sampling/createMessage, which is not offered here"},
		{PLAY_RESULT("2", INPUT_REQUIRED(",\"inputRequests\":{\"r\":{}}")), ERR_INPUT, "method is missing"},
		{PLAY_RESULT("2", INPUT_REQUIRED(",\"inputRequests\":[]")), ERR_INPUT, "inputRequests is an array, not an object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (i) {
			play_end(&p);
			p = (struct play){.setup = {.answers = true}};
		}
		begin_modern();
		play_answer(&p, TALK_MAIN, 200, PLAY_JSON, cases[i].result);
		fails_with(cases[i].kind, cases[i].says);
	}
}

static void input_that_the_driver_refuses_ends_it(void **state)
{
	(void)state;
	begin_modern();
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", INPUT_REQUIRED(",\"inputRequests\":{\"r\":{\"method\":\"roots/list\"}}")));
	play_is(&p, TALK_ASK);
	talk_refuse(&p.talk, -1, S("no"));
	fails_with(ERR_FAILED, "roots/list, which was refused");
}

static void input_is_for_calls_prompts_and_resources(void **state)
{
	(void)state;
	play_begin(&p, CAPABLE);
	play_open_modern(&p);
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("completion/complete"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", INPUT_REQUIRED("")));
	fails_with(ERR_INPUT, "input for completion/complete");
}

static void a_question_can_be_given_up_while_input_is_wanted(void **state)
{
	(void)state;
	begin_modern();
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", INPUT_REQUIRED(",\"inputRequests\":{\"r\":{\"method\":\"roots/list\"}}")));
	play_is(&p, TALK_ASK);
	talk_cancel(&p.talk);
	play_is(&p, TALK_READY);
	talk_reply(&p.talk, S("{}")); /* too late: nobody hears it */
	play_is(&p, TALK_READY);
}

static void a_server_that_wants_to_know_too_much_is_not_answered(void **state)
{
	static char body[16384];
	size_t n = 0;

	(void)state;
	begin_modern();
	n += (size_t)snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{");
	for (int i = 0; i <= TALK_INPUTS; i++)
		n += (size_t)snprintf(body + n, sizeof body - n, "%s\"r%d\":{\"method\":\"roots/list\"}", i ? "," : "", i);
	snprintf(body + n, sizeof body - n, "}}}");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, body);
	for (int i = 0; i < TALK_INPUTS && talk_failure(&p.talk)->kind == ERR_NONE; i++) {
		const struct talk_request *r;

		if (talk_next(&p.talk, &r) == TALK_ASK)
			talk_reply(&p.talk, S("{\"roots\":[]}"));
	}
	play_is(&p, TALK_FAIL);
	assert_int_equal(talk_failure(&p.talk)->kind, ERR_LIMIT);
	assert_non_null(strstr(talk_failure(&p.talk)->text, "more than 64"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_server_that_wants_to_know_too_much_is_not_answered),
		TEST(the_driver_answers_while_the_question_goes_on),
		TEST(requests_are_told_one_at_a_time),
		TEST(what_is_not_declared_is_refused_without_asking),
		TEST(nobody_is_asked_who_cannot_answer),
		TEST(an_answer_that_the_server_wants_no_more_is_said_to_nobody),
		TEST(too_many_at_once_are_refused),
		TEST(input_is_given_with_the_state_byte_for_byte_and_a_new_id),
		TEST(a_state_that_is_not_given_is_not_sent),
		TEST(rounds_are_bounded),
		TEST(input_that_cannot_be_had_ends_it),
		TEST(input_that_the_driver_refuses_ends_it),
		TEST(input_is_for_calls_prompts_and_resources),
		TEST(a_question_can_be_given_up_while_input_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

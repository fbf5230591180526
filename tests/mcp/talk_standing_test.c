#include "support/test.h"

#include "json/json.h"
#include "support/talk_play.h"

#define ACKNOWLEDGED(id) PLAY_EVENT(PLAY_NOTICE("notifications/subscriptions/acknowledged", "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" id "}}"))
#define CHANGED PLAY_EVENT(PLAY_NOTICE("notifications/tools/list_changed", "{}"))

static struct play p;

static int set_up(void **state)
{
	(void)state;
	p = (struct play){.setup = {.stands = true}};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	play_end(&p);
	return 0;
}

/* --- Legacy --------------------------------------------------------------------------------- */

static void open_legacy(const char *capabilities)
{
	p.setup.era = ERA_LEGACY;
	play_begin(&p, capabilities);
	play_open_legacy(&p);
	PLAY_SENDS(&p, TALK_STREAM, "GET\nAccept: text/event-stream\nMCP-Protocol-Version: 2025-11-25\nMcp-Session-Id: s1\n\n", "!Last-Event-ID");
}

static void the_stream_is_opened_at_once_and_nobody_waits_for_it(void **state)
{
	(void)state;
	open_legacy(NULL);
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("tools/list"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, CHANGED);
	assert_string_equal(p.notice, "notifications/tools/list_changed");
	play_is(&p, TALK_WAIT);
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", "{\"tools\":[]}"));
	play_is(&p, TALK_READY);
}

static void a_server_without_one_says_so_once(void **state)
{
	static const int statuses[] = {405, 404, 400, 403};

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		if (i)
			play_end(&p);
		p = (struct play){.setup = {.stands = true}};
		open_legacy(NULL);
		play_answer(&p, TALK_STREAM, statuses[i], PLAY_JSON, "");
		play_is(&p, TALK_READY);
		assert_int_equal(p.warned, 0);
	}
}

static void a_stream_that_ends_is_taken_up_where_it_was(void **state)
{
	(void)state;
	open_legacy(NULL);
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, "retry: 500\nid: e7\n" CHANGED);
	play_ends(&p, TALK_STREAM, true);
	play_sends(&p, TALK_STREAM, 500, (const char *const[]){"GET\n", "Last-Event-ID: e7\n", NULL});
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, ":\n\n");
	play_ends(&p, TALK_STREAM, false);
	play_sends(&p, TALK_STREAM, 2000, (const char *const[]){"Last-Event-ID: e7\n", NULL}); /* nothing came of that */
}

static void one_that_brings_nothing_is_tried_later_and_later_and_not_for_ever(void **state)
{
	int64_t wait_ms = TALK_RETRY_MS;

	(void)state;
	open_legacy(NULL);
	for (int i = 0; i < TALK_RESUMES; i++) {
		if (i % 2)
			play_answer(&p, TALK_STREAM, 503, PLAY_JSON, "");
		else
			play_ends(&p, TALK_STREAM, false);
		play_sends(&p, TALK_STREAM, wait_ms, (const char *const[]){"GET\n", NULL});
		wait_ms = wait_ms * 2 < TALK_RETRY_MAX_MS ? wait_ms * 2 : TALK_RETRY_MAX_MS;
	}
	play_ends(&p, TALK_STREAM, false);
	play_is(&p, TALK_READY);
	assert_int_equal(p.warned, 1);
	assert_non_null(strstr(p.warning, "the connection was lost"));
}

static void what_the_server_asks_there_is_answered(void **state)
{
	(void)state;
	open_legacy(NULL);
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, PLAY_EVENT(PLAY_REQUEST("5", "ping", "{}")));
	PLAY_SENDS(&p, TALK_SIDE, "\"id\":5,\"result\":{}");
	play_answer(&p, TALK_SIDE, 202, PLAY_JSON, "");
	play_is(&p, TALK_READY);
}

/* What a call makes the server ask might come on the stream alone, and be lost before it is there. */
static void a_call_waits_a_little_where_the_server_may_ask(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		if (late)
			play_end(&p);
		p = (struct play){.setup = {.stands = true, .answers = true}};
		open_legacy("{\"elicitation\":{}}");
		talk_ask(&p.talk, S("tools/call"), NULL);
		play_is(&p, TALK_WAIT);
		if (late)
			talk_stream_is_late(&p.talk);
		else
			play_opens(&p, TALK_STREAM, PLAY_EVENTS, "");
		PLAY_SENDS(&p, TALK_MAIN, "tools/call");
	}
}

static void it_is_begun_anew_with_the_session_and_ended_with_the_talk(void **state)
{
	(void)state;
	open_legacy(NULL);
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, "");
	talk_ask(&p.talk, S("tools/list"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
	play_answer(&p, TALK_MAIN, 404, PLAY_JSON, "");
	play_drops(&p, TALK_STREAM);
	PLAY_SENDS(&p, TALK_MAIN, "initialize");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("3", PLAY_INITIALIZED));
	PLAY_SENDS(&p, TALK_MAIN, "notifications/initialized");
	play_answer(&p, TALK_MAIN, 202, PLAY_JSON, "");
	PLAY_SENDS(&p, TALK_STREAM, "GET\n");
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("4", "{\"tools\":[]}"));
	play_is(&p, TALK_READY);
	talk_close(&p.talk);
	play_drops(&p, TALK_STREAM);
	PLAY_SENDS(&p, TALK_MAIN, "DELETE\n", "Mcp-Session-Id: s1");
	play_answer(&p, TALK_MAIN, 405, PLAY_JSON, "");
	play_is(&p, TALK_DONE);
}

static void legacy_listening_needs_no_asking(void **state)
{
	(void)state;
	open_legacy(NULL);
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, "");
	talk_listen(&p.talk, play_json(&p, "{\"notifications\":{\"toolsListChanged\":true}}"));
	play_is(&p, TALK_READY);
	assert_true(play_more(&p, TALK_STREAM, CHANGED));
	assert_int_equal(p.noticed, 1);
}

/* --- Modern ----------------------------------------------------------------------------------- */

static void listen_modern(void)
{
	play_begin(&p, NULL);
	talk_listen(&p.talk, play_json(&p, "{\"notifications\":{\"resourceSubscriptions\":[\"a:\\u0062\"]}}"));
	play_open_modern(&p);
	PLAY_SENDS(&p, TALK_STREAM, "POST\n", "Mcp-Method: subscriptions/listen\n", "MCP-Protocol-Version: 2026-07-28\n",
		"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"subscriptions/listen\",\"params\":{\"notifications\":{\"resourceSubscriptions\":[\"a:\\u0062\"]},\"_meta\":");
	play_is(&p, TALK_WAIT);
}

static void subscriptions_are_ready_when_acknowledged_and_stay_open(void **state)
{
	(void)state;
	listen_modern();
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, CHANGED);
	play_is(&p, TALK_WAIT);
	assert_true(play_more(&p, TALK_STREAM, ACKNOWLEDGED("2")));
	play_is(&p, TALK_READY);
	assert_false(p.talk.refused);
	talk_drop_answers(&p.talk); /* what was asked for is not among them */
	talk_ask(&p.talk, S("tools/list"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":3");
	assert_true(play_more(&p, TALK_STREAM, CHANGED));
	assert_int_equal(p.noticed, 3);
	play_ends(&p, TALK_STREAM, false);
	play_sends(&p, TALK_STREAM, 1000, (const char *const[]){"\"id\":4,\"method\":\"subscriptions/listen\"", "[\"a:\\u0062\"]", "!Last-Event-ID", NULL});
	play_is(&p, TALK_WAIT);
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("3", "{\"tools\":[]}"));
	play_is(&p, TALK_READY);
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, ACKNOWLEDGED("4"));
	play_more(&p, TALK_STREAM, PLAY_EVENT(PLAY_RESULT("4", "{\"resultType\":\"complete\"}"))); /* the server's end, in peace */
	play_is(&p, TALK_READY);
	assert_int_equal(p.warned, 0);
}

static void subscriptions_that_are_refused_are_a_refusal(void **state)
{
	(void)state;
	listen_modern();
	play_answer(&p, TALK_STREAM, 404, PLAY_JSON, PLAY_ERROR("2", "-32601", ""));
	play_is(&p, TALK_READY);
	assert_true(p.talk.refused);
	assert_int_equal(p.talk.refusal.code, -32601);
	assert_str(p.talk.refusal.message, "no such thing");
}

static void subscriptions_that_fail_fail(void **state)
{
	(void)state;
	listen_modern();
	play_answer(&p, TALK_STREAM, 200, PLAY_JSON, "");
	play_is(&p, TALK_FAIL);
	assert_non_null(strstr(talk_failure(&p.talk)->text, "ends subscriptions/listen without a word"));
}

static void a_modern_server_asks_nothing_there_either(void **state)
{
	(void)state;
	listen_modern();
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, ACKNOWLEDGED("2"));
	play_is(&p, TALK_READY);
	assert_false(play_more(&p, TALK_STREAM, PLAY_EVENT(PLAY_REQUEST("1", "ping", "{}"))));
	play_is(&p, TALK_READY);
	assert_non_null(strstr(p.warning, "revision 2026-07-28 forbids"));
}

static void other_subscriptions_take_the_place_of_those_before(void **state)
{
	(void)state;
	listen_modern();
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, ACKNOWLEDGED("2"));
	play_is(&p, TALK_READY);
	talk_listen(&p.talk, play_json(&p, "{\"notifications\":{\"toolsListChanged\":true}}"));
	play_drops(&p, TALK_STREAM);
	PLAY_SENDS(&p, TALK_STREAM, "\"id\":3", "{\"toolsListChanged\":true}", "!resourceSubscriptions");
	play_opens(&p, TALK_STREAM, PLAY_EVENTS, ACKNOWLEDGED("2"));
	play_is(&p, TALK_WAIT); /* that was for the other */
	assert_true(play_more(&p, TALK_STREAM, ACKNOWLEDGED("3")));
	play_is(&p, TALK_READY);
	talk_close(&p.talk);
	play_drops(&p, TALK_STREAM);
	play_is(&p, TALK_DONE);
}

static void listening_that_is_answered_by_a_page_has_failed(void **state)
{
	(void)state;
	listen_modern();
	play_answer(&p, TALK_STREAM, 200, "text/html", "<html>");
	play_is(&p, TALK_FAIL);
	assert_non_null(strstr(talk_failure(&p.talk)->text, "text/html"));
}

static void listening_can_be_given_up(void **state)
{
	(void)state;
	listen_modern();
	talk_cancel(&p.talk);
	play_drops(&p, TALK_STREAM);
	play_is(&p, TALK_READY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_stream_is_opened_at_once_and_nobody_waits_for_it),
		TEST(a_server_without_one_says_so_once),
		TEST(a_stream_that_ends_is_taken_up_where_it_was),
		TEST(one_that_brings_nothing_is_tried_later_and_later_and_not_for_ever),
		TEST(what_the_server_asks_there_is_answered),
		TEST(a_call_waits_a_little_where_the_server_may_ask),
		TEST(it_is_begun_anew_with_the_session_and_ended_with_the_talk),
		TEST(legacy_listening_needs_no_asking),
		TEST(subscriptions_are_ready_when_acknowledged_and_stay_open),
		TEST(subscriptions_that_are_refused_are_a_refusal),
		TEST(subscriptions_that_fail_fail),
		TEST(a_modern_server_asks_nothing_there_either),
		TEST(other_subscriptions_take_the_place_of_those_before),
		TEST(listening_that_is_answered_by_a_page_has_failed),
		TEST(listening_can_be_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

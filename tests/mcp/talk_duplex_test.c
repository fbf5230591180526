#include "support/test.h"

#include <stdio.h>

#include "json/json.h"
#include "support/talk_play.h"

static struct play p;

static int set_up(void **state)
{
	(void)state;
	p = (struct play){.setup = {.duplex = true}};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	play_end(&p);
	return 0;
}

static void fails_with(enum err_kind kind, const char *part)
{
	play_is(&p, TALK_FAIL);
	assert_int_equal(talk_failure(&p.talk)->kind, kind);
	if (!strstr(talk_failure(&p.talk)->text, part))
		fail_msg("\"%s\" does not say \"%s\"", talk_failure(&p.talk)->text, part);
}

static void probe(void)
{
	play_begin(&p, NULL);
	talk_list(&p.talk, S("tools/list"), S("tools"));
	PLAY_SENDS(&p, TALK_MAIN, "\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"", "!POST", "!Mcp-Method");
	play_is(&p, TALK_WAIT);
}

static void is_opened(const char *id)
{
	char text[200];

	snprintf(text, sizeof text, "\"id\":%s,\"method\":\"initialize\"", id);
	PLAY_SENDS(&p, TALK_MAIN, text);
	snprintf(text, sizeof text, PLAY_RESULT("%s", PLAY_INITIALIZED), id);
	play_says(&p, text);
	PLAY_SENDS(&p, TALK_MAIN, "notifications/initialized");
}

static void lists_legacy(const char *id)
{
	char text[200];

	snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/list\",\"params\":{}}", id);
	PLAY_SENDS(&p, TALK_MAIN, text);
	snprintf(text, sizeof text, PLAY_RESULT("%s", "{\"tools\":[{\"name\":\"a\"}]}"), id);
	play_says(&p, text);
	play_is(&p, TALK_READY);
	assert_int_equal(json_count(p.talk.items), 1);
	assert_int_equal(p.talk.stream.era, ERA_LEGACY);
}

static void a_modern_server_is_found_and_tells_all_in_the_message(void **state)
{
	(void)state;
	probe();
	play_says(&p, PLAY_RESULT("1", PLAY_DISCOVERED));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2,\"method\":\"tools/list\"", "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"");
	play_says(&p, PLAY_RESULT("1", "{}")); /* a late one */
	play_says(&p, PLAY_NOTICE("notifications/message", "{}"));
	play_is(&p, TALK_WAIT);
	play_says(&p, PLAY_RESULT("2", "{\"resultType\":\"complete\",\"tools\":[{\"name\":\"a\"}]}"));
	play_is(&p, TALK_READY);
	assert_int_equal(json_count(p.talk.items), 1);
	assert_int_equal(p.noticed, 1);
	talk_close(&p.talk);
	play_is(&p, TALK_DONE);
}

/* Whatever is not the answer of a modern server means a legacy one. */
static void others_are_opened(void **state)
{
	static const char *const answers[] = {
		PLAY_ERROR("1", "-32601", ""), PLAY_ERROR("1", "-32602", ""), PLAY_ERROR("1", "-32000", ""), PLAY_ERROR("null", "-32700", ""),
		PLAY_RESULT("1", "{}"), PLAY_ERROR("1", "-32022", ",\"data\":{\"supported\":[\"2025-06-18\"]}"),
		PLAY_RESULT("1", "{\"resultType\":\"complete\",\"supportedVersions\":[\"2025-11-25\"],\"capabilities\":{}}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (i)
			play_end(&p);
		p = (struct play){.setup = {.duplex = true}};
		probe();
		play_says(&p, answers[i]);
		is_opened("2");
		lists_legacy("3");
	}
}

static void a_silent_one_is_opened(void **state)
{
	(void)state;
	probe();
	talk_probe_is_late(&p.talk);
	is_opened("2");
	talk_probe_is_late(&p.talk); /* not any more */
	lists_legacy("3");
}

static void a_modern_one_that_was_slow_is_found_all_the_same(void **state)
{
	(void)state;
	probe();
	talk_probe_is_late(&p.talk);
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2,\"method\":\"initialize\"");
	play_says(&p, PLAY_RESULT("1", PLAY_DISCOVERED));
	play_is(&p, TALK_WAIT); /* it may be of both eras: its answer to initialize counts */
	play_says(&p, PLAY_ERROR("2", "-32601", ""));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":3,\"method\":\"server/discover\"");
	play_says(&p, PLAY_RESULT("3", PLAY_DISCOVERED));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":4,\"method\":\"tools/list\"");
}

static void another_revision_is_tried(void **state)
{
	(void)state;
	probe();
	play_says(&p, PLAY_ERROR("1", "-32022", ",\"data\":{\"supported\":[\"2026-07-28\"]}"));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2,\"method\":\"server/discover\"");
	play_says(&p, PLAY_ERROR("2", "-32022", ",\"data\":{\"supported\":[\"2999-01-01\"]}"));
	fails_with(ERR_FAILED, "2999-01-01");
}

static void the_servers_requests_and_our_answers_are_messages(void **state)
{
	(void)state;
	p.setup.answers = true;
	p.setup.era = ERA_LEGACY;
	play_begin(&p, "{\"roots\":{}}");
	is_opened("1");
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("tools/call"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2");
	play_says(&p, PLAY_REQUEST("2", "ping", "{}"));
	PLAY_SENDS(&p, TALK_SIDE, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
	play_says(&p, PLAY_REQUEST("2", "roots/list", "{}"));
	play_is(&p, TALK_ASK);
	talk_reply(&p.talk, S("{\"roots\":[]}"));
	PLAY_SENDS(&p, TALK_SIDE, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"roots\":[]}}");
	play_is(&p, TALK_WAIT);
	talk_notify(&p.talk, S("notifications/roots/list_changed"), NULL);
	PLAY_SENDS(&p, TALK_SIDE, "\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}");
	play_says(&p, PLAY_RESULT("2", "{}"));
	play_is(&p, TALK_READY);
}

static void a_question_is_cancelled_by_name_and_its_late_answer_passes_by(void **state)
{
	(void)state;
	p.setup.era = ERA_LEGACY;
	play_begin(&p, NULL);
	is_opened("1");
	talk_ask(&p.talk, S("tools/call"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":2");
	talk_cancel(&p.talk);
	PLAY_SENDS(&p, TALK_SIDE, "\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2,");
	play_is(&p, TALK_READY);
	talk_list(&p.talk, S("tools/list"), S("tools"));
	play_says(&p, PLAY_RESULT("2", "{\"tools\":[{},{}]}"));
	lists_legacy("3");
}

static void input_and_subscriptions_work_there_too(void **state)
{
	(void)state;
	p.setup.answers = true;
	play_begin(&p, "{\"roots\":{}}");
	PLAY_SENDS(&p, TALK_MAIN, "server/discover");
	play_says(&p, PLAY_RESULT("1", PLAY_DISCOVERED));
	play_is(&p, TALK_READY);
	talk_listen(&p.talk, play_json(&p, "{\"notifications\":{\"toolsListChanged\":true}}"));
	PLAY_SENDS(&p, TALK_STREAM, "\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"subscriptions/listen\"");
	play_says(&p, PLAY_NOTICE("notifications/subscriptions/acknowledged", "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":2}}"));
	play_is(&p, TALK_READY);
	talk_ask(&p.talk, S("tools/call"), play_json(&p, "{\"name\":\"t\"}"));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":3");
	play_says(&p, PLAY_RESULT("3", "{\"resultType\":\"input_required\",\"requestState\":\"s\",\"inputRequests\":{\"r\":{\"method\":\"roots/list\"}}}"));
	play_is(&p, TALK_ASK);
	talk_reply(&p.talk, S("{\"roots\":[]}"));
	PLAY_SENDS(&p, TALK_MAIN, "\"id\":4", "\"inputResponses\":{\"r\":{\"roots\":[]}},\"requestState\":\"s\"");
	play_says(&p, PLAY_ERROR("4", "-32602", ""));
	play_is(&p, TALK_READY);
	assert_true(p.talk.refused);
	talk_close(&p.talk);
	play_is(&p, TALK_DONE);
}

static void noise_is_passed_over_and_told_once(void **state)
{
	(void)state;
	probe();
	play_says(&p, "Server started\x1b[0m on stdio");
	play_says(&p, "[]");
	play_says(&p, "");
	play_says(&p, PLAY_REQUEST("1", "ping", "{}")); /* modern ones do not ask */
	play_is(&p, TALK_WAIT);
	assert_int_equal(p.warned, 1);
	assert_null(strchr(p.warning, '\x1b'));
	play_says(&p, PLAY_RESULT("1", PLAY_DISCOVERED));
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
}

static void a_message_is_bounded(void **state)
{
	static char large[70000];

	(void)state;
	memset(large, ' ', sizeof large - 1);
	probe();
	play_says(&p, large);
	fails_with(ERR_LIMIT, "larger than 65536 bytes");
}

static void a_road_that_is_lost_is_the_failure(void **state)
{
	const struct err gone = {ERR_FAILED, "the program ended (status 3)"};

	(void)state;
	probe();
	talk_lost(&p.talk, &gone);
	fails_with(ERR_FAILED, "the program ended (status 3)");
}

static void only_the_question_fails_when_it_is_not_taken(void **state)
{
	const struct err login = {ERR_LOGIN, "log in"};

	(void)state;
	probe();
	talk_refused(&p.talk, S("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}"), &login);
	play_is(&p, TALK_WAIT);
	talk_refused(&p.talk, p.talk.main.http.fetch.body, &login);
	fails_with(ERR_LOGIN, "log in");
}

/* --- HTTP+SSE --------------------------------------------------------------------------------- */

static void neither_era(void)
{
	p.setup.duplex = false;
	p.setup.may_try_sse = true;
	play_begin(&p, NULL);
	talk_list(&p.talk, S("tools/list"), S("tools"));
	PLAY_SENDS(&p, TALK_MAIN, "POST\n", "server/discover");
	play_answer(&p, TALK_MAIN, 405, PLAY_JSON, "");
	PLAY_SENDS(&p, TALK_MAIN, "POST\n", "initialize");
	play_answer(&p, TALK_MAIN, 405, PLAY_JSON, "");
	play_is(&p, TALK_TRY_SSE);
	play_is(&p, TALK_WAIT);
}

static void the_old_road_is_tried_where_nothing_else_is_there(void **state)
{
	(void)state;
	neither_era();
	talk_go_duplex(&p.talk);
	is_opened("3");
	lists_legacy("4");
}

static void in_vain_both_are_told(void **state)
{
	const struct err none = {ERR_FAILED, "no stream"};

	(void)state;
	neither_era();
	talk_sse_failed(&p.talk, &none);
	fails_with(ERR_FAILED, "the server answers initialize with HTTP 405; is this the URL of an MCP server?; HTTP+SSE was tried too: no stream");
}

static void a_sign_in_that_it_wants_is_what_counts(void **state)
{
	const struct err login = {ERR_LOGIN, "log in"};

	(void)state;
	neither_era();
	talk_sse_failed(&p.talk, &login);
	fails_with(ERR_LOGIN, "log in");
}

static void a_modern_refusal_is_no_reason_to_try_it(void **state)
{
	(void)state;
	p.setup.duplex = false;
	p.setup.may_try_sse = true;
	p.setup.version = S("2025-11-25");
	play_begin(&p, NULL);
	PLAY_SENDS(&p, TALK_MAIN, "initialize");
	play_answer(&p, TALK_MAIN, 400, PLAY_JSON, PLAY_ERROR("1", "-32022", ",\"data\":{\"supported\":[\"2026-07-28\"]}"));
	fails_with(ERR_FAILED, "-32022");
}

static void where_it_was_remembered_in_vain_http_is_tried(void **state)
{
	(void)state;
	p.setup.era = ERA_LEGACY;
	play_begin(&p, NULL);
	talk_list(&p.talk, S("tools/list"), S("tools"));
	talk_go_http(&p.talk);
	PLAY_SENDS(&p, TALK_MAIN, "POST\n", "server/discover");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("1", PLAY_DISCOVERED));
	PLAY_SENDS(&p, TALK_MAIN, "tools/list");
}

/* --- A revision that was asked for ------------------------------------------------------------ */

static void pin(const char *version, bool duplex)
{
	p.setup.version = str_of(version);
	p.setup.duplex = duplex;
	play_begin(&p, NULL);
}

static void a_legacy_revision_is_opened_without_asking(void **state)
{
	(void)state;
	pin("2025-06-18", false);
	PLAY_SENDS(&p, TALK_MAIN, "POST\n", "\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\"");
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("1", "{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{}}"));
	PLAY_SENDS(&p, TALK_MAIN, "MCP-Protocol-Version: 2025-03-26\n", "notifications/initialized"); /* an older one that the server offers will do */
}

static void a_legacy_revision_is_never_given_up(void **state)
{
	(void)state;
	pin("2025-06-18", false);
	PLAY_SENDS(&p, TALK_MAIN, "initialize");
	play_answer(&p, TALK_MAIN, 404, PLAY_JSON, PLAY_ERROR("1", "-32601", ""));
	fails_with(ERR_FAILED, "refuses initialize");
}

static void a_modern_revision_is_never_given_up(void **state)
{
	(void)state;
	pin("2026-07-28", true);
	PLAY_SENDS(&p, TALK_MAIN, "server/discover");
	talk_probe_is_late(&p.talk);
	play_is(&p, TALK_WAIT);
	play_says(&p, PLAY_ERROR("1", "-32601", "")); /* it may do without server/discover */
	play_is(&p, TALK_READY);
	play_end(&p);
	p = (struct play){0};
	pin("2026-07-28", false);
	PLAY_SENDS(&p, TALK_MAIN, "server/discover");
	play_answer(&p, TALK_MAIN, 400, PLAY_JSON, PLAY_ERROR("null", "-32000", ""));
	fails_with(ERR_FAILED, "-32000");
}

/* --- Cancelling, and what goes along, over HTTP ----------------------------------------------- */

static void legacy_questions_are_cancelled_by_name_modern_ones_by_silence(void **state)
{
	(void)state;
	for (int modern = 0; modern < 2; modern++) {
		if (modern)
			play_end(&p);
		p = (struct play){.setup = {.era = modern ? ERA_MODERN : ERA_LEGACY}};
		play_begin(&p, NULL);
		if (modern)
			play_open_modern(&p);
		else
			play_open_legacy(&p);
		talk_ask(&p.talk, S("tools/call"), NULL);
		PLAY_SENDS(&p, TALK_MAIN, "\"id\":2");
		talk_cancel(&p.talk);
		play_drops(&p, TALK_MAIN);
		if (!modern)
			PLAY_SENDS(&p, TALK_SIDE, "POST\n", "notifications/cancelled", "\"requestId\":2");
		play_is(&p, TALK_READY);
		talk_notify(&p.talk, S("notifications/x"), NULL);
		if (!modern) {
			play_answer(&p, TALK_SIDE, 202, PLAY_JSON, "");
			PLAY_SENDS(&p, TALK_SIDE, "POST\n", "notifications/x");
		}
		play_is(&p, TALK_READY);
	}
}

static void an_opening_is_never_cancelled(void **state)
{
	(void)state;
	p = (struct play){.setup = {.era = ERA_LEGACY}};
	play_begin(&p, NULL);
	talk_ask(&p.talk, S("tools/call"), NULL);
	PLAY_SENDS(&p, TALK_MAIN, "initialize");
	talk_cancel(&p.talk);
	play_is(&p, TALK_WAIT);
	play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("1", PLAY_INITIALIZED));
	PLAY_SENDS(&p, TALK_MAIN, "notifications/initialized");
	play_answer(&p, TALK_MAIN, 202, PLAY_JSON, "");
	play_is(&p, TALK_READY);
}

static void progress_is_asked_for_with_the_id(void **state)
{
	(void)state;
	for (int modern = 0; modern < 2; modern++) {
		if (modern)
			play_end(&p);
		p = (struct play){.setup = {.era = modern ? ERA_MODERN : ERA_LEGACY, .progress = true}};
		play_begin(&p, NULL);
		if (modern)
			play_open_modern(&p);
		else
			play_open_legacy(&p);
		talk_ask(&p.talk, S("tools/call"), play_json(&p, "{\"_meta\":{\"x\":1}}"));
		PLAY_SENDS(&p, TALK_MAIN, "\"id\":2", "\"_meta\":{\"x\":1,\"progressToken\":2");
		play_answer(&p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("2", "{}"));
		play_is(&p, TALK_READY);
		talk_ask(&p.talk, S("tools/call"), play_json(&p, "{\"_meta\":{\"progressToken\":\"mine\"}}"));
		PLAY_SENDS(&p, TALK_MAIN, "\"id\":3", "\"_meta\":{\"progressToken\":\"mine\"", "!\"progressToken\":3");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_modern_server_is_found_and_tells_all_in_the_message),
		TEST(others_are_opened),
		TEST(a_silent_one_is_opened),
		TEST(a_modern_one_that_was_slow_is_found_all_the_same),
		TEST(another_revision_is_tried),
		TEST(the_servers_requests_and_our_answers_are_messages),
		TEST(a_question_is_cancelled_by_name_and_its_late_answer_passes_by),
		TEST(input_and_subscriptions_work_there_too),
		TEST(noise_is_passed_over_and_told_once),
		TEST(a_message_is_bounded),
		TEST(a_road_that_is_lost_is_the_failure),
		TEST(only_the_question_fails_when_it_is_not_taken),
		TEST(the_old_road_is_tried_where_nothing_else_is_there),
		TEST(in_vain_both_are_told),
		TEST(a_sign_in_that_it_wants_is_what_counts),
		TEST(a_modern_refusal_is_no_reason_to_try_it),
		TEST(where_it_was_remembered_in_vain_http_is_tried),
		TEST(a_legacy_revision_is_opened_without_asking),
		TEST(a_legacy_revision_is_never_given_up),
		TEST(a_modern_revision_is_never_given_up),
		TEST(legacy_questions_are_cancelled_by_name_modern_ones_by_silence),
		TEST(an_opening_is_never_cancelled),
		TEST(progress_is_asked_for_with_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdio.h>

#include "client/authorized.h"
#include "client/bridge_inside.h"
#include "json/json.h"
#include "support/broker_script.h"
#include "support/world.h"

/* The host: what it is told, a line each. */
static struct {
	char told[65536];
	size_t n;
	bool over;
} host;

static struct test_world t;
static struct broker_script broker;
static struct authorized_server server;
static struct bridge *b;

static void message(void *self, struct str text)
{
	size_t len = strlen(host.told);

	(void)self;
	if (text.len > sizeof host.told / 2) {
		host.n++;
		return;
	}
	assert_true(json_read(text, &(struct arena){t.arena.block, t.arena.at, t.arena.end}, &(const struct json *){NULL}, NULL));
	snprintf(host.told + len, sizeof host.told - len, "%.*s\n", STR(text));
	host.n++;
}

static void over(void *self)
{
	(void)self;
	assert_false(host.over);
	host.over = true;
}

static int set_up(void **state)
{
	struct err e = {0};

	(void)state;
	memset(&host, 0, sizeof host);
	test_world_start(&t);
	broker_script_start(&broker, &t.events.events);
	t.world.broker = &broker.broker;
	t.fetch.any_order = true;
	server = (struct authorized_server){.world = &t.world};
	assert_true(url_read(S("https://mcp.example/mcp"), &t.arena, &server.url, NULL));
	b = bridge_open(&server, BRIDGE_AUTO, (struct bridge_ends){.message = message, .over = over}, &e);
	assert_ok(b != NULL, &e);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bridge_end(b);
	authorized_server_end(&server);
	test_world_end(&t);
	return 0;
}

static void say(const char *text)
{
	bridge_take(b, str_of(text));
}

/* Turns until the host was told n messages in all. */
static void hears(size_t n)
{
	struct err e = {0};

	for (int turns = 0; host.n < n && turns < 10000; turns++)
		if (!events_turn(&t.events.events, &e))
			break;
	if (host.n != n)
		fail_msg("told %zu messages, expected %zu: %s\n%s", host.n, n, host.told, t.log);
}

static void heard(const char *part)
{
	if (!strstr(host.told, part))
		fail_msg("the host was not told %s but\n%s", part, host.told);
}

static void expect(const char *body_has, struct fetch_script_step step)
{
	step.method = step.method ? step.method : "POST";
	step.url = "https://mcp.example/mcp";
	if (body_has)
		step.body_has[0] = body_has;
	fetch_script_expect(&t.fetch, step);
}

#define JSON_TYPE "Content-Type: application/json"
#define EVENTS_TYPE "Content-Type: text/event-stream"
#define META "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}"
#define MODERN(id, method, more) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" META more "}}"
#define RESULT(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{}}"
#define INITIALIZE "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\"}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define OPENED "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"2025-11-25\"}}"

/* --- Modern --------------------------------------------------------------------------------------- */

static void a_modern_request_travels_by_itself_with_what_its_head_repeats(void **state)
{
	(void)state;
	expect(NULL, (struct fetch_script_step){.body = MODERN("7", "tools/call", ",\"name\":\"gr\xc3\xbcn\""), .status = 200,
		.fields = {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: =?base64?Z3LDvG4=?=", "!Mcp-Session-Id"},
		.answer_fields = {JSON_TYPE}, .answer = S("{\"jsonrpc\":\"2.0\",\n\"id\":7,\"result\":{\"n\":1.0}}")});
	say(MODERN("7", "tools/call", ",\"name\":\"gr\xc3\xbcn\""));
	hears(1);
	heard("\"result\":{\"n\":1.0}");
}

static void answers_come_as_they_come(void **state)
{
	(void)state;
	expect("\"id\":1", (struct fetch_script_step){.status = 200, .delay_ms = 500, .answer_fields = {JSON_TYPE}, .answer = S(RESULT("1"))});
	expect("\"id\":2", (struct fetch_script_step){.status = 200, .answer_fields = {EVENTS_TYPE},
		.answer = S("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\ndata: " RESULT("2") "\n\n"), .piece = 7});
	say(MODERN("1", "tools/list", ""));
	say(MODERN("2", "tools/list", ""));
	hears(3);
	assert_ptr_not_equal(strstr(host.told, "\"id\":2"), NULL);
	assert_true(strstr(host.told, "progress") < strstr(host.told, "\"id\":2"));
	assert_true(strstr(host.told, "\"id\":2") < strstr(host.told, "\"id\":1"));
}

static void whoever_cancels_a_modern_request_hears_nothing_of_it(void **state)
{
	(void)state;
	expect(NULL, (struct fetch_script_step){.status = 200, .answer_fields = {EVENTS_TYPE}, .stays_open = true, .answer = S(": hello\n\n")});
	say(MODERN("1", "tools/call", ",\"name\":\"x\""));
	events_script_drain(&t.events);
	assert_int_equal(t.fetch.open_n, 1);
	say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1.0}}");
	events_script_drain(&t.events);
	assert_int_equal(t.fetch.open_n, 0);
	assert_int_equal(t.fetch.seen_n, 1);
	assert_int_equal(host.n, 0);
}

static void a_server_that_misses_fields_makes_the_tools_be_listed_once(void **state)
{
	static const char mismatch[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32020,\"message\":\"Mcp-Param-P is missing\"}}";

	(void)state;
	expect("tools/call", (struct fetch_script_step){.fields = {"!Mcp-Param-P"}, .status = 400, .answer_fields = {JSON_TYPE}, .answer = str_of(mismatch)});
	expect("\"method\":\"tools/list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}",
		(struct fetch_script_step){.status = 200, .answer_fields = {JSON_TYPE},
			.answer = S("{\"jsonrpc\":\"2.0\",\"id\":\"keyfob-1\",\"result\":{\"tools\":[],\"nextCursor\":\"c\"}}")});
	expect("\"cursor\":\"c\"", (struct fetch_script_step){.status = 200, .answer_fields = {JSON_TYPE},
		.answer = S("{\"jsonrpc\":\"2.0\",\"id\":\"keyfob-2\",\"result\":{\"tools\":[{\"name\":\"x\",\"inputSchema\":{\"properties\":"
			    "{\"p\":{\"type\":\"string\",\"x-mcp-header\":\"P\"}}}}]}}")});
	expect("tools/call", (struct fetch_script_step){.fields = {"Mcp-Param-P: v"}, .status = 200, .answer_fields = {JSON_TYPE}, .answer = S(RESULT("1"))});
	t.fetch.any_order = false;
	say(MODERN("1", "tools/call", ",\"name\":\"x\",\"arguments\":{\"p\":\"v\"}"));
	hears(1);
	heard(RESULT("1"));
}

static void what_stays_refused_is_passed_on(void **state)
{
	static const char mismatch[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32020,\"message\":\"no\"}}";

	(void)state;
	expect("tools/call", (struct fetch_script_step){.status = 400, .answer_fields = {JSON_TYPE}, .answer = str_of(mismatch)});
	expect("tools/list", (struct fetch_script_step){.status = 500});
	say(MODERN("1", "tools/call", ",\"name\":\"x\""));
	hears(1);
	heard(mismatch);
}

static void a_request_of_a_modern_server_is_dropped_and_the_call_fails(void **state)
{
	(void)state;
	expect(NULL, (struct fetch_script_step){.status = 200, .answer_fields = {EVENTS_TYPE}, .stays_open = true,
		.answer = S("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\"}\n\n")});
	say(MODERN("1", "tools/call", ",\"name\":\"x\""));
	hears(1);
	heard("\"code\":1005");
	assert_non_null(strstr(t.log, "roots/list"));
	events_script_drain(&t.events);
	assert_int_equal(t.fetch.open_n, 0);
}

/* --- Legacy ---------------------------------------------------------------------------------------- */

static void open_session(bool listens)
{
	expect("\"initialize\"", (struct fetch_script_step){.fields = {"!Mcp-Session-Id", "!MCP-Protocol-Version"}, .status = 200,
		.answer_fields = {JSON_TYPE, "Mcp-Session-Id: s1"}, .answer = S(OPENED)});
	expect("notifications/initialized", (struct fetch_script_step){
		.fields = {"Mcp-Session-Id: s1", "MCP-Protocol-Version: 2025-11-25"}, .status = 202});
	if (listens)
		expect(NULL, (struct fetch_script_step){.method = "GET", .fields = {"Mcp-Session-Id: s1", "!Last-Event-ID"}, .status = 200,
			.answer_fields = {EVENTS_TYPE}, .stays_open = true, .answer = S("id: 4\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"ping\"}\n\n")});
	else
		expect(NULL, (struct fetch_script_step){.method = "GET", .status = 405});
}

static void a_session_is_opened_in_order_whatever_the_host_says_meanwhile(void **state)
{
	(void)state;
	t.fetch.any_order = false;
	open_session(false);
	t.fetch.steps[2] = (struct fetch_script_step){.url = "https://mcp.example/mcp", .body_has = {"tools/list"}, .fields = {"Mcp-Session-Id: s1"},
		.status = 200, .answer_fields = {JSON_TYPE}, .answer = S(RESULT("1"))};
	expect(NULL, (struct fetch_script_step){.method = "GET", .status = 405});
	say(INITIALIZE);
	say(INITIALIZED);
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	t.fetch.any_order = true;
	hears(2);
	events_script_drain(&t.events);
	assert_non_null(strstr(t.fetch.seen[0], "initialize"));
	assert_non_null(strstr(t.fetch.seen[1], "notifications/initialized"));
	assert_null(strstr(t.log, "did not reach"));
}

static void the_server_asks_and_the_host_answers(void **state)
{
	(void)state;
	open_session(true);
	expect("\"id\":\"q\"", (struct fetch_script_step){.fields = {"Mcp-Session-Id: s1"}, .status = 202});
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	hears(2);
	heard("\"method\":\"ping\"");
	say("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"result\":{}}");
	events_script_drain(&t.events);
	assert_int_equal(host.n, 2);
	expect(NULL, (struct fetch_script_step){.method = "GET", .fields = {"Last-Event-ID: 4"}, .status = 200, .answer_fields = {EVENTS_TYPE},
		.stays_open = true, .answer = S("id: 4\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"ping\"}\n\nid: 5\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\n")});
	fetch_script_finish(&t.fetch, NULL);
	hears(3);
	heard("\"method\":\"x\"");
}

static void a_stream_that_wants_a_sign_in_is_asked_for_again_once_there_is_one(void **state)
{
	(void)state;
	broker.tokens[0] = broker.tokens[1] = broker.tokens[2] = "old";
	broker.tokens[3] = NULL;
	broker.tokens[4] = broker.tokens[5] = "new";
	open_session(false);
	t.fetch.steps[2].status = 401;
	expect("tools/list", (struct fetch_script_step){.status = 200, .fields = {"Authorization: Bearer new"}, .answer_fields = {JSON_TYPE}, .answer = S(RESULT("1"))});
	expect(NULL, (struct fetch_script_step){.method = "GET", .fields = {"Authorization: Bearer new"}, .status = 200, .answer_fields = {EVENTS_TYPE},
		.stays_open = true, .answer = S("data: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\n")});
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	events_script_drain(&t.events);
	assert_non_null(strstr(t.log, "keyfob login"));
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	hears(3);
	heard("\"method\":\"x\"");
}

static void a_call_whose_stream_ends_early_is_taken_up_again(void **state)
{
	(void)state;
	open_session(false);
	expect("tools/call", (struct fetch_script_step){.status = 200, .answer_fields = {EVENTS_TYPE}, .answer = S("retry: 700\nid: a\ndata:\n\n")});
	expect(NULL, (struct fetch_script_step){.method = "GET", .fields = {"Last-Event-ID: a"}, .status = 200, .answer_fields = {EVENTS_TYPE},
		.answer = S("id: b\ndata: " RESULT("1") "\n\n")});
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	events_script_drain(&t.events);
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}");
	hears(2);
	heard(RESULT("1"));
	events_script_drain(&t.events);
	assert_true(t.events.ms >= 700);
}

static void a_session_that_is_gone_is_renewed_once_for_all(void **state)
{
	(void)state;
	open_session(false);
	expect("tools/list", (struct fetch_script_step){.fields = {"Mcp-Session-Id: s1"}, .status = 404, .times = 3});
	expect("\"initialize\"", (struct fetch_script_step){.fields = {"!Mcp-Session-Id"}, .status = 200,
		.answer_fields = {JSON_TYPE, "Mcp-Session-Id: s2"}, .answer = S(OPENED)});
	expect("notifications/initialized", (struct fetch_script_step){.fields = {"Mcp-Session-Id: s2"}, .status = 202});
	expect(NULL, (struct fetch_script_step){.method = "GET", .fields = {"Mcp-Session-Id: s2"}, .status = 405});
	for (int i = 1; i <= 3; i++)
		expect(i == 1 ? "\"id\":1" : i == 2 ? "\"id\":2" : "\"id\":3", (struct fetch_script_step){.fields = {"Mcp-Session-Id: s2"}, .status = 200,
			.answer_fields = {JSON_TYPE}, .answer = i == 1 ? S(RESULT("1")) : i == 2 ? S(RESULT("2")) : S(RESULT("3"))});
	t.fetch.any_order = false;
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	events_script_drain(&t.events);
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	say("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
	say("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\"}");
	t.fetch.any_order = true;
	hears(4);
	events_script_drain(&t.events);
	assert_int_equal(host.n, 4);
	assert_int_equal(t.fetch.open_n, 0);
}

static void a_session_that_cannot_be_renewed_fails_what_waits_for_it(void **state)
{
	(void)state;
	open_session(false);
	expect("tools/list", (struct fetch_script_step){.status = 404, .times = 2});
	expect("\"initialize\"", (struct fetch_script_step){.status = 503});
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	events_script_drain(&t.events);
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	say("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
	hears(3);
	heard("\"id\":1,\"error\":{\"code\":1006");
	heard("\"id\":2,\"error\":{\"code\":1006");
}

/* --- Failures --------------------------------------------------------------------------------------- */

static void every_failure_is_an_error_with_the_id_of_its_request(void **state)
{
	static const struct {
		struct fetch_script_step step;
		const char *told;
	} cases[] = {
		{{.status = 502, .answer = S_INIT("<h1>")}, "\"id\":1,\"error\":{\"code\":1001"},
		{{.status = 400, .answer = S_INIT("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"m\"}}")},
			"\"id\":1,\"error\":{\"code\":-32600,\"message\":\"m\"}"},
		{{.status = 200, .answer_fields = {"Content-Type: text/html"}}, "\"id\":1,\"error\":{\"code\":1005"},
		{{.status = 200, .answer_fields = {JSON_TYPE}, .answer = S_INIT("{\"jsonrpc\":\"2.0\"")}, "\"id\":1,\"error\":{\"code\":1005"},
		{{.status = 200, .answer_fields = {JSON_TYPE}, .answer = S_INIT(RESULT("2"))}, "\"id\":1,\"error\":{\"code\":1005"},
		{{.status = 202}, "\"id\":1,\"error\":{\"code\":1005"},
		{{.fails = ERR_NETWORK, .failure = "no way"}, "\"id\":1,\"error\":{\"code\":1002,\"message\":\"no way\"}"},
		{{.hangs = true}, "\"id\":1,\"error\":{\"code\":1002"},
		{{.status = 200, .answer_fields = {EVENTS_TYPE}, .fails = ERR_NETWORK, .failure = "cut"}, "\"id\":1,\"error\":{\"code\":1002,\"message\":\"cut\"}"},
		{{.status = 200, .answer_fields = {JSON_TYPE}, .answer = S_INIT("{"), .stays_open = true}, "\"id\":1,\"error\":{\"code\":1002"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memset(&host, 0, sizeof host);
		expect(NULL, cases[i].step);
		say(MODERN("1", "tools/call", ",\"name\":\"x\""));
		hears(1);
		heard(cases[i].told);
	}
}

static void who_is_not_signed_in_is_told_so_once(void **state)
{
	(void)state;
	broker.tokens[0] = broker.tokens[1] = NULL;
	expect(NULL, (struct fetch_script_step){.status = 401, .times = 2});
	say(MODERN("1", "tools/list", ""));
	say(MODERN("2", "tools/list", ""));
	hears(2);
	heard("\"id\":1,\"error\":{\"code\":1003");
	heard("\"data\":{\"url\":\"https://mcp.example/mcp\"}");
	heard("keyfob login https://mcp.example/mcp");
	assert_non_null(strstr(t.log, "keyfob login"));
	assert_null(strstr(strstr(t.log, "keyfob login") + 1, "keyfob login"));
}

static void what_is_no_message_of_a_host_is_answered_so(void **state)
{
	(void)state;
	say("nonsense");
	say("{\"jsonrpc\":\"2.0\",\"id\":5}");
	say("{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}");
	assert_int_equal(host.n, 2);
	heard("\"code\":-32700");
	heard("\"code\":-32600");
	assert_non_null(strstr(t.log, "no server asked"));
}

static void an_id_that_is_under_way_is_refused(void **state)
{
	(void)state;
	expect(NULL, (struct fetch_script_step){.status = 200, .answer_fields = {JSON_TYPE}, .answer = S(RESULT("1"))});
	say(MODERN("1", "tools/list", ""));
	say(MODERN("1", "tools/list", ""));
	hears(2);
	heard("\"code\":-32600");
	heard(RESULT("1"));
}

/* --- The end ------------------------------------------------------------------------------------------ */

static void the_end_waits_for_answers_then_ends_the_session(void **state)
{
	(void)state;
	open_session(true);
	expect("tools/list", (struct fetch_script_step){.status = 200, .delay_ms = 1500, .answer_fields = {JSON_TYPE}, .answer = S(RESULT("1"))});
	expect(NULL, (struct fetch_script_step){.method = "DELETE", .fields = {"Mcp-Session-Id: s1"}, .status = 200});
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	bridge_finish(b);
	assert_true(events_script_turn_until(&t.events, &host.over));
	heard(RESULT("1"));
	assert_int_equal(t.fetch.open_n, 0);
}

static void what_does_not_end_is_dropped_with_an_error(void **state)
{
	(void)state;
	expect(NULL, (struct fetch_script_step){.status = 200, .answer_fields = {EVENTS_TYPE}, .stays_open = true, .answer = S(":\n\n"), .times = 2});
	say(MODERN("1", "tools/call", ",\"name\":\"x\""));
	say(MODERN("2", "subscriptions/listen", ""));
	events_script_drain(&t.events);
	bridge_finish(b);
	assert_true(events_script_turn_until(&t.events, &host.over));
	assert_true(t.events.ms >= BRIDGE_GRACE_MS && t.events.ms < BRIDGE_GRACE_MS + 500);
	heard("\"id\":1,\"error\":{\"code\":1007");
	heard("\"id\":2,\"error\":{\"code\":1007");
}

static void a_stop_waits_for_nothing_but_the_goodbye(void **state)
{
	(void)state;
	open_session(true);
	expect(NULL, (struct fetch_script_step){.method = "DELETE", .hangs = true});
	say(INITIALIZE);
	hears(1);
	say(INITIALIZED);
	hears(2);
	bridge_stop(b);
	assert_true(events_script_turn_until(&t.events, &host.over));
	assert_true(t.events.ms < BRIDGE_GOODBYE_MS + 200);
}

static void a_host_that_takes_no_more_holds_the_server_up(void **state)
{
	(void)state;
	expect(NULL, (struct fetch_script_step){.status = 200, .answer_fields = {EVENTS_TYPE}, .piece = 8,
		.answer = S("data: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\ndata: " RESULT("1") "\n\n")});
	say(MODERN("1", "tools/call", ",\"name\":\"x\""));
	bridge_pause(b, true);
	for (int i = 0; i < 50; i++)
		events_turn(&t.events.events, NULL);
	assert_int_equal(host.n, 0);
	bridge_pause(b, false);
	hears(2);
}

static void many_large_answers_are_not_held_all_at_once(void **state)
{
	enum { MANY = 8, LARGE = 1024 * 1024 };
	static char large[MANY][LARGE + 64];
	size_t most = 0;

	(void)state;
	b->held_max = 3 * LARGE;
	for (int i = 0; i < MANY; i++) {
		size_t len = (size_t)snprintf(large[i], sizeof large[i], "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":\"", i);
		char text[200];

		memset(large[i] + len, 'x', LARGE);
		memcpy(large[i] + len + LARGE, "\"}", 3);
		expect("\"id\":", (struct fetch_script_step){.status = 200, .answer_fields = {JSON_TYPE}, .piece = LARGE / 16, .answer = str_of(large[i])});
		snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{" META "}}", i);
		say(text);
	}
	for (int turns = 0; host.n < MANY && turns < 10000 && events_turn(&t.events.events, NULL); turns++)
		most = b->held > most ? b->held : most;
	assert_int_equal(host.n, MANY);
	assert_true(most > b->held_max && most < b->held_max + LARGE + MANY * LARGE / 16);
	assert_int_equal(b->held, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_modern_request_travels_by_itself_with_what_its_head_repeats, set_up, tear_down),
		cmocka_unit_test_setup_teardown(answers_come_as_they_come, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whoever_cancels_a_modern_request_hears_nothing_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_server_that_misses_fields_makes_the_tools_be_listed_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_stays_refused_is_passed_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_request_of_a_modern_server_is_dropped_and_the_call_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_session_is_opened_in_order_whatever_the_host_says_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_server_asks_and_the_host_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stream_that_wants_a_sign_in_is_asked_for_again_once_there_is_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_call_whose_stream_ends_early_is_taken_up_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_session_that_is_gone_is_renewed_once_for_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_session_that_cannot_be_renewed_fails_what_waits_for_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_failure_is_an_error_with_the_id_of_its_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_not_signed_in_is_told_so_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_message_of_a_host_is_answered_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_id_that_is_under_way_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_waits_for_answers_then_ends_the_session, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_does_not_end_is_dropped_with_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stop_waits_for_nothing_but_the_goodbye, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_host_that_takes_no_more_holds_the_server_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_large_answers_are_not_held_all_at_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

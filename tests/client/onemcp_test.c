#include "support/test.h"

#include "client/onemcp.h"
#include "json/json.h"
#include "support/broker_script.h"
#include "support/world.h"

static struct test_world t;
static struct broker_script b;
static struct onemcp m;
static struct err e;
static bool over;

static void done(void *self)
{
	assert_ptr_equal(self, &over);
	assert_false(over);
	over = true;
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	broker_script_start(&b, &t.events.events);
	t.world.broker = &b.broker;
	m = (struct onemcp){.server.world = &t.world, .done = done, .self = &over};
	assert_true(url_read(S("https://one.example/base"), &t.arena, &m.server.url, NULL));
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	onemcp_end(&m);
	test_world_end(&t);
	return 0;
}

static void asks(const struct onemcp_wish *wish, enum onemcp_answer outcome)
{
	over = false;
	assert_ok(onemcp_ask(&m, wish, &e), &e);
	assert_true(events_script_turn_until(&t.events, &over));
	if (m.outcome != outcome)
		fail_msg("outcome %d: %s", m.outcome, m.failure.text);
}

static void answers(int status, const char *type, const char *body)
{
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.status = status, .answer_fields = {type}, .answer = str_of(body)});
}

#define JSON "Content-Type: application/json; charset=utf-8"

static void the_base_is_the_address_without_its_end(void **state)
{
	static const char *const cases[][2] = {
		{"https://one.example/mcp", "https://one.example/"},
		{"https://one.example/mcp/", "https://one.example/"},
		{"https://one.example", "https://one.example/"},
		{"https://one.example/a/mcp?preset=x#y", "https://one.example/a"},
		{"https://one.example/amcp", "https://one.example/amcp"},
		{"https://one.example/a/", "https://one.example/a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url url, base;

		assert_true(url_read(str_of(cases[i][0]), &t.arena, &url, NULL));
		assert_ok(onemcp_base(&url, &t.arena, &base, &e), &e);
		assert_str(url_text(&base, &t.arena), cases[i][1]);
	}
}

static void servers_are_asked_for_with_the_token(void **state)
{
	(void)state;
	b.tokens[0] = "access-1";
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "GET", .url = "https://one.example/base/api/v1/inspect",
		.fields = {"Authorization: Bearer access-1", "Accept: application/json", "!Content-Type"}, .status = 200,
		.answer_fields = {JSON}, .answer = S("{\"kind\":\"servers\",\"servers\":[]}")});
	asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT}, ONEMCP_GOOD);
	assert_str(json_get(m.answer, S("kind"))->text, "servers");
}

static void what_is_wished_is_in_the_query(void **state)
{
	(void)state;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){
		.url = "https://one.example/base/api/v1/inspect?target=a%2Fb%20c&all=true&limit=5&cursor=x%26y", .status = 200,
		.answer_fields = {JSON}, .answer = S("{\"kind\":\"tool\"}")});
	asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT, .name = S("a/b c"), .all = true, .limit = 5, .cursor = S("x&y")}, ONEMCP_GOOD);
}

static void a_call_carries_its_arguments_byte_for_byte(void **state)
{
	(void)state;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = "https://one.example/base/api/v1/tool-invocations",
		.fields = {"Content-Type: application/json"}, .body = "{\"tool\":\"a/b\",\"args\":{ \"n\": 1.50 }}", .status = 200,
		.answer_fields = {JSON}, .answer = S("{\"result\":{\"content\":[]},\"server\":\"a\",\"tool\":\"b\"}")});
	asks(&(struct onemcp_wish){.what = ONEMCP_CALL, .name = S("a/b"), .arguments = S("{ \"n\": 1.50 }")}, ONEMCP_GOOD);
	assert_str(json_get(m.answer, S("result"))->raw, "{\"content\":[]}");
}

static void instructions_are_asked_for(void **state)
{
	(void)state;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.url = "https://one.example/base/api/v1/instructions", .status = 200,
		.answer_fields = {JSON}, .answer = S("{\"rendered\":\"x\"}")});
	asks(&(struct onemcp_wish){.what = ONEMCP_INSTRUCTIONS}, ONEMCP_GOOD);
}

static void another_server_is_none(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
	} cases[] = {
		{404, "Content-Type: text/html", "<html>"},
		{404, JSON, "{\"error\":\"Not Found\"}"},
		{404, JSON, "{\"detail\":\"Not Found\"}"},
		{404, JSON, "{\"error\":{\"code\":-32601}}"},
		{405, JSON, "{\"error\":\"method_not_allowed\"}"},
		{200, "Content-Type: text/html", "<html>"},
		{200, JSON, "{\"kin\":1}"},
		{200, JSON, "{\"kind\":"},
		{200, JSON, "[]"},
		{302, "Location: /login", ""},
		{500, "Content-Type: text/plain", "oops"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		answers(cases[i].status, cases[i].type, cases[i].body);
		asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT, .name = S("a")}, ONEMCP_ABSENT);
		assert_null(m.answer);
	}
}

static void a_refusal_says_why(void **state)
{
	(void)state;
	answers(404, JSON, "{\"error\":\"Server not found: a\"}");
	asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT, .name = S("a")}, ONEMCP_REFUSED);
	assert_string_equal(m.failure.text, "the server refuses: Server not found: a (HTTP 404)");
	answers(502, "Content-Type: application/problem+json", "{\"title\":\"T\",\"detail\":\"D\"}");
	asks(&(struct onemcp_wish){.what = ONEMCP_CALL, .name = S("a/b"), .arguments = S("{}")}, ONEMCP_REFUSED);
	assert_string_equal(m.failure.text, "the server refuses: D (HTTP 502)");
	answers(404, JSON, "{\"error\":\"whatever\"}");
	asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT}, ONEMCP_ABSENT);
}

static void trouble_is_neither(void **state)
{
	(void)state;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.fails = ERR_NETWORK, .failure = "no connection"});
	asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT}, ONEMCP_FAILED);
	assert_int_equal(m.failure.kind, ERR_NETWORK);
	answers(401, "WWW-Authenticate: Bearer", "");
	asks(&(struct onemcp_wish){.what = ONEMCP_INSPECT}, ONEMCP_FAILED);
	assert_int_equal(m.failure.kind, ERR_LOGIN);
	assert_non_null(strstr(m.failure.text, "keyfob login https://one.example/base"));
}

static void a_call_may_take_minutes(void **state)
{
	(void)state;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.status = 200, .answer_fields = {JSON},
		.answer = S("{\"result\":{}}"), .delay_ms = 5 * 60 * 1000});
	asks(&(struct onemcp_wish){.what = ONEMCP_CALL, .name = S("a/b"), .arguments = S("{}")}, ONEMCP_GOOD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_base_is_the_address_without_its_end),
		TEST(servers_are_asked_for_with_the_token),
		TEST(what_is_wished_is_in_the_query),
		TEST(a_call_carries_its_arguments_byte_for_byte),
		TEST(instructions_are_asked_for),
		TEST(another_server_is_none),
		TEST(a_refusal_says_why),
		TEST(trouble_is_neither),
		TEST(a_call_may_take_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

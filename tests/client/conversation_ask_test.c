#include "support/test.h"

#include <stdio.h>

#include "client/conversation.h"
#include "json/json.h"
#include "support/world.h"

#define ROOTS_WANTED "data: {\"jsonrpc\":\"2.0\",\"id\":\"r1\",\"method\":\"roots/list\"}\n\n"
#define PROGRESS "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":2,\"progress\":1}}\n\n"
#define ROOTS "{\"roots\":[]}"

static struct test_world t;
static struct conversation c;
static bool over;
static struct err failure;
static int asks, notices;
static bool answers_at_once, refuses;

/* A legacy server, whose answers to calls come on streams that stay open. */
static struct server {
	const char *own;  /* what its own stream holds; NULL: it has none */
	bool calls_end;   /* a call is answered at once */
	char text[256];
} s;

static bool says(const struct fetch_request *r, const char *part)
{
	return str_find_str(r->body, str_of(part)) != r->body.len;
}

static void answer_post(const struct fetch_request *r, struct fetch_script_step *answer)
{
	bool opens = says(r, "\"initialize\"");
	struct str id = str_from(r->body, str_find_str(r->body, S("\"id\":")) + 5);

	answer->status = says(r, "\"method\":\"notifications/") || says(r, "\"result\"") || says(r, "\"error\"") ? 202 : 200;
	if (answer->status == 202)
		return;
	answer->answer_fields[0] = opens || s.calls_end ? "Content-Type: application/json" : "Content-Type: text/event-stream";
	snprintf(s.text, sizeof s.text, "{\"jsonrpc\":\"2.0\",\"id\":%.1s,\"result\":{%s}}", id.at,
		opens ? "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}" : "\"content\":[]");
	if (opens || s.calls_end)
		answer->answer = str_of(s.text);
	else
		answer->stays_open = true;
}

static void serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	(void)self;
	if (str_same(r->method, S("POST"))) {
		answer_post(r, answer);
		return;
	}
	answer->status = s.own ? 200 : 405;
	answer->answer_fields[0] = "Content-Type: text/event-stream";
	answer->answer = str_of(s.own);
	answer->stays_open = s.own != NULL;
	answer->delay_ms = 20;
}

static void done(void *self, const struct err *why)
{
	(void)self;
	assert_false(over);
	over = true;
	failure = why ? *why : (struct err){0};
}

static void asked(void *self, const struct rpc *request)
{
	(void)self;
	asks++;
	assert_str(request->method, "roots/list");
	if (answers_at_once)
		conversation_reply(&c, S(ROOTS));
	if (refuses)
		conversation_refuse(&c, -5, S("no"));
}

static void noticed(void *self, const struct rpc *notification)
{
	(void)self;
	(void)notification;
	notices++;
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	memset(&s, 0, sizeof s);
	t.fetch.serve = serve;
	over = answers_at_once = refuses = false;
	asks = notices = 0;
	failure = (struct err){0};
	memset(&c, 0, sizeof c);
	c.world = &t.world;
	c.version = S("2025-11-25");
	c.capabilities = S("{\"roots\":{}}");
	c.asked = asked;
	c.noticed = noticed;
	c.done = done;
	c.server.token = S("good");
	t.world.options.timeout_ms = 2000;
	assert_true(url_read(S("https://mcp.example/mcp"), &t.arena, &c.server.url, NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	conversation_end(&c);
	test_world_end(&t);
	return 0;
}

static void call(void)
{
	struct err e = {0};

	if (!c.begun)
		assert_ok(conversation_start(&c, &e), &e);
	over = false;
	conversation_ask(&c, S("tools/call"), NULL);
}

static void rang(void *self)
{
	*(bool *)self = true;
}

/* Lets so much time pass, or until the question is over. */
static void pass(int64_t ms)
{
	bool is_late = false;
	struct events_timer timer = {.fire = rang, .self = &is_late};

	events_timer_set(&t.events.events, &timer, ms);
	while (!is_late && !over)
		assert_true(events_turn(&t.events.events, NULL));
	events_timer_clear(&t.events.events, &timer);
}

static void ends(void)
{
	assert_true(events_script_turn_until(&t.events, &over));
}

static int sent(const char *part)
{
	int n = 0;

	for (size_t i = 0; i < t.fetch.seen_n; i++)
		n += strstr(t.fetch.seen[i], part) != NULL;
	return n;
}

static void turn_until_sent(const char *part)
{
	for (int i = 0; i < 200 && !sent(part); i++)
		assert_true(events_turn(&t.events.events, NULL));
	assert_int_equal(sent(part), 1);
}

static void what_the_server_asks_on_its_own_stream_is_answered(void **state)
{
	(void)state;
	s.own = ROOTS_WANTED;
	s.calls_end = true;
	answers_at_once = true;
	call();
	ends();
	assert_int_equal(failure.kind, ERR_NONE);
	turn_until_sent("\"id\":\"r1\",\"result\":" ROOTS);
	assert_int_equal(asks, 1);
	assert_int_equal(sent("GET https://mcp.example/mcp"), 1);
	assert_non_null(strstr(t.fetch.seen[2], "GET ")); /* before the call, which might make it ask */
	assert_int_equal(sent("Authorization: Bearer good"), (int)t.fetch.seen_n);
}

static void it_may_be_refused(void **state)
{
	(void)state;
	s.own = ROOTS_WANTED;
	s.calls_end = true;
	refuses = true;
	call();
	ends();
	turn_until_sent("\"id\":\"r1\",\"error\":{\"code\":-5,\"message\":\"no\"}");
}

static void nobody_hurries_the_one_who_is_asked(void **state)
{
	(void)state;
	s.own = ROOTS_WANTED;
	call();
	for (int i = 0; i < 200 && !asks; i++)
		assert_true(events_turn(&t.events.events, NULL));
	events_script_drain(&t.events);
	events_script_pass(&t.events, 3600 * 1000);
	events_script_drain(&t.events);
	assert_false(over);
	conversation_reply(&c, S(ROOTS));
	turn_until_sent("\"result\":" ROOTS);
	ends(); /* from here on its time counts again */
	assert_int_equal(failure.kind, ERR_NETWORK);
	assert_non_null(strstr(failure.text, "after 2 s"));
}

static void progress_gives_more_time_but_not_for_ever(void **state)
{
	int pushed = 0;

	(void)state;
	call();
	turn_until_sent("tools/call");
	assert_int_equal(sent("\"progressToken\":2"), 1);
	pass(100);
	while (!over && pushed < 40) {
		fetch_script_push(&t.fetch, S(PROGRESS));
		pushed++;
		pass(1500);
	}
	assert_true(over);
	assert_int_equal(failure.kind, ERR_NETWORK);
	assert_non_null(strstr(failure.text, "after 20 s"));
	assert_in_range(notices, 10, 15);
}

static void a_sign_in_has_a_time_of_its_own(void **state)
{
	(void)state;
	call();
	turn_until_sent("tools/call");
	c.server.signing = true;
	pass(60 * 1000);
	assert_false(over);
	c.server.signing = false;
	ends();
	assert_non_null(strstr(failure.text, "keeps us waiting"));
}

static void a_question_that_is_given_up_makes_room_for_another(void **state)
{
	(void)state;
	call();
	turn_until_sent("tools/call");
	pass(100);
	conversation_cancel(&c);
	assert_false(over);
	ends();
	assert_int_equal(failure.kind, ERR_STOPPED);
	turn_until_sent("notifications/cancelled\",\"params\":{\"requestId\":2");
	assert_int_equal(t.fetch.open_n, 1); /* that message alone */
	s.calls_end = true;
	call();
	ends();
	assert_int_equal(failure.kind, ERR_NONE);
	assert_non_null(c.talk.result);
}

static void an_own_notification_goes_out(void **state)
{
	(void)state;
	s.calls_end = true;
	call();
	ends();
	conversation_notify(&c, S("notifications/roots/list_changed"), NULL);
	turn_until_sent("notifications/roots/list_changed");
}

static void listening_is_there_already(void **state)
{
	(void)state;
	s.own = PROGRESS;
	s.calls_end = true;
	call();
	ends();
	over = false;
	conversation_listen(&c, NULL);
	assert_false(over);
	ends();
	assert_int_equal(failure.kind, ERR_NONE);
	assert_int_equal(notices, 1);
	assert_int_equal(sent("subscriptions/listen"), 0);
}

static void answers_are_given_back(void **state)
{
	(void)state;
	s.calls_end = true;
	call();
	ends();
	conversation_drop_answers(&c);
	assert_null(c.talk.result);
	assert_null(c.talk.items);
	call();
	ends();
	assert_non_null(c.talk.result);
	assert_str(c.talk.stream.version, "2025-11-25");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_server_asks_on_its_own_stream_is_answered),
		TEST(it_may_be_refused),
		TEST(nobody_hurries_the_one_who_is_asked),
		TEST(progress_gives_more_time_but_not_for_ever),
		TEST(a_sign_in_has_a_time_of_its_own),
		TEST(a_question_that_is_given_up_makes_room_for_another),
		TEST(an_own_notification_goes_out),
		TEST(listening_is_there_already),
		TEST(answers_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdio.h>

#include "client/conversation.h"
#include "json/json.h"
#include "support/mcp_script.h"
#include "support/world.h"

/* A broker that hands out the tokens of a list, one a question. */
static struct test_broker {
	struct broker broker;
	const char *tokens[4]; /* NULL: nobody is signed in */
	size_t asked;
	char rejected[4][64];  /* what each question named */
	struct broker_ask *ask;
	struct events_timer soon;
} b;

static struct test_world t;
static struct mcp_script server;
static struct conversation c;
static bool over;
static struct err failure;

static void tell(void *self)
{
	const char *text = b.tokens[b.asked++];
	struct broker_ask *ask = b.ask;
	struct broker_token token = {.access_token = str_of(text), .token_type = S("Bearer"), .scope = S("read")};
	struct err none;

	(void)self;
	b.ask = NULL;
	token.access_token = arena_str(ask->arena, token.access_token);
	err_set(&none, ERR_LOGIN, "not signed in at https://mcp.example: keyfob login https://mcp.example/mcp");
	ask->done(ask->self, text ? &token : NULL, text ? NULL : &none);
}

static void start_asking(struct broker *broker, struct broker_ask *ask)
{
	(void)broker;
	assert_null(b.ask);
	assert_true(b.asked < sizeof b.tokens / sizeof *b.tokens);
	snprintf(b.rejected[b.asked], sizeof b.rejected[0], "%.*s", STR(ask->rejected));
	b.ask = ask;
	b.soon = (struct events_timer){.fire = tell};
	events_timer_set(&t.events.events, &b.soon, 10);
}

static void cancel_asking(struct broker *broker, struct broker_ask *ask)
{
	(void)broker;
	assert_ptr_equal(b.ask, ask);
	b.ask = NULL;
	events_timer_clear(&t.events.events, &b.soon);
}

static const struct broker_ops broker_ops = {start_asking, cancel_asking};

static void done(void *self, const struct err *why)
{
	(void)self;
	assert_false(over);
	over = true;
	if (why)
		failure = *why;
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	memset(&b, 0, sizeof b);
	b.broker.ops = &broker_ops;
	t.world.broker = &b.broker;
	server = (struct mcp_script){.token = "good"};
	t.fetch.serve = mcp_script_serve;
	t.fetch.self = &server;
	over = false;
	failure = (struct err){0};
	memset(&c, 0, sizeof c);
	c.world = &t.world;
	c.done = done;
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

static void list(void)
{
	struct err e = {0};

	if (!c.begun)
		assert_ok(conversation_start(&c, &e), &e);
	over = false;
	conversation_list(&c, S("tools/list"), S("tools"));
	assert_false(over);
}

static void finds_the_hammer(void)
{
	assert_true(events_script_turn_until(&t.events, &over));
	if (failure.kind != ERR_NONE)
		fail_msg("it failed: %s", failure.text);
	assert_int_equal(json_count(c.talk.items), 1);
	assert_str(json_get(c.talk.items->first, S("name"))->text, "hammer");
}

static void fails(enum err_kind kind, const char *part)
{
	assert_true(events_script_turn_until(&t.events, &over));
	if (failure.kind != kind || !strstr(failure.text, part))
		fail_msg("kind %d, \"%s\"; expected %d, \"%s\"", (int)failure.kind, failure.text, (int)kind, part);
}

/* How many of the requests so far bore this token. */
static int sent_with(const char *token)
{
	char field[80];
	int n = 0;

	snprintf(field, sizeof field, "\nAuthorization: Bearer %s\n", token);
	for (size_t i = 0; i < t.fetch.seen_n; i++)
		n += strstr(t.fetch.seen[i], field) != NULL;
	return n;
}

/* Nothing that a lane ever held is left in it. */
static void holds_nothing(const char *secret)
{
	for (int i = 0; i < TALK_SLOTS; i++) {
		const struct arena *a = &c.lanes[i].arena;

		assert_null(memmem(a->at, (size_t)(a->end - a->at), secret, strlen(secret)));
	}
}

static void the_brokers_token_goes_along(void **state)
{
	(void)state;
	b.tokens[0] = b.tokens[1] = "good";
	list();
	finds_the_hammer();
	assert_int_equal(server.requests, 2);
	assert_int_equal(sent_with("good"), 2);
	holds_nothing("good");
	holds_nothing("Bearer");
}

static void a_server_that_wants_no_token_gets_none(void **state)
{
	(void)state;
	server.token = NULL;
	list();
	finds_the_hammer();
	for (size_t i = 0; i < t.fetch.seen_n; i++)
		assert_null(strstr(t.fetch.seen[i], "Authorization"));
}

static void a_rejected_token_is_replaced_and_never_sent_again(void **state)
{
	(void)state;
	b.tokens[0] = "stale-token";
	b.tokens[1] = b.tokens[2] = "good";
	list();
	finds_the_hammer();
	assert_int_equal(sent_with("stale-token"), 1);
	assert_int_equal(sent_with("good"), 2);
	assert_string_equal(b.rejected[0], "");
	assert_string_equal(b.rejected[1], "stale-token");
	holds_nothing("stale-token");
	holds_nothing("good");
}

static void a_second_token_that_is_rejected_means_a_login(void **state)
{
	(void)state;
	b.tokens[0] = "one-token";
	b.tokens[1] = "two-token";
	list();
	fails(ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	assert_null(strstr(failure.text, "-token"));
	assert_int_equal(server.requests, 2);
	holds_nothing("-token");
}

static void without_a_sign_in_the_server_is_asked_and_the_login_named(void **state)
{
	(void)state;
	list();
	fails(ERR_LOGIN, "the server asks for a sign-in: keyfob login https://mcp.example/mcp");
	assert_int_equal(server.requests, 1);
}

static void a_missing_scope_is_named(void **state)
{
	(void)state;
	b.tokens[0] = "good";
	server.status = 403;
	server.challenge = "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"write\"";
	list();
	fails(ERR_LOGIN, "keyfob login https://mcp.example/mcp --scope 'read write'");
}

static void a_token_that_is_given_is_the_only_one(void **state)
{
	(void)state;
	c.server.token = S("good");
	list();
	finds_the_hammer();
	assert_int_equal(b.asked, 0);
	holds_nothing("good");
}

static void a_given_token_that_is_rejected_ends_it(void **state)
{
	(void)state;
	c.server.token = S("given-token");
	list();
	fails(ERR_LOGIN, "https://mcp.example/mcp rejects the token");
	assert_int_equal(sent_with("given-token"), 1);
	assert_int_equal(server.requests, 1);
	assert_int_equal(b.asked, 0);
}

static void the_servers_own_requests_are_answered_with_the_token(void **state)
{
	char result[256];

	(void)state;
	c.brisk = true;
	c.server.token = S("good");
	server.legacy = server.pings = true;
	list();
	for (int i = 0; i < 100 && server.requests < 5; i++)
		assert_true(events_turn(&t.events.events, NULL));
	assert_int_equal(server.requests, 5);
	assert_non_null(strstr(t.fetch.seen[4], "\"id\":\"p1\",\"result\":{}"));
	assert_int_equal(sent_with("good"), 5);
	assert_false(over);
	snprintf(result, sizeof result, "data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"tools\":[{\"name\":\"hammer\"}]}}\n\n", server.list_id);
	fetch_script_push(&t.fetch, str_of(result));
	finds_the_hammer();
	events_script_drain(&t.events);
	holds_nothing("good");
}

static void a_network_in_trouble_is_the_failure(void **state)
{
	(void)state;
	c.server.token = S("good");
	server.fails = true;
	list();
	fails(ERR_NETWORK, "");
	holds_nothing("good");
}

static void one_question_follows_another_and_then_a_goodbye(void **state)
{
	(void)state;
	c.server.token = S("good");
	list();
	finds_the_hammer();
	list();
	finds_the_hammer();
	over = false;
	conversation_close(&c);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(failure.kind, ERR_NONE);
}

static void a_question_is_over_in_time_whatever_keeps_coming(void **state)
{
	(void)state;
	for (int brisk = 0; brisk < 2; brisk++) {
		c.server.token = S("good");
		c.brisk = brisk;
		t.world.options.timeout_ms = 2000;
		server = (struct mcp_script){.token = "good", .legacy = true, .pings = true};
		list();
		fails(ERR_NETWORK, brisk ? "after 20 s" : "after 2 s");
		conversation_end(&c);
		assert_int_equal(t.fetch.open_n, 0);
		c = (struct conversation){.world = &t.world, .done = done, .server.url = c.server.url};
		failure = (struct err){0};
	}
	failure = (struct err){0};
	c.brisk = true;
	server = (struct mcp_script){0};
	list();
	finds_the_hammer();
	events_script_pass(&t.events, 60 * 1000); /* between questions nothing is late */
	events_script_drain(&t.events);
	list();
	finds_the_hammer();
}

static void no_credential_goes_out_in_plain_http(void **state)
{
	struct err e = {0};

	(void)state;
	assert_true(url_read(S("http://mcp.internal/mcp"), &t.arena, &c.server.url, NULL));
	assert_false(conversation_start(&c, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "--allow-http mcp.internal"));
	t.world.options.allow_http = S("mcp.internal");
	assert_ok(conversation_start(&c, &e), &e);
}

static void ending_it_at_any_time_leaves_nothing_behind(void **state)
{
	(void)state;
	for (int n = 0; n < 24; n++) {
		memset(b.tokens, 0, sizeof b.tokens);
		b.asked = 0;
		b.tokens[0] = "stale-token";
		b.tokens[1] = b.tokens[2] = "good";
		list();
		for (int i = 0; i < n && !over; i++)
			assert_true(events_turn(&t.events.events, NULL));
		conversation_end(&c);
		events_script_drain(&t.events);
		assert_null(b.ask);
		assert_int_equal(t.fetch.open_n, 0);
		c = (struct conversation){.world = &t.world, .done = done, .server = {.url = c.server.url}};
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_brokers_token_goes_along),
		TEST(a_server_that_wants_no_token_gets_none),
		TEST(a_rejected_token_is_replaced_and_never_sent_again),
		TEST(a_second_token_that_is_rejected_means_a_login),
		TEST(without_a_sign_in_the_server_is_asked_and_the_login_named),
		TEST(a_missing_scope_is_named),
		TEST(a_token_that_is_given_is_the_only_one),
		TEST(a_given_token_that_is_rejected_ends_it),
		TEST(the_servers_own_requests_are_answered_with_the_token),
		TEST(a_network_in_trouble_is_the_failure),
		TEST(one_question_follows_another_and_then_a_goodbye),
		TEST(a_question_is_over_in_time_whatever_keeps_coming),
		TEST(no_credential_goes_out_in_plain_http),
		TEST(ending_it_at_any_time_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

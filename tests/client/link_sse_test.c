#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/len.h"
#include "client/authorized.h"
#include "client/link.h"
#include "client/posts.h"
#include "support/broker_script.h"
#include "support/world.h"

#define URL "https://mcp.example/sse"
#define POST_URL "https://mcp.example/messages?id=7"
#define ENDPOINT "event: endpoint\ndata: /messages?id=7\n\n"

static struct test_world t;
static struct broker_script b;
static struct authorized_server server;

static struct user {
	struct link *link;
	char text[4096]; /* "[message]", "<refused: why>" */
	size_t len, messages, refusals;
	size_t largest;
	bool is_ready, is_closed, ends_at_message, ends_at_refusal, ends_at_closed, ends_at_ready;
	struct err why;
} u;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	broker_script_start(&b, &t.events.events);
	t.world.broker = &b.broker;
	memset(&u, 0, sizeof u);
	memset(&server, 0, sizeof server);
	server.world = &t.world;
	assert_true(url_read(S(URL), &t.arena, &server.url, NULL));
	t.fetch.any_order = true;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	link_end(u.link);
	authorized_server_end(&server);
	test_world_end(&t);
	return 0;
}

static void end_link(void)
{
	link_end(u.link);
	u.link = NULL;
}

static void note(const char *format, struct str text, const char *more)
{
	u.len += (size_t)snprintf(u.text + u.len, sizeof u.text - u.len, format, STR(str_first(text, 100)), more);
	assert_true(u.len < sizeof u.text);
}

static void on_ready(void *self)
{
	(void)self;
	assert_false(u.is_ready);
	u.is_ready = true;
	if (u.ends_at_ready)
		end_link();
}

static void on_message(void *self, struct str text)
{
	(void)self;
	assert_non_null(u.link);
	u.messages++;
	u.largest = text.len;
	note("[%.*s]%s", text, "");
	if (u.ends_at_message)
		end_link();
}

static void on_refused(void *self, struct str text, const struct err *why)
{
	(void)self;
	assert_non_null(u.link);
	u.refusals++;
	note("<%.*s: %s>", text, why->text);
	if (u.ends_at_refusal)
		end_link();
}

static void on_closed(void *self, const struct err *why)
{
	(void)self;
	assert_false(u.is_closed);
	u.is_closed = true;
	u.why = *why;
	if (u.ends_at_closed)
		end_link();
}

static void open_with(void (*refused)(void *self, struct str text, const struct err *why))
{
	struct link_ends ends = {.ready = on_ready, .message = on_message, .closed = on_closed, .self = &u, .refused = refused};
	struct err e = {0};

	u.link = link_sse(&server, ends, &e);
	assert_ok(u.link != NULL, &e);
	assert_int_equal(t.fetch.seen_n, 0);
}

static void open_link(void)
{
	open_with(on_refused);
}

/* The stream, with what it begins with; it stays open. */
static void expect_stream(struct str events)
{
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "GET", .url = URL,
		.fields = {"Accept: text/event-stream"}, .status = 200,
		.answer_fields = {"Content-Type: text/event-stream; charset=utf-8"}, .answer = events, .stays_open = true});
}

static void expect_post(const char *body, int status, int64_t delay_ms)
{
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = POST_URL,
		.fields = {"Content-Type: application/json"}, .body = body, .status = status, .delay_ms = delay_ms});
}

static void send_text(const char *text)
{
	struct err e = {0};

	assert_ok(link_send(u.link, str_of(text), &e), &e);
}

static void turn_until(const bool *done)
{
	assert_true(events_script_turn_until(&t.events, done));
}

static void closes_with(enum err_kind kind, const char *why)
{
	turn_until(&u.is_closed);
	if (u.why.kind != kind || !strstr(u.why.text, why))
		fail_msg("another failure: %d %s", (int)u.why.kind, u.why.text);
	assert_int_equal(t.fetch.open_n, 0);
}

static void messages_come_as_events_and_go_as_posts(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT "data: {\"id\":1}\n\nevent: message\ndata: {\"id\":\ndata: 2}\n\nevent: ping\ndata: x\n\n: quiet\n\n"));
	expect_post("{\"first\":1}", 202, 0);
	expect_post("{\"second\":2}", 200, 0);
	open_link();
	send_text("{\"first\":1}");
	turn_until(&u.is_ready);
	send_text("{\"second\":2}");
	events_script_drain(&t.events);
	assert_string_equal(u.text, "[{\"id\":1}][{\"id\":\n2}]");
	assert_int_equal(t.fetch.seen_n, 3);
	assert_false(u.is_closed);
}

static void the_token_goes_along_with_every_request(void **state)
{
	(void)state;
	b.tokens[0] = b.tokens[1] = "one";
	expect_stream(S(ENDPOINT));
	expect_post("{}", 202, 0);
	open_link();
	send_text("{}");
	events_script_drain(&t.events);
	for (size_t i = 0; i < 2; i++)
		assert_non_null(strstr(t.fetch.seen[i], "Authorization: Bearer one\n"));
}

static void the_endpoint_is_resolved_and_stays_in_its_origin(void **state)
{
	static const struct {
		const char *said, *url; /* NULL: refused */
	} cases[] = {
		{"messages", "https://mcp.example/messages"},
		{"?s=1", "https://mcp.example/sse?s=1"},
		{"https://mcp.example/m", "https://mcp.example/m"},
		{"https://MCP.example:443/m", "https://mcp.example/m"},
		{"//mcp.example/m", "https://mcp.example/m"},
		{"http://mcp.example/m", NULL},
		{"https://mcp.example:8443/m", NULL},
		{"https://evil.example/m", NULL},
		{"//evil.example/m", NULL},
		{"https://mcp.example@evil.example/m", NULL},
		{"javascript:alert(1)", NULL},
		{"https:// /", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char events[256];

		set_up(state);
		snprintf(events, sizeof events, "event: endpoint\ndata: %s\n\n", cases[i].said);
		expect_stream(str_of(events));
		if (cases[i].url)
			fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = cases[i].url, .status = 202});
		open_link();
		send_text("{}");
		events_script_drain(&t.events);
		assert_int_equal(u.is_ready, cases[i].url != NULL);
		assert_int_equal(u.is_closed, cases[i].url == NULL);
		assert_int_equal(t.fetch.seen_n, cases[i].url ? 2 : 1);
		if (u.is_closed)
			assert_int_equal(u.why.kind, ERR_INPUT);
		tear_down(state);
	}
	set_up(state);
}

static void a_second_endpoint_changes_nothing(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT "event: endpoint\ndata: /other\n\n"));
	expect_post("{}", 202, 0);
	open_link();
	events_script_drain(&t.events);
	send_text("{}");
	events_script_drain(&t.events);
}

static void a_server_of_another_kind_is_told_from_one(void **state)
{
	static const struct {
		int status;
		const char *type, *why;
		enum err_kind kind;
	} cases[] = {
		{404, "Content-Type: text/html", "mcp.example answers 404", ERR_FAILED},
		{405, NULL, "mcp.example answers 405", ERR_FAILED},
		{200, "Content-Type: application/json", "does not answer with an event stream", ERR_INPUT},
		{200, NULL, "does not answer with an event stream", ERR_INPUT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		set_up(state);
		fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "GET", .status = cases[i].status,
			.answer_fields = {cases[i].type}, .answer = S("{}")});
		open_link();
		closes_with(cases[i].kind, cases[i].why);
		tear_down(state);
	}
	set_up(state);
}

static void a_stream_that_names_no_endpoint_is_not_waited_for_long(void **state)
{
	(void)state;
	expect_stream(S(": hello\n\n"));
	open_link();
	closes_with(ERR_NETWORK, "does not say where messages go");
	assert_true(t.events.ms >= 10000 && t.events.ms < 11000);
}

static void a_stream_that_ends_closes_the_link(void **state)
{
	struct err e = {0};

	(void)state;
	expect_stream(S(ENDPOINT));
	expect_post("{}", 202, 100000);
	open_link();
	turn_until(&u.is_ready);
	fetch_script_finish(&t.fetch, NULL);
	closes_with(ERR_NETWORK, "mcp.example ended the event stream");
	assert_false(link_send(u.link, S("{}"), &e));
	assert_int_equal(e.kind, ERR_FAILED);
	t.fetch.used[1] = 1; /* never sent */
}

static void a_stream_that_breaks_closes_the_link_and_drops_what_is_under_way(void **state)
{
	struct err e = {0};

	(void)state;
	expect_stream(S(ENDPOINT));
	expect_post("{}", 202, 100000);
	open_link();
	send_text("{}");
	while (t.fetch.seen_n < 2)
		assert_ok(events_turn(&t.events.events, &e), &e);
	/* the newest that stays open is the stream */
	fetch_script_finish(&t.fetch, &(struct err){ERR_NETWORK, "the connection broke"});
	closes_with(ERR_NETWORK, "the connection broke");
	assert_int_equal(u.refusals, 0);
}

static void a_login_that_is_needed_is_the_reason(void **state)
{
	(void)state;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "GET", .status = 401});
	open_link();
	closes_with(ERR_LOGIN, "keyfob login");
}

static void a_refusal_belongs_to_its_message_alone(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT));
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = POST_URL, .body = "{\"a\":1}", .status = 404,
		.answer = S("no such session"), .piece = 3});
	expect_post("{\"b\":2}", 202, 0);
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = POST_URL, .body = "{\"c\":3}",
		.fails = ERR_NETWORK, .failure = "the connection broke"});
	open_link();
	send_text("{\"a\":1}");
	send_text("{\"b\":2}");
	send_text("{\"c\":3}");
	events_script_drain(&t.events);
	assert_string_equal(u.text, "<{\"a\":1}: mcp.example answers 404 to a message: no such session><{\"c\":3}: the connection broke>");
	assert_false(u.is_closed);
}

static void who_takes_no_refusals_is_closed(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT));
	expect_post("{}", 500, 0);
	open_with(NULL);
	send_text("{}");
	closes_with(ERR_FAILED, "mcp.example answers 500 to a message");
}

static void what_fails_behind_a_good_head_fails_nobody(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT));
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = POST_URL, .status = 202, .answer = S("ok"),
		.fails = ERR_NETWORK, .failure = "the connection broke"});
	open_link();
	send_text("{}");
	events_script_drain(&t.events);
	assert_int_equal(u.refusals, 0);
}

/* How long it takes until all of ten messages were sent. */
static int64_t time_of_ten(int64_t delay_ms)
{
	int64_t began;
	struct err e = {0};

	expect_stream(S(ENDPOINT));
	for (int i = 0; i < 10; i++)
		expect_post(NULL, 202, delay_ms);
	open_link();
	turn_until(&u.is_ready);
	began = t.events.ms;
	for (int i = 0; i < 10; i++) {
		char text[16];

		snprintf(text, sizeof text, "%d", i);
		send_text(text);
	}
	while (t.fetch.seen_n < 11)
		assert_ok(events_turn(&t.events.events, &e), &e);
	for (int i = 0; i < 10; i++)
		assert_int_equal(t.fetch.seen[1 + i][strlen(t.fetch.seen[1 + i]) - 1], '0' + i);
	return t.events.ms - began;
}

static void a_message_waits_for_the_one_before(void **state)
{
	(void)state;
	time_of_ten(100);
	assert_int_equal(t.fetch.open_most, 2);
	events_script_drain(&t.events);
	assert_int_equal(u.refusals, 0);
}

static void but_not_for_long(void **state)
{
	int64_t took = time_of_ten(60 * 1000);

	(void)state;
	assert_true(took >= 9 * POSTS_PATIENCE_MS && took < 10 * POSTS_PATIENCE_MS);
	assert_int_equal(t.fetch.open_most, 11);
	events_script_drain(&t.events);
	assert_int_equal(u.refusals, 0);
}

static void only_so_many_are_under_way_and_all_are_sent(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT));
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .status = 202, .delay_ms = 30000, .times = 40});
	open_link();
	for (int i = 0; i < 40; i++)
		send_text("{}");
	events_script_drain(&t.events);
	assert_int_equal(t.fetch.seen_n, 41);
	assert_int_equal(t.fetch.open_most, 1 + POSTS_AT_ONCE);
}

static void an_answer_that_never_ends_holds_up_nobody(void **state)
{
	(void)state;
	expect_stream(S(ENDPOINT));
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .status = 200, .stays_open = true, .times = 40});
	open_link();
	for (int i = 0; i < 40; i++)
		send_text("{}");
	events_script_drain(&t.events);
	assert_int_equal(t.fetch.seen_n, 41);
	end_link();
}

static void more_than_may_wait_is_refused_at_once(void **state)
{
	static char large[LINK_MESSAGE / 2];
	struct err e = {0};
	int n = 0;

	(void)state;
	expect_stream((struct str){0});
	open_link();
	while (n < 5000 && link_send(u.link, S("{}"), &e))
		n++;
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(n, POSTS_WAITING);
	end_link();
	open_link();
	err_clear(&e);
	assert_ok(link_send(u.link, str_make(large, sizeof large), &e), &e);
	assert_ok(link_send(u.link, str_make(large, sizeof large), &e), &e);
	assert_false(link_send(u.link, S("{}"), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	end_link();
	t.fetch.used[0] = 1;
}

static void a_message_may_be_as_large_as_the_limit_and_no_larger(void **state)
{
	char *piece = malloc(1 << 20);
	size_t sent;

	(void)state;
	memset(piece, 'x', 1 << 20);
	expect_stream(S(ENDPOINT));
	open_link();
	turn_until(&u.is_ready);
	for (int round = 0; round < 2; round++) {
		fetch_script_push(&t.fetch, S("data:"));
		for (sent = 0; sent < LINK_MESSAGE; sent = len_add(sent, 1 << 20))
			fetch_script_push(&t.fetch, str_make(piece, 1 << 20));
		if (round == 1)
			fetch_script_push(&t.fetch, S("x"));
		else
			fetch_script_push(&t.fetch, S("\n\n"));
	}
	assert_int_equal(u.largest, LINK_MESSAGE);
	closes_with(ERR_LIMIT, "mcp.example: ");
	free(piece);
}

static void the_link_may_be_ended_from_within_each_of_its_calls(void **state)
{
	for (int i = 0; i < 4; i++) {
		set_up(state);
		*(bool *[]){&u.ends_at_ready, &u.ends_at_message, &u.ends_at_refusal, &u.ends_at_closed}[i] = true;
		fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "GET", .status = 200,
			.answer_fields = {"Content-Type: text/event-stream"}, .answer = S(ENDPOINT "data: {}\n\ndata: {}\n\n"),
			.stays_open = i == 2});
		fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .status = 500, .times = 8});
		open_link();
		for (int n = 0; n < 5; n++)
			send_text("{}");
		events_script_drain(&t.events);
		assert_null(u.link);
		assert_int_equal(t.fetch.open_n, 0);
		t.fetch.used[1] = 1;
		tear_down(state);
	}
	set_up(state);
}

static void after_finishing_nothing_more_is_taken_but_answers_come(void **state)
{
	struct err e = {0};

	(void)state;
	expect_stream(S(ENDPOINT));
	expect_post("{}", 202, 0);
	open_link();
	send_text("{}");
	link_finish(u.link);
	assert_false(link_send(u.link, S("{}"), &e));
	events_script_drain(&t.events);
	fetch_script_push(&t.fetch, S("data: late\n\n"));
	assert_string_equal(u.text, "[late]");
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_world(messages_come_as_events_and_go_as_posts),
		with_world(the_token_goes_along_with_every_request),
		with_world(the_endpoint_is_resolved_and_stays_in_its_origin),
		with_world(a_second_endpoint_changes_nothing),
		with_world(a_server_of_another_kind_is_told_from_one),
		with_world(a_stream_that_names_no_endpoint_is_not_waited_for_long),
		with_world(a_stream_that_ends_closes_the_link),
		with_world(a_stream_that_breaks_closes_the_link_and_drops_what_is_under_way),
		with_world(a_login_that_is_needed_is_the_reason),
		with_world(a_refusal_belongs_to_its_message_alone),
		with_world(who_takes_no_refusals_is_closed),
		with_world(what_fails_behind_a_good_head_fails_nobody),
		with_world(a_message_waits_for_the_one_before),
		with_world(but_not_for_long),
		with_world(only_so_many_are_under_way_and_all_are_sent),
		with_world(an_answer_that_never_ends_holds_up_nobody),
		with_world(more_than_may_wait_is_refused_at_once),
		with_world(a_message_may_be_as_large_as_the_limit_and_no_larger),
		with_world(the_link_may_be_ended_from_within_each_of_its_calls),
		with_world(after_finishing_nothing_more_is_taken_but_answers_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/conversation.h"
#include "client/eras.h"
#include "json/json.h"
#include "net/loop.h"
#include "support/folder.h"
#include "support/world.h"
#include "sys/clock.h"
#include "sys/farewell.h"

static struct conversation c;
static bool over;
static struct err failure;
static int warnings;

static void done(void *self, const struct err *why)
{
	(void)self;
	over = true;
	failure = why ? *why : (struct err){0};
}

static void warned(void *self, const char *text)
{
	(void)self;
	(void)text;
	warnings++;
}

static void begin(struct world *w)
{
	over = false;
	warnings = 0;
	memset(&c, 0, sizeof c);
	c.world = w;
	c.done = done;
	c.warned = warned;
	c.brisk = true;
	c.server.token = S("good");
}

static void found_tools(size_t n)
{
	if (failure.kind != ERR_NONE)
		fail_msg("it failed: %s", failure.text);
	assert_false(c.talk.refused);
	assert_int_equal(json_count(c.talk.items), n);
}

/* --- stdio: a real loop and a real child ------------------------------------------------------ */

static struct loop *loop;
static struct world real;
static struct arena arena;

static int open_loop(void **state)
{
	struct err e = {0};

	(void)state;
	loop = loop_open(&clock_system, &e);
	if (!loop || !arena_new(&arena, 1 << 20))
		return -1;
	real = (struct world){.clock = &clock_system, .events = loop_events(loop), .arena = &arena};
	begin(&real);
	return 0;
}

static int close_loop(void **state)
{
	(void)state;
	conversation_end(&c);
	farewell_finish(&real);
	arena_free(&arena);
	loop_close(loop);
	return 0;
}

static void turn_until_over(void)
{
	struct err e = {0};

	while (!over)
		assert_ok(events_turn(real.events, &e), &e);
	over = false;
}

static void list_from(const char *script)
{
	static const char *argv[] = {"sh", "-c", NULL, NULL};
	struct err e = {0};

	argv[2] = script;
	c.command = argv;
	assert_ok(conversation_start(&c, &e), &e);
	conversation_list(&c, S("tools/list"), S("tools"));
	turn_until_over();
}

#define LEGACY_REST \
	"*'\"initialize\"'*) echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{}}}';;" \
	"*tools/list*) echo '{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"tools\":[{\"name\":\"a\"}]}}';;" \
	"esac; done"

static void a_legacy_program_is_talked_to(void **state)
{
	(void)state;
	list_from("echo hello; while read -r line; do case $line in "
		"*server/discover*) echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"?\"}}';;" LEGACY_REST);
	found_tools(1);
	assert_int_equal(c.talk.stream.era, ERA_LEGACY);
	assert_str(c.talk.stream.version, "2024-11-05");
	assert_int_equal(warnings, 1); /* of the noise */
	conversation_close(&c);
	turn_until_over();
	assert_int_equal(failure.kind, ERR_NONE);
}

static void a_program_that_ignores_what_it_does_not_know_is_asked_the_old_way(void **state)
{
	(void)state;
	list_from("while read -r line; do case $line in " LEGACY_REST);
	found_tools(1);
}

static void a_modern_program_is_talked_to(void **state)
{
	(void)state;
	list_from("while read -r line; do case $line in "
		"*server/discover*) echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}}';;"
		"*tools/list*2026-07-28*) echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[]}}';; esac; done");
	found_tools(0);
	assert_int_equal(c.talk.stream.era, ERA_MODERN);
}

static void a_program_that_ends_is_the_failure(void **state)
{
	(void)state;
	list_from("read -r line; exit 3");
	assert_int_equal(failure.kind, ERR_FAILED);
	assert_non_null(strstr(failure.text, "3"));
}

static void a_question_to_a_program_can_be_given_up(void **state)
{
	static const char *argv[] = {"cat", NULL};
	struct err e = {0};

	(void)state;
	c.command = argv;
	assert_ok(conversation_start(&c, &e), &e);
	conversation_ask(&c, S("tools/call"), NULL);
	conversation_cancel(&c);
	assert_false(over);
	turn_until_over();
	assert_int_equal(failure.kind, ERR_STOPPED);
}

/* --- HTTP+SSE and what is remembered: scripts ------------------------------------------------- */

#define URL "https://mcp.example/sse"

static struct test_world t;
static struct folder f;

/* A server of 2024-11-05, whose answers come on its stream; or one of 2026-07-28, once it is renewed. */
static struct old_server {
	bool renewed, asks_login;
	int posts, messages; /* to the URL itself, and to where it wants them */
	char text[512];
	struct events_timer soon;
} s;

static void tell(void *self)
{
	(void)self;
	fetch_script_push(&t.fetch, str_of(s.text));
}

static bool says(const struct fetch_request *r, const char *part)
{
	return str_find_str(r->body, str_of(part)) != r->body.len;
}

static void take_message(const struct fetch_request *r, struct fetch_script_step *answer)
{
	const char *result = says(r, "\"initialize\"") ? "\"protocolVersion\":\"2024-11-05\",\"capabilities\":{}" : "\"tools\":[{\"name\":\"a\"}]";
	struct str id = str_from(r->body, str_find_str(r->body, S("\"id\":")) + 5);

	s.messages++;
	answer->status = 202;
	if (says(r, "notifications/"))
		return;
	snprintf(s.text, sizeof s.text, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":%.1s,\"result\":{%s}}\n\n", id.at, result);
	s.soon = (struct events_timer){.fire = tell};
	events_timer_set(&t.events.events, &s.soon, 5);
}

static void answer_renewed(const struct fetch_request *r, struct fetch_script_step *answer)
{
	answer->status = 200;
	answer->answer_fields[0] = "Content-Type: application/json";
	answer->answer = says(r, "tools/list") ? S("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"a\"}]}}")
		: S("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}}");
}

static void serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	(void)self;
	answer->status = s.asks_login ? 401 : 405;
	if (str_same(r->method, S("GET")) && !s.renewed && !s.asks_login) {
		answer->status = 200;
		answer->answer_fields[0] = "Content-Type: text/event-stream";
		answer->answer = S("event: endpoint\ndata: /messages\n\n");
		answer->stays_open = true;
	} else if (str_same(r->url.path, S("/messages"))) {
		take_message(r, answer);
	} else if (str_same(r->method, S("POST"))) {
		s.posts++;
		if (s.renewed)
			answer_renewed(r, answer);
	}
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&f);
	test_world_env(&t, "KEYFOB_HOME", f.path);
	memset(&s, 0, sizeof s);
	t.fetch.serve = serve;
	begin(&t.world);
	assert_true(url_read(S(URL), &t.arena, &c.server.url, NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	conversation_end(&c);
	events_timer_clear(&t.events.events, &s.soon);
	events_script_drain(&t.events);
	folder_end(&f);
	test_world_end(&t);
	return 0;
}

static void list(void)
{
	struct err e = {0};

	if (!c.begun)
		assert_ok(conversation_start(&c, &e), &e);
	conversation_list(&c, S("tools/list"), S("tools"));
	assert_true(events_script_turn_until(&t.events, &over));
	over = false;
}

/* A further conversation with the same server. */
static void again(void)
{
	struct url url = c.server.url;

	conversation_end(&c);
	begin(&t.world);
	c.server.url = url;
	s.posts = s.messages = 0;
}

static void an_old_server_is_found_and_remembered(void **state)
{
	(void)state;
	list();
	found_tools(1);
	assert_int_equal(s.posts, 2);
	assert_int_equal(s.messages, 3);
	assert_int_equal(eras_find(&t.world, &c.server.url), ERAS_SSE);
	again();
	list();
	found_tools(1);
	assert_int_equal(s.posts, 0);
	assert_int_equal(s.messages, 3);
}

static void what_is_remembered_may_be_wrong(void **state)
{
	(void)state;
	list();
	s.renewed = true;
	again();
	list();
	found_tools(1);
	assert_int_equal(s.posts, 2);
	assert_int_equal(eras_find(&t.world, &c.server.url), ERAS_MODERN);
	s.renewed = false;
	again();
	list();
	found_tools(1);
	assert_int_equal(eras_find(&t.world, &c.server.url), ERAS_SSE);
}

static void a_road_that_is_asked_for_is_the_only_one(void **state)
{
	(void)state;
	c.transport = CONVERSATION_SSE;
	list();
	found_tools(1);
	assert_int_equal(s.posts, 0);
	assert_int_equal(eras_find(&t.world, &c.server.url), ERAS_UNKNOWN);
	again();
	c.transport = CONVERSATION_HTTP;
	list();
	assert_int_equal(failure.kind, ERR_FAILED);
	assert_int_equal(s.messages, 0);
	again();
	s.renewed = true;
	c.transport = CONVERSATION_SSE;
	list();
	assert_int_equal(failure.kind, ERR_FAILED);
	assert_int_equal(s.posts, 0);
}

static void where_nothing_answers_both_roads_are_told(void **state)
{
	(void)state;
	c.version = S("2025-06-18");
	s.renewed = false;
	t.fetch.serve = NULL;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .body_has = {"2025-06-18"}, .status = 404});
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "GET", .status = 404});
	list();
	assert_int_equal(failure.kind, ERR_FAILED);
	assert_non_null(strstr(failure.text, "initialize with HTTP 404"));
	assert_non_null(strstr(failure.text, "HTTP+SSE was tried too"));
}

static void a_sign_in_is_wanted_on_any_road(void **state)
{
	(void)state;
	list();
	again();
	s.asks_login = true;
	list();
	assert_int_equal(failure.kind, ERR_LOGIN);
	assert_int_equal(s.posts, 0);
}

static void a_version_that_nobody_speaks_is_a_fault_of_usage(void **state)
{
	struct err e = {0};

	(void)state;
	c.version = S("2020-01-01");
	assert_false(conversation_start(&c, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	again();
	c.version = S("2026-07-28");
	c.transport = CONVERSATION_SSE;
	assert_false(conversation_start(&c, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void a_link_may_be_ended_at_any_time(void **state)
{
	struct err e = {0};

	(void)state;
	for (int n = 0; n < 36; n += 2) {
		assert_ok(conversation_start(&c, &e), &e);
		conversation_list(&c, S("tools/list"), S("tools"));
		for (int i = 0; i < n && !over; i++)
			assert_true(events_turn(&t.events.events, NULL));
		again();
		events_timer_clear(&t.events.events, &s.soon);
		events_script_drain(&t.events);
		assert_int_equal(t.fetch.open_n, 0);
	}
}

#define REAL(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REAL(a_legacy_program_is_talked_to),
		REAL(a_program_that_ignores_what_it_does_not_know_is_asked_the_old_way),
		REAL(a_modern_program_is_talked_to),
		REAL(a_program_that_ends_is_the_failure),
		REAL(a_question_to_a_program_can_be_given_up),
		TEST(an_old_server_is_found_and_remembered),
		TEST(what_is_remembered_may_be_wrong),
		TEST(a_road_that_is_asked_for_is_the_only_one),
		TEST(where_nothing_answers_both_roads_are_told),
		TEST(a_sign_in_is_wanted_on_any_road),
		TEST(a_version_that_nobody_speaks_is_a_fault_of_usage),
		TEST(a_link_may_be_ended_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

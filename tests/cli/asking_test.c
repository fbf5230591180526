#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/asking.h"
#include "json/json.h"
#include "mcp/rpc.h"
#include "support/world.h"

static struct test_world t;
static struct asking k;
static struct args a;
static struct err e;
static char answer[4096];
static int64_t refused;
static int times;

static const struct command_flag flags[] = {ASKING_FLAGS, {0}};

static void take_answer(void *self, struct str result)
{
	assert_ptr_equal(self, &k);
	snprintf(answer, sizeof answer, "%.*s", STR(result));
	times++;
}

static void take_refusal(void *self, int64_t code, struct str message)
{
	assert_ptr_equal(self, &k);
	assert_true(message.len > 0);
	refused = code;
	times++;
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	a = (struct args){0};
	e = (struct err){0};
	k = (struct asking){.world = &t.world, .server = S("demo"), .answer = take_answer, .refuse = take_refusal, .self = &k};
	answer[0] = 0;
	refused = times = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	asking_end(&k);
	test_world_end(&t);
	return 0;
}

static void give(size_t flag, const char *value)
{
	a.flags[a.flags_n++] = (struct args_flag){&flags[flag], str_of(value)};
}

static void reads(const char *capabilities)
{
	assert_ok(asking_read(&k, &a, &e), &e);
	assert_str(asking_capabilities(&k), capabilities);
}

static void asks(const char *text)
{
	struct rpc m;

	times = 0;
	assert_ok(rpc_read(str_of(text), &t.arena, &m, &e), &e);
	asking_take(&k, &m);
}

static const char name_wanted[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"elicitation/create\",\"params\":{\"message\":\"m\",\"requestedSchema\":"
	"{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"string\",\"default\":\"d\"}}}}}";

static void without_a_terminal_nothing_is_declared_unless_it_is_asked_for(void **state)
{
	(void)state;
	reads("{}");
	asks(name_wanted);
	assert_int_equal(refused, RPC_NO_METHOD);
	give(0, "ask");
	assert_false(asking_read(&k, &a, &e));
	assert_non_null(strstr(e.text, "needs a terminal"));
}

static void questions_are_declined(void **state)
{
	(void)state;
	give(0, "decline");
	reads("{\"elicitation\":{\"form\":{}}}");
	asks(name_wanted);
	assert_string_equal(answer, "{\"action\":\"decline\"}");
}

static void questions_are_answered_with_defaults(void **state)
{
	(void)state;
	give(0, "defaults");
	reads("{\"elicitation\":{\"form\":{}}}");
	asks(name_wanted);
	assert_string_equal(answer, "{\"action\":\"accept\",\"content\":{\"n\":\"d\"}}");
}

static void another_way_to_answer_is_refused(void **state)
{
	(void)state;
	give(0, "never");
	assert_false(asking_read(&k, &a, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void the_user_is_asked_at_the_terminal(void **state)
{
	(void)state;
	t.tty.tty.present = true;
	reads("{\"elicitation\":{\"form\":{},\"url\":{}}}");
	asks(name_wanted);
	assert_int_equal(times, 0);
	assert_non_null(strstr(t.tty.prompts, "demo asks:"));
	test_world_type(&t, "Ann");
	test_world_type(&t, "y");
	assert_string_equal(answer, "{\"action\":\"accept\",\"content\":{\"n\":\"Ann\"}}");
	assert_int_equal(times, 1);
	assert_null(t.tty.line);
	asks(name_wanted);
	test_world_type(&t, "!");
	assert_string_equal(answer, "{\"action\":\"decline\"}");
	assert_null(t.tty.line);
}

static void with_json_nobody_is_asked(void **state)
{
	(void)state;
	t.tty.tty.present = true;
	t.world.options.json = true;
	reads("{}");
}

static void a_form_closes_when_nobody_waits_for_it(void **state)
{
	(void)state;
	t.tty.tty.present = true;
	reads("{\"elicitation\":{\"form\":{},\"url\":{}}}");
	asks(name_wanted);
	assert_non_null(t.tty.line);
	assert_true(asking_is_open(&k));
	asking_end(&k);
	assert_false(asking_is_open(&k));
	assert_null(t.tty.line);
	assert_int_equal(times, 0);
}

static void what_is_no_form_is_refused(void **state)
{
	(void)state;
	t.tty.tty.present = true;
	reads("{\"elicitation\":{\"form\":{},\"url\":{}}}");
	asks("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"elicitation/create\",\"params\":{}}");
	assert_int_equal(refused, RPC_INVALID_PARAMS);
	assert_null(t.tty.line);
}

static void roots_are_told_as_uris(void **state)
{
	(void)state;
	give(1, "/");
	give(1, "/srv/my files/\xc3\xa4");
	reads("{\"roots\":{}}");
	asks("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"roots/list\"}");
	assert_string_equal(answer, "{\"roots\":[{\"uri\":\"file:///\",\"name\":\"\"},"
		"{\"uri\":\"file:///srv/my%20files/%C3%A4\",\"name\":\"\xc3\xa4\"}]}");
}

static void other_questions_are_refused(void **state)
{
	(void)state;
	give(0, "defaults");
	reads("{\"elicitation\":{\"form\":{}}}");
	asks("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{}}");
	assert_int_equal(refused, RPC_NO_METHOD);
	refused = 0;
	asks("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\"}");
	assert_int_equal(refused, RPC_NO_METHOD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_terminal_nothing_is_declared_unless_it_is_asked_for),
		TEST(questions_are_declined),
		TEST(questions_are_answered_with_defaults),
		TEST(another_way_to_answer_is_refused),
		TEST(the_user_is_asked_at_the_terminal),
		TEST(with_json_nobody_is_asked),
		TEST(a_form_closes_when_nobody_waits_for_it),
		TEST(what_is_no_form_is_refused),
		TEST(roots_are_told_as_uris),
		TEST(other_questions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

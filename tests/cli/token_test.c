#include "support/test.h"

#include "cli/args.h"
#include "support/broker_script.h"
#include "support/world.h"

static struct test_world t;
static struct broker_script broker;
static struct args a;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	broker_script_start(&broker, t.world.events);
	broker.tokens[0] = "at-1";
	t.world.broker = &broker.broker;
	a = (struct args){.command = &cmd_token, .words = {S_INIT("https://mcp.example/mcp")}, .words_n = 1};
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

static void a_token_is_all_that_is_printed(void **state)
{
	(void)state;
	assert_ok(cmd_token.run(&t.world, &a, &e), &e);
	assert_string_equal(t.out, "at-1\n");
	assert_string_equal(t.log, "");
}

static void a_token_that_needs_proofs_comes_with_a_warning(void **state)
{
	(void)state;
	broker.dpop_key = "k3y";
	assert_ok(cmd_token.run(&t.world, &a, &e), &e);
	assert_string_equal(t.out, "at-1\n");
	assert_non_null(strstr(t.log, "DPoP"));
	assert_null(strstr(t.log, "k3y"));
}

static void without_a_sign_in_there_is_none(void **state)
{
	(void)state;
	broker.tokens[0] = NULL;
	assert_false(cmd_token.run(&t.world, &a, &e));
	assert_int_equal(e.kind, ERR_LOGIN);
	assert_string_equal(t.out, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_all_that_is_printed),
		TEST(a_token_that_needs_proofs_comes_with_a_warning),
		TEST(without_a_sign_in_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

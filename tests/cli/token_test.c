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

static void give_flag(const char *name, const char *value)
{
	for (const struct command_flag *flag = cmd_token.flags; flag->name; flag++)
		if (strcmp(flag->name, name) == 0) {
			a.flags[a.flags_n++] = (struct args_flag){flag, str_of(value)};
			return;
		}
	fail_msg("there is no flag %s", name);
}

static void a_bound_token_makes_no_header(void **state)
{
	(void)state;
	broker.dpop_key = "k3y";
	give_flag("--format", "header");
	assert_false(cmd_token.run(&t.world, &a, &e));
	assert_int_equal(e.kind, ERR_FAILED);
	assert_string_equal(t.out, "");
}

static void a_helper_for_headers_finds_its_server_in_the_environment(void **state)
{
	(void)state;
	a.words_n = 0;
	test_world_env(&t, "CLAUDE_CODE_MCP_SERVER_NAME", "files");
	test_world_env(&t, "CLAUDE_CODE_MCP_SERVER_URL", "https://mcp.example/mcp");
	assert_false(cmd_token.run(&t.world, &a, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	give_flag("--format", "headers");
	assert_ok(cmd_token.run(&t.world, &a, &e), &e);
	assert_string_equal(t.out, "{\"Authorization\":\"Bearer at-1\"}\n");
}

static void json_is_one_of_the_formats(void **state)
{
	char first[sizeof t.out];

	(void)state;
	broker.tokens[1] = "at-1";
	give_flag("--format", "json");
	assert_ok(cmd_token.run(&t.world, &a, &e), &e);
	memcpy(first, t.out, sizeof first);
	t.out[0] = 0;
	a.flags_n = 0;
	t.world.options.json = true;
	assert_ok(cmd_token.run(&t.world, &a, &e), &e);
	assert_string_equal(t.out, first);
	give_flag("--format", "env");
	assert_false(cmd_token.run(&t.world, &a, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void the_least_life_is_a_number_of_seconds(void **state)
{
	static const char *const wrong[] = {"", "-1", "1.5", "5m", " 5", "31536001", "99999999999999999999"};
	static const char *const right[] = {"0", "300", "31536000"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		a.flags_n = 0;
		give_flag("--min-ttl", wrong[i]);
		assert_false(cmd_token.run(&t.world, &a, &e));
		assert_int_equal(e.kind, ERR_USAGE);
	}
	assert_int_equal(broker.asked, 0);
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		broker.tokens[i] = "at";
		a.flags_n = 0;
		give_flag("--min-ttl", right[i]);
		assert_ok(cmd_token.run(&t.world, &a, &e), &e);
	}
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
		TEST(a_bound_token_makes_no_header),
		TEST(a_helper_for_headers_finds_its_server_in_the_environment),
		TEST(json_is_one_of_the_formats),
		TEST(the_least_life_is_a_number_of_seconds),
		TEST(without_a_sign_in_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

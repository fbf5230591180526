#include "support/test.h"

#include "client/verify.h"
#include "http/url.h"
#include "support/mcp_script.h"
#include "support/world.h"

static struct test_world t;
static struct mcp_script server;
static enum verify_result result;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	server = (struct mcp_script){.token = "good-token"};
	t.fetch.serve = mcp_script_serve;
	t.fetch.self = &server;
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(t.fetch.open_n, 0);
	assert_string_equal(t.out, "");
	assert_null(strstr(e.text, "-token"));
	test_world_end(&t);
	return 0;
}

static bool verify(const char *token)
{
	struct url url;

	assert_true(url_read(S("https://mcp.example/mcp"), &t.arena, &url, NULL));
	return verify_token(&t.world, &url, str_of(token), &result, &e);
}

static void a_token_is_good_where_a_made_up_one_is_refused(void **state)
{
	(void)state;
	assert_ok(verify("good-token"), &e);
	assert_int_equal(result, VERIFY_GOOD);
	assert_non_null(strstr(t.fetch.seen[t.fetch.seen_n - 1], "Bearer keyfob-probe-"));
}

static void a_server_that_takes_anything_proves_nothing(void **state)
{
	(void)state;
	server.token = NULL;
	assert_ok(verify("good-token"), &e);
	assert_int_equal(result, VERIFY_UNVERIFIED);
}

static void a_rejected_token_is_an_error_that_names_the_login(void **state)
{
	(void)state;
	assert_false(verify("bad-token"));
	assert_int_equal(e.kind, ERR_LOGIN);
	assert_non_null(strstr(e.text, "nothing was stored"));
	assert_non_null(strstr(e.text, "keyfob login https://mcp.example/mcp"));
	assert_int_equal(server.requests, 1);
}

static void a_server_out_of_reach_is_an_error(void **state)
{
	(void)state;
	server.fails = true;
	assert_false(verify("good-token"));
	assert_int_equal(e.kind, ERR_NETWORK);
	assert_non_null(strstr(e.text, "nothing was stored"));
}

static void no_server_of_this_kind_proves_nothing(void **state)
{
	(void)state;
	server.status = 500;
	assert_ok(verify("good-token"), &e);
	assert_int_equal(result, VERIFY_UNVERIFIED);
}

static void it_ends_when_told_to_stop(void **state)
{
	(void)state;
	t.events.stop = true;
	assert_false(verify("good-token"));
	assert_int_equal(e.kind, ERR_STOPPED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_good_where_a_made_up_one_is_refused),
		TEST(a_server_that_takes_anything_proves_nothing),
		TEST(a_rejected_token_is_an_error_that_names_the_login),
		TEST(a_server_out_of_reach_is_an_error),
		TEST(no_server_of_this_kind_proves_nothing),
		TEST(it_ends_when_told_to_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

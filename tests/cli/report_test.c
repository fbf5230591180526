#include "support/test.h"

#include "cli/answer.h"
#include "cli/report.h"
#include "json/json.h"
#include "support/world.h"

static struct test_world t;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

static void a_failure_is_one_line_on_standard_error(void **state)
{
	struct err e = {0};

	(void)state;
	t.world.options.quiet = true;
	err_set(&e, ERR_LOGIN, "not signed in");
	report_error(&t.world, &e);
	assert_string_equal(t.log, "keyfob: not signed in\n");
	assert_string_equal(t.out, "");
}

static void with_json_it_is_a_document_too(void **state)
{
	struct err e = {0};

	(void)state;
	t.world.options.json = true;
	err_set(&e, ERR_LOGIN, "say \"hello\"");
	report_error(&t.world, &e);
	assert_string_equal(t.out, "{\"error\":{\"kind\":\"login\",\"message\":\"say \\\"hello\\\"\",\"exit\":3}}\n");
	assert_string_equal(t.log, "keyfob: say \"hello\"\n");
}

static void the_longest_text_of_the_worst_bytes_still_makes_a_document(void **state)
{
	static const char worst[] = {'"', '\\', (char)0xff, (char)0x9b, 'x'};
	const struct json *root;
	struct err e = {.kind = ERR_FAILED};
	struct err why = {0};

	(void)state;
	t.world.options.json = true;
	for (size_t i = 0; i < sizeof worst; i++) {
		t.out[0] = 0;
		memset(e.text, worst[i], sizeof e.text - 1);
		report_error(&t.world, &e);
		assert_ok(json_read(str_of(t.out), &t.arena, &root, &why), &why);
		assert_non_null(json_get(root, S("error")));
	}
}

static void there_is_one_document_only(void **state)
{
	struct answer a;
	struct err e = {0};

	(void)state;
	t.world.options.json = true;
	assert_ok(answer_begin(&a, 1024, &e), &e);
	json_write_bool_as(&a.json, S("open"), false);
	answer_time(&a, S("at"), 0);
	assert_ok(answer_send(&a, &t.world, &e), &e);
	err_set(&e, ERR_VAULT, "wrong key");
	report_error(&t.world, &e);
	assert_string_equal(t.out, "{\"open\":false,\"at\":null}\n");
	assert_string_equal(t.log, "keyfob: wrong key\n");
}

static void an_answer_that_does_not_fit_is_not_shown_and_its_failure_is(void **state)
{
	struct answer a;
	struct err e = {0};

	(void)state;
	t.world.options.json = true;
	assert_ok(answer_begin(&a, 0, &e), &e);
	for (int i = 0; i < 10000; i++)
		json_write_bool_as(&a.json, S("open"), false);
	assert_false(answer_send(&a, &t.world, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	report_error(&t.world, &e);
	assert_null(strstr(t.out, "open"));
	assert_non_null(strstr(t.out, "{\"error\":"));
}

static void before_there_is_a_world_nothing_can_be_said(void **state)
{
	struct err e = {.kind = ERR_SYSTEM};

	(void)state;
	t.world.log = NULL;
	t.world.options.json = true;
	report_error(&t.world, &e);
	assert_string_equal(t.out, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failure_is_one_line_on_standard_error),
		TEST(with_json_it_is_a_document_too),
		TEST(the_longest_text_of_the_worst_bytes_still_makes_a_document),
		TEST(there_is_one_document_only),
		TEST(an_answer_that_does_not_fit_is_not_shown_and_its_failure_is),
		TEST(before_there_is_a_world_nothing_can_be_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

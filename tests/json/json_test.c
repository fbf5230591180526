#include "support/test.h"

#include "base/arena.h"
#include "json/json.h"

static struct arena arena;

static const struct json *read_text(const char *text)
{
	const struct json *tree;
	struct err e = {0};

	assert_ok(json_read(str_of(text), &arena, &tree, &e), &e);
	return tree;
}

static int set_up(void **state)
{
	(void)state;
	return arena_new(&arena, 65536) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void wants_name_what_is_missing_or_wrong(void **state)
{
	const struct json *tree = read_text("{\"s\":\"x\",\"n\":null,\"o\":{},\n\"a\":[],\"i\":7,\"t\":true}");
	const struct json *found = NULL;
	struct str text = S("before");
	struct err e = {0};

	(void)state;
	assert_ok(json_want_str(tree, S("s"), &text, &e), &e);
	assert_str(text, "x");
	assert_false(json_want_str(tree, S("none"), &text, &e));
	assert_string_equal(e.text, "none is missing");
	assert_int_equal(e.kind, ERR_INPUT);
	assert_false(json_want_str(tree, S("n"), &text, &e));
	assert_string_equal(e.text, "n is missing");
	assert_false(json_want_str(tree, S("i"), &text, &e));
	assert_string_equal(e.text, "i is a number, not a string (line 2, column 8)");
	assert_str(text, "x");
	assert_false(json_want_object(tree, S("a"), &found, &e));
	assert_non_null(strstr(e.text, "a is an array, not an object"));
	assert_false(json_want_array(tree, S("o"), &found, &e));
	assert_non_null(strstr(e.text, "o is an object, not an array"));
	assert_null(found);
	assert_true(json_want_object(tree, S("o"), &found, NULL));
	assert_int_equal(found->kind, JSON_OBJECT);
	assert_true(json_want_array(tree, S("a"), &found, NULL));
	assert_int_equal(found->kind, JSON_ARRAY);
	assert_false(json_want_array(NULL, S("a"), &found, &e));
	assert_false(json_want_str(found, S("a"), &text, NULL));
}

static void opts_leave_the_value_when_it_is_absent(void **state)
{
	const struct json *tree = read_text("{\"s\":\"x\",\"n\":null,\"o\":{},\"a\":[],\"i\":3.6e3,\"t\":true,\"f\":false,\"h\":1.5}");
	const struct json *found = tree;
	struct str text = S("before");
	int64_t number = -5;
	bool yes = true;
	struct err e = {0};

	(void)state;
	assert_true(json_opt_str(tree, S("n"), &text, &e) && json_opt_str(tree, S("none"), &text, &e));
	assert_str(text, "before");
	assert_true(json_opt_str(tree, S("s"), &text, &e));
	assert_str(text, "x");
	assert_true(json_opt_int(tree, S("n"), &number, &e) && number == -5);
	assert_true(json_opt_int(tree, S("i"), &number, &e) && number == 3600);
	assert_false(json_opt_int(tree, S("h"), &number, &e));
	assert_false(json_opt_int(tree, S("s"), &number, &e));
	assert_non_null(strstr(e.text, "s is a string, not a whole number"));
	assert_int_equal(number, 3600);
	assert_true(json_opt_bool(tree, S("n"), &yes, &e) && yes);
	assert_true(json_opt_bool(tree, S("f"), &yes, &e) && !yes);
	assert_true(json_opt_bool(tree, S("t"), &yes, &e) && yes);
	assert_false(json_opt_bool(tree, S("i"), &yes, &e));
	assert_non_null(strstr(e.text, "i is a number, not a boolean"));
	assert_true(json_opt_object(tree, S("n"), &found, &e) && found == tree);
	assert_true(json_opt_object(tree, S("o"), &found, &e) && found != tree);
	assert_false(json_opt_object(tree, S("a"), &found, &e));
	assert_true(json_opt_array(tree, S("a"), &found, &e) && json_is(found, JSON_ARRAY));
	assert_false(json_opt_array(tree, S("f"), &found, &e));
	assert_non_null(strstr(e.text, "f is a boolean, not an array"));
	assert_true(json_opt_str(NULL, S("s"), &text, &e));
}

static void cuts_long_names_in_errors(void **state)
{
	char name[1000];
	struct str text;
	struct err e = {0};

	(void)state;
	memset(name, 'n', sizeof name);
	assert_false(json_want_str(NULL, str_make(name, sizeof name), &text, &e));
	assert_int_equal(strlen(e.text), 60 + strlen(" is missing"));
}

static void finds_children(void **state)
{
	const struct json *tree = read_text("{\"a\":[\"x\",1,\"\"],\"b\":\"x\"}");
	const struct json *array = json_get(tree, S("a"));

	(void)state;
	assert_int_equal(json_count(tree), 2);
	assert_int_equal(json_count(array), 3);
	assert_int_equal(json_count(NULL), 0);
	assert_true(json_has_str(array, S("x")));
	assert_true(json_has_str(array, S("")));
	assert_false(json_has_str(array, S("1")));
	assert_false(json_has_str(json_get(tree, S("b")), S("x")));
	assert_false(json_has_str(NULL, S("x")));
	assert_true(json_is_str(json_get(tree, S("b")), S("x")));
	assert_false(json_is_str(NULL, S("")));
	assert_null(json_get(array, S("x")));
	assert_null(json_get(NULL, S("x")));
	assert_string_equal(json_kind_name(NULL), "absent");
}

static void takes_whole_numbers_without_rounding(void **state)
{
	static const struct {
		const char *text;
		bool fits;
		int64_t value;
	} cases[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"-0.0e5", true, 0},
		{"0e99999999999999999999", true, 0},
		{"0.000e-99999999999999999999", true, 0},
		{"1", true, 1},
		{"-1", true, -1},
		{"3600", true, 3600},
		{"3600.0", true, 3600},
		{"3.6e3", true, 3600},
		{"3.6E+3", true, 3600},
		{"36000000e-4", true, 3600},
		{"0.00036e7", true, 3600},
		{"3600.5", false, 0},
		{"3.6e0", false, 0},
		{"36e-1", false, 0},
		{"1e-1", false, 0},
		{"0.1", false, 0},
		{"1e18", true, INT64_C(1000000000000000000)},
		{"1e19", false, 0},
		{"1e99999999999999999999", false, 0},
		{"1e-99999999999999999999", false, 0},
		{"9007199254740993", true, INT64_C(9007199254740993)},
		{"9223372036854775807", true, INT64_MAX},
		{"9223372036854775807.000", true, INT64_MAX},
		{"9223372036854775808", false, 0},
		{"-9223372036854775808", true, INT64_MIN},
		{"-9223372036854775809", false, 0},
		{"18446744073709551616", false, 0},
		{"18446744073709551617", false, 0},
		{"-18446744073709551615", false, 0},
		{"922337203685477580.7e1", true, INT64_MAX},
		{"10000000000000000000000000000000e-30", true, 10},
		{"0.00000000000000000000000000000001e33", true, 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t value = 0;

		if (json_int(read_text(cases[i].text), &value) != cases[i].fits || value != cases[i].value) {
			print_error("%s\n", cases[i].text);
			fail();
		}
		arena_reset(&arena);
	}
	assert_false(json_int(read_text("\"1\""), &(int64_t){0}));
	assert_false(json_int(NULL, &(int64_t){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(wants_name_what_is_missing_or_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(opts_leave_the_value_when_it_is_absent, set_up, tear_down),
		cmocka_unit_test(cuts_long_names_in_errors),
		cmocka_unit_test_setup_teardown(finds_children, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_whole_numbers_without_rounding, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdlib.h>

#include "base/arena.h"
#include "json/skim.h"

static bool takes(const char *text)
{
	struct str value;
	struct err e = {0};

	return skim_whole(str_of(text), &value, &e);
}

static void good_values_are_taken(void **state)
{
	static const char *const texts[] = {"null", " true ", "false\n", "0", "-1.5e+3", "\"\"", "\"a\\u00e4\\n\\\"\"", "[]", "{}", "[ ]", "{ }",
		"[1,[2,[3]],{}]", "{\"a\":{\"b\":[null,{\"c\":\"\"}]},\"a\":1}", "\t{ \"a\" : [ 1 , 2 ] , \"b\" : { } }\r\n",
		"\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\xc3\xa4\xf0\x9f\x98\x80\x7f\"", "[[],[[]],{\"x\":[]}]"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!takes(texts[i]))
			fail_msg("refused: %s", texts[i]);
}

static void bad_ones_are_refused_and_the_reason_is_named(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "a value is missing"}, {"  ", "a value is missing"}, {"nul", "no JSON value"}, {"01", "not a number"}, {"-", "not a number"},
		{"1 2", "byte 3: something stands behind"}, {"\"a", "without its closing"}, {"\"\n\"", "control character"}, {"\"\\x\"", "escape"},
		{"\"\\u12g4\"", "escape"}, {"\"\\u12", "escape"}, {"\"\xff\"", "UTF-8"}, {"\"\xed\xa0\x80\"", "UTF-8"}, {"[1", "comma or ]"},
		{"[1,]", "no JSON value"}, {"[,1]", "no JSON value"}, {"[1 2]", "comma or ]"}, {"{\"a\":1", "comma or }"}, {"{\"a\":1,}", "quotation marks"},
		{"{\"a\" 1}", "colon"}, {"{\"a\":}", "no JSON value"}, {"{a:1}", "quotation marks"}, {"[1}", "comma or ]"}, {"{\"a\":1]", "comma or }"},
		{"]", "no JSON value"}, {"\xef\xbb\xbf{}", "no JSON value"}, {"{\"a\":[{\"b\":tru}]}", "no JSON value"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str value;
		struct err e = {0};

		if (skim_whole(str_of(cases[i].text), &value, &e))
			fail_msg("taken: %s", cases[i].text);
		if (!strstr(e.text, cases[i].why))
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

static void levels_have_a_bound_and_no_recursion(void **state)
{
	char *deep = malloc(2 * SKIM_DEPTH + 3);
	struct str value;

	(void)state;
	assert_non_null(deep);
	memset(deep, '[', SKIM_DEPTH + 1);
	memset(deep + SKIM_DEPTH + 1, ']', SKIM_DEPTH + 1);
	assert_false(skim_whole(str_make(deep, 2 * SKIM_DEPTH + 2), &value, NULL));
	assert_true(skim_whole(str_make(deep + 1, 2 * SKIM_DEPTH), &value, NULL));
	free(deep);
}

static void parts_come_in_order_as_they_are_written(void **state)
{
	struct skim s;
	struct str name, value;
	struct err e = {0};

	(void)state;
	skim_begin(&s, S(" { \"a\" : [1, 2] , \"b\\n\":{\"x\":\"}\"},\"\":1.0 } "));
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_PART);
	assert_str(name, "a");
	assert_str(value, "[1, 2]");
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_PART);
	assert_str(name, "b\\n");
	assert_str(value, "{\"x\":\"}\"}");
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_PART);
	assert_str(name, "");
	assert_str(value, "1.0");
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_END);
	skim_begin(&s, S("[true,\"x\"]"));
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_PART);
	assert_str(value, "true");
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_PART);
	assert_str(value, "\"x\"");
	assert_int_equal(skim_next(&s, &name, &value, &e), SKIM_END);
}

static void a_broken_part_ends_it(void **state)
{
	static const char *const texts[] = {"[1,", "[1 2]", "{\"a\":1,}", "[1]x", "{\"a\"}", "[", "{"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct skim s;
		struct str name, value;
		struct err e = {0};
		enum skim_found found;

		skim_begin(&s, str_of(texts[i]));
		while ((found = skim_next(&s, &name, &value, &e)) == SKIM_PART)
			continue;
		if (found != SKIM_BAD || e.kind != ERR_INPUT)
			fail_msg("%s: no fault was found", texts[i]);
	}
}

static void members_are_found_and_strings_read(void **state)
{
	char memory[512];
	struct arena a;
	struct str text;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	assert_str(skim_member(S("{\"a\":1,\"b\":{\"a\":2}}"), S("b")), "{\"a\":2}");
	assert_str(skim_member(S("{\"a\":1}"), S("b")), "");
	assert_str(skim_member(S("[1]"), S("a")), "");
	assert_str(skim_member((struct str){0}, S("a")), "");
	assert_true(skim_str(S("\"plain\""), &a, &text));
	assert_str(text, "plain");
	assert_true(skim_str(S("\"\\u00e4\\n\\ud83d\\ude00\""), &a, &text));
	assert_str(text, "\xc3\xa4\n\xf0\x9f\x98\x80");
	assert_false(skim_str(S("\"\\ud800\""), &a, &text));
	assert_false(skim_str(S("1"), &a, &text));
	assert_false(skim_str((struct str){0}, &a, &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values_are_taken),
		cmocka_unit_test(bad_ones_are_refused_and_the_reason_is_named),
		cmocka_unit_test(levels_have_a_bound_and_no_recursion),
		cmocka_unit_test(parts_come_in_order_as_they_are_written),
		cmocka_unit_test(a_broken_part_ends_it),
		cmocka_unit_test(members_are_found_and_strings_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "base/arena.h"
#include "base/err.h"
#include "cli/near.h"
#include "cli/tools.h"
#include "json/json.h"

static const struct json *list(struct arena *a, const char *text)
{
	const struct json *root;
	struct err e = {0};

	assert_true(arena_new(a, 65536));
	assert_ok(json_read(str_of(text), a, &root, &e), &e);
	return root;
}

static void words_are_apart_by_the_letters_that_change(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0}, {"a", "", 1}, {"greet", "gret", 1}, {"greet", "greet", 0}, {"abc", "acb", 2}, {"abc", "xyz", 3},
		{"0123456789012345678901234567890123456789012345678901234567890123", "a", 64},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(near_distance(str_of(cases[i].a), str_of(cases[i].b)), cases[i].distance);
		assert_int_equal(near_distance(str_of(cases[i].b), str_of(cases[i].a)), cases[i].distance);
	}
	assert_true(near_enough(S("ab"), 2));
	assert_false(near_enough(S("abcdef"), 3));
	assert_true(near_enough(S("abcdefghi"), 3));
}

static void a_tool_is_found_by_its_name(void **state)
{
	static const struct {
		const char *name, *found; /* NULL: none */
	} cases[] = {
		{"add", "add"}, {"a/b", "a/b"}, {"x/read", "x_1mcp_read"}, {"x/read/it", "x_1mcp_read/it"}, {"x_1mcp_read", "x_1mcp_read"},
		{"x", NULL}, {"read", NULL}, {"", NULL}, {"x/", NULL}, {"y/read", NULL},
	};
	struct arena a;
	const struct json *items = list(&a, "[{\"name\":\"add\"},{\"name\":\"a/b\"},{\"name\":\"a_1mcp_b\"},{\"name\":\"x_1mcp_read\"},"
		"{\"name\":\"x_1mcp_read/it\"},{},{\"name\":1},3]");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct json *tool = tools_find(items, str_of(cases[i].name));

		if ((tool != NULL) != (cases[i].found != NULL))
			fail_msg("%s: %s", cases[i].name, tool ? "is found" : "is not found");
		if (tool)
			assert_str(tools_name(tool), cases[i].found);
	}
	assert_null(tools_find(NULL, S("add")));
	arena_free(&a);
}

static void the_nearest_is_proposed(void **state)
{
	static const struct {
		const char *items, *text;
	} cases[] = {
		{"[{\"name\":\"greet\"},{\"name\":\"add\"}]", "the server has no tool 'gret', did you mean 'greet'?"},
		{"[{\"name\":\"something else\"}]", "the server has no tool 'gret': 'keyfob inspect' lists its 1"},
		{"[]", "the server has no tool 'gret', and no other"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a;

		assert_false(tools_unknown(list(&a, cases[i].items), S("gret"), &e));
		assert_int_equal(e.kind, ERR_FAILED);
		assert_string_equal(e.text, cases[i].text);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_apart_by_the_letters_that_change),
		cmocka_unit_test(a_tool_is_found_by_its_name),
		cmocka_unit_test(the_nearest_is_proposed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

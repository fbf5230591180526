#include "support/test.h"

#include "base/arena.h"
#include "oauth/scope.h"

static char memory[65536];

static void knows_what_a_scope_is(void **state)
{
	static const char *const good[] = {"a", "a b", "mcp:read https://x/y!#", "~"};
	static const char *const bad[] = {"", " ", "a ", " a", "a  b", "a\"b", "a\\b", "a\tb", "\x7f", "\xc3\xa9"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(scope_is_valid(str_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(scope_is_valid(str_of(bad[i])));
}

static void finds_whole_words_only(void **state)
{
	(void)state;
	assert_true(scope_has(S("aa a ab"), S("a")));
	assert_false(scope_has(S("aa ab"), S("a")));
	assert_false(scope_has(S(""), S("")));
	assert_true(scope_covers(S("a b c"), S("c a")));
	assert_true(scope_covers(S(""), S("")));
	assert_false(scope_covers(S("a b"), S("a d")));
}

static void joins_in_order_and_without_doubles(void **state)
{
	static const struct {
		const char *a, *b, *joined;
	} cases[] = {
		{"", "", ""},
		{"a", "", "a"},
		{"", "b a b", "b a"},
		{"c a", "b a c d", "c a b d"},
		{" a   a ", " b ", "a b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a;

		arena_over(&a, memory, sizeof memory);
		assert_str(scope_join(str_of(cases[i].a), str_of(cases[i].b), &a), cases[i].joined);
	}
}

static void a_set_that_is_too_long_is_none(void **state)
{
	static char text[SCOPE_MAX + 1];
	struct arena a;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	memset(text, 'x', sizeof text);
	assert_int_equal(scope_join(str_make(text, SCOPE_MAX), S(""), &a).len, SCOPE_MAX);
	assert_null(scope_join(str_make(text, SCOPE_MAX + 1), S(""), &a).at);
}

static void chooses_the_least_that_was_asked_for(void **state)
{
	static const struct {
		const char *configured, *held, *challenge, *resource;
		bool offline;
		const char *chosen;
	} cases[] = {
		{"", "", "", "", false, ""},
		{"", "", "", "", true, ""}, /* offline_access alone would narrow what the server grants by default */
		{"", "", "a", "b c", false, "a"},
		{"", "", "a", "b c", true, "a offline_access"},
		{"", "", "", "b c", false, "b c"},
		{"", "", "", "b c", true, "b c offline_access"},
		{"", "", "", "b offline_access", true, "b offline_access"},
		{"u", "", "a", "b c", true, "u"},
		/* Step up. */
		{"", "a b", "c", "d", false, "a b c"},
		{"", "a", "a", "", false, "a"},
		{"u", "u", "c", "d", false, "u c"},
		{"", "a offline_access", "c", "", true, "a offline_access c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scope_facts f = {
			str_of(cases[i].configured), str_of(cases[i].held), str_of(cases[i].challenge),
			str_of(cases[i].resource), cases[i].offline,
		};
		struct arena a;

		arena_over(&a, memory, sizeof memory);
		assert_str(scope_choose(&f, &a), cases[i].chosen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_a_scope_is),
		cmocka_unit_test(finds_whole_words_only),
		cmocka_unit_test(joins_in_order_and_without_doubles),
		cmocka_unit_test(a_set_that_is_too_long_is_none),
		cmocka_unit_test(chooses_the_least_that_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

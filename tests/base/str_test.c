#include "support/test.h"

#include <limits.h>
#include <stdio.h>

static void clamps_every_offset_and_length(void **state)
{
	static const struct {
		size_t offset, n;
		const char *from, *first, *dropped, *span;
	} cases[] = {
		{0, 0, "keyfob", "", "keyfob", ""},
		{0, 3, "fob", "key", "key", "key"},
		{3, 2, "yfob", "ke", "keyf", "fo"},
		{3, 6, "", "keyfob", "", "fob"},
		{6, 1, "eyfob", "k", "keyfo", ""},
		{7, 7, "", "keyfob", "", ""},
		{SIZE_MAX, SIZE_MAX, "", "keyfob", "", ""},
		{1, SIZE_MAX, "", "keyfob", "", "eyfob"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_str(str_from(S("keyfob"), cases[i].n), cases[i].from);
		assert_str(str_first(S("keyfob"), cases[i].n), cases[i].first);
		assert_str(str_drop_last(S("keyfob"), cases[i].n), cases[i].dropped);
		assert_str(str_span(S("keyfob"), cases[i].offset, cases[i].n), cases[i].span);
	}
}

static void an_empty_str_may_point_nowhere(void **state)
{
	const struct str none = {0};
	struct str word;
	uint64_t value;

	(void)state;
	assert_int_equal(str_of(NULL).len, 0);
	assert_int_equal(str_make(NULL, 7).len, 0);
	assert_int_equal(str_from(none, 2).len, 0);
	assert_int_equal(str_first(none, 2).len, 0);
	assert_int_equal(str_drop_last(none, 2).len, 0);
	assert_int_equal(str_trim(none).len, 0);
	assert_true(str_same(none, S("")));
	assert_true(str_same_nocase(none, S("")));
	assert_true(str_starts(none, none));
	assert_true(str_ends(none, none));
	assert_int_equal(str_order(none, S("")), 0);
	assert_int_equal(str_find(none, 'x'), 0);
	assert_int_equal(str_find_last(none, 'x'), 0);
	assert_int_equal(str_find_str(none, none), 0);
	assert_false(str_has(none, 0));
	assert_false(str_cut(none, 'x', &word, NULL));
	assert_false(str_word(&(struct str){0}, 'x', &word));
	assert_false(str_to_u64(none, &value));
}

static void lies_between_two_pointers(void **state)
{
	const char *text = "keyfob";

	(void)state;
	assert_str(str_between(text + 1, text + 3), "ey");
	assert_str(str_between(text, text), "");
	assert_str(str_between(text + 3, text + 1), "");
}

static void prints_with_its_length(void **state)
{
	char text[32];

	(void)state;
	snprintf(text, sizeof text, "<%.*s><%.*s>", STR(str_first(S("keyfob"), 3)), STR((struct str){0}));
	assert_string_equal(text, "<key><>");
	assert_int_equal(str_printf_len((struct str){"", (size_t)INT_MAX + 1}), INT_MAX);
	assert_int_equal(str_printf_len((struct str){"", SIZE_MAX}), INT_MAX);
}

static void compares_bytes(void **state)
{
	static const struct {
		const char *a, *b;
		bool same, same_nocase;
		int order;
	} cases[] = {
		{"", "", true, true, 0},
		{"a", "", false, false, 1},
		{"a", "A", false, true, 1},
		{"Bearer", "bEARER", false, true, -1},
		{"abc", "abd", false, false, -1},
		{"ab", "abc", false, false, -1},
		{"\xff", "a", false, false, 1},
		{"\xc4", "\xe4", false, false, -1},
		{"@", "`", false, false, -1},
		{"[", "{", false, false, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str a = str_of(cases[i].a);
		struct str b = str_of(cases[i].b);
		int order = str_order(a, b);

		assert_int_equal(str_same(a, b), cases[i].same);
		assert_int_equal(str_same_nocase(a, b), cases[i].same_nocase);
		assert_int_equal((order > 0) - (order < 0), cases[i].order);
		assert_int_equal(str_order(b, a) < 0, order > 0);
	}
	assert_false(str_same(S("a\0b"), S("a\0c")));
	assert_false(str_same(S("a\0"), S("a")));
}

static void sees_how_it_begins_and_ends(void **state)
{
	static const struct {
		const char *s, *part;
		bool starts, ends;
	} cases[] = {
		{"keyfob", "", true, true},
		{"keyfob", "key", true, false},
		{"keyfob", "fob", false, true},
		{"keyfob", "keyfob", true, true},
		{"keyfob", "keyfobs", false, false},
		{"keyfob", "akeyfob", false, false},
		{"", "k", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(str_starts(str_of(cases[i].s), str_of(cases[i].part)), cases[i].starts);
		assert_int_equal(str_ends(str_of(cases[i].s), str_of(cases[i].part)), cases[i].ends);
	}
}

static void finds_a_character(void **state)
{
	(void)state;
	assert_int_equal(str_find(S("a.b.c"), '.'), 1);
	assert_int_equal(str_find_last(S("a.b.c"), '.'), 3);
	assert_int_equal(str_find(S("abc"), '.'), 3);
	assert_int_equal(str_find_last(S("abc"), '.'), 3);
	assert_int_equal(str_find_last(S(".bc"), '.'), 0);
	assert_int_equal(str_find(S("a\0b"), 0), 1);
	assert_true(str_has(S("a\0b"), 'b'));
	assert_false(str_has(S("abc"), 0));
	assert_false(str_has(str_first(S("abc"), 2), 'c'));
}

static void finds_a_piece(void **state)
{
	static const struct {
		const char *haystack, *needle;
		size_t at;
	} cases[] = {
		{"keyfob", "", 0},
		{"keyfob", "key", 0},
		{"keyfob", "fob", 3},
		{"keyfob", "fobs", 6},
		{"aaab", "aab", 1},
		{"", "a", 0},
		{"ab", "abc", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(str_find_str(str_of(cases[i].haystack), str_of(cases[i].needle)), cases[i].at);
}

static void cuts_at_the_first(void **state)
{
	static const struct {
		const char *s;
		bool found;
		const char *before, *after;
	} cases[] = {
		{"name=value=more", true, "name", "value=more"},
		{"=value", true, "", "value"},
		{"name=", true, "name", ""},
		{"=", true, "", ""},
		{"name", false, "name", ""},
		{"", false, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str before, after;
		struct str whole = str_of(cases[i].s);

		assert_int_equal(str_cut(whole, '=', &before, &after), cases[i].found);
		assert_str(before, cases[i].before);
		assert_str(after, cases[i].after);
		assert_int_equal(str_cut(whole, '=', NULL, &whole), cases[i].found);
		assert_str(whole, cases[i].after);
		assert_int_equal(str_cut(str_of(cases[i].s), '=', &before, NULL), cases[i].found);
		assert_str(before, cases[i].before);
	}
}

static void gives_word_after_word(void **state)
{
	struct str rest = S("  read  write admin ");
	struct str word;

	(void)state;
	assert_true(str_word(&rest, ' ', &word));
	assert_str(word, "read");
	assert_true(str_word(&rest, ' ', &word));
	assert_str(word, "write");
	assert_true(str_word(&rest, ' ', &word));
	assert_str(word, "admin");
	assert_false(str_word(&rest, ' ', &word));
	assert_false(str_word(&rest, ' ', &word));
	rest = S(",,,");
	assert_false(str_word(&rest, ',', &word));
}

static void trims_blanks_and_tabs_alone(void **state)
{
	(void)state;
	assert_str(str_trim(S(" \t a b\t ")), "a b");
	assert_str(str_trim(S("a")), "a");
	assert_str(str_trim(S(" \t ")), "");
	assert_str(str_trim(S("\r\n a \n")), "\r\n a \n");
}

static void reads_decimal_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} cases[] = {
		{"0", true, 0},
		{"00", true, 0},
		{"42", true, 42},
		{"18446744073709551615", true, UINT64_MAX},
		{"00018446744073709551615", true, UINT64_MAX},
		{"18446744073709551616", false, 0},
		{"18446744073709551620", false, 0},
		{"99999999999999999999", false, 0},
		{"184467440737095516150", false, 0},
		{"", false, 0},
		{"-1", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"0x1", false, 0},
		{"1e3", false, 0},
		{"/", false, 0},
		{":", false, 0},
		{"\xb2", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t value = 7;

		assert_int_equal(str_to_u64(str_of(cases[i].text), &value), cases[i].good);
		assert_int_equal(value, cases[i].good ? cases[i].value : 7);
	}
}

static void knows_control_characters(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		assert_int_equal(str_is_control((char)c), c < 32 || c == 127);
}

static void a_character_is_whole_or_not_there(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *first;
	} cases[] = {
		{"abc", 2, "ab"}, {"abc", 9, "abc"}, {"abc", 0, ""}, {"a\xc3\xbc" "b", 2, "a"}, {"a\xc3\xbc" "b", 3, "a\xc3\xbc"},
		{"\xe2\x82\xac", 2, ""}, {"\xe2\x82\xac", 3, "\xe2\x82\xac"}, {"\x80\x80", 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(str_first_whole(str_of(cases[i].text), cases[i].n), cases[i].first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clamps_every_offset_and_length),
		cmocka_unit_test(an_empty_str_may_point_nowhere),
		cmocka_unit_test(lies_between_two_pointers),
		cmocka_unit_test(prints_with_its_length),
		cmocka_unit_test(compares_bytes),
		cmocka_unit_test(sees_how_it_begins_and_ends),
		cmocka_unit_test(finds_a_character),
		cmocka_unit_test(finds_a_piece),
		cmocka_unit_test(cuts_at_the_first),
		cmocka_unit_test(gives_word_after_word),
		cmocka_unit_test(trims_blanks_and_tabs_alone),
		cmocka_unit_test(reads_decimal_numbers),
		cmocka_unit_test(knows_control_characters),
		cmocka_unit_test(a_character_is_whole_or_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

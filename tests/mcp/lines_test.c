#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "mcp/lines.h"

enum { LIMIT = 8 };

static char memory[4096];

/* What the reader says of an input in steps of so many bytes: "[line]" each, "!" for BAD, "(rest)" at the end. */
static const char *tell(struct str input, size_t step)
{
	static char text[512];
	struct arena a;
	struct lines l;
	struct err e = {0};
	struct str line;
	size_t n = 0;

	arena_over(&a, memory, sizeof memory);
	lines_begin(&l, &a, LIMIT);
	text[0] = 0;
	for (; input.len; input = str_from(input, step)) {
		struct str now = str_first(input, step);
		enum feed fed;

		while ((fed = lines_read(&l, &now, &line, &e)) == FEED_DONE)
			n += (size_t)snprintf(text + n, sizeof text - n, "[%.*s]", STR(line));
		if (fed == FEED_BAD) {
			assert_int_equal(e.kind, ERR_LIMIT);
			snprintf(text + n, sizeof text - n, "!");
			return text;
		}
		assert_int_equal(now.len, 0);
	}
	if (lines_end(&l, &line) == FEED_DONE)
		snprintf(text + n, sizeof text - n, "(%.*s)", STR(line));
	lines_forget(&l);
	return text;
}

static void splits_at_line_ends_however_the_bytes_come(void **state)
{
	static const struct {
		const char *input, *told;
	} cases[] = {
		{"", ""},
		{"{}\n", "[{}]"},
		{"{}\r\n[1]\n", "[{}][[1]]"},
		{"\n\r\n\n{}\n\n", "[{}]"},
		{"{}", "({})"},
		{"{}\n{\"a\":", "[{}]({\"a\":)"},
		{"{}\r", "({})"},
		{"\r", ""},
		{"a\rb\n\r\r\n", "[a\rb][\r]"},
		{"12345678\n12345678\r\n", "[12345678][12345678]"},
		{"12345678", "(12345678)"},
		{"12345678\r", "(12345678)"},
		{"1\n123456789", "[1]!"},
		{"1\n123456789\n", "[1]!"},
		{"12345678\rx\n", "!"},
		{"12345678\r\r\n", "!"},
		{" \n\xc3\n\xa4\n", "[ ][\xc3][\xa4]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t step = 1; step < 24; step++)
			assert_string_equal(tell(str_of(cases[i].input), step), cases[i].told);
}

static void a_nul_is_a_byte_like_any_other(void **state)
{
	struct arena a;
	struct lines l;
	struct str bytes = S("a\0b\n"), line;
	struct err e = {0};

	(void)state;
	arena_over(&a, memory, sizeof memory);
	lines_begin(&l, &a, LIMIT);
	assert_int_equal(lines_read(&l, &bytes, &line, &e), FEED_DONE);
	assert_true(str_same(line, S("a\0b")));
}

static void a_line_that_lies_whole_in_the_bytes_is_not_copied(void **state)
{
	struct arena a;
	struct lines l;
	struct str bytes = S("{}\n"), line, all = bytes;
	struct err e = {0};

	(void)state;
	arena_over(&a, memory, sizeof memory);
	lines_begin(&l, &a, LIMIT);
	assert_int_equal(lines_read(&l, &bytes, &line, &e), FEED_DONE);
	assert_ptr_equal(line.at, all.at);
}

static void what_was_handed_out_or_held_is_wiped(void **state)
{
	struct arena a;
	struct lines l;
	struct str bytes = S("hunt"), line;
	struct err e = {0};

	(void)state;
	memset(memory, 0, sizeof memory);
	arena_over(&a, memory, sizeof memory);
	lines_begin(&l, &a, LIMIT);
	assert_int_equal(lines_read(&l, &bytes, &line, &e), FEED_MORE);
	bytes = S("er2\nhunter");
	assert_int_equal(lines_read(&l, &bytes, &line, &e), FEED_DONE);
	assert_str(line, "hunter2");
	assert_int_equal(lines_read(&l, &bytes, &line, &e), FEED_MORE);
	lines_forget(&l);
	assert_null(memmem(memory, sizeof memory, "hunt", 4));
}

static void an_arena_that_is_too_small_is_a_limit_too(void **state)
{
	char small[96];
	struct arena a;
	struct lines l;
	struct str bytes = S("1234567890123456789012345678901234567890123456789012345678901234567890"), line;
	struct err e = {0};

	(void)state;
	arena_over(&a, small, sizeof small);
	lines_begin(&l, &a, 1000);
	assert_int_equal(lines_read(&l, &bytes, &line, &e), FEED_BAD);
	assert_int_equal(e.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_at_line_ends_however_the_bytes_come),
		cmocka_unit_test(a_nul_is_a_byte_like_any_other),
		cmocka_unit_test(a_line_that_lies_whole_in_the_bytes_is_not_copied),
		cmocka_unit_test(what_was_handed_out_or_held_is_wiped),
		cmocka_unit_test(an_arena_that_is_too_small_is_a_limit_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

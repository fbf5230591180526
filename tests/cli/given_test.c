#include "support/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/given.h"
#include "support/world.h"

static struct test_world t;
static struct err e;
static int ends[2];

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	e = (struct err){0};
	assert_int_equal(pipe(ends), 0);
	t.world.input = ends[0];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	test_world_end(&t);
	return 0;
}

static void pipe_in(struct str text)
{
	assert_int_equal(write(ends[1], text.at, text.len), (ssize_t)text.len);
}

static void close_pipe(void)
{
	close(ends[1]);
	ends[1] = -1;
}

static void gives(const char *text, const char *expected)
{
	struct str token;

	pipe_in(str_of(text));
	close_pipe();
	assert_ok(given_read(&t.world, &token, &e), &e);
	assert_str(token, expected);
}

static void fails(enum err_kind kind, const char *part)
{
	struct str token;

	assert_false(given_read(&t.world, &token, &e));
	assert_int_equal(e.kind, kind);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not say \"%s\"", e.text, part);
	assert_null(strstr(e.text, "s3cret"));
}

static void one_line_is_the_token(void **state)
{
	(void)state;
	gives("s3cret\n", "s3cret");
}

static void the_line_break_may_be_missing(void **state)
{
	(void)state;
	gives("s3cret", "s3cret");
}

static void blanks_and_empty_lines_around_it_are_left_out(void **state)
{
	(void)state;
	gives("\r\n\n  s3cret\t\r\n\n", "s3cret");
}

static void an_empty_input_gives_nothing(void **state)
{
	(void)state;
	gives("\n", "");
	assert_false(given_check(S(""), &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void more_lines_are_refused(void **state)
{
	(void)state;
	pipe_in(S("s3cret\nand more\nand more\n"));
	close_pipe();
	fails(ERR_USAGE, "more than one line");
}

static void too_long_a_line_is_refused_as_a_whole(void **state)
{
	char *text = malloc(GIVEN_MAX + 1);

	(void)state;
	memset(text, 'x', GIVEN_MAX + 1);
	pipe_in(str_make(text, GIVEN_MAX + 1));
	close_pipe();
	free(text);
	fails(ERR_USAGE, "a line of more than");
}

static void the_longest_line_is_taken_whole(void **state)
{
	char *text = malloc(GIVEN_MAX);
	struct str token;

	(void)state;
	memset(text, 'x', GIVEN_MAX);
	pipe_in(str_make(text, GIVEN_MAX));
	close_pipe();
	free(text);
	assert_ok(given_read(&t.world, &token, &e), &e);
	assert_int_equal(token.len, GIVEN_MAX);
}

static void the_wait_has_an_end(void **state)
{
	(void)state;
	pipe_in(S("s3cret\n"));
	fails(ERR_USAGE, "not closed in time");
	assert_int_equal(t.events.ms, GIVEN_WAIT_MS);
	t.world.options.timeout_ms = 2000;
	fails(ERR_USAGE, "not closed in time");
	assert_int_equal(t.events.ms, GIVEN_WAIT_MS + 2000);
}

static void it_ends_when_told_to_stop(void **state)
{
	(void)state;
	t.events.stop = true;
	fails(ERR_STOPPED, "");
}

static void without_an_input_there_is_nothing_to_read(void **state)
{
	(void)state;
	t.world.input = -1;
	fails(ERR_USAGE, "standard input");
}

static void a_token_holds_visible_ascii(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} table[] = {
		{"abcXYZ019-._~+/=", true}, {"sk|a:b!{}\"", true}, {"", false}, {"a b", false}, {"a\tb", false}, {"a\r\nX: y", false},
		{"a\x7f", false}, {"caf\xc3\xa9", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (given_check(str_of(table[i].text), &e) != table[i].good)
			fail_msg("\"%s\"", table[i].text);
	assert_false(given_check(S("s3cret s3cret"), &e));
	assert_null(strstr(e.text, "s3cret"));
	assert_false(given_check(S("nul\0inside"), &e));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_line_is_the_token),
		TEST(the_line_break_may_be_missing),
		TEST(blanks_and_empty_lines_around_it_are_left_out),
		TEST(an_empty_input_gives_nothing),
		TEST(more_lines_are_refused),
		TEST(too_long_a_line_is_refused_as_a_whole),
		TEST(the_longest_line_is_taken_whole),
		TEST(the_wait_has_an_end),
		TEST(it_ends_when_told_to_stop),
		TEST(without_an_input_there_is_nothing_to_read),
		TEST(a_token_holds_visible_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

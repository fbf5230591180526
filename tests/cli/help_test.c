#include "support/test.h"

#include <stdio.h>

#include "cli/args.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/wish.h"
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

static const char *page(const struct command *c)
{
	t.out[0] = 0;
	help_print(&t.world, c);
	return t.out;
}

static void fits(const char *text, size_t lines)
{
	struct str rest = str_of(text);
	struct str line;
	size_t n = 0;

	assert_true(str_ends(rest, S("\n")));
	while (str_cut(rest, '\n', &line, &rest)) {
		n++;
		if (line.len > 80)
			fail_msg("%zu columns: %.*s", line.len, STR(line));
		assert_false(str_has(line, '\t'));
		assert_false(str_ends(line, S(" ")));
	}
	if (n > lines)
		fail_msg("%zu lines:\n%s", n, text);
}

static void every_page_fits_a_terminal(void **state)
{
	(void)state;
	fits(page(NULL), 32);
	for (size_t i = 0; command_table[i]; i++)
		fits(page(command_table[i]), 24);
}

static void every_command_says_what_it_is_and_how_it_is_called(void **state)
{
	(void)state;
	for (size_t i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		struct str name;

		str_cut(str_of(c->usage), ' ', &name, NULL);
		assert_str(name, c->name);
		assert_true(c->summary[0] >= 'A' && c->summary[0] <= 'Z');
		assert_false(str_ends(str_of(c->summary), S(".")));
		assert_non_null(strstr(page(c), c->usage));
		assert_non_null(strstr(t.out, c->summary));
		assert_non_null(strstr(page(NULL), c->name));
		assert_non_null(strstr(t.out, c->summary));
	}
}

/* On a line of its own, blanks before its summary, and all summaries of a page in one column. */
static void is_listed(const char *text, const struct command_flag *flag, size_t *column)
{
	char beginning[80] = "";
	const char *line, *summary;

	snprintf(beginning, sizeof beginning, flag->letter ? "\n  -%c, %s " : "\n     %c%s ", flag->letter ? flag->letter : ' ', flag->name);
	line = strstr(text, beginning);
	summary = line ? strstr(line, flag->summary) : NULL;
	if (!summary || memchr(line + 1, '\n', (size_t)(summary - line - 1)))
		fail_msg("%s is not listed:\n%s", flag->name, text);
	assert_memory_equal(summary - 2, "  ", 2);
	if (*column)
		assert_int_equal(summary - line, *column);
	*column = (size_t)(summary - line);
}

static void every_flag_is_listed_apart_from_its_summary(void **state)
{
	(void)state;
	for (size_t i = 0; command_table[i]; i++) {
		const char *text = page(command_table[i]);
		size_t column = 0;

		for (const struct command_flag *f = command_table[i]->flags; f && f->name; f++)
			is_listed(text, f, &column);
	}
	for (size_t i = 0, column = 0; command_global_flags[i].name; i++)
		is_listed(page(NULL), &command_global_flags[i], &column);
}

static void help_takes_the_name_of_a_command(void **state)
{
	struct args a = {.command = &cmd_help};
	struct err e = {0};

	(void)state;
	assert_ok(cmd_help.run(&t.world, &a, &e), &e);
	assert_non_null(strstr(t.out, "usage: keyfob [auth] COMMAND"));
	t.out[0] = 0;
	a.words[a.words_n++] = S("token");
	assert_ok(cmd_help.run(&t.world, &a, &e), &e);
	assert_non_null(strstr(t.out, "usage: keyfob token"));
	a.words[0] = S("nonsense");
	assert_false(cmd_help.run(&t.world, &a, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static const char *page_of_grants(void)
{
	struct args a = {.command = &cmd_help, .words = {S_INIT("grants")}, .words_n = 1};
	struct err e = {0};

	t.out[0] = 0;
	assert_ok(cmd_help.run(&t.world, &a, &e), &e);
	return t.out;
}

static void the_ways_to_sign_in_have_a_page(void **state)
{
	const char *text = page_of_grants();
	size_t column = 0;

	(void)state;
	fits(text, 32);
	for (const struct wish_grant *g = wish_grants; g->name; g++)
		assert_non_null(strstr(text, g->name));
	for (const struct command_flag *f = wish_flags; f->name; f++)
		is_listed(text, f, &column);
	for (size_t i = 0; command_table[i]; i++)
		if (command_table[i]->signs_in) {
			assert_non_null(strstr(page_of_grants(), command_table[i]->name));
			assert_non_null(strstr(page(command_table[i]), "'keyfob help grants'"));
		}
}

static void the_version_names_what_is_inside(void **state)
{
	(void)state;
	help_print_version(&t.world);
	assert_non_null(strstr(t.out, "keyfob " KEYFOB_VERSION));
	assert_non_null(strstr(t.out, "BearSSL"));
	assert_non_null(strstr(t.out, "roots: "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_page_fits_a_terminal),
		TEST(every_command_says_what_it_is_and_how_it_is_called),
		TEST(every_flag_is_listed_apart_from_its_summary),
		TEST(help_takes_the_name_of_a_command),
		TEST(the_ways_to_sign_in_have_a_page),
		TEST(the_version_names_what_is_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

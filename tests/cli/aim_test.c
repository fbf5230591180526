#include "support/test.h"

#include "cli/aim.h"
#include "cli/args.h"
#include "support/folder.h"
#include "support/world.h"

static struct test_world t;
static struct folder folder;
static struct args a;
static struct aim aim;
static struct err e;
static const char *const program[] = {"server", "--flag", NULL};

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&folder);
	t.world.options.home = str_of(folder_path(&folder, "home"));
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_end(&folder);
	test_world_end(&t);
	return 0;
}

static const struct command_flag url_flag = {"--url", 'u', "URL", ""};

static bool reads(const char *first, const char *second, const char *url, bool runs)
{
	a = (struct args){.command = &cmd_run};
	if (first)
		a.words[a.words_n++] = str_of(first);
	if (second)
		a.words[a.words_n++] = str_of(second);
	if (url)
		a.flags[a.flags_n++] = (struct args_flag){&url_flag, str_of(url)};
	if (runs)
		a.behind = program;
	e = (struct err){0};
	return aim_read(&t.world, &a, &aim, &e);
}

static void words_and_flags_say_where_and_what(void **state)
{
	static const struct {
		const char *first, *second, *url;
		const char *at, *mcp, *name;
		bool many;
	} cases[] = {
		{"https://h/mcp", NULL, NULL, "https://h/mcp", "https://h/mcp", "", false},
		{"https://h/mcp", "tool", NULL, "https://h/mcp", "https://h/mcp", "tool", false},
		{"tool", "https://h/mcp", NULL, "https://h/mcp", "https://h/mcp", "tool", false},
		{"https://h", "s/t", NULL, "https://h/", "https://h/", "s/t", true},
		{"s/t", NULL, "https://h", "https://h/", "https://h/mcp", "s/t", true},
		{NULL, NULL, "https://h/?preset=x", "https://h/?preset=x", "https://h/mcp?preset=x", "", true},
		{"s", NULL, "https://h/mcp", "https://h/mcp", "https://h/mcp", "s", true},
		{"s", NULL, "https://h/a/b", "https://h/a/b", "https://h/a/b", "s", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (!reads(cases[i].first, cases[i].second, cases[i].url, false))
			fail_msg("case %zu: %s", i, e.text);
		assert_str(url_text(&aim.url, &t.arena), cases[i].at);
		assert_str(url_text(&aim.mcp, &t.arena), cases[i].mcp);
		assert_str(aim.name, cases[i].name);
		assert_int_equal(aim.many, cases[i].many);
		assert_null(aim.program);
	}
}

static void a_program_is_a_server(void **state)
{
	(void)state;
	assert_ok(reads("tool", NULL, NULL, true), &e);
	assert_ptr_equal(aim.program, program);
	assert_str(aim.name, "tool");
	assert_false(aim.many);
}

static void too_much_or_too_little_is_refused(void **state)
{
	static const struct {
		const char *first, *second, *url, *part;
		bool runs;
	} cases[] = {
		{"https://h/mcp", "https://i/mcp", NULL, "more than one URL", false},
		{"https://h/mcp", NULL, "https://i/mcp", "more than one URL", false},
		{"a", "b", "https://i/mcp", "more than one name", false},
		{"a", NULL, "https://i/mcp", "are two servers", true},
		{"https://user:pw@h/", NULL, NULL, "", false},
		{"tool", NULL, NULL, "which server?", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (reads(cases[i].first, cases[i].second, cases[i].url, cases[i].runs))
			fail_msg("case %zu is taken", i);
		assert_int_equal(e.kind, ERR_USAGE);
		if (!strstr(e.text, cases[i].part))
			fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i].part);
		assert_null(strstr(e.text, "pw"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_and_flags_say_where_and_what),
		TEST(a_program_is_a_server),
		TEST(too_much_or_too_little_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdio.h>

#include "cli/args.h"
#include "cli/wish.h"
#include "support/world.h"

static struct test_world t;
static struct args a;
static struct err e;
static char line[512];
static char *argv[32];
static int argc;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

/* Cuts text at blanks, as a shell would, into words in `line`, where they can be overwritten. */
static bool read_line(const char *text)
{
	assert_true(strlen(text) < sizeof line);
	memset(line, 0, sizeof line);
	strcpy(line, text);
	argc = 0;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	t.world.options = (struct world_options){0};
	return args_read(&a, &t.world, argc, argv, &e);
}

static void reads(const char *text)
{
	if (!read_line(text))
		fail_msg("%s: %s", text, e.text);
}

static void refuses(const char *text, const char *part)
{
	if (read_line(text))
		fail_msg("%s: is taken", text);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, part))
		fail_msg("%s: \"%s\" does not say \"%s\"", text, e.text, part);
}

static void the_words_and_flags_of_a_command_are_told_apart(void **state)
{
	static const char *const lines[] = {
		"login https://mcp.example --scope read --no-browser",
		"login --scope read --no-browser https://mcp.example",
		"--quiet login --scope=read https://mcp.example --no-browser",
		"auth login --no-browser https://mcp.example --scope read -q",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		reads(lines[i]);
		assert_string_equal(a.command->name, "login");
		assert_int_equal(a.words_n, 1);
		assert_str(args_word(&a, 0), "https://mcp.example");
		assert_str(args_target(&a), "https://mcp.example");
		assert_str(args_value(&a, "--scope"), "read");
		assert_true(args_given(&a, "--no-browser"));
		assert_false(args_given(&a, "--print"));
		assert_int_equal(args_value(&a, "--issuer").len, 0);
	}
}

static void the_target_may_be_a_flag(void **state)
{
	static const char *const lines[] = {"token -u https://mcp.example", "token -uhttps://mcp.example", "token --url https://mcp.example",
		"token --url=https://mcp.example"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		reads(lines[i]);
		assert_str(args_target(&a), "https://mcp.example");
		assert_int_equal(a.words_n, 0);
		assert_int_equal(args_word(&a, 0).len, 0);
	}
}

static void global_flags_stand_anywhere(void **state)
{
	(void)state;
	reads("--json status --home /h --key-file=/k -v --ca-file c --extra-ca x --allow-http a,b --timeout 7");
	assert_true(t.world.options.json && t.world.options.verbose);
	assert_false(t.world.options.quiet);
	assert_str(t.world.options.home, "/h");
	assert_str(t.world.options.key_file, "/k");
	assert_str(t.world.options.ca_file, "c");
	assert_str(t.world.options.extra_ca, "x");
	assert_str(t.world.options.allow_http, "a,b");
	assert_int_equal(t.world.options.timeout_ms, 7000);
}

static void every_global_flag_is_taken(void **state)
{
	char text[64];

	(void)state;
	for (const struct command_flag *f = command_global_flags; f->name; f++) {
		snprintf(text, sizeof text, "status %s %s", f->name, f->value ? "1" : "");
		reads(text);
		assert_true(a.help || a.version || a.licenses || memcmp(&t.world.options, &(struct world_options){0}, sizeof t.world.options));
	}
}

static void help_and_version_need_no_command(void **state)
{
	(void)state;
	reads("");
	assert_null(a.command);
	reads("--help");
	assert_true(a.help);
	assert_null(a.command);
	reads("login -h");
	assert_true(a.help);
	assert_string_equal(a.command->name, "login");
	reads("--version");
	assert_true(a.version);
	reads("--licenses");
	assert_true(a.licenses);
}

static void auth_is_a_prefix_once(void **state)
{
	(void)state;
	reads("auth status");
	assert_string_equal(a.command->name, "status");
	reads("auth");
	assert_string_equal(a.command->name, "status");
	reads("--quiet auth token https://mcp.example");
	assert_string_equal(a.command->name, "token");
	refuses("auth auth", "no command 'auth'");
	refuses("-- auth", "no command 'auth'");
}

static void behind_two_dashes_all_is_words(void **state)
{
	(void)state;
	reads("login -- --print");
	assert_str(args_word(&a, 0), "--print");
	assert_false(args_given(&a, "--print"));
	reads("login -");
	assert_str(args_word(&a, 0), "-");
}

static void the_last_of_two_values_counts(void **state)
{
	(void)state;
	reads("login --scope one --scope two");
	assert_str(args_value(&a, "--scope"), "two");
	reads("login --scope=");
	assert_true(args_given(&a, "--scope"));
	assert_int_equal(args_value(&a, "--scope").len, 0);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *line, *part;
	} table[] = {
		{"login --frobnicate", "no flag --frobnicate for login: see 'keyfob login --help'"},
		{"--frobnicate", "no flag --frobnicate: see 'keyfob --help'"},
		{"--frobnicate=s3cret", "no flag --frobnicate:"},
		{"login -x", "no flag -x for login"},
		{"status --scope x", "no flag --scope for status"},
		{"login --scope", "--scope needs a value: --scope SCOPE"},
		{"login -u", "--url needs a value"},
		{"login --no-browser=yes", "--no-browser takes no value"},
		{"login -qv", "--quiet takes no value"},
		{"logn", "did you mean 'login'"},
		{"entirelydifferent", "no command 'entirelydifferent': see 'keyfob --help'"},
		{"token one two", "token takes 1 word and no more: keyfob token TARGET"},
		{"help one two", "help takes 1 word"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		refuses(table[i].line, table[i].part);
	refuses("entirelydifferent", "no command");
	assert_null(strstr(e.text, "did you mean"));
}

static void no_error_shows_what_may_be_secret(void **state)
{
	static const char *const lines[] = {
		"login https://mcp.example s3cret",
		"login --tokn=s3cret",
		"login -Ts3cret",
		"login --no-browser=s3cret",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		refuses(lines[i], "");
		if (strstr(e.text, "s3cret"))
			fail_msg("%s: %s", lines[i], e.text);
	}
}

static void a_token_leaves_the_command_line(void **state)
{
	static const char *const lines[] = {"login -u x --token s3cret", "login --token=s3cret", "login -t s3cret", "login -ts3cret",
		"login --token s3cret --frobnicate"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		bool taken = read_line(lines[i]);

		assert_null(memmem(line, sizeof line, "s3cret", 6));
		if (taken)
			assert_str(args_value(&a, "--token"), "s3cret");
	}
	reads("login --token -");
	assert_str(args_value(&a, "--token"), "-");
}

static void the_wait_has_bounds(void **state)
{
	static const char *const bad[] = {"0", "86401", "-1", "1.5", "abc", "99999999999999999999", "1s"};
	char text[64];

	(void)state;
	reads("status --timeout 1");
	assert_int_equal(t.world.options.timeout_ms, 1000);
	reads("status --timeout=86400");
	assert_int_equal(t.world.options.timeout_ms, 86400000);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "status --timeout %s", bad[i]);
		refuses(text, "--timeout takes seconds from 1 to 86400");
	}
	refuses("status --timeout=", "--timeout takes seconds");
}

static void no_global_flag_is_meant_twice(const struct command_flag *flags)
{
	for (; flags && flags->name; flags++) {
		assert_memory_equal(flags->name, "--", 2);
		for (size_t g = 0; command_global_flags[g].name; g++) {
			assert_string_not_equal(flags->name, command_global_flags[g].name);
			if (flags->letter)
				assert_int_not_equal(flags->letter, command_global_flags[g].letter);
		}
	}
}

static void no_flag_is_meant_twice(void **state)
{
	(void)state;
	no_global_flag_is_meant_twice(wish_flags);
	for (size_t i = 0; command_table[i]; i++) {
		assert_true(command_table[i]->words_max <= COMMAND_WORDS);
		no_global_flag_is_meant_twice(command_table[i]->flags);
		for (const struct command_flag *f = command_table[i]->flags; f && f->name && command_table[i]->signs_in; f++)
			for (size_t s = 0; wish_flags[s].name; s++)
				assert_string_not_equal(f->name, wish_flags[s].name);
	}
}

static void the_flags_of_a_sign_in_are_for_those_who_sign_in(void **state)
{
	char text[64];

	(void)state;
	for (const struct command_flag *f = wish_flags; f->name; f++) {
		snprintf(text, sizeof text, "login %s %s", f->name, f->value ? "1" : "");
		reads(text);
		assert_true(args_given(&a, f->name));
		assert_str(args_value(&a, f->name), f->value ? "1" : "");
		snprintf(text, sizeof text, "vault %s", f->name);
		refuses(text, "for vault");
	}
}

static void a_flag_that_is_repeated_gives_each_value(void **state)
{
	static const char *const expected[] = {"one", "", "three"};
	struct str value;
	size_t at = 0, n = 0;

	(void)state;
	reads("login --scope one --print --scope= --scope three");
	while (args_each(&a, "--scope", &at, &value))
		assert_str(value, expected[n++]);
	assert_int_equal(n, 3);
	at = 0;
	assert_false(args_each(&a, "--issuer", &at, &value));
}

static void there_is_an_end_of_flags(void **state)
{
	char *many[ARGS_FLAGS + 2];
	static char word[] = "login", flag[] = "--print";

	(void)state;
	many[0] = word;
	for (int i = 0; i <= ARGS_FLAGS; i++)
		many[i + 1] = flag;
	assert_ok(args_read(&a, &t.world, ARGS_FLAGS + 1, many, &e), &e);
	assert_false(args_read(&a, &t.world, ARGS_FLAGS + 2, many, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_words_and_flags_of_a_command_are_told_apart),
		TEST(the_target_may_be_a_flag),
		TEST(global_flags_stand_anywhere),
		TEST(every_global_flag_is_taken),
		TEST(help_and_version_need_no_command),
		TEST(auth_is_a_prefix_once),
		TEST(behind_two_dashes_all_is_words),
		TEST(the_last_of_two_values_counts),
		TEST(what_is_wrong_is_named),
		TEST(no_error_shows_what_may_be_secret),
		TEST(a_token_leaves_the_command_line),
		TEST(the_wait_has_bounds),
		TEST(no_flag_is_meant_twice),
		TEST(the_flags_of_a_sign_in_are_for_those_who_sign_in),
		TEST(a_flag_that_is_repeated_gives_each_value),
		TEST(there_is_an_end_of_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

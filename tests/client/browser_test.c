#include "support/test.h"

#include <stdlib.h>
#include <time.h>

#include "client/browser.h"
#include "support/folder.h"
#include "support/world.h"

static struct test_world t;
static struct folder f;
static char program[512];

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&f);
	folder_write(&f, "browser", S("#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" >\"$0.part\" && mv \"$0.part\" \"$0.shown\"\n"), 0700);
	strcpy(program, folder_path(&f, "browser"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_end(&f);
	test_world_end(&t);
	return 0;
}

/* What the program was given; it runs on its own, so this waits for it a while. */
static void is_shown(const char *expected)
{
	struct str text = {0};

	for (int i = 0; i < 1000 && !text.at; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 5 * 1000 * 1000}, NULL);
		text = folder_read(&f, "browser.shown");
	}
	assert_str(text, expected);
	free((void *)(uintptr_t)text.at);
}

static void open_in(const char *chosen, const char *url)
{
	struct err e = {0};

	assert_ok(browser_open(&t.world, str_of(chosen), str_of(url), &e), &e);
}

static void the_address_is_the_only_argument_and_no_shell_reads_it(void **state)
{
	(void)state;
	open_in(program, "https://as.example/authorize?a=1&b=$(touch%20x);'x'&c=*");
	is_shown("1|https://as.example/authorize?a=1&b=$(touch%20x);'x'&c=*");
}

static void the_program_of_the_flag_goes_before_that_of_the_environment(void **state)
{
	(void)state;
	test_world_env(&t, "BROWSER", "/nowhere/to/be/found");
	open_in(program, "https://as.example/a");
	is_shown("1|https://as.example/a");
}

static void the_environment_names_the_browser(void **state)
{
	(void)state;
	test_world_env(&t, "BROWSER", program);
	open_in("", "http://127.0.0.1:8080/authorize");
	is_shown("1|http://127.0.0.1:8080/authorize");
}

static void without_a_browser_nothing_is_done(void **state)
{
	(void)state;
	open_in("", "https://as.example/a");
}

static void a_browser_that_is_not_there_is_an_error(void **state)
{
	struct err e = {0};

	(void)state;
	assert_false(browser_open(&t.world, S("/nowhere/to/be/found"), S("https://as.example/a"), &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_non_null(strstr(e.text, "/nowhere/to/be/found"));
}

static void other_addresses_are_refused(void **state)
{
	static const char *const urls[] = {"file:///etc/passwd", "javascript:alert(1)", "http://as.example/authorize", "-help", "",
		"https://user@as.example/"};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct err e = {0};

		if (browser_open(&t.world, str_of(program), str_of(urls[i]), &e))
			fail_msg("shown: %s", urls[i]);
		assert_int_not_equal(e.kind, ERR_NONE);
	}
	assert_int_equal(folder_count(&f, ".", "shown"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_address_is_the_only_argument_and_no_shell_reads_it),
		TEST(the_program_of_the_flag_goes_before_that_of_the_environment),
		TEST(the_environment_names_the_browser),
		TEST(without_a_browser_nothing_is_done),
		TEST(a_browser_that_is_not_there_is_an_error),
		TEST(other_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

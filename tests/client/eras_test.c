#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "client/eras.h"
#include "http/url.h"
#include "support/folder.h"
#include "support/world.h"

static struct test_world t;
static struct folder f;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&f);
	test_world_env(&t, "KEYFOB_HOME", f.path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_end(&f);
	test_world_end(&t);
	return 0;
}

static struct url url_of(const char *text)
{
	struct err e = {0};
	struct url url;

	assert_ok(url_read(str_of(text), &t.arena, &url, &e), &e);
	return url;
}

static enum eras_kind find(const char *text)
{
	struct url url = url_of(text);

	return eras_find(&t.world, &url);
}

static void keep(const char *text, enum eras_kind kind)
{
	struct url url = url_of(text);

	eras_keep(&t.world, &url, kind);
}

static void file_is(const char *expected)
{
	struct str text = folder_read(&f, "eras");

	assert_str(text, expected);
	free((void *)(uintptr_t)text.at);
}

static void is_remembered_by_origin(void **state)
{
	struct stat about;

	(void)state;
	assert_int_equal(find("https://one.example/mcp"), ERAS_UNKNOWN);
	keep("https://one.example/mcp", ERAS_MODERN);
	keep("http://[::1]:8080/sse?token=hunter2", ERAS_SSE);
	keep("https://two.example/", ERAS_LEGACY);
	assert_int_equal(find("https://one.example:443/other"), ERAS_MODERN);
	assert_int_equal(find("http://[::1]:8080/"), ERAS_SSE);
	assert_int_equal(find("https://two.example/mcp"), ERAS_LEGACY);
	assert_int_equal(find("http://one.example/mcp"), ERAS_UNKNOWN);
	assert_int_equal(find("https://one.example:444/mcp"), ERAS_UNKNOWN);
	file_is("https://one.example\tmodern\nhttp://[::1]:8080\tsse\nhttps://two.example\tlegacy\n");
	assert_int_equal(stat(folder_path(&f, "eras"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
}

static void the_last_word_counts(void **state)
{
	(void)state;
	keep("https://one.example/", ERAS_LEGACY);
	keep("https://two.example/", ERAS_LEGACY);
	keep("https://one.example/", ERAS_MODERN);
	file_is("https://two.example\tlegacy\nhttps://one.example\tmodern\n");
	keep("https://one.example/", ERAS_UNKNOWN);
	assert_int_equal(find("https://one.example/"), ERAS_UNKNOWN);
	file_is("https://two.example\tlegacy\n");
}

static void what_is_known_is_not_written_again(void **state)
{
	struct stat before, after;

	(void)state;
	keep("https://one.example/", ERAS_LEGACY);
	assert_int_equal(stat(folder_path(&f, "eras"), &before), 0);
	keep("https://one.example/", ERAS_LEGACY);
	assert_int_equal(stat(folder_path(&f, "eras"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void the_oldest_is_forgotten_first(void **state)
{
	char url[64];

	(void)state;
	for (int i = 0; i < ERAS_MAX + 3; i++) {
		snprintf(url, sizeof url, "https://s%d.example/", i);
		keep(url, ERAS_MODERN);
	}
	assert_int_equal(find("https://s2.example/"), ERAS_UNKNOWN);
	assert_int_equal(find("https://s3.example/"), ERAS_MODERN);
	assert_int_equal(find(url), ERAS_MODERN);
}

static void lines_that_say_nothing_are_passed_over_and_leave_with_the_next_write(void **state)
{
	static const char damaged[] = "\n\nhttps://one.example\tmodern\nhttps://two.example\nhttps://two.example\tfuture\n"
		"\tlegacy\nhttps://two.example\tsse\tmore\n\x00\xff\nhttps://three.example\tlegacy";

	(void)state;
	folder_write(&f, "eras", str_make(damaged, sizeof damaged - 1), 0600);
	assert_int_equal(find("https://one.example/"), ERAS_MODERN);
	assert_int_equal(find("https://two.example/"), ERAS_UNKNOWN);
	assert_int_equal(find("https://three.example/"), ERAS_LEGACY);
	keep("https://two.example/", ERAS_SSE);
	file_is("https://one.example\tmodern\nhttps://three.example\tlegacy\nhttps://two.example\tsse\n");
}

static void a_file_that_is_too_long_or_anybodys_is_an_empty_one(void **state)
{
	struct str large = str_make(calloc(1, 200 * 1024), 200 * 1024);

	(void)state;
	folder_write(&f, "eras", large, 0600);
	free((void *)(uintptr_t)large.at);
	assert_int_equal(find("https://one.example/"), ERAS_UNKNOWN);
	keep("https://one.example/", ERAS_LEGACY);
	file_is("https://one.example\tlegacy\n");
	folder_write(&f, "eras", S("https://one.example\tmodern\n"), 0666);
	assert_int_equal(find("https://one.example/"), ERAS_UNKNOWN);
}

static void in_memory_mode_nothing_is_read_or_written(void **state)
{
	(void)state;
	folder_write(&f, "eras", S("https://one.example\tmodern\n"), 0600);
	t.world.options.persist_memory = true;
	assert_int_equal(find("https://one.example/"), ERAS_UNKNOWN);
	keep("https://two.example/", ERAS_LEGACY);
	file_is("https://one.example\tmodern\n");
	assert_int_equal(folder_count(&f, ".", "e"), 1);
}

static void without_a_folder_none_is_made(void **state)
{
	(void)state;
	test_world_env(&t, "KEYFOB_HOME", folder_path(&f, "not-there"));
	keep("https://one.example/", ERAS_LEGACY);
	assert_int_equal(find("https://one.example/"), ERAS_UNKNOWN);
	test_world_env(&t, "KEYFOB_HOME", NULL);
	keep("https://one.example/", ERAS_LEGACY);
	assert_int_equal(find("https://one.example/"), ERAS_UNKNOWN);
	assert_int_equal(folder_count(&f, ".", "e"), 0);
	assert_string_equal(t.log, "");
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_folder(is_remembered_by_origin),
		with_folder(the_last_word_counts),
		with_folder(what_is_known_is_not_written_again),
		with_folder(the_oldest_is_forgotten_first),
		with_folder(lines_that_say_nothing_are_passed_over_and_leave_with_the_next_write),
		with_folder(a_file_that_is_too_long_or_anybodys_is_an_empty_one),
		with_folder(in_memory_mode_nothing_is_read_or_written),
		with_folder(without_a_folder_none_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

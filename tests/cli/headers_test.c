#include "support/test.h"

#include "cli/args.h"
#include "cli/headers.h"
#include "http/field.h"
#include "support/folder.h"
#include "support/world.h"

static struct test_world t;
static struct folder folder;
static struct err e;
static struct args a;
static struct http_field *fields;
static size_t n;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&folder);
	a = (struct args){0};
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

static const struct command_flag flags[] = {HEADERS_FLAGS, {0}};

static void give(const char *text)
{
	a.flags[a.flags_n++] = (struct args_flag){&flags[0], str_of(text)};
}

static void give_file(const char *content)
{
	folder_write(&folder, "headers", str_of(content), 0600);
	a.flags[a.flags_n++] = (struct args_flag){&flags[1], arena_str(&t.arena, str_of(folder_path(&folder, "headers")))};
}

static void reads(void)
{
	assert_ok(headers_read(&t.world, &a, &fields, &n, &e), &e);
}

static void has(size_t i, const char *name, const char *value)
{
	assert_true(i < n);
	assert_str(fields[i].name, name);
	assert_str(fields[i].value, value);
}

static void none_are_fine(void **state)
{
	(void)state;
	reads();
	assert_int_equal(n, 0);
}

static void each_is_taken_in_order_without_blanks_around_its_value(void **state)
{
	(void)state;
	give("X-One: 1");
	give("x-two:\t two words ");
	give("X-Empty:");
	give("X-Colon: a:b");
	reads();
	assert_int_equal(n, 4);
	has(0, "X-One", "1");
	has(1, "x-two", "two words");
	has(2, "X-Empty", "");
	has(3, "X-Colon", "a:b");
	assert_string_equal(t.log, "");
}

static void a_file_holds_one_a_line_and_remarks(void **state)
{
	(void)state;
	give("X-First: 0");
	give_file("# remarks\r\nX-One: 1\r\n\n  \nX-Two: #2\nX-Three: 3");
	reads();
	assert_int_equal(n, 4);
	has(0, "X-First", "0");
	has(1, "X-One", "1");
	has(2, "X-Two", "#2");
	has(3, "X-Three", "3");
}

static void variables_of_the_environment_are_put_in(void **state)
{
	(void)state;
	test_world_env(&t, "TOKEN", "s3cret");
	test_world_env(&t, "EMPTY", "");
	give("Authorization: Bearer ${TOKEN}");
	give("X-Two: ${TOKEN}${EMPTY}-${TOKEN}$");
	reads();
	has(0, "Authorization", "Bearer s3cret");
	has(1, "X-Two", "s3cret-s3cret$");
	assert_string_equal(t.log, "");
}

static void a_token_in_the_open_is_warned_of_unless_it_comes_from_a_file(void **state)
{
	(void)state;
	give_file("Authorization: Bearer s3cret\n");
	reads();
	assert_string_equal(t.log, "");
	give("authorization: Bearer s3cret");
	reads();
	assert_non_null(strstr(t.log, "can be seen by others"));
	assert_null(strstr(t.log, "s3cret"));
}

static void what_is_wrong_is_named_and_no_value_is_shown(void **state)
{
	static const struct {
		const char *header, *part;
	} cases[] = {
		{"X-One s3cret", "'NAME: VALUE'"},
		{": s3cret", "'NAME: VALUE'"},
		{"X One: s3cret", "'NAME: VALUE'"},
		{"X-One : s3cret", "'NAME: VALUE'"},
		{"host: s3cret", "host is keyfob's own"},
		{"Content-Length: 3", "own business"},
		{"Transfer-Encoding: s3cret", "own business"},
		{"mcp-session-id: s3cret", "own business"},
		{"Mcp-Param-Region: s3cret", "own business"},
		{"X-One: s3cret\r\nX-Two: 2", "X-One has a value"},
		{"X-One: s3cret\x01", "X-One has a value"},
		{"X-One: s3cret ${TOKEN", "without its }"},
		{"X-One: s3cret ${NOWHERE}", "NOWHERE, which is not set"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		a.flags_n = 0;
		give(cases[i].header);
		if (headers_read(&t.world, &a, &fields, &n, &e))
			fail_msg("%s: is taken", cases[i].header);
		assert_int_equal(e.kind, ERR_USAGE);
		if (!strstr(e.text, cases[i].part))
			fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i].part);
		assert_null(strstr(e.text, "s3cret"));
	}
}

static void a_fault_in_a_file_names_the_file(void **state)
{
	(void)state;
	give_file("X-One: 1\ns3cret\n");
	assert_false(headers_read(&t.world, &a, &fields, &n, &e));
	assert_non_null(strstr(e.text, "/headers: "));
	assert_null(strstr(e.text, "s3cret"));
}

static void a_variable_cannot_break_out_of_its_line(void **state)
{
	(void)state;
	test_world_env(&t, "TOKEN", "s3cret\r\nX-Two: 2");
	give("X-One: ${TOKEN}");
	assert_false(headers_read(&t.world, &a, &fields, &n, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void there_is_a_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < HEADERS_MAX; i++)
		give("X-One: 1");
	reads();
	assert_int_equal(n, HEADERS_MAX);
	give("X-One: 1");
	assert_false(headers_read(&t.world, &a, &fields, &n, &e));
	assert_non_null(strstr(e.text, "too many"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_are_fine),
		TEST(each_is_taken_in_order_without_blanks_around_its_value),
		TEST(a_file_holds_one_a_line_and_remarks),
		TEST(variables_of_the_environment_are_put_in),
		TEST(a_token_in_the_open_is_warned_of_unless_it_comes_from_a_file),
		TEST(what_is_wrong_is_named_and_no_value_is_shown),
		TEST(a_fault_in_a_file_names_the_file),
		TEST(a_variable_cannot_break_out_of_its_line),
		TEST(there_is_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <unistd.h>

#include "cli/args.h"
#include "cli/arguments.h"
#include "json/json.h"
#include "support/folder.h"
#include "support/world.h"

static struct test_world t;
static struct folder folder;
static struct args a;
static struct err e;
static int ends[2];

static const struct command_flag flags[] = {ARGUMENTS_FLAGS, {0}};

static const char schema_text[] = "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\"},\"flag\":{\"type\":\"boolean\"},"
	"\"opt\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"},\"list\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
	"\"required\":[\"n\",\"text\"]}";

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	t.world.input = -1;
	folder_start(&folder);
	a = (struct args){0};
	e = (struct err){0};
	assert_int_equal(pipe(ends), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	folder_end(&folder);
	test_world_end(&t);
	return 0;
}

static void give(size_t flag, const char *value)
{
	a.flags[a.flags_n++] = (struct args_flag){&flags[flag], str_of(value)};
}

static void pipe_in(const char *text)
{
	t.world.input = ends[0];
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	ends[1] = -1;
}

static const struct json *schema_of(const char *text)
{
	const struct json *root;

	assert_ok(json_read(str_of(text), &t.arena, &root, &e), &e);
	return root;
}

static void come_to(const char *schema, const char *expected)
{
	struct str object;

	assert_ok(arguments_read(&t.world, &a, schema ? schema_of(schema) : NULL, &object, &e), &e);
	assert_str(object, expected);
}

static void fail_with(const char *schema, const char *part)
{
	struct str object;

	e = (struct err){0};
	if (arguments_read(&t.world, &a, schema ? schema_of(schema) : NULL, &object, &e))
		fail_msg("\"%.*s\" is taken, not \"%s\"", STR(object), part);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not say \"%s\"", e.text, part);
}

static void none_are_an_empty_object(void **state)
{
	(void)state;
	come_to(schema_text, "{}");
	assert_false(arguments_want_schema(&t.world, &a));
}

static void an_object_is_taken_with_its_members_byte_for_byte(void **state)
{
	(void)state;
	give(0, "{\"n\": 1.50, \"o\":{ \"x\" : \"\\u0041\" }}");
	assert_false(arguments_want_schema(&t.world, &a));
	come_to(NULL, "{\"n\":1.50,\"o\":{ \"x\" : \"\\u0041\" }}");
}

static void a_file_may_hold_it(void **state)
{
	(void)state;
	folder_write(&folder, "args", S("\n{\"n\":1}\n"), 0600);
	give(0, arena_print(&t.arena, "@%s", folder_path(&folder, "args")).at);
	come_to(NULL, "{\"n\":1}");
	give(0, "@/nowhere/at/all");
	assert_false(arguments_read(&t.world, &a, NULL, &(struct str){0}, &e));
	assert_non_null(strstr(e.text, "--args: "));
}

static void single_ones_are_typed_by_the_schema(void **state)
{
	(void)state;
	give(1, "n=5");
	give(1, "text=5");
	give(1, "flag=yes");
	give(1, "list=a,b");
	give(1, "other=5");
	give(1, "opt=a=b");
	assert_true(arguments_want_schema(&t.world, &a));
	come_to(schema_text, "{\"n\":5,\"text\":\"5\",\"flag\":true,\"list\":[\"a\",\"b\"],\"other\":5,\"opt\":\"a=b\"}");
}

static void without_a_schema_they_are_json_or_text(void **state)
{
	(void)state;
	give(1, "a=5");
	give(1, "b=five");
	give(1, "c=[1]");
	come_to(NULL, "{\"a\":5,\"b\":\"five\",\"c\":[1]}");
}

static void the_last_of_one_name_counts_and_stands_over_the_object(void **state)
{
	(void)state;
	give(0, "{\"n\":1,\"m\":2}");
	give(1, "n=3");
	give(1, "text=x");
	give(1, "n=4");
	come_to(schema_text, "{\"m\":2,\"text\":\"x\",\"n\":4}");
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		size_t flag;
		const char *value, *part;
	} cases[] = {
		{0, "[1]", "--args: arguments are an object"},
		{0, "{\"n\":", "--args: "},
		{0, "n=1", "--args: "},
		{1, "n", "NAME=VALUE"},
		{1, "=5", "NAME=VALUE"},
		{1, "n=five", "--arg: n wants a number"},
		{1, "flag=5", "--arg: flag wants a boolean"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		a.flags_n = 0;
		give(cases[i].flag, cases[i].value);
		fail_with(schema_text, cases[i].part);
	}
}

static void a_piped_object_is_taken(void **state)
{
	(void)state;
	pipe_in(" {\"n\": 1}\n");
	assert_true(arguments_want_schema(&t.world, &a));
	come_to(schema_text, "{\"n\": 1}");
}

static void a_piped_text_is_the_first_required_string(void **state)
{
	(void)state;
	pipe_in("two \"lines\"\nof text\n");
	come_to(schema_text, "{\"text\":\"two \\\"lines\\\"\\nof text\"}");
}

static void a_piped_text_that_no_argument_takes_is_refused(void **state)
{
	(void)state;
	pipe_in("text");
	fail_with("{\"properties\":{\"n\":{\"type\":\"number\"}},\"required\":[\"n\"]}", "no required argument of the tool takes text");
}

static void an_empty_pipe_gives_none(void **state)
{
	(void)state;
	pipe_in(" \n");
	come_to(schema_text, "{}");
}

static void a_pipe_is_left_alone_where_arguments_are_given_or_none_are_taken(void **state)
{
	(void)state;
	t.world.input = ends[0]; /* never ends */
	come_to("{\"type\":\"object\",\"properties\":{}}", "{}");
	give(0, "{}");
	come_to(schema_text, "{}");
	assert_string_equal(t.log, "");
}

static void a_pipe_that_does_not_end_is_given_up_and_said_so(void **state)
{
	(void)state;
	t.world.input = ends[0];
	fail_with(schema_text, "waiting for the tool's arguments: standard input was not closed in time; --args '{}'");
	assert_non_null(strstr(t.log, "Waiting for the tool's arguments on standard input"));
	assert_int_equal(t.events.ms, 60000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_are_an_empty_object),
		TEST(an_object_is_taken_with_its_members_byte_for_byte),
		TEST(a_file_may_hold_it),
		TEST(single_ones_are_typed_by_the_schema),
		TEST(without_a_schema_they_are_json_or_text),
		TEST(the_last_of_one_name_counts_and_stands_over_the_object),
		TEST(what_is_wrong_is_named),
		TEST(a_piped_object_is_taken),
		TEST(a_piped_text_is_the_first_required_string),
		TEST(a_piped_text_that_no_argument_takes_is_refused),
		TEST(an_empty_pipe_gives_none),
		TEST(a_pipe_is_left_alone_where_arguments_are_given_or_none_are_taken),
		TEST(a_pipe_that_does_not_end_is_given_up_and_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

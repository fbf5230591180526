#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/len.h"
#include "cli/script.h"
#include "json/json.h"
#include "support/folder.h"
#include "support/world.h"

static struct test_world t;
static struct folder folder;
static struct script script;
static struct script_request r;
static struct err e;
static int ends[2];

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&folder);
	script = (struct script){0};
	e = (struct err){0};
	assert_int_equal(pipe(ends), 0);
	t.world.input = ends[0];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	script_close(&script);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	folder_end(&folder);
	test_world_end(&t);
	return 0;
}

static void pipe_in(const char *text)
{
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void close_pipe(void)
{
	close(ends[1]);
	ends[1] = -1;
}

static void opens(const char *path)
{
	assert_ok(script_open(&script, &t.world, str_of(path), &e), &e);
}

static void opens_file(const char *content)
{
	folder_write(&folder, "script", str_of(content), 0600);
	opens(folder_path(&folder, "script"));
}

static void next_is(const char *method, const char *params)
{
	bool more;

	assert_ok(script_next(&script, &r, &more, &e), &e);
	assert_true(more);
	assert_str(r.method, method);
	if (params)
		assert_str(r.params->raw, params);
	else
		assert_null(r.params);
}

static void next_is_the_end(void)
{
	bool more;

	assert_ok(script_next(&script, &r, &more, &e), &e);
	assert_false(more);
}

static void next_fails(const char *part)
{
	bool more;

	assert_false(script_next(&script, &r, &more, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not say \"%s\"", e.text, part);
}

static void requests_come_one_by_one_with_their_params_byte_for_byte(void **state)
{
	(void)state;
	opens_file("{\"method\":\"tools/list\"}\n"
		"\r\n  \n"
		"{\"params\" : { \"a\": 1.50 , \"b\":\"\\u0041\"},\"method\":\"x/y\"}\r\n"
		"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":null}");
	next_is("tools/list", NULL);
	next_is("x/y", "{ \"a\": 1.50 , \"b\":\"\\u0041\"}");
	next_is("ping", NULL);
	next_is_the_end();
	next_is_the_end();
}

static void a_line_that_is_no_request_is_named_by_its_number(void **state)
{
	static const struct {
		const char *line, *part;
	} cases[] = {
		{"{\"metod\":\"x\"}", "not \"metod\""},
		{"{\"method\":1}", "\"method\", a string"},
		{"{\"method\":\"\"}", "\"method\", a string"},
		{"{}", "\"method\", a string"},
		{"{\"method\":\"x\",\"params\":[1]}", "\"params\", an object"},
		{"[]", "a request is an object"},
		{"\"x\"", "a request is an object"},
		{"{\"method\":\"x\"", "line 3"},
		{"tools/list", "line 3"},
		{"{\"method\":\"x\"}{}", "line 3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		opens_file(arena_print(&t.arena, "\n{\"method\":\"x\"}\n%s\n{\"method\":\"y\"}\n", cases[i].line).at);
		next_is("x", NULL);
		next_fails(cases[i].part);
		assert_non_null(strstr(e.text, "script, line 3: "));
		script_close(&script);
		script = (struct script){0};
	}
}

static void a_pipe_is_read_as_it_comes(void **state)
{
	(void)state;
	opens("-");
	pipe_in("{\"method\":\"one\"}\n{\"method\":\"t");
	next_is("one", NULL);
	pipe_in("wo\",\"params\":{\"a\":1}}\n");
	next_is("two", "{\"a\":1}");
	pipe_in("{\"method\":\"three\"}\n{\"method\":\"four\"}\nx");
	next_is("three", NULL);
	next_is("four", NULL);
	close_pipe();
	next_fails("standard input, line 5: ");
}

static void lines_may_be_large(void **state)
{
	static char large[40000];
	size_t len = (size_t)snprintf(large, sizeof large, "{\"method\":\"one\",\"params\":{\"a\":\"");
	bool more;

	(void)state;
	memset(large + len, 'x', sizeof large - len);
	opens("-");
	assert_int_equal(write(ends[1], large, sizeof large), (ssize_t)sizeof large);
	pipe_in("\"}}\n{\"method\":\"two\"}\n");
	close_pipe();
	assert_ok(script_next(&script, &r, &more, &e), &e);
	assert_int_equal(r.params->raw.len, len_sub(sizeof large, len) + strlen("{\"a\":\"\"}"));
	next_is("two", NULL);
	next_is_the_end();
}

static void an_empty_one_asks_nothing(void **state)
{
	(void)state;
	opens("-");
	pipe_in("\n\n");
	close_pipe();
	next_is_the_end();
}

static void a_terminal_and_a_file_that_is_not_there_are_refused(void **state)
{
	(void)state;
	t.world.input = -1;
	assert_false(script_open(&script, &t.world, S("-"), &e));
	assert_int_equal(e.kind, ERR_USAGE);
	script_close(&script);
	script = (struct script){0};
	assert_false(script_open(&script, &t.world, str_of(folder_path(&folder, "nowhere")), &e));
	assert_non_null(strstr(e.text, "nowhere"));
}

static void ctrl_c_ends_the_wait(void **state)
{
	bool more;

	(void)state;
	opens("-");
	t.events.stop = true;
	assert_false(script_next(&script, &r, &more, &e));
	assert_int_equal(e.kind, ERR_STOPPED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_come_one_by_one_with_their_params_byte_for_byte),
		TEST(a_line_that_is_no_request_is_named_by_its_number),
		TEST(a_pipe_is_read_as_it_comes),
		TEST(lines_may_be_large),
		TEST(an_empty_one_asks_nothing),
		TEST(a_terminal_and_a_file_that_is_not_there_are_refused),
		TEST(ctrl_c_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

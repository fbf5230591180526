#include "support/test.h"

#include "cli/show.h"
#include "json/json.h"
#include "support/world.h"

static struct test_world t;
static struct err e;

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

static const struct json *tree(const char *text)
{
	const struct json *root;

	assert_ok(json_read(str_of(text), &t.arena, &root, &e), &e);
	return root;
}

static const char tool[] = "{\"name\":\"read\",\"description\":\"Reads a file.\\nSecond line.\",\"inputSchema\":{\"type\":\"object\","
	"\"properties\":{\"path\":{\"type\":\"string\",\"description\":\"Which\"},\"mode\":{\"enum\":[\"text\",\"raw\"],\"default\":\"text\"}},"
	"\"required\":[\"path\"]}}";

static void a_text_is_one_line_that_fits(void **state)
{
	static const struct {
		const char *text;
		size_t room;
		const char *shown;
	} cases[] = {
		{"one\ntwo", 10, "one"}, {"abcdef", 3, "abc..."}, {"abc", 3, "abc"}, {"a\xc3\xbc" "b", 2, "a..."}, {"a\033b", 10, "a\\x1bb"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(show_brief(str_of(cases[i].text), cases[i].room, &t.arena), cases[i].shown);
}

static void a_tool_is_a_line_with_its_arguments_and_one_with_its_purpose(void **state)
{
	(void)state;
	show_tool_line(&t.world, tree(tool), 0);
	assert_string_equal(t.out, "  read (path, [mode])\n      Reads a file.\n");
	t.out[0] = 0;
	show_tool_line(&t.world, tree("{\"name\":\"x\",\"title\":\"T\"}"), 0);
	assert_string_equal(t.out, "  x\n      T\n");
}

static void one_tool_is_told_whole(void **state)
{
	(void)state;
	show_tool(&t.world, tree(tool), S("keyfob run URL read"));
	assert_non_null(strstr(t.out, "read\nReads a file.\nSecond line.\n\nArguments:\n"));
	assert_non_null(strstr(t.out, "  path  string\n      Which\n"));
	assert_non_null(strstr(t.out, "  mode  string, optional: text, raw (unless given: \"text\")\n"));
	assert_non_null(strstr(t.out, "\nInput schema:\n{\n  \"type\": \"object\",\n"));
	assert_null(strstr(t.out, "Output schema"));
	assert_non_null(strstr(t.out, "\nTo call it:\n  keyfob run URL read --arg path=...\n"));
}

static void what_a_server_writes_only_shows(void **state)
{
	(void)state;
	show_tool(&t.world, tree("{\"name\":\"a\\u001b[2J\",\"description\":\"\\u001b]0;x\\u0007\",\"inputSchema\":{\"properties\":{\"p\\u001b\":"
		"{\"description\":\"\\u009b\",\"enum\":[\"\\u001b\"]}},\"required\":[\"p\\u001b\"]}}"), S("call"));
	show_many(&t.world, tree("{\"kind\":\"servers\",\"servers\":[{\"server\":\"\\u001b\",\"type\":\"\\u001b\",\"status\":\"\\u001b\"}]}"), S("call"));
	show_many(&t.world, tree("{\"kind\":\"server\",\"server\":\"\\u001b\",\"nextCursor\":\"\\u001b\",\"hasMore\":true,\"instructions\":\"\\u001b\","
		"\"tools\":[{\"tool\":\"\\u001b\",\"description\":\"\\u001b\"}]}"), S("call"));
	assert_null(strchr(t.out, '\033'));
	assert_null(strstr(t.out, "\xc2\x9b"));
}

static void servers_are_a_table(void **state)
{
	(void)state;
	show_many(&t.world, tree("{\"kind\":\"servers\",\"servers\":[{\"server\":\"filesystem\",\"type\":\"external\",\"status\":\"connected\","
		"\"available\":true,\"toolCount\":11},{\"server\":\"db\",\"type\":\"template\",\"status\":\"error\",\"available\":false}]}"), S(""));
	assert_string_equal(t.out, "SERVER      TYPE      STATUS     TOOLS\n"
		"filesystem  external  connected     11\n"
		"db          template  error          0  (not available)\n");
	t.out[0] = 0;
	show_many(&t.world, tree("{\"kind\":\"servers\",\"servers\":[]}"), S(""));
	assert_string_equal(t.out, "No servers.\n");
}

static void the_tools_of_a_server_are_counted(void **state)
{
	(void)state;
	show_many(&t.world, tree("{\"kind\":\"server\",\"server\":\"db\",\"type\":\"external\",\"status\":\"connected\",\"tools\":[{\"tool\":\"ask\","
		"\"description\":\"Asks\",\"requiredArgs\":1,\"optionalArgs\":2}],\"totalTools\":7,\"hasMore\":true,\"nextCursor\":\"it's\"}"), S(""));
	assert_string_equal(t.out, "db  (external, connected)\n1 of 7 tools:\n  ask (1 required, 2 optional)\n      Asks\n"
		"There are more: --cursor 'it'\\''s', or --all\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_text_is_one_line_that_fits),
		TEST(a_tool_is_a_line_with_its_arguments_and_one_with_its_purpose),
		TEST(one_tool_is_told_whole),
		TEST(what_a_server_writes_only_shows),
		TEST(servers_are_a_table),
		TEST(the_tools_of_a_server_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

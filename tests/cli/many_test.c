#include "support/test.h"

#include "cli/many.h"
#include "json/json.h"
#include "support/world.h"

static struct test_world t;
static struct err e;
static const struct json *tools[8];
static struct many m;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	m = (struct many){.tools = tools};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

static void has(const char *text)
{
	const struct json *root;

	m.n = 0;
	t.out[0] = 0;
	assert_ok(json_read(str_of(text), &t.arena, &root, &e), &e);
	for (const struct json *tool = root->first; tool; tool = tool->next)
		tools[m.n++] = tool;
}

static const char two[] = "[{\"name\":\"files_1mcp_read\",\"description\":\"Reads\\u001b\",\"inputSchema\":{\"properties\":{\"p\":{},\"q\":{}},"
	"\"required\":[\"p\"]}},{\"name\":\"clock_1mcp_now\"},{\"name\":\"files_1mcp_list\"}]";

static void a_name_is_taken_apart_at_the_first_mark(void **state)
{
	struct str server, tool;

	(void)state;
	assert_true(many_cut(S("a_1mcp_b_1mcp_c"), &server, &tool));
	assert_str(server, "a");
	assert_str(tool, "b_1mcp_c");
	assert_false(many_cut(S("plain"), &server, &tool));
	assert_false(many_cut(S("_1mcp_b"), &server, &tool));
	assert_false(many_cut(S("a_1mcp_"), &server, &tool));
}

static void there_are_many_where_every_tool_says_so(void **state)
{
	(void)state;
	has(two);
	assert_true(many_is(&m));
	assert_int_equal(many_count(&m, S("files")), 2);
	assert_int_equal(many_count(&m, S("file")), 0);
	has("[{\"name\":\"files_1mcp_read\"},{\"name\":\"read\"}]");
	assert_false(many_is(&m));
	has("[]");
	assert_false(many_is(&m));
}

static void servers_are_listed_once_each(void **state)
{
	(void)state;
	has(two);
	assert_ok(many_show_servers(&m, &t.world, &e), &e);
	assert_string_equal(t.out, "SERVER  TOOLS\nfiles       2\nclock       1\n");
	t.out[0] = 0;
	t.world.options.json = true;
	assert_ok(many_show_servers(&m, &t.world, &e), &e);
	assert_string_equal(t.out, "{\"kind\":\"servers\",\"servers\":[{\"server\":\"files\",\"toolCount\":2},{\"server\":\"clock\",\"toolCount\":1}]}\n");
}

static void the_tools_of_one_come_in_pages(void **state)
{
	(void)state;
	has(two);
	m.limit = 1;
	assert_ok(many_show_server(&m, &t.world, S("files"), &e), &e);
	assert_string_equal(t.out, "files\n2 tools:\n  read (p, [q])\n      Reads\\x1b\nThere are more: --cursor 1, or --all\n");
	t.out[0] = 0;
	m.first = 1;
	assert_ok(many_show_server(&m, &t.world, S("files"), &e), &e);
	assert_string_equal(t.out, "files\n2 tools:\n  list\n");
	t.out[0] = 0;
	m.first = 0;
	t.world.options.json = true;
	assert_ok(many_show_server(&m, &t.world, S("files"), &e), &e);
	assert_string_equal(t.out, "{\"kind\":\"server\",\"server\":\"files\",\"tools\":[{\"tool\":\"read\",\"qualifiedName\":\"files_1mcp_read\","
		"\"description\":\"Reads\\u001b\",\"requiredArgs\":1,\"optionalArgs\":1}],\"totalTools\":2,\"hasMore\":true,\"nextCursor\":\"1\"}\n");
}

static void a_tool_keeps_its_schema_byte_for_byte(void **state)
{
	(void)state;
	has("[{\"name\":\"a_1mcp_b\",\"inputSchema\":{ \"type\" : \"object\", \"x\":1.50 }}]");
	assert_ok(many_show_tool(&t.world, tools[0], &e), &e);
	assert_string_equal(t.out, "{\"kind\":\"tool\",\"server\":\"a\",\"tool\":\"b\",\"qualifiedName\":\"a_1mcp_b\","
		"\"inputSchema\":{ \"type\" : \"object\", \"x\":1.50 }}\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_taken_apart_at_the_first_mark),
		TEST(there_are_many_where_every_tool_says_so),
		TEST(servers_are_listed_once_each),
		TEST(the_tools_of_one_come_in_pages),
		TEST(a_tool_keeps_its_schema_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/content.h"
#include "json/json.h"

static struct arena a;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	e = (struct err){0};
	return arena_new(&a, 1 << 20) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static const struct json *tree(const char *text)
{
	const struct json *root;

	assert_ok(json_read(str_of(text), &a, &root, &e), &e);
	return root;
}

static void comes_to(const char *result, enum content_format format, bool shown, size_t max, const char *expected)
{
	struct buf out = buf_in(&a, 0);

	content_write(&out, tree(result), format, shown, max);
	assert_str(buf_str(&out), expected);
}

static void blocks_are_lines_of_text(void **state)
{
	static const char *const cases[][2] = {
		{"{\"content\":[{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"text\",\"text\":\"two\\n\"}]}", "one\ntwo\n"},
		{"{\"content\":[{\"type\":\"text\",\"text\":\"\"}]}", "\n"},
		{"{\"content\":[]}", ""},
		{"{\"content\":[{\"type\":\"image\",\"data\":\"AAEC\",\"mimeType\":\"image/png\"}]}", "[image, image/png, 3 bytes]\n"},
		{"{\"content\":[{\"type\":\"audio\",\"data\":\"AA==\",\"mimeType\":\"audio/wav\"}]}", "[audio, audio/wav, 1 byte]\n"},
		{"{\"content\":[{\"type\":\"resource\",\"resource\":{\"uri\":\"x://y\",\"text\":\"t\"}}]}", "t\n"},
		{"{\"content\":[{\"type\":\"resource\",\"resource\":{\"uri\":\"x://y\",\"blob\":\"AAE=\"}}]}", "[x://y, 2 bytes]\n"},
		{"{\"content\":[{\"type\":\"resource_link\",\"name\":\"n\",\"uri\":\"x://y\",\"mimeType\":\"a/b\"}]}", "[n: x://y, a/b]\n"},
		{"{\"content\":[{\"type\":\"new\", \"x\":1}]}", "{\"type\":\"new\",\"x\":1}\n"},
		{"{\"content\":[],\"structuredContent\":{\"a\":1}}", "{\n  \"a\": 1\n}\n"},
		{"{\"content\":[{\"type\":\"text\",\"text\":\"one\"}],\"structuredContent\":{\"a\":1}}", "one\n"},
		{"{\"structuredContent\":[1]}", "[\n  1\n]\n"},
		{"{\"else\":1}", "{\n  \"else\": 1\n}\n"},
		{"{\"content\":[1,{\"type\":\"text\"},{}]}", "1\n{\"type\":\"text\"}\n{}\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		comes_to(cases[i][0], CONTENT_TEXT, false, 0, cases[i][1]);
}

static void a_terminal_is_shown_nothing_that_acts(void **state)
{
	(void)state;
	comes_to("{\"content\":[{\"type\":\"text\",\"text\":\"\\u001b[31mred\\r\\n\\tend\"}]}", CONTENT_TEXT, true, 0, "\\x1b[31mred\n\tend\n");
	comes_to("{\"content\":[{\"type\":\"text\",\"text\":\"\\u001b[31mred\"}]}", CONTENT_TEXT, false, 0, "\033[31mred\n");
	comes_to("{\"content\":[{\"type\":\"image\",\"data\":\"\",\"mimeType\":\"\\u001b[31m\"}]}", CONTENT_TEXT, false, 0,
		"[image, \\x1b[31m, 0 bytes]\n");
}

static void json_is_laid_out_or_on_one_line_or_as_it_was(void **state)
{
	static const char result[] = "{\"content\": [], \"n\":1.50 }";

	(void)state;
	comes_to(result, CONTENT_JSON, true, 0, "{\n  \"content\": [],\n  \"n\": 1.50\n}\n");
	comes_to(result, CONTENT_COMPACT, true, 0, "{\"content\":[],\"n\":1.50}\n");
	comes_to(result, CONTENT_RAW, true, 0, "{\"content\": [], \"n\":1.50 }\n");
}

static void long_text_is_cut_between_characters(void **state)
{
	static const char result[] = "{\"content\":[{\"type\":\"text\",\"text\":\"\\u00fcber\"}]}";

	(void)state;
	comes_to(result, CONTENT_TEXT, true, 1, "\xc3\xbc\n... (1 of 5 characters)\n");
	comes_to(result, CONTENT_TEXT, true, 2, "\xc3\xbc""b\n... (2 of 5 characters)\n");
	comes_to(result, CONTENT_TEXT, true, 5, "\xc3\xbc""ber\n");
	comes_to(result, CONTENT_COMPACT, true, 1, "{\"content\":[{\"type\":\"text\",\"text\":\"\xc3\xbc""ber\"}]}\n");
}

static void an_error_is_one_where_the_tool_says_so(void **state)
{
	(void)state;
	assert_true(content_is_error(tree("{\"isError\":true}")));
	assert_false(content_is_error(tree("{\"isError\":false}")));
	assert_false(content_is_error(tree("{\"isError\":\"true\"}")));
	assert_false(content_is_error(tree("{}")));
	assert_false(content_is_error(NULL));
}

static void the_one_file_is_found(void **state)
{
	struct str data;

	(void)state;
	assert_ok(content_file(tree("{\"content\":[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image\",\"data\":\"AA==\"}]}"), &data, &e), &e);
	assert_str(data, "AA==");
	assert_ok(content_file(tree("{\"content\":[{\"type\":\"resource\",\"resource\":{\"blob\":\"AB==\"}}]}"), &data, &e), &e);
	assert_str(data, "AB==");
	assert_false(content_file(tree("{\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}"), &data, &e));
	assert_non_null(strstr(e.text, "holds 0"));
	assert_false(content_file(tree("{\"content\":[{\"type\":\"image\",\"data\":\"\"},{\"type\":\"audio\",\"data\":\"\"}]}"), &data, &e));
	assert_non_null(strstr(e.text, "holds 2"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocks_are_lines_of_text),
		TEST(a_terminal_is_shown_nothing_that_acts),
		TEST(json_is_laid_out_or_on_one_line_or_as_it_was),
		TEST(long_text_is_cut_between_characters),
		TEST(an_error_is_one_where_the_tool_says_so),
		TEST(the_one_file_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/yaml.h"
#include "support/trees.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	return arena_new(&arena, 4 << 20) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

struct meaning {
	const char *yaml;
	const char *json;
};

static void check_meanings(const struct meaning *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct json *tree;
		struct err e = {0};
		struct buf out;

		if (!yaml_read(str_of(cases[i].yaml), &arena, &tree, &e)) {
			print_error("%s\n%s\n", cases[i].yaml, e.text);
			fail();
		}
		out = buf_in(&arena, 0);
		trees_write(&out, tree, 0);
		if (!str_same(buf_str(&out), str_of(cases[i].json)))
			print_error("%s\n", cases[i].yaml);
		assert_str(buf_str(&out), cases[i].json);
		arena_reset(&arena);
	}
}
#define CHECK_MEANINGS(cases) check_meanings(cases, sizeof cases / sizeof *cases)

static void resolves_plain_scalars(void **state)
{
	static const struct meaning cases[] = {
		{"null", "null"}, {"Null", "null"}, {"NULL", "null"}, {"~", "null"}, {"nUll", "\"nUll\""},
		{"true", "true"}, {"True", "true"}, {"TRUE", "true"}, {"tRUE", "\"tRUE\""},
		{"yes", "true"}, {"Yes", "true"}, {"YES", "true"}, {"y", "\"y\""}, {"Y", "\"Y\""},
		{"on", "true"}, {"On", "true"}, {"ON", "true"},
		{"false", "false"}, {"False", "false"}, {"FALSE", "false"},
		{"no", "false"}, {"No", "false"}, {"NO", "false"}, {"n", "\"n\""},
		{"off", "false"}, {"Off", "false"}, {"OFF", "false"},
		{"0", "0"}, {"-0", "-0"}, {"42", "42"}, {"-42", "-42"}, {"+42", "42"},
		{"12345678901234567890123", "12345678901234567890123"},
		{"1.5", "1.5"}, {"-1.5", "-1.5"}, {"+1.5", "1.5"}, {".5", "0.5"}, {"-.5", "-0.5"}, {"+.5", "0.5"},
		{"1.", "1"}, {"-1.", "-1"}, {"1e3", "1e3"}, {"1.e3", "1e3"}, {"1E+3", "1E+3"}, {".5e-3", "0.5e-3"},
		{"0x1F", "31"}, {"0xffffffffffffffff", "18446744073709551615"}, {"0o17", "15"},
		{"0x1ffffffffffffffff", "\"0x1ffffffffffffffff\""}, {"0x", "\"0x\""}, {"0xg", "\"0xg\""},
		{"0o8", "\"0o8\""}, {"-0x1", "\"-0x1\""}, {"0X1", "\"0X1\""}, {"0b1", "\"0b1\""},
		{"0o2000000000000000000000", "\"0o2000000000000000000000\""},
		{"0o1777777777777777777777", "18446744073709551615"},
		{"0123", "\"0123\""}, {"-01", "\"-01\""}, {"00", "\"00\""}, {"01.5", "\"01.5\""},
		{"1_000", "\"1_000\""}, {"1:30", "\"1:30\""}, {"1,5", "\"1,5\""},
		{"+", "\"+\""}, {"+-1", "\"+-1\""}, {"++1", "\"++1\""}, {"-+1", "\"-+1\""}, {".", "\".\""}, {"-.", "\"-.\""},
		{"..", "\"..\""}, {"1..", "\"1..\""}, {"1..2", "\"1..2\""}, {"1.2.3", "\"1.2.3\""}, {".e3", "\".e3\""},
		{"e3", "\"e3\""}, {"1e", "\"1e\""}, {"1e+", "\"1e+\""}, {".1.", "\".1.\""}, {"1x", "\"1x\""},
		{".inf", "\".inf\""}, {"-.inf", "\"-.inf\""}, {".nan", "\".nan\""}, {"NaN", "\"NaN\""},
		{"2001-12-14", "\"2001-12-14\""}, {"127.0.0.1", "\"127.0.0.1\""},
		{"http://localhost:8080/mcp", "\"http://localhost:8080/mcp\""},
		{"a b  c", "\"a b  c\""}, {"a\n b\n\n c", "\"a b\\nc\""},
		{"=", "\"=\""}, {"<<", "\"<<\""}, {"\xc3\xa9t\xc3\xa9", "\"\xc3\xa9t\xc3\xa9\""},
	};

	(void)state;
	CHECK_MEANINGS(cases);
}

static void reads_the_other_scalars_as_strings(void **state)
{
	static const struct meaning cases[] = {
		{"'yes'", "\"yes\""}, {"\"1\"", "\"1\""}, {"''", "\"\""}, {"'it''s'", "\"it's\""},
		{"\"\\x41\\u00e9\\U0001F639\\n\\0\\e\"", "\"A\xc3\xa9\xf0\x9f\x98\xb9\\n\\u0000\\u001b\""},
		{"|\n a\n b\n", "\"a\\nb\\n\""}, {"|-\n 1\n", "\"1\""}, {">\n a\n b\n", "\"a b\\n\""},
		{"!!str 1", "\"1\""}, {"!!str yes", "\"yes\""}, {"!!str", "\"\""}, {"! 1", "\"1\""},
		{"!!int '1'", "1"}, {"!!bool \"on\"", "true"}, {"!!null ''", "null"}, {"!!float 1.5", "1.5"},
		{"!<tag:yaml.org,2002:str> 1", "\"1\""},
	};

	(void)state;
	CHECK_MEANINGS(cases);
}

static void reads_collections(void **state)
{
	static const struct meaning cases[] = {
		{"", "null"}, {"# only a comment\n", "null"}, {"---\n", "null"}, {"---\n...\n", "null"},
		{"%YAML 1.1\n---\na: 1\n", "{\"a\":1}"}, {"\xef\xbb\xbf" "a: 1", "{\"a\":1}"},
		{"[]", "[]"}, {"{}", "{}"}, {"- 1\n- two\n-\n", "[1,\"two\",null]"},
		{"a: 1\nb:\nc: [x, {y: z}]\n", "{\"a\":1,\"b\":null,\"c\":[\"x\",{\"y\":\"z\"}]}"},
		{"a:\n  b:\n    - c: 1\n      d: 2\n    - 3\n", "{\"a\":{\"b\":[{\"c\":1,\"d\":2},3]}}"},
		{"1: a\nyes: b\n~: c\n'': d\n", "{\"1\":\"a\",\"yes\":\"b\",\"~\":\"c\",\"\":\"d\"}"},
		{"{a, b: }", "{\"a\":null,\"b\":null}"}, {"[a: 1]", "[{\"a\":1}]"}, {"? a\n: b\n", "{\"a\":\"b\"}"},
		{"!!map {a: !!seq [1]}", "{\"a\":[1]}"}, {"{\"a\":[true,null]}", "{\"a\":[true,null]}"},
		{"a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}"},
		{"url: ${ENV:http://x}\n", "{\"url\":\"${ENV:http://x}\"}"},
	};

	(void)state;
	CHECK_MEANINGS(cases);
}

static void copies_what_an_alias_names(void **state)
{
	static const struct meaning cases[] = {
		{"a: &x 1\nb: *x\n", "{\"a\":1,\"b\":1}"},
		{"a: &x [1, {k: v}]\nb: *x\nc: *x\n", "{\"a\":[1,{\"k\":\"v\"}],\"b\":[1,{\"k\":\"v\"}],\"c\":[1,{\"k\":\"v\"}]}"},
		{"- &x a\n- &x b\n- *x\n", "[\"a\",\"b\",\"b\"]"},
		{"- &x\n- *x\n", "[null,null]"},
		{"base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n", "{\"base\":{\"x\":1,\"y\":2},\"more\":{\"y\":3,\"x\":1}}"},
		{"- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b], z: 3}\n", "[{\"x\":1},{\"x\":2,\"y\":2},{\"z\":3,\"x\":1,\"y\":2}]"},
		{"<<: {a: 1}\n", "{\"a\":1}"}, {"<<: {}\na: 1\n", "{\"a\":1}"},
		{"'<<': 1\n", "{\"<<\":1}"},
	};

	(void)state;
	CHECK_MEANINGS(cases);
}

static void refuses_and_says_where(void **state)
{
	static const struct {
		struct str yaml;
		const char *says;
	} cases[] = {
		{S_INIT("a: 1\nb: 2\na: 3\n"), "line 3, column 1: the name \"a\" stands twice"},
		{S_INIT("a: 1\n'a': 3\n"), "line 2, column 1: the name \"a\" stands twice"},
		{S_INIT("a: 1\n--- \nb: 2\n"), "a second document"},
		{S_INIT("[1]: 2\n"), "line 1, column 1: a name must be"},
		{S_INIT("{a: 1}: 2\n"), "a name must be"},
		{S_INIT("a: &x b\n*x : 2\n"), "line 2, column 1: a name must be"},
		{S_INIT("a: *x\n"), "line 1, column 4: this alias names no anchor"},
		{S_INIT("&x [*x]\n"), "this alias names no anchor"},
		{S_INIT("a: !secret x\n"), "line 1, column 4: this tag is not known"},
		{S_INIT("a: !!python/object:os.system x\n"), "this tag is not known"},
		{S_INIT("a: !!int x\n"), "does not fit"},
		{S_INIT("a: !!binary aGk=\n"), "this tag is not known"},
		{S_INIT("a: !!seq {}\n"), "does not fit"},
		{S_INIT("a: !!set {}\n"), "this tag is not known"},
		{S_INIT("<<: 1\n"), "line 1, column 1: << wants a mapping"},
		{S_INIT("<<: [1]\n"), "<< wants a mapping"},
		{S_INIT("<<: {a: 1}\n<<: {b: 2}\n"), "<< stands twice"},
		{S_INIT("a: b: c\n"), "line 1, column 5: mapping values are not allowed"},
		{S_INIT("a:\n\t- b\n"), "line 2, column 1"},
		{S_INIT("a: [1, 2\n"), "line 2, column 1"},
		{S_INIT("a: 'x\n"), "line 2, column 1"},
		{S_INIT("a: \"\\q\"\n"), "line 1"},
		{S_INIT("a: \"\\ud800\"\n"), "line 1"},
		{S_INIT("a: @x\n"), "line 1, column 4"},
		{S_INIT("%YAML 2.0\n---\na\n"), "line 1"},
		{S_INIT("a: 1\nb: \xff\n"), "line 2, column 4"},
		{S_INIT("a: \xc3"), "line 1, column 4"},
		{S_INIT("a: \0"), "line 1, column 4"},
		{S_INIT("a: \x1b[0m"), "line 1, column 4"},
		{S_INIT("\xff\xfe" "a\0:\0 \0001\0"), "line 1, column 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct json *tree = (const struct json *)&arena;
		size_t room = arena_room(&arena);
		struct err e = {0};

		if (yaml_read(cases[i].yaml, &arena, &tree, &e)) {
			print_error("%.*s was read\n", STR(cases[i].yaml));
			fail();
		}
		if (!strstr(e.text, cases[i].says)) {
			print_error("%.*s: \"%s\" does not say \"%s\"\n", STR(cases[i].yaml), e.text, cases[i].says);
			fail();
		}
		assert_int_equal(e.kind, ERR_INPUT);
		assert_null(tree);
		assert_int_equal(arena_room(&arena), room);
	}
}

/* Each line nine times the one before: the arena ends it. */
static void bounds_what_aliases_become(void **state)
{
	struct buf text = buf_in(&arena, 0);
	const struct json *tree;
	struct err e = {0};

	(void)state;
	buf_add(&text, S("a0: &a0 [x, x, x]\n"));
	for (int i = 1; i < 20; i++) {
		buf_print(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 9; j++)
			buf_print(&text, "*a%d, ", i - 1);
		buf_add(&text, S("]\n"));
	}
	assert_false(yaml_read(buf_str(&text), &arena, &tree, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "more memory than is set aside"));
}

/* Aliases add up to levels that no single line has. */
static void bounds_the_depth(void **state)
{
	struct buf text = buf_in(&arena, 0);
	const struct json *tree;
	struct err e = {0};

	(void)state;
	buf_add(&text, S("- &a0 x\n"));
	for (int i = 1; i < JSON_DEPTH; i++)
		buf_print(&text, "- &a%d [*a%d]\n", i, i - 1);
	assert_ok(yaml_read(buf_str(&text), &arena, &tree, &e), &e);
	buf_print(&text, "- &a%d [*a%d]\n", JSON_DEPTH, JSON_DEPTH - 1);
	assert_false(yaml_read(buf_str(&text), &arena, &tree, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "nested too deep"));
	buf_wipe(&text);
	for (int i = 0; i <= JSON_DEPTH; i++)
		buf_add_char(&text, '[');
	for (int i = 0; i <= JSON_DEPTH; i++)
		buf_add_char(&text, ']');
	assert_false(yaml_read(buf_str(&text), &arena, &tree, &e));
	assert_non_null(strstr(e.text, "nested too deep"));
}

static void bounds_size_anchors_and_merges(void **state)
{
	static char large[YAML_SIZE + 1];
	struct buf text = buf_in(&arena, 0);
	const struct json *tree;
	struct err e = {0};

	(void)state;
	memset(large, ' ', sizeof large);
	assert_ok(yaml_read(str_make(large, YAML_SIZE), &arena, &tree, &e), &e);
	assert_false(yaml_read(str_make(large, YAML_SIZE + 1), &arena, &tree, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	for (int i = 0; i < YAML_ANCHORS; i++)
		buf_print(&text, "- &a%d x\n", i);
	assert_ok(yaml_read(buf_str(&text), &arena, &tree, &e), &e);
	buf_add(&text, S("- &more x\n"));
	assert_false(yaml_read(buf_str(&text), &arena, &tree, &e));
	assert_non_null(strstr(e.text, "too many anchors"));
	buf_wipe(&text);
	buf_add(&text, S("<<:\n"));
	for (int i = 0; i < YAML_MERGED; i++)
		buf_print(&text, "  k%d: x\n", i);
	assert_ok(yaml_read(buf_str(&text), &arena, &tree, &e), &e);
	assert_int_equal(json_count(tree), YAML_MERGED);
	buf_add(&text, S("  more: x\n"));
	assert_false(yaml_read(buf_str(&text), &arena, &tree, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

static void tells_places_and_never_values(void **state)
{
	static const char *const broken[] = {"token: 'hunter2\n", "token: hunter2: x\n", "token: \"hunter2\\q\"\n",
		"token: !x hunter2\n", "- hunter2\nx: 1\n", "token: !!int hunter2\n"};
	const struct json *tree, *b;
	struct err e = {0};

	(void)state;
	assert_ok(yaml_read(S("\xc3\xa9: 1\n\nb:\n  - x\n  - \xc3\xa9: y\n"), &arena, &tree, &e), &e);
	b = json_get(tree, S("b"));
	assert_int_equal(b->line, 3);
	assert_int_equal(b->column, 1);
	assert_int_equal(b->first->line, 4);
	assert_int_equal(b->first->column, 5);
	assert_int_equal(b->first->next->first->line, 5);
	assert_int_equal(b->first->next->first->column, 5);
	assert_int_equal(b->raw.len, 0);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		assert_false(yaml_read(str_of(broken[i]), &arena, &tree, &e));
		assert_null(strstr(e.text, "hunter2"));
	}
}

static void says_when_the_arena_is_too_small(void **state)
{
	struct arena small;
	const struct json *tree;
	struct err e = {0};

	(void)state;
	assert_true(arena_new(&small, 512));
	assert_false(yaml_read(S("[1, 2, 3, 4, 5, 6, 7, 8]"), &small, &tree, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	arena_free(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(resolves_plain_scalars, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_the_other_scalars_as_strings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_collections, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_what_an_alias_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_and_says_where, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_what_aliases_become, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_the_depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_size_anchors_and_merges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_places_and_never_values, set_up, tear_down),
		cmocka_unit_test(says_when_the_arena_is_too_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

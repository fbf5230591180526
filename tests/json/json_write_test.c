#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"

static char memory[4096];

static void write_sample(struct json_write *w)
{
	json_write_object(w);
	json_write_str_as(w, S("s"), S("x"));
	json_write_name(w, S("empty"));
	json_write_object(w);
	json_write_end_object(w);
	json_write_name(w, S("list"));
	json_write_array(w);
	json_write_int(w, INT64_MIN);
	json_write_null(w);
	json_write_array(w);
	json_write_end_array(w);
	json_write_raw(w, S("{ }"));
	json_write_end_array(w);
	json_write_bool_as(w, S("t"), true);
	json_write_int_as(w, S("i"), 42);
	json_write_tree_as(w, S("none"), NULL);
	json_write_end_object(w);
}

static void writes_commas_and_names(void **state)
{
	struct buf out = buf_over(memory, sizeof memory);
	struct json_write w = json_write_to(&out);

	(void)state;
	write_sample(&w);
	assert_str(buf_str(&out),
		"{\"s\":\"x\",\"empty\":{},\"list\":[-9223372036854775808,null,[],{ }],\"t\":true,\"i\":42,\"none\":null}");
}

static void lays_out_for_people(void **state)
{
	struct buf out = buf_over(memory, sizeof memory);
	struct json_write w = json_write_to(&out);

	(void)state;
	w.indent = 2;
	write_sample(&w);
	assert_str(buf_str(&out),
		"{\n"
		"  \"s\": \"x\",\n"
		"  \"empty\": {},\n"
		"  \"list\": [\n"
		"    -9223372036854775808,\n"
		"    null,\n"
		"    [],\n"
		"    { }\n"
		"  ],\n"
		"  \"t\": true,\n"
		"  \"i\": 42,\n"
		"  \"none\": null\n"
		"}");
}

static void writes_single_values(void **state)
{
	struct buf out = buf_over(memory, sizeof memory);
	struct json_write w = json_write_to(&out);

	(void)state;
	json_write_bool(&w, false);
	assert_str(buf_str(&out), "false");
	buf_wipe(&out);
	w = json_write_to(&out);
	w.indent = 4;
	json_write_int(&w, -7);
	assert_str(buf_str(&out), "-7");
}

static void escapes_what_must_be(void **state)
{
	static const struct {
		struct str text;
		const char *written;
	} cases[] = {
		{S_INIT(""), "\"\""},
		{S_INIT("plain /"), "\"plain /\""},
		{S_INIT("\"\\"), "\"\\\"\\\\\""},
		{S_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
		{S_INIT("\0\x01\x1b\x1f\x7f"), "\"\\u0000\\u0001\\u001b\\u001f\\u007f\""},
		{S_INIT("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"), "\"\\u0080\\u009b\\u009f\xc2\xa0\""},
		{S_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\xb9"), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\xb9\""},
		{S_INIT("a\xff" "b"), "\"a\xef\xbf\xbd" "b\""},
		{S_INIT("\xc2"), "\"\xef\xbf\xbd\""},
		{S_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{S_INIT("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = buf_over(memory, sizeof memory);
		struct json_write w = json_write_to(&out);

		json_write_str(&w, cases[i].text);
		assert_str(buf_str(&out), cases[i].written);
	}
}

static void says_full_when_it_does_not_fit(void **state)
{
	struct buf out = buf_over(memory, 10);
	struct json_write w = json_write_to(&out);

	(void)state;
	write_sample(&w);
	assert_true(out.full);
}

static void writes_a_tree_as_it_was_or_laid_out(void **state)
{
	struct arena a;
	const struct json *tree;
	struct err e = {0};
	struct buf out = buf_over(memory, sizeof memory);
	struct json_write w = json_write_to(&out);

	(void)state;
	assert_true(arena_new(&a, 4096));
	assert_ok(json_read(S("{ \"a\" : [1.50, \"\\u0041\"] , \"b\":{\"c\":null} }"), &a, &tree, &e), &e);
	json_write_array(&w);
	json_write_tree(&w, tree);
	json_write_tree(&w, json_get(tree, S("b")));
	json_write_end_array(&w);
	assert_str(buf_str(&out), "[{ \"a\" : [1.50, \"\\u0041\"] , \"b\":{\"c\":null} },{\"c\":null}]");
	buf_wipe(&out);
	w = json_write_to(&out);
	w.indent = 1;
	json_write_tree(&w, tree);
	assert_str(buf_str(&out), "{\n \"a\": [\n  1.50,\n  \"A\"\n ],\n \"b\": {\n  \"c\": null\n }\n}");
	buf_wipe(&out);
	w = json_write_to(&out);
	json_write_values(&w, tree);
	assert_str(buf_str(&out), "{\"a\":[1.50,\"A\"],\"b\":{\"c\":null}}");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_commas_and_names),
		cmocka_unit_test(lays_out_for_people),
		cmocka_unit_test(writes_single_values),
		cmocka_unit_test(escapes_what_must_be),
		cmocka_unit_test(says_full_when_it_does_not_fit),
		cmocka_unit_test(writes_a_tree_as_it_was_or_laid_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

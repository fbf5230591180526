#include "support/test.h"

#include "base/buf.h"
#include "http/field.h"

static void knows_tokens(void **state)
{
	static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	for (int c = 0; c < 256; c++)
		assert_int_equal(field_is_token_char((char)c), c && strchr(tchar, c) != NULL);
	assert_true(field_is_token(S("Mcp-Session-Id")));
	assert_false(field_is_token(S("")));
	assert_false(field_is_token(S("a b")));
	assert_false(field_is_token(S("a\0")));
}

static void knows_values(void **state)
{
	(void)state;
	assert_true(field_is_value(S("")));
	assert_true(field_is_value(S("a \t\"b\" \xff")));
	assert_false(field_is_value(S(" a")));
	assert_false(field_is_value(S("a\t")));
	assert_false(field_is_value(S("a\rb")));
	assert_false(field_is_value(S("a\nb")));
	assert_false(field_is_value(S("a\0b")));
	assert_false(field_is_value(S("a\x7f")));
}

static const struct http_field some[] = {
	{S_INIT("Accept"), S_INIT("text/html , \"a,b\\\",c\",, application/json")},
	{S_INIT("x-a"), S_INIT("1")},
	{S_INIT("X-A"), S_INIT("2")},
	{S_INIT("accept"), S_INIT("close")},
};

static void finds_fields_in_any_case(void **state)
{
	bool found;

	(void)state;
	assert_str(field_find(some, 4, S("X-a"), &found), "1");
	assert_true(found);
	assert_str(field_find(some, 4, S("X-"), &found), "");
	assert_false(found);
	assert_int_equal(field_count(some, 4, S("X-A")), 2);
	assert_int_equal(field_count(some, 4, S("X-B")), 0);
}

static void takes_lists_apart(void **state)
{
	static const struct {
		const char *list, *elements;
	} cases[] = {
		{"", ""},
		{",,\t ,", ""},
		{"a", "<a>"},
		{"a,b", "<a><b>"},
		{" a ,\tb b , ", "<a><b b>"},
		{"\"a,b\",c", "<\"a,b\"><c>"},
		{"x=\"a\\\",b\",c", "<x=\"a\\\",b\"><c>"},
		{"\"a,b", "<\"a,b>"},
		{"\"a\\", "<\"a\\>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char memory[64];
		struct buf out = buf_over(memory, sizeof memory);
		struct str rest = str_of(cases[i].list);
		struct str element;

		while (field_next(&rest, &element))
			buf_print(&out, "<%.*s>", STR(element));
		assert_str(buf_str(&out), cases[i].elements);
	}
	assert_true(field_list_has(some, 4, S("Accept"), S("APPLICATION/JSON")));
	assert_true(field_list_has(some, 4, S("Accept"), S("close")));
	assert_false(field_list_has(some, 4, S("Accept"), S("b")));
	assert_false(field_list_has(some, 4, S("X-A"), S("close")));
}

static void reads_quoted_strings(void **state)
{
	static const struct {
		struct str text;
		const char *means, *rest; /* NULL: refused */
	} cases[] = {
		{S_INIT("\"\""), "", ""},
		{S_INIT("\"a b\", c"), "a b", ", c"},
		{S_INIT("\"a\\\"b\\\\c\\d\""), "a\"b\\cd", ""},
		{S_INIT("\"\t\xff\""), "\t\xff", ""},
		{S_INIT(""), NULL, NULL},
		{S_INIT("a\"b\""), NULL, NULL},
		{S_INIT("\""), NULL, NULL},
		{S_INIT("\"a"), NULL, NULL},
		{S_INIT("\"a\\"), NULL, NULL},
		{S_INIT("\"a\\\""), NULL, NULL},
		{S_INIT("\"a\nb\""), NULL, NULL},
		{S_INIT("\"a\\\rb\""), NULL, NULL},
		{S_INIT("\"a\0b\""), NULL, NULL},
		{S_INIT("\"longer than eight\""), NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char memory[8];
		struct buf out = buf_over(memory, sizeof memory);
		struct str rest = cases[i].text;

		assert_int_equal(field_read_quoted(&rest, &out), cases[i].means != NULL);
		assert_str(buf_str(&out), cases[i].means ? cases[i].means : "");
		if (cases[i].means)
			assert_str(rest, cases[i].rest);
		else
			assert_int_equal(rest.len, cases[i].text.len);
	}
}

static void reads_the_quoted_string_it_wrote(void **state)
{
	char memory[2][64];
	struct buf out = buf_over(memory[0], 64);
	struct buf back = buf_over(memory[1], 64);
	struct str rest;

	(void)state;
	field_write_quoted(&out, S("a \"b\" \\c, \t"));
	assert_str(buf_str(&out), "\"a \\\"b\\\" \\\\c, \t\"");
	rest = buf_str(&out);
	assert_true(field_read_quoted(&rest, &back));
	assert_str(buf_str(&back), "a \"b\" \\c, \t");
}

static void compares_media_types(void **state)
{
	(void)state;
	assert_true(field_is_media_type(S("application/json"), S("application/json")));
	assert_true(field_is_media_type(S("Application/JSON; charset=utf-8"), S("application/json")));
	assert_true(field_is_media_type(S("application/json ;x"), S("application/json")));
	assert_false(field_is_media_type(S("application/jsonp"), S("application/json")));
	assert_false(field_is_media_type(S("application/json, text/html"), S("application/json")));
	assert_false(field_is_media_type(S("text/html; application/json"), S("application/json")));
	assert_false(field_is_media_type(S(""), S("application/json")));
}

static void writes_no_field_that_breaks_its_line(void **state)
{
	static const struct http_field bad[] = {
		{S_INIT(""), S_INIT("x")},
		{S_INIT("A:"), S_INIT("x")},
		{S_INIT("A "), S_INIT("x")},
		{S_INIT("A\r\nB"), S_INIT("x")},
		{S_INIT("\xc3\xa9"), S_INIT("x")},
		{S_INIT("A"), S_INIT("x\r\nB: y")},
		{S_INIT("A"), S_INIT("x\n")},
		{S_INIT("A"), S_INIT("x\r")},
		{S_INIT("A"), S_INIT("x\0y")},
		{S_INIT("A"), S_INIT(" x")},
	};
	char memory[16];
	struct buf out = buf_over(memory, sizeof memory);
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(field_write(&out, bad[i].name, bad[i].value, &e));
		assert_int_equal(e.kind, ERR_INPUT);
		assert_int_equal(out.len, 0);
	}
	assert_true(field_write(&out, S("A"), S("b c"), &e));
	assert_str(buf_str(&out), "A: b c\r\n");
	assert_false(field_write(&out, S("B"), S("longer than it fits"), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_str(buf_str(&out), "A: b c\r\n");
}

static void errors_do_not_show_values(void **state)
{
	char memory[64];
	struct buf out = buf_over(memory, sizeof memory);
	struct err e = {0};

	(void)state;
	assert_false(field_write(&out, S("Authorization"), S("Bearer hunter2\r\n"), &e));
	assert_null(strstr(e.text, "hunter2"));
	assert_non_null(strstr(e.text, "Authorization"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_tokens),
		cmocka_unit_test(knows_values),
		cmocka_unit_test(finds_fields_in_any_case),
		cmocka_unit_test(takes_lists_apart),
		cmocka_unit_test(reads_quoted_strings),
		cmocka_unit_test(reads_the_quoted_string_it_wrote),
		cmocka_unit_test(compares_media_types),
		cmocka_unit_test(writes_no_field_that_breaks_its_line),
		cmocka_unit_test(errors_do_not_show_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

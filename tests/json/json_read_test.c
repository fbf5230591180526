#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"

#define T(literal) S_INIT(literal)

/* What RFC 8259 allows. Where `again` is empty the text comes back as it was when the
 * tree is written from its values. */
static const struct {
	struct str text;
	struct str again;
} accepted[] = {
	/* Structure. */
	{T("[]"), T("")},
	{T("{}"), T("")},
	{T("[[]]"), T("")},
	{T("[[],{},[[],[]]]"), T("")},
	{T("[{}]"), T("")},
	{T("{\"a\":{}}"), T("")},
	{T("{\"a\":[]}"), T("")},
	{T("{\"a\":{\"a\":{\"a\":1}}}"), T("")},
	{T("[1,2,3]"), T("")},
	{T("[1,[2,[3,[4]]]]"), T("")},
	{T("{\"a\":1,\"b\":2}"), T("")},
	{T("{\"\":0}"), T("")},
	{T("{\"a\":1,\"A\":2}"), T("")},
	{T("{\"a\":1,\"a \":2}"), T("")},
	{T("{\"a\":null,\"b\":[{\"a\":true}]}"), T("")},
	{T("[null,true,false]"), T("")},
	{T("[null,1,\"1\",{}]"), T("")},
	{T("null"), T("")},
	{T("true"), T("")},
	{T("false"), T("")},
	{T("0"), T("")},
	{T("\"\""), T("")},
	{T("\"text\""), T("")},
	{T("[\"a\",null,\"b\"]"), T("")},
	{T("[1\n]"), T("[1]")},
	{T("[1]\n"), T("[1]")},
	{T(" [1]"), T("[1]")},
	{T("[ ]"), T("[]")},
	{T("{ }"), T("{}")},
	{T("\t\r\n {\t\"a\"\r:\n1 ,\"b\" : [ 1 , 2 ] }\r\n"), T("{\"a\":1,\"b\":[1,2]}")},
	{T(" \t\r\n0\t\r\n "), T("0")},
	/* Numbers. */
	{T("-0"), T("")},
	{T("[0,-1,1]"), T("")},
	{T("1234567890"), T("")},
	{T("-123"), T("")},
	{T("0.0"), T("")},
	{T("-0.0"), T("")},
	{T("1.5"), T("")},
	{T("1e1"), T("")},
	{T("1E1"), T("")},
	{T("1e+1"), T("")},
	{T("1e-1"), T("")},
	{T("0e0"), T("")},
	{T("0e+1"), T("")},
	{T("0E10"), T("")},
	{T("1E22"), T("")},
	{T("1E+2"), T("")},
	{T("123e45"), T("")},
	{T("123.456e78"), T("")},
	{T("123.456789"), T("")},
	{T("1e00"), T("")},
	{T("1e007"), T("")},
	{T("1.000000000000000000000000000000000000000000000000000000000000000000001"), T("")},
	{T("-0.000000000000000000000000000000000000000000000000000000000000000000000000000001"), T("")},
	{T("100000000000000000000000000000000000000"), T("")},
	{T("-237462374673276894279832749832423479823246327846"), T("")},
	{T("123123123123123123e100000"), T("")},
	{T("-1e+9999"), T("")},
	{T("1.5e+9999"), T("")},
	{T("-123123e-10000000"), T("")},
	{T("0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999"), T("")},
	/* Strings. */
	{T("\"a\\\"b\""), T("")},
	{T("\"\\\\\""), T("")},
	{T("\"\\/\""), T("\"/\"")},
	{T("\"\\b\\f\\n\\r\\t\""), T("")},
	{T("\"\\u0000\""), T("")},
	{T("\"\\u0001\\u001f\""), T("")},
	{T("\"\\u000A\""), T("\"\\n\"")},
	{T("\"\\u0022\""), T("\"\\\"\"")},
	{T("\"\\u005C\""), T("\"\\\\\"")},
	{T("\"\\u0041\""), T("\"A\"")},
	{T("\"\\\\u0041\""), T("")},
	{T("\"\\\\n\""), T("")},
	{T("\"\\\"\\\\\\/\""), T("\"\\\"\\\\/\"")},
	{T("\"\\u00e9\""), T("\"\xc3\xa9\"")},
	{T("\"\\u00E9\""), T("\"\xc3\xa9\"")},
	{T("\"\\u20ac\""), T("\"\xe2\x82\xac\"")},
	{T("\"\\uFFFF\""), T("\"\xef\xbf\xbf\"")},
	{T("\"\\uFDD0\\uFFFE\""), T("\"\xef\xb7\x90\xef\xbf\xbe\"")},
	{T("\"\\uD7FF\\uE000\""), T("\"\xed\x9f\xbf\xee\x80\x80\"")},
	{T("\"\\uD800\\uDC00\""), T("\"\xf0\x90\x80\x80\"")},
	{T("\"\\ud83d\\ude39\\ud83d\\udc8d\""), T("\"\xf0\x9f\x98\xb9\xf0\x9f\x92\x8d\"")},
	{T("\"\\uDBFF\\uDFFF\""), T("\"\xf4\x8f\xbf\xbf\"")},
	{T("\"\\uDBFF\\uDFFE\""), T("\"\xf4\x8f\xbf\xbe\"")},
	{T("\"a/*b*/c/*d//e\""), T("")},
	{T("\"[],{}:\""), T("")},
	{T("\" \""), T("")},
	{T("\"\x7f\""), T("\"\\u007f\"")},
	{T("\"a\x7f" "a\""), T("\"a\\u007fa\"")},
	{T("\"\\u007F\""), T("\"\\u007f\"")},
	{T("\"\xc2\x80\xc2\x9f\xc2\xa0\""), T("\"\\u0080\\u009f\xc2\xa0\"")},
	{T("\"\xc2\x80\""), T("\"\\u0080\"")},
	{T("\"\xdf\xbf\""), T("")},
	{T("\"\xe0\xa0\x80\""), T("")},
	{T("\"\xe2\x80\xa8\xe2\x80\xa9\""), T("")},
	{T("\"\xed\x9f\xbf\xee\x80\x80\""), T("")},
	{T("\"\xef\xbb\xbf\""), T("")},
	{T("\"\xef\xbf\xbf\""), T("")},
	{T("\"\xf0\x90\x80\x80\""), T("")},
	{T("\"\xf3\xa0\x80\x81\""), T("")},
	{T("\"\xf4\x8f\xbf\xbf\""), T("")},
	{T("\"\xe3\x81\x82 \xf0\x9d\x84\x9e\""), T("")},
	{T("{\"\\u0061\":1}"), T("{\"a\":1}")},
	{T("{\"a\\u0000b\":1,\"a\\u0000c\":2}"), T("")},
	{T("{\"\xe2\x82\xac\":\"\xe2\x82\xac\"}"), T("")},
	{T("{\"__proto__\":1,\"constructor\":2}"), T("")},
	{T("{\"x\":[{\"id\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}],\"id\":\"y\"}"), T("")},
};

/* What it does not allow, with the place and a word of the error. */
static const struct {
	struct str text;
	const char *says;
} refused[] = {
	/* Nothing, and things behind the end. */
	{T(""), "line 1, column 1: a value is missing"},
	{T(" "), "column 2: a value is missing"},
	{T("\n\n "), "line 3, column 2: a value is missing"},
	{T("[][]"), "column 3: something stands behind"},
	{T("[1]x"), "column 4: something stands behind"},
	{T("1 2"), "column 3: something stands behind"},
	{T("{}}"), "something stands behind"},
	{T("[]]"), "something stands behind"},
	{T("{\"a\":1}#"), "something stands behind"},
	{T("{\"a\":1}//x"), "something stands behind"},
	{T("{\"a\":1}/**/"), "something stands behind"},
	{T("\"\"\""), "something stands behind"},
	{T("nullx"), "something stands behind"},
	{T("truefalse"), "something stands behind"},
	{T("[]\0"), "something stands behind"},
	{T("{}\f"), "something stands behind"},
	{T("null,"), "something stands behind"},
	{T("123\0"), "something stands behind"},
	{T("\"a\",\"b\""), "something stands behind"},
	{T("{\"a\":true} \"x\""), "something stands behind"},
	/* Arrays. */
	{T("["), "column 2: a value is missing"},
	{T("[1"), "column 3: a comma or ] is missing"},
	{T("[1,"), "column 4: a value is missing"},
	{T("[,"), "column 2: no JSON value begins"},
	{T("[,]"), "column 2: no JSON value begins"},
	{T("[1,]"), "column 4: no JSON value begins"},
	{T("[1,,2]"), "column 4: no JSON value begins"},
	{T("[,1]"), "no JSON value begins"},
	{T("[\"\",]"), "no JSON value begins"},
	{T("[\"x\",,]"), "no JSON value begins"},
	{T("[1 2]"), "column 4: a comma or ] is missing"},
	{T("[1:2]"), "a comma or ] is missing"},
	{T("[\"a\":1]"), "a comma or ] is missing"},
	{T("[1}"), "a comma or ] is missing"},
	{T("[1\n,1\n,1"), "line 3, column 3: a comma or ] is missing"},
	{T("[\"a\",\n4\n,1,"), "line 3, column 4: a value is missing"},
	{T("[3[4]]"), "a comma or ] is missing"},
	{T("[\"\" true]"), "a comma or ] is missing"},
	{T("[{}"), "a comma or ] is missing"},
	{T("[{"), "a name in quotation marks is missing"},
	{T("[*]"), "no JSON value begins"},
	{T("[\x0b" "1]"), "no JSON value begins"},
	{T("[\f]"), "no JSON value begins"},
	{T("[\xc2\xa0]"), "no JSON value begins"},
	{T("[\xe2\x81\xa0]"), "no JSON value begins"},
	{T("[\"a\0\"]"), "a control character"},
	{T("[1,/*x*/2]"), "no JSON value begins"},
	{T("[a"), "no JSON value begins"},
	{T("]"), "no JSON value begins"},
	{T("}"), "no JSON value begins"},
	{T("<.>"), "no JSON value begins"},
	{T("[<null>]"), "no JSON value begins"},
	{T("[\\n]"), "no JSON value begins"},
	{T("[']"), "no JSON value begins"},
	{T("['a']"), "no JSON value begins"},
	{T("[\xff]"), "no JSON value begins"},
	{T("\xe5"), "no JSON value begins"},
	{T("\0"), "no JSON value begins"},
	/* Objects. */
	{T("{"), "column 2: a name in quotation marks is missing"},
	{T("{,}"), "a name in quotation marks"},
	{T("{1:1}"), "a name in quotation marks"},
	{T("{a:1}"), "a name in quotation marks"},
	{T("{'a':1}"), "a name in quotation marks"},
	{T("{null:1}"), "a name in quotation marks"},
	{T("{[]:1}"), "a name in quotation marks"},
	{T("{\"a\"}"), "column 5: a colon is missing"},
	{T("{\"a\""), "a colon is missing"},
	{T("{\"a\",1}"), "a colon is missing"},
	{T("{\"a\" 1}"), "a colon is missing"},
	{T("{\"a\":"), "column 6: a value is missing"},
	{T("{\"a\":}"), "no JSON value begins"},
	{T("{\"a\"::1}"), "no JSON value begins"},
	{T("{\"a\":1"), "a comma or } is missing"},
	{T("{\"a\":1]"), "a comma or } is missing"},
	{T("{\"a\":1 \"b\":2}"), "a comma or } is missing"},
	{T("{\"a\":1:2}"), "a comma or } is missing"},
	{T("{\"a\":1,}"), "column 8: a name in quotation marks"},
	{T("{\"a\":1,,\"b\":2}"), "a name in quotation marks"},
	{T("{\"a\":1,\"b\"}"), "a colon is missing"},
	{T("{\"a\":\"b\",\"c"), "without its closing"},
	{T("{\"a\":1,/**/\"b\":2}"), "a name in quotation marks"},
	{T("{9999E9:1}"), "a name in quotation marks"},
	{T("{\"\xf0\x9f\x87\xa8\xf0\x9f\x87\xad\"}"), "column 6: a colon is missing"},
	{T("{\"a\":1,\"a\":1}"), "column 8: the name \"a\" stands twice"},
	{T("{\"a\":1,\"b\":2,\n\"\\u0061\":3}"), "line 2, column 1: the name \"a\" stands twice"},
	{T("{\"\":1,\"\":1}"), "the name \"\" stands twice"},
	{T("[{\"x\":{\"y\":1,\"y\":{}}}]"), "the name \"y\" stands twice"},
	{T("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"c\":1}"), "the name \"c\" stands twice"},
	/* Words. */
	{T("nul"), "no JSON value begins"},
	{T("[nul]"), "no JSON value begins"},
	{T("[tru]"), "no JSON value begins"},
	{T("[fals]"), "no JSON value begins"},
	{T("[True]"), "no JSON value begins"},
	{T("[NULL]"), "no JSON value begins"},
	{T("[undefined]"), "no JSON value begins"},
	{T("[NaN]"), "no JSON value begins"},
	{T("[nan]"), "no JSON value begins"},
	{T("[Inf]"), "no JSON value begins"},
	{T("[Infinity]"), "no JSON value begins"},
	{T("[truth]"), "no JSON value begins"},
	{T("yes"), "no JSON value begins"},
	/* Numbers. */
	{T("-"), "not a number"},
	{T("[-]"), "column 2: this is not a number"},
	{T("[+1]"), "no JSON value begins"},
	{T("[++1]"), "no JSON value begins"},
	{T("[--1]"), "not a number"},
	{T("[-a]"), "not a number"},
	{T("[- 1]"), "not a number"},
	{T("[-Infinity]"), "not a number"},
	{T("[-NaN]"), "not a number"},
	{T("[01]"), "not a number"},
	{T("[-01]"), "not a number"},
	{T("[00]"), "not a number"},
	{T("[012]"), "not a number"},
	{T("[-012]"), "not a number"},
	{T("[01.5]"), "not a number"},
	{T("[.5]"), "no JSON value begins"},
	{T("[.-1]"), "no JSON value begins"},
	{T("[-.5]"), "not a number"},
	{T("[1.]"), "a comma or ]"},
	{T("[-2.]"), "a comma or ]"},
	{T("[2.e3]"), "a comma or ]"},
	{T("[2.e+3]"), "a comma or ]"},
	{T("[0.e1]"), "a comma or ]"},
	{T("[1.2.3]"), "a comma or ]"},
	{T("[1e]"), "a comma or ]"},
	{T("[1e+]"), "a comma or ]"},
	{T("[1E-]"), "a comma or ]"},
	{T("[0e]"), "a comma or ]"},
	{T("[0e+]"), "a comma or ]"},
	{T("[0.3e]"), "a comma or ]"},
	{T("[0.3e+]"), "a comma or ]"},
	{T("[1eE2]"), "a comma or ]"},
	{T("[0e+-1]"), "a comma or ]"},
	{T("[1e1.5]"), "a comma or ]"},
	{T("[1+2]"), "a comma or ]"},
	{T("[1-2]"), "a comma or ]"},
	{T("[0x1]"), "a comma or ]"},
	{T("[0x42]"), "a comma or ]"},
	{T("[0o7]"), "a comma or ]"},
	{T("[0b1]"), "a comma or ]"},
	{T("[1_000]"), "a comma or ]"},
	{T("[1 000]"), "a comma or ]"},
	{T("[1a]"), "a comma or ]"},
	{T("[1.8011670033376514H-308]"), "a comma or ]"},
	{T("[1\xe5]"), "a comma or ]"},
	{T("[1e1\xe5]"), "a comma or ]"},
	{T("[0\xe5]"), "a comma or ]"},
	{T("[-1x]"), "a comma or ]"},
	{T("[-123.123foo]"), "a comma or ]"},
	{T("[\xef\xbc\x91]"), "no JSON value begins"},
	{T("1."), "something stands behind"},
	{T("1e"), "something stands behind"},
	/* Strings. */
	{T("\""), "column 2: a string without its closing"},
	{T("\"a"), "a string without its closing"},
	{T("[\"a]"), "a string without its closing"},
	{T("\"\\\""), "a string without its closing"},
	{T("\"\\"), "\\u wants four"},
	{T("[\"\\"), "\\u wants four"},
	{T("\"\n\""), "a control character"},
	{T("\"a\nb\""), "column 3: a control character"},
	{T("\"\t\""), "a control character"},
	{T("\"\r\""), "a control character"},
	{T("\"\x1f\""), "a control character"},
	{T("\"\x01\""), "a control character"},
	{T("\"\0\""), "a control character"},
	{T("{\"a\nb\":1}"), "a control character"},
	{T("\"\\a\""), "an escape that JSON does not have"},
	{T("\"\\v\""), "an escape that JSON does not have"},
	{T("\"\\'\""), "an escape that JSON does not have"},
	{T("\"\\0\""), "an escape that JSON does not have"},
	{T("\"\\x41\""), "an escape that JSON does not have"},
	{T("\"\\U0041\""), "an escape that JSON does not have"},
	{T("\"\\\0\""), "an escape that JSON does not have"},
	{T("\"\\\n\""), "an escape that JSON does not have"},
	{T("\"\\\t\""), "an escape that JSON does not have"},
	{T("\"\\\xf0\x9f\x8c\x80\""), "an escape that JSON does not have"},
	{T("\"\\\xe5\""), "an escape that JSON does not have"},
	{T("\"\\u\""), "\\u wants four"},
	{T("\"\\u1\""), "\\u wants four"},
	{T("\"\\u12\""), "\\u wants four"},
	{T("\"\\u123\""), "\\u wants four"},
	{T("\"\\u123"), "\\u wants four"},
	{T("\"\\u123g\""), "\\u wants four"},
	{T("\"\\u 123\""), "\\u wants four"},
	{T("\"\\u-123\""), "\\u wants four"},
	{T("\"\\u12\xe5z\""), "\\u wants four"},
	/* Surrogates that are no pair. */
	{T("\"\\uD800\""), "column 2: a high surrogate without"},
	{T("\"\\udbff\""), "a high surrogate without"},
	{T("\"\\uD800x\""), "a high surrogate without"},
	{T("\"\\uD800\\n\""), "a high surrogate without"},
	{T("\"\\uD800\\u0041\""), "a high surrogate without"},
	{T("\"\\uD800\\uD800\""), "a high surrogate without"},
	{T("\"\\uD800\\uE000\""), "a high surrogate without"},
	{T("\"\\uD800\\u\""), "a high surrogate without"},
	{T("\"\\uD800\\u1\""), "a high surrogate without"},
	{T("\"\\uD800\\uDC0\""), "a high surrogate without"},
	{T("\"\\uD800\\"), "a high surrogate without"},
	{T("\"\\uD834"), "a high surrogate without"},
	{T("\"ab\\uD800\\uD800\\uDC00\""), "column 4: a high surrogate without"},
	{T("\"\\uDC00\""), "a low surrogate without"},
	{T("\"\\uDFFF\""), "a low surrogate without"},
	{T("\"\\uDc00\\uD800\""), "a low surrogate without"},
	{T("\"x\\uD800\\uDC00\\uDC00\""), "column 15: a low surrogate without"},
	{T("{\"\\ud800\":1}"), "a high surrogate without"},
	/* Bytes that are not UTF-8. */
	{T("\"\x80\""), "column 2: invalid UTF-8"},
	{T("\"\xbf\""), "invalid UTF-8"},
	{T("\"\xc0\x80\""), "invalid UTF-8"},
	{T("\"\xc0\xaf\""), "invalid UTF-8"},
	{T("\"\xc1\xbf\""), "invalid UTF-8"},
	{T("\"\xc2\""), "invalid UTF-8"},
	{T("\"\xc3("), "invalid UTF-8"},
	{T("\"\xe9\""), "invalid UTF-8"},
	{T("\"\xe0\x80\xaf\""), "invalid UTF-8"},
	{T("\"\xe0\x9f\xbf\""), "invalid UTF-8"},
	{T("\"\xe2\x82\""), "invalid UTF-8"},
	{T("\"\xe2\x82"), "invalid UTF-8"},
	{T("\"\xe2(\xa1\""), "invalid UTF-8"},
	{T("\"\xed\xa0\x80\""), "invalid UTF-8"},
	{T("\"\xed\xbf\xbf\""), "invalid UTF-8"},
	{T("\"\xed\xa0\xbd\xed\xb8\x80\""), "invalid UTF-8"},
	{T("\"\xf0\x8f\xbf\xbf\""), "invalid UTF-8"},
	{T("\"\xf0\x90\x80\""), "invalid UTF-8"},
	{T("\"\xf0\x90(\x80\""), "invalid UTF-8"},
	{T("\"\xf4\x90\x80\x80\""), "invalid UTF-8"},
	{T("\"\xf5\x80\x80\x80\""), "invalid UTF-8"},
	{T("\"\xf8\x88\x80\x80\x80\""), "invalid UTF-8"},
	{T("\"\xfc\x83\xbf\xbf\xbf\xbf\""), "invalid UTF-8"},
	{T("\"\xfe\""), "invalid UTF-8"},
	{T("\"\xff\""), "invalid UTF-8"},
	{T("\"\xe3\x81\x82\xff\""), "column 3: invalid UTF-8"},
	{T("\"\\u0041\xe5\""), "invalid UTF-8"},
	{T("{\"\xb9\":\"0\"}"), "invalid UTF-8"},
	/* Encodings. */
	{T("\xef\xbb\xbf{}"), "a byte order mark"},
	{T("\xef\xbb\xbf"), "a byte order mark"},
	{T("\xef\xbb{}"), "no JSON value begins"},
	{T("\xff\xfe[\0]\0"), "no JSON value begins"},
	{T("\xfe\xff\0[\0]"), "no JSON value begins"},
	{T("[\0\"\0\xe9\0\"\0]\0"), "no JSON value begins"},
	{T("\0[\0]"), "no JSON value begins"},
};

static void write_values(struct json *tree)
{
	tree->raw = (struct str){0};
	for (struct json *child = tree->first; child; child = child->next)
		write_values(child);
}

static void reads_what_the_grammar_allows(void **state)
{
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
		const struct json *tree;
		struct buf out;
		struct json_write w;
		struct str again = accepted[i].again.len ? accepted[i].again : accepted[i].text;
		struct err e = {0};

		if (!json_read(accepted[i].text, &a, &tree, &e)) {
			print_error("%.*s: %s\n", STR(accepted[i].text), e.text);
			fail();
		}
		out = buf_in(&a, 0);
		w = json_write_to(&out);
		write_values((struct json *)tree);
		json_write_tree(&w, tree);
		assert_false(out.full);
		if (!str_same(buf_str(&out), again)) {
			print_error("%.*s became %.*s\n", STR(again), STR(buf_str(&out)));
			fail();
		}
		arena_reset(&a);
	}
	arena_free(&a);
}

static void refuses_what_it_does_not_and_says_where(void **state)
{
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const struct json *tree = (const struct json *)&a;
		size_t room = arena_room(&a);
		struct err e = {0};

		if (json_read(refused[i].text, &a, &tree, &e)) {
			print_error("%.*s was read\n", STR(refused[i].text));
			fail();
		}
		if (!strstr(e.text, refused[i].says)) {
			print_error("%.*s: \"%s\" does not say \"%s\"\n", STR(refused[i].text), e.text, refused[i].says);
			fail();
		}
		assert_int_equal(e.kind, ERR_INPUT);
		assert_null(tree);
		assert_int_equal(arena_room(&a), room);
	}
	arena_free(&a);
}

/* A truncated document is an error, wherever it is cut, and never read past its end. */
static void refuses_every_document_that_is_cut_short(void **state)
{
	static const struct str whole = T("{\"a\":[true,\"\\ud83d\\ude39\xe2\x82\xac\",{\"b\":null}],\"c\":\"d\"}");
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t n = 0; n < whole.len; n++) {
		char *copy = test_malloc(n + 1);
		const struct json *tree;

		memcpy(copy, whole.at, n);
		assert_false(json_read(str_make(copy, n), &a, &tree, NULL));
		test_free(copy);
	}
	arena_free(&a);
}

static void nested(struct buf *out, const char *open, const char *close, int levels)
{
	for (int i = 0; i < levels; i++)
		buf_add(out, str_of(open));
	buf_add_char(out, '1');
	for (int i = 0; i < levels; i++)
		buf_add(out, str_of(close));
}

static void bounds_the_depth(void **state)
{
	static const struct {
		const char *open, *close;
	} cases[] = {
		{"[", "]"},
		{"{\"a\":", "}"},
		{"[ ", " ]"},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 1 << 20));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int over = 0; over < 2; over++) {
			struct buf text = buf_in(&a, 0);
			const struct json *tree;
			struct err e = {0};

			nested(&text, cases[i].open, cases[i].close, JSON_DEPTH + over);
			assert_int_equal(json_read(buf_str(&text), &a, &tree, &e), !over);
			assert_int_equal(e.kind, over ? ERR_LIMIT : ERR_NONE);
			arena_reset(&a);
		}
	arena_free(&a);
}

/* Siblings are not depth. */
static void reads_many_siblings(void **state)
{
	struct arena a;
	struct buf text;
	const struct json *tree;
	struct err e = {0};

	(void)state;
	assert_true(arena_new(&a, 1 << 20));
	text = buf_in(&a, 0);
	buf_add_char(&text, '[');
	for (int i = 0; i < 1000; i++)
		buf_add(&text, S("[],"));
	buf_add(&text, S("{}]"));
	assert_ok(json_read(buf_str(&text), &a, &tree, &e), &e);
	assert_int_equal(json_count(tree), 1001);
	arena_free(&a);
}

static void says_when_the_arena_is_too_small(void **state)
{
	struct arena a;
	const struct json *tree;
	struct err e = {0};
	static const char ones[] = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";

	(void)state;
	assert_true(arena_new(&a, 1024));
	assert_false(json_read(str_of(ones), &a, &tree, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_ok(json_read(S("[1]"), &a, &tree, &e), &e);
	arena_free(&a);
}

/* A name given twice is found among very many, which share a long beginning, without
 * comparing all with all: that would take minutes here. */
static void finds_the_one_double_name_among_many(void **state)
{
	enum { NAMES = 60000 };
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 32 << 20));
	for (int twice = 0; twice < 2; twice++) {
		struct buf text = buf_in(&a, 0);
		const struct json *tree;
		struct err e = {0};

		buf_add_char(&text, '{');
		for (unsigned i = 0; i < NAMES; i++)
			buf_print(&text, "\"a_name_like_the_others_%05u\":0,", i * 7919u % NAMES);
		buf_print(&text, "\"a_name_like_the_others_%s\":1}", twice ? "31337" : "x");
		assert_false(text.full);
		assert_int_equal(json_read(buf_str(&text), &a, &tree, &e), !twice);
		if (twice)
			assert_non_null(strstr(e.text, "the name \"a_name_like_the_others_31337\" stands twice"));
		arena_reset(&a);
	}
	arena_free(&a);
}

static void tells_the_place_of_every_value(void **state)
{
	struct arena a;
	const struct json *tree, *b, *c;
	struct err e = {0};
	struct str text = S("{ \"\xc3\xa9\": 1,\n\t\"b\" : [\r\n  true, \"x\"],\n\n\"c\":{ } , \"d\" : [ ]\n}");

	(void)state;
	assert_true(arena_new(&a, 4096));
	assert_ok(json_read(text, &a, &tree, &e), &e);
	b = json_get(tree, S("b"));
	c = json_get(tree, S("c"));
	assert_int_equal(tree->line, 1);
	assert_int_equal(tree->column, 1);
	assert_int_equal(tree->first->column, 3);
	assert_int_equal(b->line, 2);
	assert_int_equal(b->column, 2);
	assert_int_equal(b->first->line, 3);
	assert_int_equal(b->first->column, 3);
	assert_int_equal(b->first->next->column, 9);
	assert_int_equal(c->line, 5);
	assert_int_equal(c->column, 1);
	assert_str(b->raw, "[\r\n  true, \"x\"]");
	assert_str(b->first->next->raw, "\"x\"");
	assert_str(c->raw, "{ }");
	assert_str(json_get(tree, S("d"))->raw, "[ ]");
	assert_true(str_same(tree->raw, text));
	arena_free(&a);
}

static void keeps_zero_bytes_of_names_apart(void **state)
{
	struct arena a;
	const struct json *tree;
	struct err e = {0};

	(void)state;
	assert_true(arena_new(&a, 4096));
	assert_ok(json_read(S("{\"a\\u0000b\":1,\"a\":2}"), &a, &tree, &e), &e);
	assert_str(json_get(tree, S("a"))->text, "2");
	assert_str(json_get(tree, S("a\0b"))->text, "1");
	assert_null(json_get(tree, S("a\0c")));
	arena_free(&a);
}

static void never_shows_a_value_in_an_error(void **state)
{
	static const char *const cases[] = {
		"{\"access_token\":\"hunter2\",}",
		"{\"access_token\":\"hunter2\\q\"}",
		"{\"access_token\":\"hunter2\xff\"}",
		"{\"access_token\":hunter2}",
		"{\"access_token\":\"hunter2",
		"access_token=hunter2",
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 4096));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct json *tree;
		struct err e = {0};

		assert_false(json_read(str_of(cases[i]), &a, &tree, &e));
		assert_null(strstr(e.text, "hunter2"));
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_grammar_allows),
		cmocka_unit_test(refuses_what_it_does_not_and_says_where),
		cmocka_unit_test(refuses_every_document_that_is_cut_short),
		cmocka_unit_test(bounds_the_depth),
		cmocka_unit_test(reads_many_siblings),
		cmocka_unit_test(says_when_the_arena_is_too_small),
		cmocka_unit_test(finds_the_one_double_name_among_many),
		cmocka_unit_test(tells_the_place_of_every_value),
		cmocka_unit_test(keeps_zero_bytes_of_names_apart),
		cmocka_unit_test(never_shows_a_value_in_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

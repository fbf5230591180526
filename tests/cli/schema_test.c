#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/schema.h"
#include "json/json.h"
#include "json/json_write.h"

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

/* The one property of {"properties":{"p": ... }}. */
static struct schema property(const char *text)
{
	const struct json *root = tree(arena_print(&a, "{\"properties\":{\"p\":%s},\"required\":[\"q\"]}", text).at);
	struct schema s;

	schema_read(schema_properties(root)->first, root, &s);
	return s;
}

static void a_property_tells_what_it_is(void **state)
{
	const struct json *root = tree("{\"properties\":{\"p\":{\"type\":\"integer\",\"title\":\"T\",\"description\":\"D\",\"default\":3}},"
		"\"required\":[\"p\"]}");
	struct schema s;

	(void)state;
	schema_read(schema_properties(root)->first, root, &s);
	assert_str(s.name, "p");
	assert_str(s.title, "T");
	assert_str(s.description, "D");
	assert_int_equal(s.type, SCHEMA_INTEGER);
	assert_true(s.required);
	assert_str(s.fallback->raw, "3");
	assert_false(property("{}").required);
	assert_null(property("{}").fallback);
}

static void types_have_names(void **state)
{
	static const struct {
		const char *schema, *type;
	} cases[] = {
		{"{\"type\":\"string\"}", "string"},
		{"{\"type\":[\"string\",\"null\"]}", "string"},
		{"{\"type\":[\"string\",\"integer\"]}", "any"},
		{"{\"type\":\"boolean\"}", "boolean"},
		{"{\"type\":\"array\",\"items\":{\"type\":\"number\"}}", "array of number"},
		{"{\"type\":\"array\"}", "array"},
		{"{\"type\":\"object\"}", "object"},
		{"{\"enum\":[\"a\",\"b\"]}", "string"},
		{"{\"$ref\":\"https://example.com/x\"}", "any"},
		{"{}", "any"},
		{"true", "any"},
		{"{\"type\":7}", "any"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct schema s = property(cases[i].schema);

		assert_str(schema_type_text(&s, &a), cases[i].type);
	}
}

static void choices_have_values_and_titles(void **state)
{
	static const char *const cases[] = {
		"{\"type\":\"string\",\"enum\":[\"r\",\"g\"],\"enumNames\":[\"Red\",\"Green\"]}",
		"{\"type\":\"string\",\"oneOf\":[{\"const\":\"r\",\"title\":\"Red\"},{\"const\":\"g\",\"title\":\"Green\"}]}",
		"{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"r\",\"title\":\"Red\"},{\"const\":\"g\",\"title\":\"Green\"}]}}",
	};
	struct str value, title;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct schema s = property(cases[i]);

		assert_true(schema_choice(&s, 1, &value, &title));
		assert_str(value, "g");
		assert_str(title, "Green");
		assert_false(schema_choice(&s, 2, &value, &title));
	}
	assert_false(schema_choice(&(struct schema){0}, 0, &value, &title));
}

static void text_becomes_a_value_of_the_type(void **state)
{
	static const struct {
		const char *schema, *text, *json; /* NULL: refused */
	} cases[] = {
		{"{\"type\":\"string\"}", "5", "\"5\""},
		{"{\"type\":\"string\"}", "", "\"\""},
		{"{\"type\":\"string\"}", " a \"b\" ", "\" a \\\"b\\\" \""},
		{"{\"type\":\"number\"}", "5", "5"},
		{"{\"type\":\"number\"}", "-1.50e3", "-1.50e3"},
		{"{\"type\":\"number\"}", "5x", NULL},
		{"{\"type\":\"number\"}", "", NULL},
		{"{\"type\":\"number\"}", "0x10", NULL},
		{"{\"type\":\"integer\"}", "5", "5"},
		{"{\"type\":\"integer\"}", "5.5", NULL},
		{"{\"type\":\"boolean\"}", "true", "true"},
		{"{\"type\":\"boolean\"}", "No", "false"},
		{"{\"type\":\"boolean\"}", "1", NULL},
		{"{\"type\":\"array\"}", "[1, \"a\"]", "[1, \"a\"]"},
		{"{\"type\":\"array\"}", "a,b", NULL},
		{"{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "a, b c", "[\"a\",\"b c\"]"},
		{"{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "1,2", "[1,2]"},
		{"{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "1,x", NULL},
		{"{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "", "[]"},
		{"{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}}", "b", "[\"b\"]"},
		{"{\"type\":\"object\"}", "{\"a\": 1}", "{\"a\": 1}"},
		{"{\"type\":\"object\"}", "[1]", NULL},
		{"{}", "5", "5"},
		{"{}", "null", "null"},
		{"{}", "\"5\"", "\"\\\"5\\\"\""},
		{"{}", "five", "\"five\""},
		{"{}", "{\"a\":1}", "{\"a\":1}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct schema s = property(cases[i].schema);
		struct buf out = buf_in(&a, 0);
		struct json_write w = json_write_to(&out);

		if (schema_write(&s, str_of(cases[i].text), &a, &w, &e) != (cases[i].json != NULL))
			fail_msg("%s of %s: %s", cases[i].text, cases[i].schema, cases[i].json ? e.text : "is taken");
		if (cases[i].json)
			assert_str(buf_str(&out), cases[i].json);
		else
			assert_non_null(strstr(e.text, "p wants "));
	}
}

static void a_value_keeps_to_its_bounds(void **state)
{
	static const struct {
		const char *schema, *value;
		bool good;
	} cases[] = {
		{"{\"type\":\"string\"}", "\"x\"", true},
		{"{\"type\":\"string\"}", "5", false},
		{"{\"type\":\"string\",\"minLength\":2}", "\"\\u00fc\"", false},
		{"{\"type\":\"string\",\"minLength\":2}", "\"\\u00fcb\"", true},
		{"{\"type\":\"string\",\"maxLength\":2}", "\"\\u00fcbx\"", false},
		{"{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}", "\"b\"", true},
		{"{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}", "\"c\"", false},
		{"{\"type\":\"string\",\"oneOf\":[{\"const\":\"a\",\"title\":\"A\"}]}", "\"a\"", true},
		{"{\"type\":\"string\",\"oneOf\":[{\"const\":\"a\",\"title\":\"A\"}]}", "\"A\"", false},
		{"{\"type\":\"string\",\"format\":\"email\"}", "\"ann@example.com\"", true},
		{"{\"type\":\"string\",\"format\":\"email\"}", "\"ann\"", false},
		{"{\"type\":\"string\",\"format\":\"email\"}", "\"a@b@c\"", false},
		{"{\"type\":\"string\",\"format\":\"uri\"}", "\"https://example.com/\"", true},
		{"{\"type\":\"string\",\"format\":\"uri\"}", "\"mailto:ann@example.com\"", true},
		{"{\"type\":\"string\",\"format\":\"uri\"}", "\"example.com\"", false},
		{"{\"type\":\"string\",\"format\":\"uri\"}", "\"1a:x\"", false},
		{"{\"type\":\"string\",\"format\":\"date\"}", "\"2026-01-31\"", true},
		{"{\"type\":\"string\",\"format\":\"date\"}", "\"31.1.2026\"", false},
		{"{\"type\":\"string\",\"format\":\"date\"}", "\"2026-01-31T\"", false},
		{"{\"type\":\"string\",\"format\":\"date-time\"}", "\"2026-01-31T12:00:00Z\"", true},
		{"{\"type\":\"string\",\"format\":\"date-time\"}", "\"2026-01-31\"", false},
		{"{\"type\":\"string\",\"format\":\"else\"}", "\"x\"", true},
		{"{\"type\":\"integer\",\"minimum\":0,\"maximum\":150}", "150", true},
		{"{\"type\":\"integer\",\"minimum\":0}", "-1", false},
		{"{\"type\":\"integer\",\"maximum\":150}", "151", false},
		{"{\"type\":\"integer\"}", "1.5", false},
		{"{\"type\":\"number\",\"exclusiveMinimum\":0}", "0", false},
		{"{\"type\":\"number\",\"exclusiveMinimum\":0}", "0.001", true},
		{"{\"type\":\"number\",\"exclusiveMaximum\":1}", "1", false},
		{"{\"type\":\"boolean\"}", "false", true},
		{"{\"type\":\"boolean\"}", "\"false\"", false},
		{"{\"type\":\"array\",\"minItems\":1,\"items\":{\"enum\":[\"a\",\"b\"]}}", "[\"a\"]", true},
		{"{\"type\":\"array\",\"minItems\":1,\"items\":{\"enum\":[\"a\",\"b\"]}}", "[]", false},
		{"{\"type\":\"array\",\"maxItems\":1,\"items\":{\"enum\":[\"a\",\"b\"]}}", "[\"a\",\"b\"]", false},
		{"{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}}", "[\"c\"]", false},
		{"{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"a\",\"title\":\"A\"}]}}", "[\"a\"]", true},
		{"{}", "[1]", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct schema s = property(cases[i].schema);

		e = (struct err){0};
		if (schema_check(&s, tree(cases[i].value), &e) != cases[i].good)
			fail_msg("%s of %s: %s", cases[i].value, cases[i].schema, cases[i].good ? e.text : "is taken");
		if (!cases[i].good)
			assert_int_equal(e.kind, ERR_USAGE);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_property_tells_what_it_is),
		TEST(types_have_names),
		TEST(choices_have_values_and_titles),
		TEST(text_becomes_a_value_of_the_type),
		TEST(a_value_keeps_to_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

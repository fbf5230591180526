#include "support/test.h"

#include "base/arena.h"
#include "json/json.h"
#include "mcp/param.h"

static struct arena arena;
static struct param params[PARAM_MAX];
static size_t n;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	return arena_new(&arena, 1 << 20) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static bool find(const char *schema)
{
	const struct json *tool;
	struct str text = arena_print(&arena, "{\"name\":\"t\",\"inputSchema\":%s}", schema);

	e = (struct err){0};
	assert_ok(json_read(text, &arena, &tool, &e), &e);
	return param_find(tool, params, &n, &e);
}

static void annotated_properties_are_found_in_order(void **state)
{
	(void)state;
	assert_ok(find("{\"type\":\"object\",\"properties\":{"
		       "\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
		       "\"query\":{\"type\":\"string\"},"
		       "\"options\":{\"type\":\"object\",\"properties\":{\"dry\":{\"type\":[\"boolean\",\"null\"],\"x-mcp-header\":\"Dry-Run\"}}},"
		       "\"limit\":{\"type\":\"integer\",\"x-mcp-header\":\"Limit\",\"default\":{\"x-mcp-header\":1}}}}"),
		&e);
	assert_int_equal(n, 3);
	assert_str(params[0].header, "Region");
	assert_int_equal(params[0].depth, 1);
	assert_str(params[0].path[0], "region");
	assert_str(params[1].header, "Dry-Run");
	assert_int_equal(params[1].depth, 2);
	assert_str(params[1].path[0], "options");
	assert_str(params[1].path[1], "dry");
	assert_str(params[2].header, "Limit");
}

static void a_tool_without_annotations_has_none(void **state)
{
	static const char *const schemas[] = {"{}", "true", "{\"type\":\"object\"}", "{\"properties\":{\"a\":true}}",
		"{\"properties\":{\"x-mcp-header\":{\"type\":\"string\"}}}",
		"{\"properties\":{\"a\":{\"items\":{\"properties\":{\"x-mcp-header\":{\"type\":\"string\"}}}}}}"};

	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
		assert_ok(find(schemas[i]), &e);
		assert_int_equal(n, 0);
	}
}

static void what_cannot_be_mirrored_is_refused(void **state)
{
	static const struct {
		const char *schema, *why;
	} cases[] = {
		{"{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}}", "no name"},
		{"{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A B\"}}}", "no name"},
		{"{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A:\\r\\nEvil\"}}}", "no name"},
		{"{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":7}}}", "no name"},
		{"{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}", "no string"},
		{"{\"properties\":{\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}}}", "no string"},
		{"{\"properties\":{\"a\":{\"x-mcp-header\":\"A\"}}}", "no string"},
		{"{\"properties\":{\"a\":{\"type\":[\"string\",\"integer\"],\"x-mcp-header\":\"A\"}}}", "no string"},
		{"{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}}", "twice"},
		{"{\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}", "items"},
		{"{\"oneOf\":[{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]}", "oneOf"},
		{"{\"if\":{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}", "if"},
		{"{\"$defs\":{\"d\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}", "$defs"},
		{"{\"type\":\"object\",\"x-mcp-header\":\"A\"}", "itself"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (find(cases[i].schema))
			fail_msg("accepted: %s", cases[i].schema);
		assert_int_equal(n, 0);
		if (!strstr(e.text, cases[i].why))
			fail_msg("%s: %s", cases[i].schema, e.text);
	}
}

/* --- What a call says --------------------------------------------------------------- */

/* "(none)" where the field is left out, NULL where the argument cannot be mirrored. */
static const char *value_of(struct param *p, const char *arguments)
{
	const struct json *tree;
	struct str value = {0};
	bool found;

	e = (struct err){0};
	assert_ok(json_read(str_of(arguments), &arena, &tree, &e), &e);
	if (!param_value(p, tree, &arena, &value, &found))
		return NULL;
	assert_true(!found || value.at); /* an empty value is one, too */
	return found ? arena_str(&arena, value).at : "(none)";
}

static void a_value_is_written_as_the_head_may_carry_it(void **state)
{
	static const struct {
		const char *arguments, *value;
	} cases[] = {
		{"{\"a\":{\"b\":\"eu-west\"}}", "eu-west"},
		{"{\"a\":{\"b\":\"\"}}", ""},
		{"{\"a\":{\"b\":\" x\"}}", "=?base64?IHg=?="},
		{"{\"a\":{\"b\":\"gr\u00fcn\"}}", "=?base64?Z3LDvG4=?="},
		{"{\"a\":{\"b\":\"=?base64?eA==?=\"}}", "=?base64?PT9iYXNlNjQ/ZUE9PT89?="},
		{"{\"a\":{\"b\":\"x\\r\\nEvil: 1\"}}", "=?base64?eA0KRXZpbDogMQ==?="},
		{"{\"a\":{\"b\":42}}", "42"},
		{"{\"a\":{\"b\":-0}}", "0"},
		{"{\"a\":{\"b\":3.0e2}}", "300"},
		{"{\"a\":{\"b\":9007199254740991}}", "9007199254740991"},
		{"{\"a\":{\"b\":-9007199254740991}}", "-9007199254740991"},
		{"{\"a\":{\"b\":9007199254740992}}", NULL},
		{"{\"a\":{\"b\":-9007199254740992}}", NULL},
		{"{\"a\":{\"b\":1e400}}", NULL},
		{"{\"a\":{\"b\":1.5}}", NULL},
		{"{\"a\":{\"b\":true}}", "true"},
		{"{\"a\":{\"b\":false}}", "false"},
		{"{\"a\":{\"b\":[]}}", NULL},
		{"{\"a\":{\"b\":{}}}", NULL},
	};
	struct param p = {.path = {S("a"), S("b")}, .depth = 2};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = value_of(&p, cases[i].arguments);

		if (got ? !cases[i].value || strcmp(got, cases[i].value) != 0 : cases[i].value != NULL)
			fail_msg("%s: %s", cases[i].arguments, got ? got : "(refused)");
	}
}

static void what_is_absent_or_null_has_no_field(void **state)
{
	static const char *const arguments[] = {"{}", "{\"a\":null}", "{\"a\":1}", "{\"a\":{}}", "{\"a\":{\"b\":null}}", "{\"a\":[{\"b\":1}]}"};
	struct param p = {.path = {S("a"), S("b")}, .depth = 2};
	struct str value;
	bool found = true;

	(void)state;
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
		assert_string_equal(value_of(&p, arguments[i]), "(none)");
	assert_true(param_value(&p, NULL, &arena, &value, &found));
	assert_false(found);
}

static void a_value_that_does_not_fit_is_refused(void **state)
{
	char memory[96];
	struct arena small;
	struct param p = {.path = {S("a")}, .depth = 1};
	const struct json *tree;
	struct str value;
	bool found;

	(void)state;
	arena_over(&small, memory, sizeof memory);
	assert_true(json_read(S("{\"a\":\"0123456789012345678901234567890123456789\"}"), &arena, &tree, NULL));
	while (arena_take(&small, 1))
		continue;
	assert_false(param_value(&p, tree, &small, &value, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(annotated_properties_are_found_in_order),
		cmocka_unit_test(a_tool_without_annotations_has_none),
		cmocka_unit_test(what_cannot_be_mirrored_is_refused),
		cmocka_unit_test(a_value_is_written_as_the_head_may_carry_it),
		cmocka_unit_test(what_is_absent_or_null_has_no_field),
		cmocka_unit_test(a_value_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

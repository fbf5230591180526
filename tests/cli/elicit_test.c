#include "support/test.h"

#include "base/err.h"
#include "cli/elicit.h"
#include "json/json.h"

static struct arena a;
static struct elicit form;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	e = (struct err){0};
	form = (struct elicit){0};
	return arena_new(&a, 1 << 20) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	elicit_end(&form);
	arena_free(&a);
	return 0;
}

static const struct json *tree(const char *text)
{
	const struct json *root;

	assert_ok(json_read(str_of(text), &a, &root, &e), &e);
	return root;
}

#define FORM(properties, required) "{\"message\":\"Who are you?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{" properties \
	"},\"required\":[" required "]}}"

static const char five[] = FORM("\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},\"age\":{\"type\":\"integer\",\"default\":30},"
	"\"score\":{\"type\":\"number\",\"default\":95.5},\"status\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\"],\"default\":\"active\"},"
	"\"verified\":{\"type\":\"boolean\",\"default\":true}", "");

static const char three[] = FORM("\"name\":{\"type\":\"string\",\"title\":\"Name\",\"description\":\"Your full name\",\"minLength\":2},"
	"\"age\":{\"type\":\"integer\",\"minimum\":0,\"default\":30},"
	"\"color\":{\"type\":\"string\",\"oneOf\":[{\"const\":\"r\",\"title\":\"Red\"},{\"const\":\"g\",\"title\":\"Green\"}]}", "\"name\"");

static void defaults_fill_in_all_there_are(void **state)
{
	(void)state;
	assert_str(elicit_defaults(tree(five), &a), "{\"action\":\"accept\",\"content\":{\"name\":\"John Doe\",\"age\":30,\"score\":95.5,"
		"\"status\":\"active\",\"verified\":true}}");
	assert_str(elicit_defaults(tree(FORM("\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\",\"default\":\"x\"}", "")), &a),
		"{\"action\":\"accept\",\"content\":{\"b\":\"x\"}}");
	assert_str(elicit_defaults(tree(FORM("\"a\":{\"type\":\"array\",\"items\":{\"enum\":[\"x\",\"y\"]},\"default\":[\"y\"]}", "\"a\"")), &a),
		"{\"action\":\"accept\",\"content\":{\"a\":[\"y\"]}}");
}

static void without_defaults_for_what_is_required_it_is_declined(void **state)
{
	static const char *const cases[] = {
		FORM("\"a\":{\"type\":\"string\"}", "\"a\""),
		FORM("\"a\":{\"type\":\"integer\",\"default\":\"x\"}", "\"a\""), /* a default that the schema itself refuses */
		"{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://example.com/\"}",
		"{\"message\":\"m\"}",
		"{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(elicit_defaults(tree(cases[i]), &a), "{\"action\":\"decline\"}");
	assert_str(elicit_defaults(NULL, &a), "{\"action\":\"decline\"}");
}

static void begins(const char *params)
{
	assert_ok(elicit_begin(&form, S("demo at https://mcp.example"), tree(params), &e), &e);
}

static void shows(const char *part)
{
	struct str text = elicit_text(&form);

	if (str_find_str(text, str_of(part)) == text.len)
		fail_msg("\"%.*s\" does not show \"%s\"", STR(text), part);
}

/* Types a line, after which more is asked. */
static void types(const char *line, const char *part)
{
	assert_int_equal(elicit_line(&form, str_of(line)), ELICIT_MORE);
	shows(part);
}

static void ends(const char *line, const char *answer)
{
	assert_int_equal(elicit_line(&form, line ? str_of(line) : (struct str){0}), ELICIT_OVER);
	assert_str(elicit_answer(&form), answer);
}

static void a_form_is_filled_in_line_by_line(void **state)
{
	(void)state;
	begins(three);
	shows("demo at https://mcp.example asks:\n  | Who are you?\n");
	shows("Name (string): Your full name\n");
	shows("name: ");
	types("Ann", "age [30]: ");
	types("", "    2  g  Green\n");
	shows("color (optional): ");
	types("2", "Send {\"name\":\"Ann\",\"age\":30,\"color\":\"g\"}\nto demo at https://mcp.example? [y/N] ");
	ends("y", "{\"action\":\"accept\",\"content\":{\"name\":\"Ann\",\"age\":30,\"color\":\"g\"}}");
}

static void choices_go_by_number_value_or_title(void **state)
{
	static const char *const lines[] = {"2", "g", "green"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begins(three);
		types("Ann", "age");
		types("7", "color");
		types(lines[i], "\"color\":\"g\"");
		elicit_end(&form);
		form = (struct elicit){0};
	}
}

static void several_choices_are_parted_by_commas(void **state)
{
	static const char several[] = FORM("\"c\":{\"type\":\"array\",\"minItems\":1,\"default\":[\"r\",\"g\"],\"items\":{\"anyOf\":[{\"const\":\"r\",\"title\":\"Red\"},"
		"{\"const\":\"g\",\"title\":\"Green\"}]}}", "\"c\"");

	(void)state;
	begins(several);
	shows("c [r, g]: ");
	types("blue", "one of its choices");
	types("2, Red", "Send {\"c\":[\"g\",\"r\"]}");
	ends("yes", "{\"action\":\"accept\",\"content\":{\"c\":[\"g\",\"r\"]}}");
}

static void what_is_wrong_is_asked_again(void **state)
{
	(void)state;
	begins(three);
	types("", "this one is needed");
	types("A", "too few characters");
	types("Ann", "age [30]: ");
	types("x", "age wants an integer");
	types("-1", "too small");
	types("5", "color (optional): ");
	types("blue", "one of its choices");
	types("", "Send {\"name\":\"Ann\",\"age\":5}");
	ends("", "{\"action\":\"decline\"}");
}

static void who_errs_too_often_is_let_go(void **state)
{
	(void)state;
	begins(three);
	for (int i = 1; i < ELICIT_TRIES; i++)
		types("", "this one is needed");
	ends("", "{\"action\":\"cancel\"}");
}

static void one_may_decline_or_cancel_at_any_time(void **state)
{
	(void)state;
	begins(three);
	ends("!", "{\"action\":\"decline\"}");
	elicit_end(&form);
	form = (struct elicit){0};
	begins(three);
	types("Ann", "age");
	ends(NULL, "{\"action\":\"cancel\"}");
}

static void nothing_a_server_writes_acts_or_passes_for_ours(void **state)
{
	(void)state;
	begins("{\"message\":\"one\\u001b[2J\\ntwo\\r\\n\",\"requestedSchema\":{\"properties\":{\"\\u001b[31m\":{\"title\":\"\\u202egnp\"}}}}");
	shows("  | one\\x1b[2J\n  | two\n");
	shows("\\u{202e}gnp (any)\n\\x1b[31m (optional): ");
	assert_true(str_find(elicit_text(&form), '\033') == elicit_text(&form).len);
}

static void an_empty_form_only_wants_a_yes(void **state)
{
	(void)state;
	begins("{\"message\":\"Go on?\",\"requestedSchema\":{\"type\":\"object\"}}");
	shows("Send an empty answer\nto demo");
	ends("y", "{\"action\":\"accept\",\"content\":{}}");
}

static void a_url_is_shown_whole_with_its_host_and_opened_after_a_yes(void **state)
{
	static const char visit[] = "{\"mode\":\"url\",\"message\":\"Pay\",\"url\":\"https://PAY.example.com:8443/a?b=c#d\",\"elicitationId\":\"1\"}";

	(void)state;
	begins(visit);
	shows("at the host pay.example.com,\n  https://pay.example.com:8443/a?b=c#d\n");
	assert_int_equal(elicit_line(&form, S("y")), ELICIT_OPEN);
	assert_str(form.address, "https://pay.example.com:8443/a?b=c#d");
	assert_str(elicit_answer(&form), "{\"action\":\"accept\"}");
	elicit_end(&form);
	form = (struct elicit){0};
	begins(visit);
	ends("n", "{\"action\":\"decline\"}");
}

static void what_is_no_form_is_refused(void **state)
{
	static const char *const cases[] = {
		"{}", "{\"message\":\"m\"}", "{\"message\":1,\"requestedSchema\":{}}", "{\"message\":\"m\",\"requestedSchema\":[]}",
		"{\"mode\":\"url\",\"message\":\"m\"}", "{\"mode\":\"url\",\"message\":\"m\",\"url\":\"javascript:alert(1)\"}",
		"{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://user:pw@example.com/\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (elicit_begin(&form, S("demo"), tree(cases[i]), &e))
			fail_msg("%s is taken", cases[i]);
		assert_int_equal(e.kind, ERR_INPUT);
		elicit_end(&form);
		form = (struct elicit){0};
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_fill_in_all_there_are),
		TEST(without_defaults_for_what_is_required_it_is_declined),
		TEST(a_form_is_filled_in_line_by_line),
		TEST(choices_go_by_number_value_or_title),
		TEST(several_choices_are_parted_by_commas),
		TEST(what_is_wrong_is_asked_again),
		TEST(who_errs_too_often_is_let_go),
		TEST(one_may_decline_or_cancel_at_any_time),
		TEST(nothing_a_server_writes_acts_or_passes_for_ours),
		TEST(an_empty_form_only_wants_a_yes),
		TEST(a_url_is_shown_whole_with_its_host_and_opened_after_a_yes),
		TEST(what_is_no_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

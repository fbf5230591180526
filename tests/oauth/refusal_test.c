#include "support/test.h"

#include "base/arena.h"
#include "http/fetch.h"
#include "oauth/refusal.h"

static char memory[65536];

static void finds_the_error_object(void **state)
{
	static const struct {
		const char *body;
		bool found;
		const char *error, *text;
	} cases[] = {
		{"{\"error\":\"x\"}", true, "x", "\"x\""},
		{"{\"error\":\"x\",\"error_description\":\"why\\n\\u001b[2J\"}", true, "x", "\"x\" (why??[2J)"},
		{"{\"error\":\"x\",\"error_description\":7}", true, "x", "\"x\""},
		{"{\"error\":\"\"}", false, "", "status 400"},
		{"{\"error\":null}", false, "", "status 400"},
		{"{\"error\":{\"code\":\"x\"}}", false, "", "status 400"},
		{"[\"error\"]", false, "", "status 400"},
		{"\"error\"", false, "", "status 400"},
		{"", false, "", "status 400"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_answer answer = {.status = 400, .body = str_of(cases[i].body)};
		struct refusal r;
		struct arena a;

		arena_over(&a, memory, sizeof memory);
		assert_int_equal(refusal_read(&answer, &a, &r), cases[i].found);
		assert_str(r.error, cases[i].error);
		assert_string_equal(refusal_text(&r, 400, &a), cases[i].text);
	}
}

static void what_passes_is_no_verdict(void **state)
{
	static const struct {
		const char *error;
		int status;
		bool passing;
	} cases[] = {
		{"", 400, false}, {"", 401, false}, {"", 404, false}, {"", 302, false}, {"", 499, false},
		{"", 408, true}, {"", 429, true}, {"", 500, true}, {"", 503, true}, {"", 599, true},
		{"slow_down", 400, true}, {"server_error", 400, true}, {"temporarily_unavailable", 400, true},
		{"invalid_grant", 400, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct refusal r = {.error = str_of(cases[i].error)};

		assert_int_equal(refusal_is_passing(&r, cases[i].status), cases[i].passing);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_error_object),
		cmocka_unit_test(what_passes_is_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

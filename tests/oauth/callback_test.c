#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "oauth/callback.h"

static char memory[256 * 1024];

static enum callback_verdict take(const char *text, enum callback_channel channel, bool sends_iss,
	struct callback *c, struct err *e)
{
	struct callback_expect x = {S("st-1"), S("https://as/t1"), sends_iss};
	struct arena a;

	arena_over(&a, memory, sizeof memory);
	return callback_read(str_of(text), channel, &x, &a, c, e);
}

static void takes_the_code_of_its_own_answer(void **state)
{
	static const struct {
		const char *text;
		enum callback_channel channel;
		const char *code;
	} cases[] = {
		{"code=abc&state=st-1", CALLBACK_LISTENER, "abc"},
		{"?state=st-1&code=abc", CALLBACK_LISTENER, "abc"},
		{"code=a%2Fb%3D&state=st%2D1&x=%ZZ&x", CALLBACK_LISTENER, "a/b="},
		{"code=abc&state=st-1&iss=https%3A%2F%2Fas%2Ft1", CALLBACK_LISTENER, "abc"},
		{"st%61te=st-1&co%64e=abc", CALLBACK_LISTENER, "abc"},
		{"http://127.0.0.1:1234/callback?code=abc&state=st-1", CALLBACK_PASTE, "abc"},
		{"  \"http://localhost/callback?code=abc&state=st-1#_=_\"\r\n", CALLBACK_PASTE, "abc"},
		{"<http://localhost/callback?code=abc&state=st-1>", CALLBACK_PASTE, "abc"},
		{"code=abc&state=st-1", CALLBACK_PASTE, "abc"},
		{"abc", CALLBACK_PASTE, "abc"},
		{" 4/0AX-_.~== ", CALLBACK_PASTE, "4/0AX-_.~=="},
		{"4%2F0AX%3D", CALLBACK_PASTE, "4/0AX="},
		{"100%x", CALLBACK_PASTE, "100%x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};
		struct callback c;

		if (take(cases[i].text, cases[i].channel, false, &c, &e) != CALLBACK_ACCEPTED)
			fail_msg("%s: %s", cases[i].text, e.text);
		assert_str(c.code, cases[i].code);
	}
}

static void passes_over_what_is_not_its_own(void **state)
{
	static const struct {
		const char *text;
		enum callback_channel channel;
	} cases[] = {
		{"", CALLBACK_LISTENER},
		{"abc", CALLBACK_LISTENER}, /* a bare code is for the one at the terminal */
		{"code=abc", CALLBACK_LISTENER},
		{"code=abc&state=", CALLBACK_LISTENER},
		{"code=abc&state=other", CALLBACK_LISTENER},
		{"code=abc&state=st-1x", CALLBACK_LISTENER},
		{"code=abc&STATE=st-1", CALLBACK_LISTENER},
		{"code=abc&state=st-1&state=st-1", CALLBACK_LISTENER},
		{"code=abc&state=st-1%00", CALLBACK_LISTENER},
		{"code=abc&state=st-1%Z", CALLBACK_LISTENER},
		{"error=access_denied&error_description=hunter2", CALLBACK_LISTENER},
		{"error=access_denied&error_description=hunter2&state=x", CALLBACK_LISTENER},
		{"code=abc#&state=st-1", CALLBACK_LISTENER},
		{"", CALLBACK_PASTE},
		{"  \"\" ", CALLBACK_PASTE},
		{"two words", CALLBACK_PASTE},
		{"c\xc3\xb6" "de", CALLBACK_PASTE},
		{"code=abc", CALLBACK_PASTE},
		{"http://127.0.0.1/callback?code=abc", CALLBACK_PASTE},
		{"http://127.0.0.1/callback", CALLBACK_PASTE},
		{"error=hunter2", CALLBACK_PASTE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};
		struct callback c;

		if (take(cases[i].text, cases[i].channel, false, &c, &e) != CALLBACK_IGNORED)
			fail_msg("%s: %s", cases[i].text, e.text);
		assert_int_equal(e.kind, ERR_INPUT);
		assert_null(strstr(e.text, "hunter2"));
		assert_null(strstr(e.text, "st-1"));
		assert_int_equal(c.code.len, 0);
	}
}

/* RFC 9207 §2.4, the table of the MCP authorization page. */
static void the_issuer_is_compared_as_a_string(void **state)
{
	static const struct {
		bool sends;
		const char *iss;
		enum callback_verdict verdict;
	} cases[] = {
		{true, "&iss=https://as/t1", CALLBACK_ACCEPTED},
		{true, "", CALLBACK_REFUSED},
		{true, "&iss=", CALLBACK_REFUSED},
		{true, "&iss=https://evil.example.com", CALLBACK_REFUSED},
		{true, "&iss=https://as/t1/", CALLBACK_REFUSED},
		{true, "&iss=https://AS/t1", CALLBACK_REFUSED},
		{true, "&iss=https://as:443/t1", CALLBACK_REFUSED},
		{true, "&iss=https://as/t%2531", CALLBACK_REFUSED},
		{true, "&iss=https://as/t%31", CALLBACK_ACCEPTED},
		{true, "&iss=https://as/t1&iss=https://as/t1", CALLBACK_REFUSED},
		{true, "&iss=https://as/t1%", CALLBACK_REFUSED},
		{false, "", CALLBACK_ACCEPTED},
		{false, "&iss=https://as/t1", CALLBACK_ACCEPTED},
		{false, "&iss=https://as/t1/", CALLBACK_REFUSED},
		{false, "&iss=", CALLBACK_REFUSED},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};
		struct callback c;

		sprintf(text, "code=abc&state=st-1%s", cases[i].iss);
		if (take(text, CALLBACK_LISTENER, cases[i].sends, &c, &e) != cases[i].verdict)
			fail_msg("%s: %s", text, e.text);
		/* An error behind a wrong iss is neither acted on nor shown. */
		sprintf(text, "error=hunter2&error_description=hunter2&state=st-1%s", cases[i].iss);
		assert_int_equal(take(text, CALLBACK_PASTE, cases[i].sends, &c, &e), CALLBACK_REFUSED);
		if (cases[i].verdict == CALLBACK_REFUSED) {
			assert_null(strstr(e.text, "hunter2"));
			assert_int_equal(c.error.len, 0);
		} else {
			assert_non_null(strstr(e.text, "hunter2"));
		}
	}
}

static void a_bare_code_is_not_enough_where_the_issuer_says_who_it_is(void **state)
{
	struct err e = {0};
	struct callback c;

	(void)state;
	assert_int_equal(take("abc", CALLBACK_PASTE, true, &c, &e), CALLBACK_IGNORED);
	assert_non_null(strstr(e.text, "whole address"));
}

static void ends_at_a_refusal_or_a_broken_answer(void **state)
{
	static const struct {
		const char *text, *error, *shown;
	} cases[] = {
		{"error=access_denied&state=st-1", "access_denied", "access was denied"},
		{"error=invalid_scope&error_description=no+such%1b%5b2J&state=st-1", "invalid_scope", "\"invalid_scope\" (no such?[2J)"},
		{"error=x&code=abc&state=st-1", "x", "refused"},
		{"state=st-1", "", "neither"},
		{"code=&state=st-1", "", "neither"},
		{"code=a%0ab&state=st-1", "", "neither"},
		{"code=%ZZ&state=st-1", "", "neither"},
		{"code=abc&code=def&state=st-1", "", "more than one"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};
		struct callback c;

		if (take(cases[i].text, CALLBACK_LISTENER, false, &c, &e) != CALLBACK_REFUSED)
			fail_msg("%s", cases[i].text);
		assert_str(c.error, cases[i].error);
		assert_int_equal(c.code.len, 0);
		if (!strstr(e.text, cases[i].shown))
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

static void is_bounded_and_never_matches_an_empty_state(void **state)
{
	static char text[CALLBACK_MAX + 1];
	struct callback_expect x = {0};
	struct callback c;
	struct arena a;

	(void)state;
	memset(text, 'a', sizeof text);
	arena_over(&a, memory, sizeof memory);
	assert_int_equal(callback_read(str_make(text, sizeof text), CALLBACK_PASTE, &x, &a, &c, NULL), CALLBACK_IGNORED);
	assert_int_equal(callback_read(str_make(text, CALLBACK_CODE_MAX + 1), CALLBACK_PASTE, &x, &a, &c, NULL), CALLBACK_IGNORED);
	assert_int_equal(callback_read(str_make(text, CALLBACK_CODE_MAX), CALLBACK_PASTE, &x, &a, &c, NULL), CALLBACK_ACCEPTED);
	assert_int_equal(callback_read(S("state=&code=a"), CALLBACK_LISTENER, &x, &a, &c, NULL), CALLBACK_IGNORED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_code_of_its_own_answer),
		cmocka_unit_test(passes_over_what_is_not_its_own),
		cmocka_unit_test(the_issuer_is_compared_as_a_string),
		cmocka_unit_test(a_bare_code_is_not_enough_where_the_issuer_says_who_it_is),
		cmocka_unit_test(ends_at_a_refusal_or_a_broken_answer),
		cmocka_unit_test(is_bounded_and_never_matches_an_empty_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

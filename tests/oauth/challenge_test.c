#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "http/field.h"
#include "oauth/challenge.h"

static char memory[256 * 1024];

static bool read_one(const char *value, struct challenge *c)
{
	struct http_field field = {S("WWW-Authenticate"), str_of(value)};
	struct arena a;

	arena_over(&a, memory, sizeof memory);
	return challenge_read(&field, 1, &a, c);
}

static void reads_the_bearer_challenge_however_it_is_written(void **state)
{
	static const struct {
		const char *value, *metadata, *scope, *error;
	} cases[] = {
		{"Bearer", "", "", ""},
		{"bEARER realm=\"x\"", "", "", ""},
		{"Bearer resource_metadata=\"https://h/m\", scope=\"a b\", error=\"invalid_token\"", "https://h/m", "a b", "invalid_token"},
		{"Bearer error=\"invalid_token\",scope=\"a b\",resource_metadata=\"https://h/m\"", "https://h/m", "a b", "invalid_token"},
		{"Bearer RESOURCE_METADATA = \"https://h/m\"", "https://h/m", "", ""},
		{"Bearer scope=\"a\\\"b\"", "", "", ""},
		{"Bearer realm=\"a, Basic b\\\"\", scope=\"\\x\"", "", "x", ""},
		{"Bearer resource_metadata=https://h/m?x=1, scope=a", "https://h/m?x=1", "a", ""},
		{"Bearer realm=\"x\" scope=\"a\"", "", "a", ""},
		{"Bearer scope=\"  a   b a \"", "", "a b", ""},
		{"Bearer scope=\"a\", scope=\"b\"", "", "a", ""},
		{"Bearer ,, , scope=\"a\"", "", "a", ""},
		/* Several challenges. */
		{"Basic realm=\"x\", Bearer scope=\"a\"", "", "a", ""},
		{"Negotiate, Bearer scope=\"a\"", "", "a", ""},
		{"Negotiate ,Bearer scope=\"a\"", "", "a", ""},
		{"Negotiate YWJj/+==, Bearer scope=\"a\"", "", "a", ""},
		{"Negotiate YWJj=, Bearer scope=\"a\"", "", "a", ""},
		{"Negotiate abc, Bearer scope=\"a\"", "", "a", ""},
		{"Negotiate Bearer, Bearer scope=\"a\"", "", "a", ""},
		{"Bearer scope=\"a\", Basic realm=\"x\", scope=\"b\"", "", "a", ""},
		{"DPoP scope=\"d\", Bearer scope=\"a\"", "", "d", ""},
		{"dpop algs=\"ES256\", scope=\"d\", Bearer resource_metadata=\"https://h/m\", scope=\"a\"", "https://h/m", "a", ""},
		{"Bearer resource_metadata=\"https://h/m\", DPoP error=\"use_dpop_nonce\"", "https://h/m", "", "use_dpop_nonce"},
		{"DPoP error=\"use_dpop_nonce\", Bearer resource_metadata=\"https://h/m\"", "https://h/m", "", "use_dpop_nonce"},
		{"Bearer error=\"invalid_token\", DPoP error=\"use_dpop_nonce\"", "", "", "invalid_token"},
		{"Bearer scope=\"a\", Bearer resource_metadata=\"https://h/m\"", "https://h/m", "", ""},
		{"Bearer resource_metadata=\"https://h/1\", Bearer resource_metadata=\"https://h/2\"", "https://h/1", "", ""},
		/* Junk before, between and behind. */
		{"\"\", Bearer scope=\"a\"", "", "a", ""},
		{"Basic realm=a/b@c d, Bearer scope=\"a\"", "", "a", ""},
		{"Bearer scope=\"a\", ((, Basic \"", "", "a", ""},
		{"Bearer scope=\"a\", error=\"unterminated", "", "a", ""},
		{"Bearer @@@, scope=\"a\"", "", "a", ""},
		{"Bearer scope=\"a\" \"b\" c, error=\"e\"", "", "a", "e"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct challenge c;

		if (!read_one(cases[i].value, &c))
			fail_msg("not read: %s", cases[i].value);
		assert_true(c.is_there);
		assert_str(c.resource_metadata, cases[i].metadata);
		assert_str(c.scope, cases[i].scope);
		assert_str(c.error, cases[i].error);
	}
}

static void tells_a_server_that_takes_bound_tokens_alone(void **state)
{
	static const struct {
		const char *value;
		bool is_dpop;
	} cases[] = {
		{"DPoP", true},
		{"dpop algs=\"ES256\", resource_metadata=\"https://h/m\"", true},
		{"Basic realm=\"x\", DPoP error=\"invalid_token\"", true},
		{"DPoP algs=\"ES256\", Bearer", false},
		{"Bearer, DPoP algs=\"ES256\"", false},
		{"Bearer", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct challenge c;

		assert_true(read_one(cases[i].value, &c));
		if (c.is_dpop != cases[i].is_dpop)
			fail_msg("%s", cases[i].value);
	}
}

static void finds_none_where_none_is(void **state)
{
	static const char *const cases[] = {
		"", " , ,", "Basic realm=\"Bearer scope\"", "Basic realm=\"x, Bearer scope=\\\"a\\\"\"",
		"Negotiate Bearer", "Negotiate DPoP", "DPoPX", "BearerX scope=\"a\"", "Bearer/x scope=\"a\"", "realm=\"x\", scope=\"a\"",
		"Basic realm=\"unterminated, Bearer scope=a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct challenge c;

		if (read_one(cases[i], &c))
			fail_msg("read as Bearer: %s", cases[i]);
		assert_false(c.is_there);
		assert_int_equal(c.scope.len, 0);
	}
}

static void looks_through_all_fields(void **state)
{
	const struct http_field fields[] = {
		{S("Content-Type"), S("Bearer scope=\"no\"")},
		{S("www-authenticate"), S("Basic realm=\"unterminated")},
		{S("WWW-AUTHENTICATE"), S("Bearer scope=\"a\"")},
		{S("WWW-Authenticate"), S("Bearer resource_metadata=\"https://h/m\", scope=\"b\", error_description=\"d\"")},
		{S("WWW-Authenticate"), S("scope=\"c\"")},
	};
	struct challenge c;
	struct arena a;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	assert_true(challenge_read(fields, 5, &a, &c));
	assert_str(c.resource_metadata, "https://h/m");
	assert_str(c.scope, "b");
	assert_str(c.error_description, "d");
	assert_true(challenge_read(fields, 3, &a, &c));
	assert_str(c.scope, "a");
	assert_false(challenge_read(fields, 2, &a, &c));
}

static void tells_a_step_up_from_the_rest(void **state)
{
	struct challenge c;

	(void)state;
	assert_true(read_one("Bearer error=\"insufficient_scope\", scope=\"w\"", &c));
	assert_true(challenge_wants_scope(&c));
	assert_true(read_one("Bearer error=\"invalid_token\"", &c));
	assert_false(challenge_wants_scope(&c));
}

static void is_bounded(void **state)
{
	static char text[CHALLENGE_MAX + 100];
	struct http_field field = {S("WWW-Authenticate"), {text, sizeof text}};
	struct challenge c;
	struct arena a;
	char *at = text;

	(void)state;
	/* More parameters than are looked at: the one behind them is not seen. */
	at += sprintf(at, "Bearer error=\"e\"");
	for (int i = 1; i < CHALLENGE_PARAMS; i++)
		at += sprintf(at, ", p%d=\"\"", i);
	sprintf(at, ", scope=\"late\"");
	assert_true(read_one(text, &c));
	assert_str(c.error, "e");
	assert_int_equal(c.scope.len, 0);

	/* More bytes than are read. */
	memset(text, ',', sizeof text);
	memcpy(text + CHALLENGE_MAX - 3, "Bearer", 6);
	arena_over(&a, memory, sizeof memory);
	assert_false(challenge_read(&field, 1, &a, &c));
	memcpy(text + CHALLENGE_MAX - 6, "Bearer", 6);
	assert_true(challenge_read(&field, 1, &a, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_bearer_challenge_however_it_is_written),
		cmocka_unit_test(tells_a_server_that_takes_bound_tokens_alone),
		cmocka_unit_test(finds_none_where_none_is),
		cmocka_unit_test(looks_through_all_fields),
		cmocka_unit_test(tells_a_step_up_from_the_rest),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

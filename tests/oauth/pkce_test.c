#include "support/test.h"

#include "crypto/rng.h"
#include "oauth/pkce.h"

static void fill(struct rng *r, void *at, size_t len)
{
	static unsigned char next;

	(void)r;
	for (size_t i = 0; i < len; i++)
		((unsigned char *)at)[i] = next++;
}

static void makes_the_challenge_of_rfc_7636(void **state)
{
	char challenge[PKCE_TEXT];

	(void)state;
	assert_true(pkce_challenge_of(challenge, S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
	assert_str(str_make(challenge, PKCE_TEXT), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void refuses_what_is_no_verifier(void **state)
{
	static char text[PKCE_VERIFIER_MAX + 1];
	char challenge[PKCE_TEXT];

	(void)state;
	memset(text, 'a', sizeof text);
	assert_false(pkce_challenge_of(challenge, str_make(text, PKCE_VERIFIER_MIN - 1)));
	assert_true(pkce_challenge_of(challenge, str_make(text, PKCE_VERIFIER_MIN)));
	assert_true(pkce_challenge_of(challenge, str_make(text, PKCE_VERIFIER_MAX)));
	assert_false(pkce_challenge_of(challenge, str_make(text, PKCE_VERIFIER_MAX + 1)));
	text[7] = '+';
	assert_false(pkce_challenge_of(challenge, str_make(text, PKCE_VERIFIER_MIN)));
}

static void draws_anew_each_time_and_wipes(void **state)
{
	struct rng rng = {fill};
	char challenge[PKCE_TEXT];
	struct pkce one;
	struct pkce two;

	(void)state;
	pkce_draw(&one, &rng);
	pkce_draw(&two, &rng);
	assert_true(pkce_challenge_of(challenge, pkce_verifier(&one)));
	assert_memory_equal(challenge, one.challenge, PKCE_TEXT);
	assert_memory_not_equal(one.verifier, two.verifier, PKCE_TEXT);
	assert_memory_not_equal(one.state, two.state, PKCE_TEXT);
	assert_memory_not_equal(one.state, one.verifier, PKCE_TEXT);
	/* 256 bits each: all but the last character are free. */
	assert_str(pkce_verifier(&one), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
	pkce_wipe(&one);
	for (size_t i = 0; i < sizeof one; i++)
		assert_int_equal(((char *)&one)[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_challenge_of_rfc_7636),
		cmocka_unit_test(refuses_what_is_no_verifier),
		cmocka_unit_test(draws_anew_each_time_and_wipes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

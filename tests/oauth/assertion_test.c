#include "support/test.h"

#include <stdlib.h>

#include "base/arena.h"
#include "json/json.h"
#include "oauth/assertion.h"
#include "oauth/key.h"
#include "support/jws.h"
#include "support/world.h"

static struct arena arena;
static struct test_rng rng;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	e = (struct err){0};
	test_rng_start(&rng, 3);
	return arena_new(&arena, 256 * 1024) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct str file(const char *name)
{
	struct str text = test_vector(name);
	struct str copy = arena_str(&arena, text);

	free((void *)(uintptr_t)text.at);
	return copy;
}

static struct assertion question(const char *name)
{
	return (struct assertion){.client_id = S("client \"one\""), .audience = S("https://as.example/"), .key = file(name),
		.now = 1700000000, .rng = &rng.rng};
}

static void it_says_who_for_whom_and_until_when(void **state)
{
	struct assertion q = question("keys/ec.jwk");
	struct str jwt;
	struct jws j;
	struct key k;

	(void)state;
	assert_ok(assertion_make(&q, &arena, &jwt, &e), &e);
	j = jws_open(jwt, &arena);
	assert_ok(key_read(q.key, &arena, &k, &e), &e);
	assert_true(jws_holds(&j, &k.sig));
	assert_str(json_get(j.header, S("alg"))->text, "ES256");
	assert_str(json_get(j.header, S("kid"))->text, "ec-1");
	assert_str(json_get(j.claims, S("iss"))->text, "client \"one\"");
	assert_str(json_get(j.claims, S("sub"))->text, "client \"one\"");
	assert_str(json_get(j.claims, S("aud"))->text, "https://as.example/");
	assert_str(json_get(j.claims, S("iat"))->raw, "1700000000");
	assert_str(json_get(j.claims, S("exp"))->raw, "1700000060");
	assert_true(json_get(j.claims, S("jti"))->text.len >= 22);
}

static void an_rsa_key_signs_too_and_a_pem_has_no_name(void **state)
{
	struct assertion q = question("keys/rsa.pem");
	struct str jwt;
	struct jws j;

	(void)state;
	assert_ok(assertion_make(&q, &arena, &jwt, &e), &e);
	j = jws_open(jwt, &arena);
	assert_str(json_get(j.header, S("alg"))->text, "RS256");
	assert_null(json_get(j.header, S("kid")));
	assert_int_equal(j.signature.len, 256);
}

static void no_key_no_assertion(void **state)
{
	struct assertion q = question("keys/ec-public.pem");
	struct str jwt;

	(void)state;
	assert_false(assertion_make(&q, &arena, &jwt, &e));
	assert_non_null(strstr(e.text, "the client's key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_says_who_for_whom_and_until_when, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_rsa_key_signs_too_and_a_pem_has_no_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_key_no_assertion, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

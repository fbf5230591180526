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
	assert_str(json_get(j.header, S("typ"))->text, "JWT");
	assert_int_equal(json_count(j.header), 3);
	assert_int_equal(json_count(j.claims), 6);
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

/* However little room there is: the whole assertion, or none. ES256 signs the same each time. */
static void half_an_assertion_is_none(void **state)
{
	static char memory[24576];
	struct assertion q = question("keys/ec.jwk");
	struct str whole, jwt;
	unsigned made = 0, refused = 0;

	(void)state;
	q.client_id = arena_print(&arena, "https://client.example/%0*d", 700, 0);
	assert_ok(assertion_make(&q, &arena, &whole, &e), &e);
	for (size_t room = 0; room < sizeof memory; room += 67) {
		struct arena own;

		arena_over(&own, memory, room);
		test_rng_start(&rng, 3);
		if (assertion_make(&q, &own, &jwt, &e)) {
			assert_true(str_same(jwt, whole));
			made++;
		} else {
			assert_int_equal(e.kind, ERR_LIMIT);
			assert_int_equal(jwt.len, 0);
			refused++;
		}
	}
	assert_true(made > 0 && refused > 0);
}

/* Only the assertion and the text of the key know the key. */
static void nothing_of_the_key_is_left(void **state)
{
	static char memory[65536];
	struct assertion q = question("keys/ec.jwk");
	struct arena own;
	struct str jwt;
	struct key k;

	(void)state;
	assert_ok(key_read(q.key, &arena, &k, &e), &e);
	arena_over(&own, memory, sizeof memory);
	assert_ok(assertion_make(&q, &own, &jwt, &e), &e);
	assert_null(memmem(memory, sizeof memory, k.sig.scalar, 8));
	assert_non_null(memmem(memory, sizeof memory, jwt.at, jwt.len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_says_who_for_whom_and_until_when, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_rsa_key_signs_too_and_a_pem_has_no_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_key_no_assertion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(half_an_assertion_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_the_key_is_left, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

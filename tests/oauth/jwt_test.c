#include "support/test.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "oauth/jwt.h"
#include "oauth/key.h"
#include "support/jws.h"
#include "support/world.h"

static struct arena arena;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	e = (struct err){0};
	return arena_new(&arena, 256 * 1024) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* The claims of RFC 7515, appendix A. */
#define CLAIMS S("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}")
#define CLAIMS_64 "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

static struct key rsa(void)
{
	struct str text = test_vector("keys/rfc7515-a2.jwk");
	struct str copy = arena_str(&arena, text);
	struct key k;

	free((void *)(uintptr_t)text.at);
	assert_ok(key_read(copy, &arena, &k, &e), &e);
	return k;
}

/* The key of appendix A.3. */
static struct key ec(void)
{
	struct key k;

	assert_ok(key_read(S("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
		"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}"),
		&arena, &k, &e), &e);
	return k;
}

static void an_rs256_token_is_the_one_of_rfc_7515(void **state)
{
	struct key k = rsa();
	struct buf out = buf_in(&arena, 0);

	(void)state;
	assert_ok(jwt_sign(&out, S("{\"alg\":\"RS256\"}"), CLAIMS, &k.sig, &e), &e);
	assert_str(buf_str(&out), "eyJhbGciOiJSUzI1NiJ9." CLAIMS_64 "."
		"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t"
		"1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j"
		"zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ"
		"Ge77Rw");
	assert_str(jwt_alg(&k.sig), "RS256");
}

/* ES256 signs with a number that the standard leaves open, so that the token of appendix A.3 is another: its
 * signature and ours both hold. */
static void an_es256_token_holds_as_the_one_of_rfc_7515_does(void **state)
{
	struct key k = ec();
	struct buf out = buf_in(&arena, 0);
	struct jws ours, theirs;

	(void)state;
	assert_ok(jwt_sign(&out, S("{\"alg\":\"ES256\"}"), CLAIMS, &k.sig, &e), &e);
	ours = jws_open(buf_str(&out), &arena);
	theirs = jws_open(S("eyJhbGciOiJFUzI1NiJ9." CLAIMS_64 "."
		"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"), &arena);
	assert_true(str_same(ours.signed_part, theirs.signed_part));
	assert_true(jws_holds(&ours, &k.sig));
	assert_true(jws_holds(&theirs, &k.sig));
	assert_str(jwt_alg(&k.sig), "ES256");
}

static void what_stands_before_it_is_no_part_of_it(void **state)
{
	struct key k = ec();
	struct buf alone = buf_in(&arena, 0), behind = buf_in(&arena, 0);

	(void)state;
	buf_add(&behind, S("assertion="));
	assert_ok(jwt_sign(&alone, S("{\"alg\":\"ES256\"}"), S("{}"), &k.sig, &e), &e);
	assert_ok(jwt_sign(&behind, S("{\"alg\":\"ES256\"}"), S("{}"), &k.sig, &e), &e);
	assert_true(str_same(buf_str(&alone), str_from(buf_str(&behind), 10)));
}

/* However little room there is: the whole token, or nothing of it. */
static void half_a_token_is_none(void **state)
{
	struct key k = ec();
	char memory[128];
	unsigned whole = 0;

	(void)state;
	for (size_t room = 0; room <= sizeof memory; room++) {
		struct buf out = buf_over(memory, room);

		if (jwt_sign(&out, S("{\"alg\":\"ES256\"}"), S("{}"), &k.sig, &e)) {
			assert_int_equal(out.len, 20 + 1 + 3 + 1 + 86);
			whole++;
		} else {
			assert_int_equal(e.kind, ERR_LIMIT);
			assert_int_equal(out.len, 0);
		}
	}
	assert_int_equal(whole, 128 - 111 + 1);
}

static void a_key_that_cannot_sign_makes_no_token(void **state)
{
	struct sig_key none = {0};
	struct buf out = buf_in(&arena, 0);

	(void)state;
	for (none.alg = SIG_ES256; none.alg <= SIG_RS256; none.alg++) {
		assert_false(jwt_sign(&out, S("{}"), S("{}"), &none, &e));
		assert_int_equal(e.kind, ERR_INPUT);
		assert_int_equal(out.len, 0);
	}
}

static void a_drawn_id_is_128_bits_and_never_the_same(void **state)
{
	struct test_rng rng;
	struct arena full = {0};
	struct str one, two;

	(void)state;
	test_rng_start(&rng, 1);
	one = jwt_draw_id(&rng.rng, &arena);
	two = jwt_draw_id(&rng.rng, &arena);
	assert_int_equal(one.len, 22);
	assert_int_equal(two.len, 22);
	assert_false(str_same(one, two));
	assert_int_equal(jwt_draw_id(&rng.rng, &full).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_rs256_token_is_the_one_of_rfc_7515, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_es256_token_holds_as_the_one_of_rfc_7515_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_stands_before_it_is_no_part_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(half_a_token_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_that_cannot_sign_makes_no_token, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_drawn_id_is_128_bits_and_never_the_same, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

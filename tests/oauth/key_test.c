#include "support/test.h"

#include <stdlib.h>

#include "base/arena.h"
#include "oauth/jwt.h"
#include "oauth/key.h"

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

static struct str file(const char *name)
{
	struct str text = test_vector(name);
	struct str copy = arena_str(&arena, text);

	free((void *)(uintptr_t)text.at);
	return copy;
}

static void reads_every_kind_of_file(void **state)
{
	static const struct {
		const char *file, *alg, *kid;
	} cases[] = {
		{"keys/ec.pem", "ES256", ""},
		{"keys/ec-sec1.pem", "ES256", ""},
		{"keys/rsa.pem", "RS256", ""},
		{"keys/rsa-pkcs1.pem", "RS256", ""},
		{"keys/ec.jwk", "ES256", "ec-1"},
		{"keys/rsa.jwk", "RS256", "rsa-1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct key k;

		assert_ok(key_read(file(cases[i].file), &arena, &k, &e), &e);
		assert_str(jwt_alg(&k.sig), cases[i].alg);
		assert_str(k.kid, cases[i].kid);
		key_wipe(&k);
	}
}

/* The same key as PEM and as JWK. */
static void both_forms_are_one_key(void **state)
{
	struct key pem, jwk;
	uint8_t one[SIG_MAX], two[SIG_MAX];
	size_t n, m;

	(void)state;
	assert_ok(key_read(file("keys/ec.pem"), &arena, &pem, &e), &e);
	assert_ok(key_read(file("keys/ec.jwk"), &arena, &jwk, &e), &e);
	assert_memory_equal(pem.sig.scalar, jwk.sig.scalar, SIG_SCALAR);
	assert_ok(key_read(file("keys/rsa.pem"), &arena, &pem, &e), &e);
	assert_ok(key_read(file("keys/rsa.jwk"), &arena, &jwk, &e), &e);
	assert_ok(sig_sign(&pem.sig, S("x"), one, &n, &e), &e);
	assert_ok(sig_sign(&jwk.sig, S("x"), two, &m, &e), &e);
	assert_int_equal(n, m);
	assert_memory_equal(one, two, n);
}

static void a_set_of_one_is_that_key(void **state)
{
	struct str jwk = file("keys/ec.jwk");
	struct key k;

	(void)state;
	assert_ok(key_read(arena_print(&arena, "{\"keys\":[%.*s]}", STR(jwk)), &arena, &k, &e), &e);
	assert_str(k.kid, "ec-1");
	assert_false(key_read(arena_print(&arena, "{\"keys\":[%.*s,%.*s]}", STR(jwk), STR(jwk)), &arena, &k, &e));
	assert_non_null(strstr(e.text, "which one"));
}

static void what_is_no_key_says_why(void **state)
{
	static const struct {
		const char *file, *text, *why;
	} cases[] = {
		{"keys/ec-encrypted.pem", NULL, "decrypt it first"},
		{"keys/ec-public.pem", NULL, "public half"},
		{"keys/p384.pem", NULL, "another curve"},
		{"keys/rsa1024.pem", NULL, "too short"},
		{NULL, "", "no private key"},
		{NULL, "secret", "no private key"},
		{NULL, "{}", "kty"},
		{NULL, "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}", "no use"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", "public half"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"d\":\"AA\"}", "another curve"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"a+b\"}", "base64url"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "not the public half"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES384\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "ES256 and RS256"},
		{NULL, "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "public half"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct key k;

		assert_false(key_read(cases[i].file ? file(cases[i].file) : str_of(cases[i].text), &arena, &k, &e));
		if (e.kind != ERR_INPUT || !strstr(e.text, cases[i].why))
			fail_msg("case %zu: %s", i, e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_every_kind_of_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(both_forms_are_one_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_set_of_one_is_that_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_key_says_why, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

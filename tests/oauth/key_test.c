#include "support/test.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/pem.h"
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
		{NULL, "-----BEGIN PRIVATE KEY-----\nMIGH\n", "damaged"},
		{NULL, "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n", "no private key that can be used"},
		{NULL, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "ssh-keygen"},
		{NULL, "", "no private key"},
		{NULL, "secret", "no private key"},
		{NULL, "{}", "kty"},
		{NULL, "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}", "no use"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", "public half"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"d\":\"AA\"}", "another curve"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"a+b\"}", "base64url"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "not the public half"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES384\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "for ES384"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"RS256\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "used for ES256"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":1,\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "alg is a number"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "not for signing"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[\"deriveKey\"],\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "not for signing"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AE\"}", "base64url"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AQ\"}", "32 bytes"},
		{NULL, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\",\"y\":\"AA\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}", "not the public half"},
		{NULL, "{\"kty\":1}", "kty"},
		{NULL, "{\"keys\":[]}", "0 keys"},
		{NULL, "{\"keys\":[1]}", "kty"},
		{NULL, "{\"kty\":\"EC\"", "JSON line 1"},
		{NULL, "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "public half"},
		{NULL, "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"d\":\"AQ\",\"p\":\"AQ\"}", "q is missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct key k;

		assert_false(key_read(cases[i].file ? file(cases[i].file) : str_of(cases[i].text), &arena, &k, &e));
		if (e.kind != ERR_INPUT || !strstr(e.text, cases[i].why))
			fail_msg("case %zu: %s", i, e.text);
	}
}

#define SMALL "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\""

static void what_a_key_is_for_may_be_said(void **state)
{
	static const char *const cases[] = {
		SMALL "}",
		SMALL ",\"alg\":\"ES256\",\"use\":\"sig\",\"key_ops\":[\"verify\",\"sign\"]}",
		SMALL ",\"alg\":null,\"use\":null,\"key_ops\":null,\"kid\":null,\"more\":{}}",
		" \r\n\t" SMALL "}\n",
		"\n{\"keys\":[" SMALL "}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct key k;

		assert_ok(key_read(str_of(cases[i]), &arena, &k, &e), &e);
		assert_str(jwt_alg(&k.sig), "ES256");
		assert_str(k.kid, "");
	}
}

static void a_key_stands_anywhere_in_a_pem_file(void **state)
{
	struct str key = file("keys/ec-sec1.pem"), open = file("keys/ec-public.pem");
	struct key k;

	(void)state;
	assert_ok(key_read(arena_print(&arena, "words\r\n%.*s\r\n%.*swords", STR(open), STR(key)), &arena, &k, &e), &e);
}

static void a_key_of_more_than_is_read_is_none(void **state)
{
	static char huge[KEY_MAX + 1];
	struct key k;

	(void)state;
	memset(huge, ' ', sizeof huge);
	assert_false(key_read(str_make(huge, sizeof huge), &arena, &k, &e));
	assert_int_equal(e.kind, ERR_INPUT);
	assert_non_null(strstr(e.text, "16384"));
}

/* 48 bits of any number of the key, in its bytes as a file has them. */
static void assert_nothing_of(const char *memory, size_t n, struct str secret)
{
	for (size_t at = 0; at < secret.len; at += 6)
		assert_null(memmem(memory, n, secret.at + at, 6));
}

static struct str secret_part(const char *name)
{
	struct str text = file(name);
	struct str label;
	struct buf der = buf_in(&arena, 0);
	struct key k;

	if (strstr(name, "rsa")) {
		text = file("keys/rsa-pkcs1.pem");
		assert_true(pem_next(&text, &label, &der, NULL));
		return str_span(buf_str(&der), 283, der.len - 283 - 5); /* behind n and e: d, the primes and the rest */
	}
	assert_ok(key_read(text, &arena, &k, &e), &e);
	return arena_str(&arena, str_make(k.sig.scalar, SIG_SCALAR));
}

/* With all the room there is, and with less and less. */
static void nothing_of_a_key_is_left(void **state)
{
	static const char *const files[] = {"keys/ec.pem", "keys/ec-sec1.pem", "keys/ec.jwk", "keys/rsa.pem", "keys/rsa-pkcs1.pem", "keys/rsa.jwk"};
	static char memory[16384];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct str text = file(files[i]);
		struct str secret = secret_part(files[i]);
		unsigned read = 0, refused = 0;

		for (size_t room = sizeof memory; room > 64; room = room * 15 / 16) {
			struct arena own;
			struct key k;

			memset(memory, 0, sizeof memory);
			arena_over(&own, memory, room);
			if (key_read(text, &own, &k, &e)) {
				read++;
				key_wipe(&k);
			} else {
				refused++;
				assert_int_equal(e.kind, ERR_LIMIT);
			}
			assert_memory_equal(&k.sig, &(struct sig_key){0}, sizeof k.sig);
			assert_nothing_of(memory, sizeof memory, secret);
		}
		assert_true(read > 0 && refused > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_every_kind_of_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(both_forms_are_one_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_set_of_one_is_that_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_key_says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_key_is_for_may_be_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_stands_anywhere_in_a_pem_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_of_more_than_is_read_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_a_key_is_left, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

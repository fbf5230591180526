#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "crypto/sig.h"
#include "http/field.h"
#include "http/url.h"
#include "json/json.h"
#include "oauth/dpop.h"
#include "support/jws.h"
#include "support/world.h"

static struct arena arena;
static struct test_rng rng;
static struct err e;
static struct str key;
static struct url url;

static int set_up(void **state)
{
	(void)state;
	e = (struct err){0};
	test_rng_start(&rng, 3);
	return arena_new(&arena, 65536) && dpop_draw_key(&rng.rng, &arena, &key, &e) &&
		url_read(S("https://RS.example:443/mcp?q=1"), &arena, &url, &e) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct dpop question(void)
{
	return (struct dpop){.key = key, .method = S("POST"), .url = &url, .now = 1700000000, .rng = &rng.rng};
}

static struct jws prove(const struct dpop *q)
{
	struct str proof;

	assert_ok(dpop_prove(q, &arena, &proof, &e), &e);
	return jws_open(proof, &arena);
}

static void the_proof_is_signed_by_the_key_that_it_shows(void **state)
{
	struct dpop q = question();
	struct jws j = prove(&q);
	const struct json *jwk = json_get(j.header, S("jwk"));
	struct buf x = buf_in(&arena, 0);
	struct sig_key k;
	uint8_t bytes[SIG_SCALAR];
	struct buf scalar = buf_over(bytes, sizeof bytes);

	(void)state;
	assert_true(b64_url_decode(&scalar, key));
	assert_ok(sig_of_scalar(&k, buf_str(&scalar), &e), &e);
	assert_true(jws_holds(&j, &k));
	assert_true(json_is_str(json_get(j.header, S("typ")), S("dpop+jwt")));
	assert_true(json_is_str(json_get(j.header, S("alg")), S("ES256")));
	assert_true(json_is_str(json_get(jwk, S("kty")), S("EC")) && json_is_str(json_get(jwk, S("crv")), S("P-256")));
	b64_url_encode(&x, str_make(k.x, SIG_POINT));
	assert_true(json_is_str(json_get(jwk, S("x")), buf_str(&x)));
	assert_null(json_get(jwk, S("d")));
}

static void it_names_the_request_without_its_query(void **state)
{
	struct dpop q = question();
	struct jws j = prove(&q);

	(void)state;
	assert_str(json_get(j.claims, S("htm"))->text, "POST");
	assert_str(json_get(j.claims, S("htu"))->text, "https://rs.example/mcp");
	assert_str(json_get(j.claims, S("iat"))->raw, "1700000000");
	assert_null(json_get(j.claims, S("ath")));
	assert_null(json_get(j.claims, S("nonce")));
}

/* The access token and its digest are those of RFC 9449 §7.1. */
static void the_token_is_there_as_its_digest(void **state)
{
	struct dpop q = question();
	struct jws j;

	(void)state;
	q.access_token = S("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
	q.nonce = S("n-1");
	j = prove(&q);
	assert_str(json_get(j.claims, S("ath"))->text, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
	assert_str(json_get(j.claims, S("nonce"))->text, "n-1");
}

static void every_proof_is_another(void **state)
{
	struct dpop q = question();
	struct jws one = prove(&q), two = prove(&q);

	(void)state;
	assert_false(str_same(json_get(one.claims, S("jti"))->text, json_get(two.claims, S("jti"))->text));
}

static void a_damaged_key_proves_nothing(void **state)
{
	static const char *const cases[] = {"", "AAAA", "not base64url", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct dpop q = question();
	struct str proof;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		q.key = str_of(cases[i]);
		assert_false(dpop_prove(&q, &arena, &proof, &e));
		assert_non_null(strstr(e.text, "log in again"));
	}
}

static void only_a_nonce_that_may_stand_there_is_one(void **state)
{
	static char huge[DPOP_NONCE_MAX + 2];
	const struct {
		const char *value, *nonce;
	} cases[] = {{"abc", "abc"}, {"", ""}, {"a b", ""}, {"a\"b", ""}, {"a\\b", ""}, {huge, ""}, {"a~!", "a~!"}};

	(void)state;
	memset(huge, 'x', sizeof huge - 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_field field = {S("dpop-nonce"), str_of(cases[i].value)};

		assert_str(dpop_nonce(&field, 1), cases[i].nonce);
	}
	assert_int_equal(dpop_nonce(NULL, 0).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_proof_is_signed_by_the_key_that_it_shows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_names_the_request_without_its_query, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_token_is_there_as_its_digest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_proof_is_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_key_proves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_a_nonce_that_may_stand_there_is_one, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* However little room there is: the whole proof, or none. ES256 signs the same each time. */
static void half_a_proof_is_none(void **state)
{
	static char memory[49152];
	struct dpop q = question();
	struct str whole, proof;
	unsigned made = 0, refused = 0;

	(void)state;
	q.access_token = S("token");
	q.nonce = S("n-1");
	assert_ok(url_read(arena_print(&arena, "https://rs.example/%0*d", 5000, 0), &arena, &url, &e), &e);
	test_rng_start(&rng, 3);
	assert_ok(dpop_prove(&q, &arena, &whole, &e), &e);
	for (size_t room = 0; room < sizeof memory; room += 97) {
		struct arena own;

		arena_over(&own, memory, room);
		test_rng_start(&rng, 3);
		if (dpop_prove(&q, &own, &proof, &e)) {
			assert_true(str_same(proof, whole));
			made++;
		} else {
			assert_int_equal(e.kind, ERR_LIMIT);
			assert_int_equal(proof.len, 0);
			refused++;
		}
	}
	assert_true(made > 0 && refused > 0);
}

static void nothing_of_the_key_is_left(void **state)
{
	static char memory[8192];
	uint8_t bytes[SIG_SCALAR];
	struct buf scalar = buf_over(bytes, sizeof bytes);
	struct dpop q = question();
	struct arena own;
	struct str proof;

	(void)state;
	assert_true(b64_url_decode(&scalar, key));
	arena_over(&own, memory, sizeof memory);
	assert_ok(dpop_prove(&q, &own, &proof, &e), &e);
	assert_null(memmem(memory, sizeof memory, bytes, 8));
	assert_null(memmem(memory, sizeof memory, key.at, 8));
}

/* The target is what the request goes to: its own port stays, a fragment and an empty query go (RFC 9449 §4.2). */
static void targets(void **state)
{
	static const char *const cases[][2] = {
		{"https://as.example", "https://as.example/"},
		{"https://as.example/token?", "https://as.example/token"},
		{"https://as.example/token#part", "https://as.example/token"},
		{"https://as.example:8443/token?a=b#part", "https://as.example:8443/token"},
		{"http://[::1]:9000/mcp", "http://[::1]:9000/mcp"},
		{"https://as.example/a%2fb/", "https://as.example/a%2Fb/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dpop q = question();

		assert_ok(url_read(str_of(cases[i][0]), &arena, &url, &e), &e);
		assert_str(json_get(prove(&q).claims, S("htu"))->text, cases[i][1]);
	}
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
		cmocka_unit_test_setup_teardown(half_a_proof_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_the_key_is_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(targets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_key_proves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_a_nonce_that_may_stand_there_is_one, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

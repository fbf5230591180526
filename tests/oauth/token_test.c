#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/fetch.h"
#include "json/json.h"
#include "oauth/assertion.h"
#include "oauth/dpop.h"
#include "oauth/token.h"
#include "support/jws.h"
#include "support/world.h"

enum { NOW = 1700000000 };

static char memory[512 * 1024];
static struct arena arena;
static struct test_rng rng;

static struct token_asker asker(const struct grant *g)
{
	test_rng_start(&rng, 1);
	return (struct token_asker){.grant = g, .now = NOW, .rng = &rng.rng, .arena = &arena};
}

static struct grant grant(enum grant_auth auth)
{
	arena_over(&arena, memory, sizeof memory);
	return (struct grant){
		.token_endpoint = S("https://as/token?x=1"),
		.client = GRANT_CLIENT_REGISTERED,
		.auth = auth,
		.client_id = S("id:&"),
		.client_secret = S("p w%"),
		.redirect_uri = S("http://127.0.0.1:1/callback"),
		.resource = S("http://localhost:3000"),
		.refresh_token = S("old-refresh"),
		.scope = S("asked"),
	};
}

static struct str field(const struct fetch_request *r, const char *name)
{
	return fetch_field(r->fields, r->fields_n, str_of(name), NULL);
}

static void exchanges_a_code_in_each_way_of_proof(void **state)
{
	static const struct {
		enum grant_auth auth;
		const char *tail, *authorization;
	} cases[] = {
		{GRANT_AUTH_NONE, "&client_id=id%3A%26", ""},
		{GRANT_AUTH_POST, "&client_id=id%3A%26&client_secret=p%20w%25", ""},
		/* "id%3A%26:p%20w%25": each half is form-encoded first (RFC 6749 §2.3.1). */
		{GRANT_AUTH_BASIC, "", "Basic aWQlM0ElMjY6cCUyMHclMjU="},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grant g = grant(cases[i].auth);
		const struct token_asker q = asker(&g);
		struct fetch_request r;
		struct err e = {0};
		char body[512];

		assert_ok(token_exchange(&q, S("c/d"), S("verifier"), &r, &e), &e);
		sprintf(body, "grant_type=authorization_code&code=c%%2Fd&redirect_uri=http%%3A%%2F%%2F127.0.0.1%%3A1%%2Fcallback"
			"&code_verifier=verifier&resource=http%%3A%%2F%%2Flocalhost%%3A3000%s", cases[i].tail);
		assert_str(r.method, "POST");
		assert_str(url_text(&r.url, &arena), "https://as/token?x=1");
		assert_true(r.has_body);
		assert_true(r.fresh);
		assert_str(r.body, body);
		assert_str(field(&r, "content-type"), "application/x-www-form-urlencoded");
		assert_str(field(&r, "accept"), "application/json");
		assert_str(field(&r, "authorization"), cases[i].authorization);
	}
}

static void refreshes_with_the_resource_and_without_a_scope(void **state)
{
	struct grant g = grant(GRANT_AUTH_NONE);
	const struct token_asker q = asker(&g);
	struct fetch_request r;
	struct err e = {0};

	(void)state;
	assert_ok(token_refresh(&q, &r, &e), &e);
	assert_str(r.body, "grant_type=refresh_token&refresh_token=old-refresh&resource=http%3A%2F%2Flocalhost%3A3000&client_id=id%3A%26");
	g.resource = (struct str){0};
	assert_ok(token_refresh(&q, &r, &e), &e);
	assert_str(r.body, "grant_type=refresh_token&refresh_token=old-refresh&client_id=id%3A%26");
	g.refresh_token = (struct str){0};
	assert_false(token_refresh(&q, &r, &e));
	assert_int_equal(e.kind, ERR_LOGIN);
}

static struct str parameter(const struct fetch_request *r, const char *wanted)
{
	struct str rest = r->body;
	struct str name;
	struct str value;

	while (url_form_next(&rest, &arena, &name, &value, NULL))
		if (str_same(name, str_of(wanted)))
			return value;
	return (struct str){0};
}

static void the_other_grants_name_scope_and_resource(void **state)
{
	struct grant g = grant(GRANT_AUTH_POST);
	const struct token_asker q = asker(&g);
	struct fetch_request r;
	struct err e = {0};

	(void)state;
	assert_ok(token_credentials(&q, &r, &e), &e);
	assert_str(r.body, "grant_type=client_credentials&scope=asked&resource=http%3A%2F%2Flocalhost%3A3000&client_id=id%3A%26&client_secret=p%20w%25");
	assert_ok(token_bearer(&q, S("a+b"), &r, &e), &e);
	assert_str(r.body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a%2Bb&scope=asked"
		"&resource=http%3A%2F%2Flocalhost%3A3000&client_id=id%3A%26&client_secret=p%20w%25");
	assert_false(token_bearer(&q, S(""), &r, &e));
	assert_int_equal(e.kind, ERR_LOGIN);
	g.auth = GRANT_AUTH_NONE;
	g.client_id = g.scope = g.resource = (struct str){0};
	assert_ok(token_bearer(&q, S("a"), &r, &e), &e);
	assert_str(r.body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a");
}

static void a_client_with_a_key_signs_who_it_is(void **state)
{
	struct str key = test_vector("keys/ec.pem");
	struct grant g = grant(GRANT_AUTH_KEY);
	const struct token_asker q = asker(&g);
	struct fetch_request r;
	struct err e = {0};
	struct jws first, second;

	(void)state;
	g.client_key = key;
	g.issuer = S("https://as/tenant/");
	assert_ok(token_credentials(&q, &r, &e), &e);
	assert_str(parameter(&r, "client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	assert_str(parameter(&r, "client_id"), "");
	assert_str(parameter(&r, "client_secret"), "");
	assert_str(field(&r, "authorization"), "");
	first = jws_open(parameter(&r, "client_assertion"), &arena);
	assert_str(json_get(first.claims, S("iss"))->text, "id:&");
	assert_str(json_get(first.claims, S("sub"))->text, "id:&");
	assert_str(json_get(first.claims, S("aud"))->text, "https://as/tenant/");
	/* Each is good for one request. */
	assert_ok(token_refresh(&q, &r, &e), &e);
	second = jws_open(parameter(&r, "client_assertion"), &arena);
	assert_false(str_same(json_get(first.claims, S("jti"))->text, json_get(second.claims, S("jti"))->text));
	g.client_key = S("hunter2");
	assert_false(token_refresh(&q, &r, &e));
	assert_non_null(strstr(e.text, "the client's key"));
	assert_null(strstr(e.text, "hunter2"));
	free((void *)(uintptr_t)key.at);
}

/* A grant that is bound to a key. */
static struct grant bound(void)
{
	struct grant g = grant(GRANT_AUTH_NONE);
	struct err e = {0};

	test_rng_start(&rng, 1);
	assert_ok(dpop_draw_key(&rng.rng, &arena, &g.dpop_key, &e), &e);
	return g;
}

static void a_proof_goes_where_tokens_come_from(void **state)
{
	struct grant g = bound();
	struct token_asker q = asker(&g);
	struct buf form = buf_in(&arena, 0);
	struct fetch_request r;
	struct err e = {0};
	struct jws proof;

	(void)state;
	assert_ok(token_refresh(&q, &r, &e), &e);
	proof = jws_open(field(&r, "dpop"), &arena);
	assert_str(json_get(proof.claims, S("htm"))->text, "POST");
	assert_str(json_get(proof.claims, S("htu"))->text, "https://as/token");
	assert_null(json_get(proof.claims, S("nonce")));
	assert_null(json_get(proof.claims, S("ath")));
	q.nonce = S("n-1");
	assert_ok(token_exchange(&q, S("c"), S("v"), &r, &e), &e);
	proof = jws_open(field(&r, "dpop"), &arena);
	assert_str(json_get(proof.claims, S("nonce"))->text, "n-1");
	assert_ok(token_request(&q, S("https://as/revoke"), &form, &r, &e), &e);
	assert_str(field(&r, "dpop"), "");
	g.dpop_key = S("hunter2");
	assert_false(token_refresh(&q, &r, &e));
	assert_null(strstr(e.text, "hunter2"));
}

static void a_token_is_bound_as_it_was_asked_for(void **state)
{
	static const struct {
		bool is_bound;
		const char *type;
		enum token_outcome outcome;
		enum err_kind kind;
	} cases[] = {
		{true, "DPoP", TOKEN_OK, ERR_NONE},
		{true, "dpop", TOKEN_OK, ERR_NONE},
		{true, "Bearer", TOKEN_REFUSED, ERR_FAILED},
		{true, "mac", TOKEN_REFUSED, ERR_FAILED},
		{false, "DPoP", TOKEN_REFUSED, ERR_INPUT},
		{false, "bearer", TOKEN_OK, ERR_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct grant g = cases[i].is_bound ? bound() : grant(GRANT_AUTH_NONE);
		const struct token_asker q = asker(&g);
		char body[128];
		const struct fetch_answer answer = {.status = 200,
			.body = str_make(body, (size_t)sprintf(body, "{\"access_token\":\"hunter2\",\"token_type\":\"%s\"}", cases[i].type))};
		struct token t;
		struct err e = {0};

		assert_int_equal(token_read(&q, &answer, &t, &e), cases[i].outcome);
		assert_int_equal(e.kind, cases[i].kind);
		assert_true(e.kind == ERR_NONE || strstr(e.text, "--dpop"));
		assert_null(strstr(e.text, "hunter2"));
	}
}

static void a_nonce_is_asked_for_once(void **state)
{
	static const struct {
		bool is_bound;
		int status;
		const char *nonce, *sent, *error;
		enum token_outcome outcome;
	} cases[] = {
		{true, 400, "n-1", "", "use_dpop_nonce", TOKEN_NONCE},
		{true, 401, "n-1", "", "use_dpop_nonce", TOKEN_NONCE},
		{true, 400, "n-2", "n-1", "use_dpop_nonce", TOKEN_NONCE},
		{true, 400, "n-1", "n-1", "use_dpop_nonce", TOKEN_REFUSED},
		{true, 400, "", "", "use_dpop_nonce", TOKEN_REFUSED},
		{true, 400, "n\"1", "", "use_dpop_nonce", TOKEN_REFUSED},
		{true, 403, "n-1", "", "use_dpop_nonce", TOKEN_REFUSED},
		{true, 400, "n-1", "", "invalid_dpop_proof", TOKEN_REFUSED},
		{true, 400, "n-1", "", "invalid_grant", TOKEN_SPENT},
		{false, 400, "n-1", "", "use_dpop_nonce", TOKEN_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct grant g = cases[i].is_bound ? bound() : grant(GRANT_AUTH_NONE);
		struct token_asker q = asker(&g);
		struct http_field fields[] = {{S("DPoP-Nonce"), str_of(cases[i].nonce)}};
		char body[128];
		const struct fetch_answer answer = {.status = cases[i].status, .fields = fields, .fields_n = 1,
			.body = str_make(body, (size_t)sprintf(body, "{\"error\":\"%s\"}", cases[i].error))};
		struct token t;
		struct err e = {0};

		q.nonce = str_of(cases[i].sent);
		if (token_read(&q, &answer, &t, &e) != cases[i].outcome)
			fail_msg("case %zu: %s", i, e.text);
		assert_int_equal(e.kind == ERR_NONE, cases[i].outcome == TOKEN_NONCE);
		if (cases[i].outcome == TOKEN_NONCE)
			assert_str(t.nonce, cases[i].nonce);
	}
}

static void a_nonce_may_come_with_the_token(void **state)
{
	const struct grant g = bound();
	const struct token_asker q = asker(&g);
	char text[] = "next";
	struct http_field fields[] = {{S("DPoP-Nonce"), {text, 4}}};
	const struct fetch_answer answer = {.status = 200, .fields = fields, .fields_n = 1, .body = S("{\"access_token\":\"at\",\"token_type\":\"DPoP\"}")};
	struct token t;

	(void)state;
	assert_int_equal(token_read(&q, &answer, &t, NULL), TOKEN_OK);
	memset(text, '#', 4);
	assert_str(t.nonce, "next");
}

static void a_request_that_does_not_fit_is_refused(void **state)
{
	struct grant g = grant(GRANT_AUTH_BASIC);
	const struct token_asker q = asker(&g);
	static char code[100000];
	struct fetch_request r;
	struct err e = {0};
	char room[65536];

	(void)state;
	memset(code, 'c', sizeof code);
	arena_over(&arena, room, sizeof room);
	assert_false(token_exchange(&q, str_make(code, sizeof code), S("v"), &r, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

static enum token_outcome read(int status, const char *body, struct token *t, struct err *e)
{
	const struct fetch_answer answer = {.status = status, .body = str_of(body)};
	const struct grant g = grant(GRANT_AUTH_NONE);
	const struct token_asker q = asker(&g);

	return token_read(&q, &answer, t, e);
}

static void reads_what_is_given(void **state)
{
	struct token t;
	struct err e = {0};

	(void)state;
	assert_int_equal(read(200, "{\"access_token\":\"at\",\"token_type\":\"bearer\",\"expires_in\":3600,\"refresh_token\":\"rt\","
		"\"scope\":\" a  b\",\"id_token\":\"x.y.z\",\"other\":[1]}", &t, &e), TOKEN_OK);
	assert_str(t.access_token, "at");
	assert_str(t.token_type, "bearer");
	assert_str(t.refresh_token, "rt");
	assert_str(t.scope, "a b");
	assert_str(t.id_token, "x.y.z");
	assert_int_equal(t.expires_at, NOW + 3600);
	assert_int_equal(read(200, "{\"access_token\":\"at\",\"token_type\":\"BEARER\",\"refresh_token\":null}", &t, &e), TOKEN_OK);
	assert_str(t.refresh_token, "");
	assert_int_equal(t.expires_at, 0);
	/* A scope in an unknown form says nothing. */
	assert_int_equal(read(200, "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"scope\":\"a\\\\b\"}", &t, &e), TOKEN_OK);
	assert_str(t.scope, "");
}

static void nothing_of_it_points_into_the_answer(void **state)
{
	char body[] = "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"refresh_token\":\"rt\",\"scope\":\"s\"}";
	struct fetch_answer answer = {.status = 200, .body = str_of(body)};
	const struct grant g = grant(GRANT_AUTH_NONE);
	const struct token_asker q = asker(&g);
	struct token t;

	(void)state;
	assert_int_equal(token_read(&q, &answer, &t, NULL), TOKEN_OK);
	memset(body, '#', sizeof body);
	assert_str(t.access_token, "at");
	assert_str(t.token_type, "Bearer");
	assert_str(t.refresh_token, "rt");
	assert_str(t.scope, "s");
}

static void makes_a_lifetime_absolute(void **state)
{
	static const struct {
		const char *in;
		int64_t at;
	} cases[] = {
		{"1", NOW + 1},
		{"3.6e3", NOW + 3600},
		{"\"3600\"", NOW + 3600},
		{"0", 0},
		{"-5", 0},
		{"1.5", 0},
		{"\"soon\"", 0},
		{"null", 0},
		{"true", 0},
		{"9223372036854775807", NOW + INT64_C(3162240000)},
		{"\"18446744073709551615\"", NOW + INT64_C(3162240000)},
		{"1e400", 0},
	};
	char body[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct token t;
		struct err e = {0};

		sprintf(body, "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":%s}", cases[i].in);
		if (read(200, body, &t, &e) != TOKEN_OK || t.expires_at != cases[i].at)
			fail_msg("%s: %lld %s", cases[i].in, (long long)t.expires_at, e.text);
	}
}

static void sorts_what_is_refused(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum token_outcome outcome;
		enum err_kind kind;
	} cases[] = {
		{400, "{\"error\":\"invalid_grant\"}", TOKEN_SPENT, ERR_LOGIN},
		{401, "{\"error\":\"invalid_grant\"}", TOKEN_SPENT, ERR_LOGIN},
		{200, "{\"error\":\"invalid_grant\"}", TOKEN_SPENT, ERR_LOGIN},
		{401, "{\"error\":\"invalid_client\"}", TOKEN_CLIENT, ERR_LOGIN},
		{400, "{\"error\":\"unauthorized_client\"}", TOKEN_CLIENT, ERR_LOGIN},
		{401, "", TOKEN_CLIENT, ERR_LOGIN},
		{400, "{\"error\":\"invalid_target\"}", TOKEN_REFUSED, ERR_FAILED},
		{400, "{\"error\":{\"code\":1}}", TOKEN_REFUSED, ERR_FAILED},
		{403, "<html>", TOKEN_REFUSED, ERR_FAILED},
		{302, "", TOKEN_REFUSED, ERR_FAILED},
		{500, "{\"error\":\"invalid_grant\"}", TOKEN_LATER, ERR_NETWORK},
		{503, "", TOKEN_LATER, ERR_NETWORK},
		{429, "", TOKEN_LATER, ERR_NETWORK},
		{408, "", TOKEN_LATER, ERR_NETWORK},
		{400, "{\"error\":\"temporarily_unavailable\"}", TOKEN_LATER, ERR_NETWORK},
		{400, "{\"error\":\"server_error\"}", TOKEN_LATER, ERR_NETWORK},
		/* What breaks the rules. */
		{200, "", TOKEN_REFUSED, ERR_INPUT},
		{200, "[]", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"token_type\":\"Bearer\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\",\"token_type\":\"DPoP\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"\",\"token_type\":\"Bearer\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":7,\"token_type\":\"Bearer\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2 x\",\"token_type\":\"Bearer\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\\r\\nX: y\",\"token_type\":\"Bearer\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\",\"token_type\":\"Bearer\",\"refresh_token\":\"\\u00e9\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\",\"access_token\":\"b\",\"token_type\":\"Bearer\"}", TOKEN_REFUSED, ERR_INPUT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct token t;
		struct err e = {0};

		if (read(cases[i].status, cases[i].body, &t, &e) != cases[i].outcome)
			fail_msg("%d %s: %s", cases[i].status, cases[i].body, e.text);
		assert_int_equal(e.kind, cases[i].kind);
		assert_null(strstr(e.text, "hunter2"));
		assert_int_equal(t.access_token.len, 0);
	}
}

static void an_echoed_token_is_not_shown(void **state)
{
	struct token t;
	struct err e = {0};

	(void)state;
	assert_int_equal(read(400, "{\"error\":\"invalid_request\",\"error_description\":\"no such code "
		"0123456789abcdef0123456789abcdef0123456789abcdef here\"}", &t, &e), TOKEN_REFUSED);
	assert_non_null(strstr(e.text, "\"invalid_request\" (no such code [...] here)"));
}

static void a_token_too_long_is_refused(void **state)
{
	static char body[TOKEN_MAX + 100];
	struct token t;
	struct err e = {0};

	(void)state;
	memset(body, 'a', sizeof body);
	memcpy(body, "{\"token_type\":\"Bearer\",\"access_token\":\"", 39);
	memcpy(body + 39 + TOKEN_MAX + 1, "\"}", 3);
	assert_int_equal(read(200, body, &t, &e), TOKEN_REFUSED);
	memcpy(body + 39 + TOKEN_MAX, "\"}", 3);
	assert_int_equal(read(200, body, &t, &e), TOKEN_OK);
	assert_int_equal(t.access_token.len, TOKEN_MAX);
}

static void what_did_not_come_stays(void **state)
{
	struct grant g = grant(GRANT_AUTH_NONE);
	struct token t = {.access_token = S("new"), .token_type = S("Bearer"), .expires_at = NOW + 60};

	(void)state;
	token_apply(&t, NOW, &g);
	assert_str(g.access_token, "new");
	assert_str(g.refresh_token, "old-refresh");
	assert_str(g.scope, "asked");
	assert_int_equal(g.obtained_at, NOW);
	t.refresh_token = S("rotated");
	t.scope = S("narrow");
	t.expires_at = 0;
	token_apply(&t, NOW + 1, &g);
	assert_str(g.refresh_token, "rotated");
	assert_str(g.scope, "narrow");
	assert_int_equal(g.expires_at, 0);
}

static void knows_when_a_token_holds(void **state)
{
	struct grant g = {0};

	(void)state;
	assert_false(token_is_fresh(&g, NOW, 0));
	g.access_token = S("at");
	assert_true(token_is_fresh(&g, NOW, 1000));
	g.expires_at = NOW + 60;
	assert_true(token_is_fresh(&g, NOW, 59));
	assert_false(token_is_fresh(&g, NOW, 60));
	assert_false(token_is_fresh(&g, NOW + 61, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanges_a_code_in_each_way_of_proof),
		cmocka_unit_test(refreshes_with_the_resource_and_without_a_scope),
		cmocka_unit_test(the_other_grants_name_scope_and_resource),
		cmocka_unit_test(a_client_with_a_key_signs_who_it_is),
		cmocka_unit_test(a_proof_goes_where_tokens_come_from),
		cmocka_unit_test(a_token_is_bound_as_it_was_asked_for),
		cmocka_unit_test(a_nonce_is_asked_for_once),
		cmocka_unit_test(a_nonce_may_come_with_the_token),
		cmocka_unit_test(a_request_that_does_not_fit_is_refused),
		cmocka_unit_test(reads_what_is_given),
		cmocka_unit_test(nothing_of_it_points_into_the_answer),
		cmocka_unit_test(makes_a_lifetime_absolute),
		cmocka_unit_test(sorts_what_is_refused),
		cmocka_unit_test(an_echoed_token_is_not_shown),
		cmocka_unit_test(a_token_too_long_is_refused),
		cmocka_unit_test(what_did_not_come_stays),
		cmocka_unit_test(knows_when_a_token_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

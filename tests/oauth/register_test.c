#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "http/fetch.h"
#include "oauth/metadata.h"
#include "oauth/register.h"

enum { NOW = 1700000000 };

#define URI "http://127.0.0.1:1234/callback"

static char memory[256 * 1024];
static struct arena arena;

/* A server that can do everything; tests take away. */
static struct metadata_issuer issuer(void)
{
	arena_over(&arena, memory, sizeof memory);
	return (struct metadata_issuer){
		.issuer = S("https://as"),
		.authorization_endpoint = S("https://as/authorize"),
		.token_endpoint = S("https://as/token"),
		.registration_endpoint = S("https://as/register"),
		.revocation_endpoint = S("https://as/revoke"),
		.takes_metadata_id = true,
		.auth_listed = true,
		.auth_none = true,
		.auth_basic = true,
		.auth_post = true,
	};
}

static bool choose(const struct metadata_issuer *m, const struct register_config *c, const struct grant *known, struct grant *g,
	bool *must_register, struct err *e)
{
	const struct register_choice choice = {.m = m, .config = c, .known = known, .redirect_uri = S(URI), .now = NOW};

	return register_choose(&choice, arena, g, must_register, e);
}

static struct grant registered(void)
{
	return (struct grant){
		.issuer = S("https://as"),
		.client = GRANT_CLIENT_REGISTERED,
		.auth = GRANT_AUTH_POST,
		.client_id = S("known"),
		.client_secret = S("hunter2"),
		.client_secret_expires_at = NOW + 1,
		.redirect_uri = S(URI),
	};
}

static void a_configured_client_comes_first(void **state)
{
	struct metadata_issuer m = issuer();
	struct register_config c = {.client_id = S("mine"), .client_secret = S("s"), .metadata_url = S("https://h/c.json")};
	struct grant known = registered();
	struct grant g = {.resource = S("r"), .client_secret = S("stale"), .client_secret_expires_at = 7};
	struct err e = {0};
	bool must_register = true;

	(void)state;
	assert_ok(choose(&m, &c, &known, &g, &must_register, &e), &e);
	assert_false(must_register);
	assert_int_equal(g.client, GRANT_CLIENT_CONFIGURED);
	assert_str(g.client_id, "mine");
	assert_str(g.client_secret, "s");
	assert_int_equal(g.client_secret_expires_at, 0);
	assert_int_equal(g.auth, GRANT_AUTH_BASIC);
	assert_str(g.issuer, "https://as");
	assert_str(g.authorization_endpoint, "https://as/authorize");
	assert_str(g.token_endpoint, "https://as/token");
	assert_str(g.registration_endpoint, "https://as/register");
	assert_str(g.revocation_endpoint, "https://as/revoke");
	assert_str(g.redirect_uri, URI);
	assert_str(g.resource, "r");
}

static void a_secret_is_sent_as_the_server_takes_it(void **state)
{
	static const struct {
		const char *secret;
		bool basic, post, ask_post, ok;
		enum grant_auth auth;
	} cases[] = {
		{"", true, true, false, true, GRANT_AUTH_NONE},
		{"", false, false, false, true, GRANT_AUTH_NONE},
		{"s", true, true, false, true, GRANT_AUTH_BASIC},
		{"s", true, true, true, true, GRANT_AUTH_POST},
		{"s", true, false, true, true, GRANT_AUTH_BASIC},
		{"s", false, true, false, true, GRANT_AUTH_POST},
		{"s", false, false, false, false, GRANT_AUTH_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m = issuer();
		enum grant_auth auth;
		struct err e = {0};

		m.auth_basic = cases[i].basic;
		m.auth_post = cases[i].post;
		assert_int_equal(register_auth(&m, str_of(cases[i].secret), cases[i].ask_post, &auth, &e), cases[i].ok);
		assert_int_equal(auth, cases[i].auth);
	}
}

static void a_client_does_not_follow_the_server_to_another_issuer(void **state)
{
	struct metadata_issuer m = issuer();
	struct register_config c = {.client_id = S("mine"), .client_secret = S("hunter2")};
	struct grant known = {.client = GRANT_CLIENT_CONFIGURED, .issuer = S("https://before"), .client_id = S("mine")};
	struct grant g = {0};
	struct err e = {0};
	bool must_register;

	(void)state;
	assert_false(choose(&m, &c, &known, &g, &must_register, &e));
	assert_non_null(strstr(e.text, "https://before"));
	assert_null(strstr(e.text, "hunter2"));
	c.issuer_is_pinned = true;
	assert_true(choose(&m, &c, &known, &g, &must_register, &e));
	c.issuer_is_pinned = false;
	known.issuer = S("https://as");
	assert_true(choose(&m, &c, &known, &g, &must_register, &e));
	known.issuer = S("https://before");
	c.client_secret = (struct str){0};
	assert_false(choose(&m, &c, &known, &g, &must_register, &e));
}

static void a_client_with_a_key_proves_itself_where_that_is_taken(void **state)
{
	static const struct {
		const char *key;
		bool taken, es256, rs256;
		const char *words; /* NULL: good */
	} cases[] = {
		{"keys/ec.pem", true, true, false, NULL},
		{"keys/ec.jwk", true, true, true, NULL},
		{"keys/rsa.pem", true, false, true, NULL},
		{"keys/ec.pem", false, true, true, "private_key_jwt"},
		{"keys/ec.pem", true, false, true, "(ES256)"},
		{"keys/rsa.pem", true, true, false, "(RS256)"},
		{"keys/ec-public.pem", true, true, true, "the client's key"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str key = test_vector(cases[i].key);
		struct metadata_issuer m = issuer();
		/* A secret beside it is not used. */
		struct register_config c = {.client_id = S("mine"), .client_secret = S("hunter2"), .client_key = key};
		struct grant g = {0};
		struct err e = {0};
		bool must_register;

		m.auth_key = cases[i].taken;
		m.auth_es256 = cases[i].es256;
		m.auth_rs256 = cases[i].rs256;
		for (int n = 0; n < 2; n++) {
			if (choose(&m, &c, NULL, &g, &must_register, &e) != !cases[i].words)
				fail_msg("%s: %s", cases[i].key, e.text);
			assert_true(!cases[i].words || strstr(e.text, cases[i].words));
			assert_false(must_register);
			assert_int_equal(g.auth, GRANT_AUTH_KEY);
			assert_true(str_same(g.client_key, key));
			assert_int_equal(g.client_secret.len, 0);
			assert_int_equal(g.client, n ? GRANT_CLIENT_METADATA : GRANT_CLIENT_CONFIGURED);
			c.client_id = (struct str){0};
			c.metadata_url = S("https://h/c.json");
		}
		free((void *)(uintptr_t)key.at);
	}
}

static void a_key_alone_makes_no_client(void **state)
{
	struct metadata_issuer m = issuer();
	struct register_config c = {.client_key = S("hunter2")};
	struct grant g = {0};
	struct err e = {0};
	bool must_register;

	(void)state;
	assert_false(choose(&m, &c, NULL, &g, &must_register, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "--client-id"));
	assert_null(strstr(e.text, "hunter2"));
}

/* What a machine may be: what was registered before, and for an assertion nobody at all. */
static void machines_do_not_register(void **state)
{
	static const struct {
		enum grant_type type;
		const char *id;
		enum grant_client known;
		bool ok;
		enum grant_client client;
	} cases[] = {
		{GRANT_CLIENT_CREDENTIALS, "mine", GRANT_CLIENT_NONE, true, GRANT_CLIENT_CONFIGURED},
		{GRANT_CLIENT_CREDENTIALS, "", GRANT_CLIENT_CONFIGURED, true, GRANT_CLIENT_CONFIGURED},
		{GRANT_CLIENT_CREDENTIALS, "", GRANT_CLIENT_REGISTERED, false, GRANT_CLIENT_NONE},
		{GRANT_ENTERPRISE, "", GRANT_CLIENT_REGISTERED, false, GRANT_CLIENT_NONE},
		{GRANT_ENTERPRISE, "mine", GRANT_CLIENT_REGISTERED, true, GRANT_CLIENT_CONFIGURED},
		{GRANT_JWT_BEARER, "", GRANT_CLIENT_REGISTERED, true, GRANT_CLIENT_NONE},
		{GRANT_JWT_BEARER, "mine", GRANT_CLIENT_NONE, true, GRANT_CLIENT_CONFIGURED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m = issuer();
		struct register_config c = {.client_id = str_of(cases[i].id), .metadata_url = cases[i].known == GRANT_CLIENT_REGISTERED ? S("https://h/c.json") : S("")};
		struct grant known = registered();
		struct grant g = {.type = cases[i].type};
		struct err e = {0};
		bool must_register;

		known.client = cases[i].known;
		if (choose(&m, &c, &known, &g, &must_register, &e) != cases[i].ok)
			fail_msg("case %zu: %s", i, e.text);
		assert_false(must_register);
		assert_int_equal(g.client, cases[i].client);
		assert_true(cases[i].ok || strstr(e.text, "--client-id"));
		if (g.client == GRANT_CLIENT_NONE)
			assert_int_equal(g.client_id.len, 0);
	}
}

static void the_device_grant_is_registered_where_it_is_offered(void **state)
{
	struct metadata_issuer m = issuer();
	struct grant g = {.registration_endpoint = S("https://as/register"), .redirect_uri = S(URI)};
	struct fetch_request r;
	struct err e = {0};

	(void)state;
	m.device_authorization_endpoint = S("https://as/device");
	assert_ok(register_request(&g, &m, S(""), S(""), &arena, &r, &e), &e);
	assert_str(r.body, "{\"client_name\":\"keyfob\",\"application_type\":\"native\",\"redirect_uris\":[\"" URI "\"],"
		"\"grant_types\":[\"authorization_code\",\"refresh_token\",\"urn:ietf:params:oauth:grant-type:device_code\"],"
		"\"response_types\":[\"code\"],\"token_endpoint_auth_method\":\"none\"}");
}

static void then_the_metadata_document(void **state)
{
	static const struct {
		const char *url;
		bool ok;
	} cases[] = {
		{"https://h/c.json", true},
		{"https://h/", false},
		{"https://h", false},
		{"http://h/c.json", false},
		{"https://h/c.json#f", false},
		{"c.json", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m = issuer();
		struct register_config c = {.metadata_url = str_of(cases[i].url)};
		struct grant known = registered();
		struct grant g = {0};
		struct err e = {0};
		bool must_register;

		if (choose(&m, &c, &known, &g, &must_register, &e) != cases[i].ok)
			fail_msg("%s: %s", cases[i].url, e.text);
		assert_int_equal(g.client, GRANT_CLIENT_METADATA);
		assert_str(g.client_id, cases[i].url);
		assert_int_equal(g.auth, GRANT_AUTH_NONE);
		assert_false(must_register);
	}
}

static void then_a_registration_old_or_new(void **state)
{
	static const struct {
		const char *issuer, *uri;
		enum grant_client client;
		int64_t expires_at;
		bool reused;
	} cases[] = {
		{"https://as", URI, GRANT_CLIENT_REGISTERED, 0, true},
		{"https://as", URI, GRANT_CLIENT_REGISTERED, NOW + 1, true},
		{"https://as", URI, GRANT_CLIENT_REGISTERED, NOW, false},
		{"https://as", "http://127.0.0.1:1/callback", GRANT_CLIENT_REGISTERED, 0, false},
		{"https://as/", URI, GRANT_CLIENT_REGISTERED, 0, false},
		{"https://other", URI, GRANT_CLIENT_REGISTERED, 0, false},
		{"https://as", URI, GRANT_CLIENT_CONFIGURED, 0, true},
		{"https://other", URI, GRANT_CLIENT_CONFIGURED, 0, false},
		{"https://as", URI, GRANT_CLIENT_METADATA, 0, false},
		{"https://as", URI, GRANT_CLIENT_NONE, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m = issuer();
		struct register_config c = {0};
		struct grant known = registered();
		struct grant g = {0};
		struct err e = {0};
		bool must_register;

		known.issuer = str_of(cases[i].issuer);
		known.redirect_uri = str_of(cases[i].uri);
		known.client = cases[i].client;
		known.client_secret_expires_at = cases[i].expires_at;
		assert_ok(choose(&m, &c, &known, &g, &must_register, &e), &e);
		assert_int_equal(must_register, !cases[i].reused);
		assert_str(g.client_id, cases[i].reused ? "known" : "");
		assert_int_equal(g.auth, cases[i].reused ? GRANT_AUTH_POST : GRANT_AUTH_NONE);
	}
}

static void else_it_says_what_to_do(void **state)
{
	struct metadata_issuer m = issuer();
	struct register_config c = {0};
	struct grant g = {0};
	struct err e = {0};
	bool must_register;

	(void)state;
	m.registration_endpoint = (struct str){0};
	assert_false(choose(&m, &c, NULL, &g, &must_register, &e));
	assert_int_equal(e.kind, ERR_FAILED);
	assert_non_null(strstr(e.text, "--client-id"));
	assert_non_null(strstr(e.text, "https://as"));
}

static void asks_for_the_method_that_is_offered(void **state)
{
	static const struct {
		bool listed, none, basic, post;
		const char *method;
	} cases[] = {
		{false, false, true, false, "none"},
		{true, true, true, true, "none"},
		{true, false, true, true, "client_secret_basic"},
		{true, false, false, true, "client_secret_post"},
		{true, false, false, false, "none"},
	};
	char body[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m = issuer();
		struct register_config c = {0};
		struct grant g = {0};
		struct fetch_request r;
		struct err e = {0};
		bool must_register;

		m.auth_listed = cases[i].listed;
		m.auth_none = cases[i].none;
		m.auth_basic = cases[i].basic;
		m.auth_post = cases[i].post;
		assert_ok(choose(&m, &c, NULL, &g, &must_register, &e), &e);
		assert_true(must_register);
		assert_ok(register_request(&g, &m, i ? S("") : S("my \"name\""), i ? S("") : S("a b"), &arena, &r, &e), &e);
		sprintf(body, "{\"client_name\":\"%s\",\"application_type\":\"native\",\"redirect_uris\":[\"" URI "\"],"
			"\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
			"\"token_endpoint_auth_method\":\"%s\"%s}", i ? "keyfob" : "my \\\"name\\\"", cases[i].method, i ? "" : ",\"scope\":\"a b\"");
		assert_str(r.body, body);
		assert_str(r.method, "POST");
		assert_str(url_text(&r.url, &arena), "https://as/register");
		assert_str(fetch_field(r.fields, r.fields_n, S("content-type"), NULL), "application/json");
	}
}

static bool read(int status, const char *body, struct grant *g, struct err *e)
{
	struct metadata_issuer m = issuer();
	struct fetch_answer answer = {.status = status, .body = str_of(body)};

	*g = (struct grant){.redirect_uri = S(URI), .client_secret = S("stale"), .client_secret_expires_at = 7};
	return register_read(&answer, &m, &arena, g, e);
}

static void uses_what_is_returned(void **state)
{
	static const struct {
		int status;
		const char *body, *id, *secret;
		int64_t expires_at;
		enum grant_auth auth;
	} cases[] = {
		{201, "{\"client_id\":\"i\"}", "i", "", 0, GRANT_AUTH_NONE},
		{200, "{\"client_id\":\"i\",\"client_secret\":null,\"token_endpoint_auth_method\":\"none\"}", "i", "", 0, GRANT_AUTH_NONE},
		{201, "{\"client_id\":\"i\",\"client_secret\":\"s\",\"client_secret_expires_at\":1800000000}", "i", "s", 1800000000, GRANT_AUTH_BASIC},
		{201, "{\"client_id\":\"i\",\"client_secret\":\"s\",\"token_endpoint_auth_method\":\"client_secret_basic\"}", "i", "s", 0, GRANT_AUTH_BASIC},
		{201, "{\"client_id\":\"i\",\"client_secret\":\"s\",\"token_endpoint_auth_method\":\"client_secret_post\"}", "i", "s", 0, GRANT_AUTH_POST},
		{201, "{\"client_id\":\"i\",\"client_secret\":\"s\",\"token_endpoint_auth_method\":\"none\"}", "i", "", 0, GRANT_AUTH_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grant g;
		struct err e = {0};

		assert_ok(read(cases[i].status, cases[i].body, &g, &e), &e);
		assert_str(g.client_id, cases[i].id);
		assert_str(g.client_secret, cases[i].secret);
		assert_int_equal(g.client_secret_expires_at, cases[i].expires_at);
		assert_int_equal(g.auth, cases[i].auth);
		assert_int_equal(g.client, GRANT_CLIENT_REGISTERED);
	}
}

static void a_secret_that_no_endpoint_takes_is_not_used(void **state)
{
	struct metadata_issuer m = issuer();
	struct fetch_answer answer = {.status = 201, .body = S("{\"client_id\":\"i\",\"client_secret\":\"s\"}")};
	struct grant g = {.redirect_uri = S(URI)};
	struct err e = {0};

	(void)state;
	m.auth_listed = m.auth_none = true;
	m.auth_basic = m.auth_post = false;
	assert_ok(register_read(&answer, &m, &arena, &g, &e), &e);
	assert_int_equal(g.auth, GRANT_AUTH_NONE);
	assert_str(g.client_secret, "");
}

static void says_why_there_is_no_registration(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{400, "{\"error\":\"invalid_redirect_uri\",\"error_description\":\"no ports\"}", ERR_FAILED, "\"invalid_redirect_uri\" (no ports); it does not take the redirect URI " URI},
		{400, "{\"error\":\"invalid_client_metadata\"}", ERR_FAILED, "--client-id"},
		{403, "<html>", ERR_FAILED, "status 403"},
		{302, "", ERR_FAILED, "status 302"},
		{503, "", ERR_NETWORK, "try again later"},
		{429, "", ERR_NETWORK, "try again later"},
		{201, "", ERR_INPUT, "registration answer"},
		{201, "{}", ERR_INPUT, "client_id"},
		{201, "{\"client_id\":\"\"}", ERR_INPUT, "client_id"},
		{201, "{\"client_id\":\"a\\nb\"}", ERR_INPUT, "client_id"},
		{201, "{\"client_id\":\"i\",\"client_secret\":\"hunter2\\u0000\"}", ERR_INPUT, "client_secret"},
		{201, "{\"client_id\":\"i\",\"token_endpoint_auth_method\":\"client_secret_basic\"}", ERR_INPUT, "secret"},
		{201, "{\"client_id\":\"i\",\"token_endpoint_auth_method\":\"private_key_jwt\"}", ERR_FAILED, "private_key_jwt"},
		{201, "{\"client_id\":\"i\",\"client_secret\":\"hunter2\",\"client_secret_expires_at\":\"never\"}", ERR_INPUT, "client_secret_expires_at"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grant g;
		struct err e = {0};

		if (read(cases[i].status, cases[i].body, &g, &e))
			fail_msg("taken: %s", cases[i].body);
		if (!strstr(e.text, cases[i].words))
			fail_msg("%s: %s", cases[i].body, e.text);
		assert_int_equal(e.kind, cases[i].kind);
		assert_null(strstr(e.text, "hunter2"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configured_client_comes_first),
		cmocka_unit_test(a_secret_is_sent_as_the_server_takes_it),
		cmocka_unit_test(a_client_does_not_follow_the_server_to_another_issuer),
		cmocka_unit_test(a_client_with_a_key_proves_itself_where_that_is_taken),
		cmocka_unit_test(a_key_alone_makes_no_client),
		cmocka_unit_test(machines_do_not_register),
		cmocka_unit_test(the_device_grant_is_registered_where_it_is_offered),
		cmocka_unit_test(then_the_metadata_document),
		cmocka_unit_test(then_a_registration_old_or_new),
		cmocka_unit_test(else_it_says_what_to_do),
		cmocka_unit_test(asks_for_the_method_that_is_offered),
		cmocka_unit_test(uses_what_is_returned),
		cmocka_unit_test(a_secret_that_no_endpoint_takes_is_not_used),
		cmocka_unit_test(says_why_there_is_no_registration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

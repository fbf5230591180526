#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "http/url.h"
#include "oauth/metadata.h"
#include "oauth/place.h"

static char memory[512 * 1024];
static struct arena arena;

static struct url server_at(const char *text)
{
	struct err e = {0};
	struct url url;

	arena_over(&arena, memory, sizeof memory);
	assert_ok(url_read(str_of(text), &arena, &url, &e), &e);
	return url;
}

static void resource_metadata_is_kept_byte_for_byte(void **state)
{
	struct url server = server_at("http://localhost:3000/mcp");
	struct metadata_resource r;
	struct err e = {0};

	(void)state;
	assert_int_equal(metadata_read_resource(S("{\"resource\":\"HTTP://localhost:3000\",\"authorization_servers\":"
		"[\"https://as/t1\",\"https://as/t2/\"],\"scopes_supported\":[\"a\",\"b c\",7,\"a\",\"d\\\"\",\"e\"]}"),
		&server, &arena, &r, &e), METADATA_OK);
	assert_str(r.resource, "HTTP://localhost:3000");
	assert_int_equal(r.servers_n, 2);
	assert_str(r.servers[0], "https://as/t1");
	assert_str(r.servers[1], "https://as/t2/");
	assert_str(r.scopes, "a e");
}

static void a_resource_must_be_the_server_or_above_it(void **state)
{
	static const struct {
		const char *server, *resource;
		enum metadata_answer answer;
	} cases[] = {
		{"https://h/mcp", "https://h/mcp", METADATA_OK},
		{"https://h/mcp", "https://h", METADATA_OK},
		{"https://h/mcp", "https://h/", METADATA_OK},
		{"https://h/mcp", "https://h/mcp/", METADATA_OK},
		{"https://h/a/mcp", "https://h/a", METADATA_OK},
		{"https://h:443/mcp", "https://H/mcp", METADATA_OK},
		{"https://h/mcp", "https://h/mc", METADATA_WRONG},
		{"https://h/mcp", "https://h/mcp/deeper", METADATA_WRONG},
		{"https://h/mcp", "https://evil.example.com/mcp", METADATA_WRONG},
		{"https://h/mcp", "http://h/mcp", METADATA_WRONG},
		{"https://h/mcp", "https://h:8443/mcp", METADATA_WRONG},
		{"https://h/mcp", "https://h/mcp#f", METADATA_WRONG},
		{"https://h/mcp", "urn:x", METADATA_WRONG},
		{"https://h/mcp", "", METADATA_WRONG},
		{"http://localhost/mcp", "http://127.0.0.1/mcp", METADATA_WRONG},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url server = server_at(cases[i].server);
		struct metadata_resource r;
		struct err e = {0};
		char text[256];

		sprintf(text, "{\"resource\":\"%s\",\"authorization_servers\":[\"https://as\"]}", cases[i].resource);
		if (metadata_read_resource(str_of(text), &server, &arena, &r, &e) != cases[i].answer)
			fail_msg("%s for %s: %s", cases[i].resource, cases[i].server, e.text);
		if (cases[i].answer != METADATA_OK)
			assert_non_null(strstr(e.text, "resource"));
	}
}

static void tells_another_document_from_a_wrong_one(void **state)
{
	static const struct {
		const char *text;
		enum metadata_answer answer;
	} cases[] = {
		{"", METADATA_OTHER},
		{"<html>", METADATA_OTHER},
		{"[]", METADATA_OTHER},
		{"null", METADATA_OTHER},
		{"{}", METADATA_OTHER},
		{"{\"error\":\"not found\"}", METADATA_OTHER},
		{"{\"resource\":\"https://h/mcp\"}", METADATA_WRONG},
		{"{\"resource\":\"https://h/mcp\",\"authorization_servers\":[]}", METADATA_WRONG},
		{"{\"resource\":\"https://h/mcp\",\"authorization_servers\":\"https://as\"}", METADATA_WRONG},
		{"{\"resource\":\"https://h/mcp\",\"authorization_servers\":[7]}", METADATA_WRONG},
		{"{\"resource\":7,\"authorization_servers\":[\"https://as\"]}", METADATA_WRONG},
		{"{\"authorization_servers\":[\"https://as\"]}", METADATA_WRONG},
	};
	struct url server = server_at("https://h/mcp");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_resource r;
		struct err e = {0};

		if (metadata_read_resource(str_of(cases[i].text), &server, &arena, &r, &e) != cases[i].answer)
			fail_msg("%s", cases[i].text);
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

static enum metadata_answer read_issuer(const char *issuer, const char *text, struct metadata_issuer *m, struct err *e)
{
	static const struct place public = {PLACE_PUBLIC, {0}};

	arena_over(&arena, memory, sizeof memory);
	return metadata_read_issuer(str_of(text), str_of(issuer), &public, &arena, m, e);
}

static void reads_what_an_issuer_says_of_itself(void **state)
{
	struct metadata_issuer m;
	struct err e = {0};

	(void)state;
	assert_int_equal(read_issuer("https://as/t1/",
		"{\"issuer\":\"https://as/t1/\",\"authorization_endpoint\":\"https://as/a?x=1\",\"token_endpoint\":\"https://AS:443/t\","
		"\"registration_endpoint\":\"https://as/r\",\"revocation_endpoint\":\"http://as/insecure\","
		"\"device_authorization_endpoint\":null,\"scopes_supported\":[\"openid\",\"offline_access\"],"
		"\"code_challenge_methods_supported\":[\"plain\",\"S256\"],\"token_endpoint_auth_methods_supported\":[\"client_secret_post\",\"none\"],"
		"\"client_id_metadata_document_supported\":true,\"authorization_response_iss_parameter_supported\":true}", &m, &e), METADATA_OK);
	assert_str(m.issuer, "https://as/t1/");
	assert_str(m.authorization_endpoint, "https://as/a?x=1");
	assert_str(m.token_endpoint, "https://as/t");
	assert_str(m.registration_endpoint, "https://as/r");
	assert_str(m.revocation_endpoint, "");
	assert_str(m.device_authorization_endpoint, "");
	assert_true(m.has_s256 && m.takes_metadata_id && m.sends_iss && m.offers_offline);
	assert_true(m.auth_listed && m.auth_none && m.auth_post && !m.auth_basic);
	assert_true(metadata_allows_code(&m, &e));

	assert_int_equal(read_issuer("https://as", "{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\"}", &m, &e), METADATA_OK);
	assert_false(m.has_s256 || m.takes_metadata_id || m.sends_iss || m.offers_offline);
	assert_true(!m.auth_listed && m.auth_basic && !m.auth_none && !m.auth_post);
}

static void a_list_that_is_not_there_excludes_nothing(void **state)
{
	static const struct {
		const char *more;
		bool key, es256, rs256, dpop;
	} cases[] = {
		{"", true, true, true, true},
		{",\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\"]", false, true, true, true},
		{",\"token_endpoint_auth_methods_supported\":[\"private_key_jwt\"]", true, true, true, true},
		{",\"token_endpoint_auth_signing_alg_values_supported\":[\"RS256\"]", true, false, true, true},
		{",\"token_endpoint_auth_signing_alg_values_supported\":[\"ES256\"]", true, true, false, true},
		{",\"token_endpoint_auth_signing_alg_values_supported\":[]", true, false, false, true},
		{",\"dpop_signing_alg_values_supported\":[\"EdDSA\"]", true, true, true, false},
		{",\"dpop_signing_alg_values_supported\":[\"EdDSA\",\"ES256\"]", true, true, true, true},
		{",\"dpop_signing_alg_values_supported\":null", true, true, true, true},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m;
		struct err e = {0};

		sprintf(text, "{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\"%s}", cases[i].more);
		assert_int_equal(read_issuer("https://as", text, &m, &e), METADATA_OK);
		if (m.auth_key != cases[i].key || m.auth_es256 != cases[i].es256 || m.auth_rs256 != cases[i].rs256 || m.dpop_es256 != cases[i].dpop)
			fail_msg("%s", cases[i].more);
		assert_int_equal(metadata_allows_dpop(&m, &e), cases[i].dpop);
		assert_false(metadata_allows_device(&m, &e));
		assert_non_null(strstr(e.text, "device_authorization_endpoint"));
	}
}

static void a_resource_may_want_bound_tokens(void **state)
{
	static const char *const words[] = {"true", "false", "null", "\"true\""};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct url server = server_at("https://h/mcp");
		struct metadata_resource r;
		struct err e = {0};

		sprintf(text, "{\"resource\":\"https://h/mcp\",\"authorization_servers\":[\"https://as\"],\"dpop_bound_access_tokens_required\":%s}", words[i]);
		assert_int_equal(metadata_read_resource(str_of(text), &server, &arena, &r, &e), METADATA_OK);
		assert_int_equal(r.wants_dpop, i == 0);
	}
}

static void refuses_what_must_not_be_used(void **state)
{
	static const struct {
		const char *text;
		enum metadata_answer answer;
		const char *word;
	} cases[] = {
		{"not json", METADATA_OTHER, ""},
		{"{\"jwks_uri\":\"https://as/jwks\"}", METADATA_OTHER, ""},
		{"{\"issuer\":\"https://as/\",\"token_endpoint\":\"https://as/t\"}", METADATA_WRONG, "issuer"},
		{"{\"issuer\":\"https://AS\",\"token_endpoint\":\"https://as/t\"}", METADATA_WRONG, "issuer"},
		{"{\"issuer\":\"https://evil\",\"token_endpoint\":\"https://as/t\"}", METADATA_WRONG, "issuer"},
		{"{\"issuer\":7,\"token_endpoint\":\"https://as/t\"}", METADATA_WRONG, "issuer"},
		{"{\"token_endpoint\":\"https://as/t\"}", METADATA_WRONG, "issuer"},
		{"{\"issuer\":\"https://as\"}", METADATA_WRONG, "token_endpoint"},
		{"{\"issuer\":\"https://as\",\"token_endpoint\":\"http://as/t\"}", METADATA_WRONG, "token_endpoint"},
		{"{\"issuer\":\"https://as\",\"token_endpoint\":\"https://127.0.0.1/t\"}", METADATA_WRONG, "token_endpoint"},
		{"{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\",\"authorization_endpoint\":\"javascript:alert(1)\"}", METADATA_WRONG, "authorization_endpoint"},
		{"{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\",\"registration_endpoint\":\"https://10.0.0.1/r\"}", METADATA_WRONG, "registration_endpoint"},
		{"{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\",\"client_id_metadata_document_supported\":\"yes\"}", METADATA_WRONG, "client_id_metadata_document_supported"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metadata_issuer m;
		struct err e = {0};

		if (read_issuer("https://as", cases[i].text, &m, &e) != cases[i].answer)
			fail_msg("%s: %s", cases[i].text, e.text);
		assert_non_null(strstr(e.text, cases[i].word));
		assert_int_equal(m.token_endpoint.len, 0);
	}
}

static void no_code_flow_without_s256(void **state)
{
	static const char *const methods[] = {"[]", "[\"plain\"]", "\"S256\"", "null", "[\"s256\"]"};
	struct metadata_issuer m;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		struct err e = {0};

		sprintf(text, "{\"issuer\":\"https://as\",\"authorization_endpoint\":\"https://as/a\",\"token_endpoint\":\"https://as/t\","
			"\"code_challenge_methods_supported\":%s}", methods[i]);
		assert_int_equal(read_issuer("https://as", text, &m, &e), METADATA_OK);
		assert_false(metadata_allows_code(&m, &e));
		assert_non_null(strstr(e.text, "S256"));
	}
	assert_int_equal(read_issuer("https://as", "{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\","
		"\"code_challenge_methods_supported\":[\"S256\"]}", &m, NULL), METADATA_OK);
	assert_false(metadata_allows_code(&m, NULL));
}

static void assumes_three_endpoints_at_the_origin(void **state)
{
	struct url server = server_at("https://h:8443/v1/mcp");
	struct metadata_issuer m;

	(void)state;
	assert_true(metadata_assume(&server, &arena, &m));
	assert_str(m.issuer, "https://h:8443");
	assert_str(m.authorization_endpoint, "https://h:8443/authorize");
	assert_str(m.token_endpoint, "https://h:8443/token");
	assert_str(m.registration_endpoint, "https://h:8443/register");
}

static void a_document_that_fills_memory_ends_the_search(void **state)
{
	static char text[60000];
	static char room[65536];
	struct url server = server_at("https://h/mcp");
	struct metadata_resource r;
	struct err e = {0};
	struct arena small;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? '0' : ',';
	text[0] = '[';
	text[sizeof text - 1] = ']';
	arena_over(&small, room, sizeof room);
	assert_int_equal(metadata_read_resource(str_make(text, sizeof text), &server, &small, &r, &e), METADATA_WRONG);
	assert_int_equal(e.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resource_metadata_is_kept_byte_for_byte),
		cmocka_unit_test(a_resource_must_be_the_server_or_above_it),
		cmocka_unit_test(tells_another_document_from_a_wrong_one),
		cmocka_unit_test(reads_what_an_issuer_says_of_itself),
		cmocka_unit_test(a_list_that_is_not_there_excludes_nothing),
		cmocka_unit_test(a_resource_may_want_bound_tokens),
		cmocka_unit_test(refuses_what_must_not_be_used),
		cmocka_unit_test(no_code_flow_without_s256),
		cmocka_unit_test(assumes_three_endpoints_at_the_origin),
		cmocka_unit_test(a_document_that_fills_memory_ends_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

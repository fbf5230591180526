#include "support/test.h"

#include "base/arena.h"
#include "oauth/authorize.h"
#include "oauth/pkce.h"

static char memory[256 * 1024];

static struct pkce pkce(void)
{
	struct pkce p;

	memset(p.verifier, 'v', PKCE_TEXT);
	memset(p.challenge, 'c', PKCE_TEXT);
	memset(p.state, 's', PKCE_TEXT);
	return p;
}

#define STATE "sssssssssssssssssssssssssssssssssssssssssss"
#define CHALLENGE "ccccccccccccccccccccccccccccccccccccccccccc"

static void writes_the_address(void **state)
{
	static const struct authorize_extra extra[] = {{S_INIT("id"), S_INIT("1 2")}};
	struct pkce p = pkce();
	struct authorize q = {
		.endpoint = S("https://AS.example.com:443/authorize"),
		.client_id = S("https://h/c?x&y"),
		.redirect_uri = S("http://127.0.0.1:1234/callback"),
		.scope = S("a b"),
		.resource = S("http://localhost:3000"),
		.pkce = &p,
		.extra = extra,
		.extra_n = 1,
	};
	struct err e = {0};
	struct arena a;
	struct str url;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	assert_ok(authorize_url(&q, &a, &url, &e), &e);
	assert_str(url, "https://as.example.com/authorize?response_type=code&client_id=https%3A%2F%2Fh%2Fc%3Fx%26y"
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A1234%2Fcallback&scope=a%20b&state=" STATE
		"&code_challenge=" CHALLENGE "&code_challenge_method=S256&resource=http%3A%2F%2Flocalhost%3A3000&id=1%202");
	assert_int_equal(url.at[url.len], 0);
	assert_null(strstr(url.at, "vvvv"));
}

static void keeps_a_query_and_leaves_out_what_is_empty(void **state)
{
	static const struct {
		const char *endpoint, *url;
	} cases[] = {
		{"https://as/a?x=1", "https://as/a?x=1&response_type=code&client_id=c&redirect_uri=r&state=" STATE},
		{"https://as/a?", "https://as/a?response_type=code&client_id=c&redirect_uri=r&state=" STATE},
		{"https://as", "https://as/?response_type=code&client_id=c&redirect_uri=r&state=" STATE},
		{"https://as/a#f", "https://as/a?response_type=code&client_id=c&redirect_uri=r&state=" STATE},
	};
	struct pkce p = pkce();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct authorize q = {.endpoint = str_of(cases[i].endpoint), .client_id = S("c"), .redirect_uri = S("r"), .pkce = &p};
		struct err e = {0};
		struct arena a;
		struct str url;

		arena_over(&a, memory, sizeof memory);
		assert_ok(authorize_url(&q, &a, &url, &e), &e);
		assert_true(str_starts(url, str_of(cases[i].url)));
		assert_true(str_ends(url, S("&code_challenge=" CHALLENGE "&code_challenge_method=S256")));
	}
}

static void asks_for_consent_along_with_offline_access(void **state)
{
	struct pkce p = pkce();
	struct authorize q = {.endpoint = S("https://as/a"), .client_id = S("c"), .redirect_uri = S("r"), .pkce = &p};
	struct arena a;
	struct str url;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	q.scope = S("a offline_access");
	assert_true(authorize_url(&q, &a, &url, NULL));
	assert_non_null(strstr(url.at, "&prompt=consent"));
	q.scope = S("a offline_access_x");
	assert_true(authorize_url(&q, &a, &url, NULL));
	assert_null(strstr(url.at, "prompt"));
}

static void refuses_what_no_browser_should_open(void **state)
{
	static const char *const cases[] = {"", "javascript:alert(1)", "file:///etc/passwd", "https://u:p@as/", "https://as/\"; x"};
	struct pkce p = pkce();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct authorize q = {.endpoint = str_of(cases[i]), .client_id = S("c"), .redirect_uri = S("r"), .pkce = &p};
		struct err e = {0};
		struct arena a;
		struct str url;

		arena_over(&a, memory, sizeof memory);
		assert_false(authorize_url(&q, &a, &url, &e));
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_address),
		cmocka_unit_test(keeps_a_query_and_leaves_out_what_is_empty),
		cmocka_unit_test(asks_for_consent_along_with_offline_access),
		cmocka_unit_test(refuses_what_no_browser_should_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "base/arena.h"
#include "http/url.h"
#include "oauth/discover.h"

static char memory[256 * 1024];

struct expected {
	const char *url;
	const char *places[DISCOVER_MAX + 1];
};



static void check(const struct expected *x, bool (*find)(const struct url *, struct arena *, struct discover *))
{
	struct err e = {0};
	struct discover d;
	struct arena a;
	struct url url;
	size_t n = 0;

	arena_over(&a, memory, sizeof memory);
	assert_ok(url_read(str_of(x->url), &a, &url, &e), &e);
	assert_true(find(&url, &a, &d));
	for (; x->places[n]; n++)
		assert_str(d.urls[n], x->places[n]);
	assert_int_equal(d.n, n);
}

static void resource_metadata_is_looked_for_at_the_path_then_at_the_root(void **state)
{
	static const struct expected cases[] = {
		{"https://h/public/mcp", {"https://h/.well-known/oauth-protected-resource/public/mcp", "https://h/.well-known/oauth-protected-resource"}},
		{"http://localhost:3000/mcp/", {"http://localhost:3000/.well-known/oauth-protected-resource/mcp", "http://localhost:3000/.well-known/oauth-protected-resource"}},
		{"https://h", {"https://h/.well-known/oauth-protected-resource"}},
		{"https://h:443/?x=1#f", {"https://h/.well-known/oauth-protected-resource"}},
		{"https://[2001:db8::1]:8443/m?x", {"https://[2001:db8::1]:8443/.well-known/oauth-protected-resource/m", "https://[2001:db8::1]:8443/.well-known/oauth-protected-resource"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i], discover_resource);
}

static void an_issuer_with_a_path_has_three_places_and_never_the_root(void **state)
{
	static const struct expected cases[] = {
		{"https://as/tenant1", {"https://as/.well-known/oauth-authorization-server/tenant1",
			"https://as/.well-known/openid-configuration/tenant1", "https://as/tenant1/.well-known/openid-configuration"}},
		{"https://as/a/b/", {"https://as/.well-known/oauth-authorization-server/a/b",
			"https://as/.well-known/openid-configuration/a/b", "https://as/a/b/.well-known/openid-configuration"}},
		{"https://as", {"https://as/.well-known/oauth-authorization-server", "https://as/.well-known/openid-configuration"}},
		{"https://as:8443/", {"https://as:8443/.well-known/oauth-authorization-server", "https://as:8443/.well-known/openid-configuration"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i], discover_issuer);
}

static void a_full_arena_is_told(void **state)
{
	struct discover d;
	struct arena a;
	struct arena small;
	struct url url;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	assert_true(url_read(S("https://h/mcp"), &a, &url, NULL));
	arena_over(&small, (char[128]){0}, 128);
	assert_false(discover_resource(&url, &small, &d));
	assert_false(discover_issuer(&url, &small, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resource_metadata_is_looked_for_at_the_path_then_at_the_root),
		cmocka_unit_test(an_issuer_with_a_path_has_three_places_and_never_the_root),
		cmocka_unit_test(a_full_arena_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

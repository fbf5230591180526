#include "support/test.h"

#include "base/arena.h"
#include "client/site.h"
#include "vault/vault.h"

static struct arena a;

static int set_up(void **state)
{
	(void)state;
	return arena_new(&a, 1 << 18) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static struct url url_of(const char *text)
{
	struct url url;
	struct err e = {0};

	assert_ok(url_read(str_of(text), &a, &url, &e), &e);
	return url;
}

static void a_url_has_the_identity_of_its_server_and_a_resource(void **state)
{
	static const struct {
		const char *url, *identity, *resource;
	} table[] = {
		{"https://mcp.example", "https://mcp.example", "https://mcp.example"},
		{"https://mcp.example/", "https://mcp.example", "https://mcp.example"},
		{"https://mcp.example/mcp", "https://mcp.example", "https://mcp.example"},
		{"https://mcp.example/mcp/", "https://mcp.example", "https://mcp.example"},
		{"https://mcp.example/sse", "https://mcp.example", "https://mcp.example"},
		{"https://mcp.example/team/mcp", "https://mcp.example", "https://mcp.example/team"},
		{"https://mcp.example/team/mcp?x=1#y", "https://mcp.example", "https://mcp.example/team"},
		{"https://mcp.example/mcp/team", "https://mcp.example", "https://mcp.example/mcp/team"},
		{"https://mcp.example/notmcp", "https://mcp.example", "https://mcp.example/notmcp"},
		{"https://MCP.example:443/mcp", "https://mcp.example", "https://mcp.example"},
		{"https://mcp.example:8443/mcp", "https://mcp.example:8443", "https://mcp.example:8443"},
		{"http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"http://[::1]:8080/mcp", "http://[::1]:8080", "http://[::1]:8080"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct url url = url_of(table[i].url);

		assert_str(site_identity(&url, &a), table[i].identity);
		assert_str(site_resource(&url, &a), table[i].resource);
	}
}

static void what_is_no_url_is_told_so(void **state)
{
	static const struct {
		const char *text, *says;
	} table[] = {
		{"mcp.example/mcp", "did you mean https://mcp.example/mcp?"},
		{"", "is no URL"},
		{"ftp://mcp.example", "ftp"},
		{"https://user:s3cret@mcp.example", ""},
		{"https://", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct url url;
		struct err e = {0};

		assert_false(site_read(str_of(table[i].text), &a, &url, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.text, table[i].says));
		assert_null(strstr(e.text, "s3cret"));
	}
}

static void a_token_goes_where_its_resource_covers(void **state)
{
	static const struct {
		const char *server, *resource, *url;
		bool covers;
	} table[] = {
		{"https://mcp.example/mcp", "https://mcp.example/mcp", "https://mcp.example/mcp", true},
		{"https://mcp.example/mcp", "https://mcp.example/mcp", "https://mcp.example/mcp/more", true},
		{"https://mcp.example/mcp", "https://mcp.example/mcp", "https://mcp.example/mcpx", false},
		{"https://mcp.example/mcp", "https://mcp.example/mcp", "https://mcp.example/", false},
		{"https://mcp.example/mcp", "https://mcp.example", "https://mcp.example/else", true},
		{"https://mcp.example/mcp", "https://mcp.example", "http://mcp.example/mcp", false},
		{"https://mcp.example/mcp", "https://mcp.example", "https://mcp.example:8443/mcp", false},
		{"https://mcp.example/mcp", "https://mcp.example", "https://evil.example/mcp", false},
		/* no resource is kept: that of the login URL */
		{"https://mcp.example/mcp", "", "https://mcp.example/other", true},
		{"https://mcp.example/team/mcp", "", "https://mcp.example/team/sse", true},
		{"https://mcp.example/team/mcp", "", "https://mcp.example/other/mcp", false},
		{"nonsense", "", "https://mcp.example/", false},
		{"https://mcp.example/mcp", "nonsense", "https://mcp.example/mcp", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct profile p = {.server_url = str_of(table[i].server), .grant = {.resource = str_of(table[i].resource)}};
		struct url url = url_of(table[i].url);

		if (site_covers(&p, &url, a) != table[i].covers)
			fail_msg("%s for %s", table[i].url, table[i].resource);
	}
}

static void a_sign_in_is_found_by_the_base_url(void **state)
{
	static const struct profile profiles[] = {
		{.identity = S_INIT("https://mcp.example")},
		{.identity = S_INIT("https://mcp.example:8443")},
	};
	struct vault v = {.profiles = profiles, .count = 2};
	struct url url = url_of("https://mcp.example/any/where");
	struct url port = url_of("https://mcp.example:8443/");
	struct url other = url_of("https://other.example/");

	(void)state;
	assert_ptr_equal(site_find(&v, &url, a), &profiles[0]);
	assert_ptr_equal(site_find(&v, &port, a), &profiles[1]);
	assert_null(site_find(&v, &other, a));
}

static void the_proposed_command_can_be_pasted(void **state)
{
	static char long_url[400] = "https://mcp.example/";

	(void)state;
	assert_str(site_login(S("https://mcp.example/mcp"), &a), "keyfob login https://mcp.example/mcp");
	assert_str(site_login(S("https://mcp.example/?a&b;c"), &a), "keyfob login 'https://mcp.example/?a&b;c'");
	memset(long_url + 20, 'x', 300);
	assert_str(site_login(str_of(long_url), &a), "keyfob login URL");
	assert_str(site_login((struct str){0}, &a), "keyfob login URL");
	assert_str(site_login(S("https://mcp.example/mcp"), &(struct arena){0}), "keyfob login URL");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_url_has_the_identity_of_its_server_and_a_resource),
		TEST(what_is_no_url_is_told_so),
		TEST(a_token_goes_where_its_resource_covers),
		TEST(a_sign_in_is_found_by_the_base_url),
		TEST(the_proposed_command_can_be_pasted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

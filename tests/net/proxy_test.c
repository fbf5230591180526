#include "support/test.h"

#include "base/arena.h"
#include "http/url.h"
#include "net/proxy.h"
#include "support/world.h"

static struct test_world t;

static int start(void **state)
{
	(void)state;
	test_world_start(&t);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

static void no_proxy_covers(void **state)
{
	static const struct {
		const char *list, *host;
		uint16_t port;
		bool covered;
	} cases[] = {
		{"", "a.example", 443, false},
		{"*", "a.example", 443, true},
		{"a.example", "a.example", 443, true},
		{"A.Example", "a.example", 443, true},
		{"a.example", "a.example.", 443, true},
		{"a.example", "b.a.example", 443, true},
		{"a.example", "ba.example", 443, false},
		{".a.example", "b.a.example", 443, true},
		{".a.example", "a.example", 443, true},
		{"*.a.example", "b.a.example", 443, true},
		{"a.example:8443", "a.example", 443, false},
		{"a.example:8443", "a.example", 8443, true},
		{"x.example, a.example", "a.example", 443, true},
		{"x.example a.example", "a.example", 443, true},
		{",, ,a.example", "a.example", 443, true},
		{"10.1.2.3", "10.1.2.3", 443, true},
		{"10.1.2.3:443", "10.1.2.3", 443, true},
		{"10.1.2.3:80", "10.1.2.3", 443, false},
		{"10.0.0.0/8", "10.200.3.4", 443, true},
		{"10.0.0.0/8", "11.0.0.1", 443, false},
		{"10.0.0.0/9", "10.128.0.1", 443, false},
		{"10.0.0.0/33", "10.0.0.0", 443, false},
		{"10.0.0.0/8", "ten.example", 443, false},
		{"0.0.0.0/0", "8.8.8.8", 443, true},
		{"fd00::/8", "fd12::1", 443, true},
		{"fd00::/8", "fe80::1", 443, false},
		{"fd12::1", "fd12:0::1", 443, true},
		{"[fd12::1]:443", "fd12::1", 443, true},
		{"2.3", "10.1.2.3", 443, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (proxy_is_exempt(str_of(cases[i].list), str_of(cases[i].host), cases[i].port) != cases[i].covered)
			fail_msg("\"%s\" and %s:%u", cases[i].list, cases[i].host, cases[i].port);
}

static bool ask(const char *url_text, bool *through, struct proxy *proxy, struct err *e)
{
	struct proxy_rules rules;
	struct url url;

	proxy_rules_read(&rules, &t.world);
	assert_ok(url_read(str_of(url_text), &t.arena, &url, e), e);
	return proxy_for(&rules, &url, &t.arena, through, proxy, e);
}

static void reads_the_environment(void **state)
{
	static const struct {
		const char *name[2], *value[2];
		const char *url;
		const char *host; /* NULL: no proxy */
		uint16_t port;
		const char *authorization;
	} cases[] = {
		{{"HTTPS_PROXY"}, {"http://p.example:3128"}, "https://a.example/", "p.example", 3128, ""},
		{{"https_proxy"}, {"p.example:3128"}, "https://a.example/", "p.example", 3128, ""},
		{{"https_proxy", "HTTPS_PROXY"}, {"http://low:1", "http://up:2"}, "https://a.example/", "low", 1, ""},
		{{"HTTPS_PROXY"}, {"http://p.example:3128/"}, "http://a.example/", NULL, 0, ""},
		{{"HTTP_PROXY"}, {"http://p.example"}, "http://a.example/", "p.example", 80, ""},
		{{"HTTP_PROXY", "REQUEST_METHOD"}, {"http://p.example", "GET"}, "http://a.example/", NULL, 0, ""},
		{{"http_proxy", "REQUEST_METHOD"}, {"http://p.example", "GET"}, "http://a.example/", "p.example", 80, ""},
		{{"ALL_PROXY"}, {"http://p.example:1"}, "https://a.example/", "p.example", 1, ""},
		{{"HTTPS_PROXY"}, {"http://ann:b%40c@[::1]:8080"}, "https://a.example/", "::1", 8080, "Basic YW5uOmJAYw=="},
		{{"HTTPS_PROXY"}, {"http://ann@p.example:1"}, "https://a.example/", "p.example", 1, "Basic YW5uOg=="},
		{{"HTTPS_PROXY"}, {"http://p.example:1"}, "https://localhost/", NULL, 0, ""},
		{{"HTTPS_PROXY"}, {"http://p.example:1"}, "https://127.0.0.1:8443/", NULL, 0, ""},
		{{"HTTPS_PROXY", "NO_PROXY"}, {"http://p.example:1", "a.example"}, "https://a.example/", NULL, 0, ""},
		{{"HTTPS_PROXY", "no_proxy"}, {"http://p.example:1", "*"}, "https://a.example/", NULL, 0, ""},
		{{"HTTPS_PROXY"}, {""}, "https://a.example/", NULL, 0, ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct proxy proxy;
		struct err e = {0};
		bool through;

		start(state);
		for (int k = 0; k < 2 && cases[i].name[k]; k++)
			test_world_env(&t, cases[i].name[k], cases[i].value[k]);
		assert_ok(ask(cases[i].url, &through, &proxy, &e), &e);
		if (through != (cases[i].host != NULL))
			fail_msg("case %zu: %s", i, cases[i].url);
		if (through) {
			assert_str(proxy.host, cases[i].host);
			assert_int_equal(proxy.port, cases[i].port);
			assert_str(proxy.authorization, cases[i].authorization);
		}
		stop(state);
	}
}

static void a_value_that_is_no_proxy_is_refused_without_its_password(void **state)
{
	static const char *const bad[] = {
		"socks5://ann:hunter2@p.example:1080",
		"https://ann:hunter2@p.example",
		"http://ann:hunter2@p example",
		"http://ann:hunter2@p.example:99999",
		"http://ann:hunter2%zz@p.example",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct proxy proxy;
		struct err e = {0};
		bool through;

		start(state);
		test_world_env(&t, "HTTPS_PROXY", bad[i]);
		assert_false(ask("https://a.example/", &through, &proxy, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.text, "HTTPS_PROXY"));
		assert_null(strstr(e.text, "hunter2"));
		stop(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_proxy_covers),
		cmocka_unit_test(reads_the_environment),
		cmocka_unit_test(a_value_that_is_no_proxy_is_refused_without_its_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

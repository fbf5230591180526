#include "support/test.h"

#include "base/arena.h"
#include "http/url.h"
#include "oauth/place.h"

static char memory[256 * 1024];

static struct url url_of(const char *text)
{
	struct err e = {0};
	struct arena a;
	struct url url;

	arena_over(&a, memory, sizeof memory);
	assert_ok(url_read(str_of(text), &a, &url, &e), &e);
	return url;
}

static void knows_how_near_an_address_is(void **state)
{
	static const struct {
		const char *url;
		enum place_reach reach;
	} cases[] = {
		{"https://example.com", PLACE_PUBLIC},
		{"https://10.example.com", PLACE_PUBLIC},
		{"https://8.8.8.8", PLACE_PUBLIC},
		{"https://172.15.255.255", PLACE_PUBLIC},
		{"https://172.32.0.0", PLACE_PUBLIC},
		{"https://100.63.0.1", PLACE_PUBLIC},
		{"https://100.128.0.1", PLACE_PUBLIC},
		{"https://[2001:db8::1]", PLACE_PUBLIC},
		{"https://10.0.0.1", PLACE_PRIVATE},
		{"https://172.16.0.1", PLACE_PRIVATE},
		{"https://172.31.255.255", PLACE_PRIVATE},
		{"https://192.168.1.1", PLACE_PRIVATE},
		{"https://100.64.0.1", PLACE_PRIVATE},
		{"https://[fc00::1]", PLACE_PRIVATE},
		{"https://[fd12::1]", PLACE_PRIVATE},
		{"https://[fec0::1]", PLACE_PRIVATE},
		{"https://169.254.169.254", PLACE_LINK},
		{"https://[fe80::1]", PLACE_LINK},
		{"https://[febf::1]", PLACE_LINK},
		{"https://localhost", PLACE_LOOPBACK},
		{"https://LOCALHOST.", PLACE_LOOPBACK},
		{"https://x.localhost", PLACE_LOOPBACK},
		{"https://127.0.0.1", PLACE_LOOPBACK},
		{"https://127.255.0.9", PLACE_LOOPBACK},
		{"https://0.0.0.0", PLACE_LOOPBACK},
		{"https://[::1]", PLACE_LOOPBACK},
		{"https://[::]", PLACE_LOOPBACK},
		{"https://[::127.0.0.1]", PLACE_LOOPBACK},
		/* An IPv4 address in IPv6 clothes. */
		{"https://[::ffff:127.0.0.1]", PLACE_LOOPBACK},
		{"https://[::ffff:a9fe:a9fe]", PLACE_LINK},
		{"https://[::ffff:8.8.8.8]", PLACE_PUBLIC},
		{"https://[64:ff9b::10.0.0.1]", PLACE_PRIVATE},
		{"https://[64:ff9b:1::8.8.8.8]", PLACE_LOOPBACK},
		{"https://[::ffff:0:10.0.0.1]", PLACE_PRIVATE},
		{"https://[2002:c0a8:101::1]", PLACE_PRIVATE},
		{"https://[2002:808:808::1]", PLACE_PUBLIC},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url url = url_of(cases[i].url);

		if (place_of(&url) != cases[i].reach)
			fail_msg("%s counts as %d", cases[i].url, place_of(&url));
	}
}

static void a_server_sends_us_no_nearer_than_it_is(void **state)
{
	static const struct {
		const char *server, *allow, *url;
		bool allowed;
	} cases[] = {
		{"https://mcp.example.com", "", "https://as.example.com/x", true},
		{"https://mcp.example.com", "", "http://as.example.com/x", false},
		{"https://mcp.example.com", "as.example.com", "http://as.example.com/x", true},
		{"https://mcp.example.com", "other, AS.example.com", "http://as.example.com:81/x", true},
		{"https://mcp.example.com", "as.example.com", "http://xas.example.com/x", false},
		{"https://mcp.example.com", "", "https://10.0.0.1/x", false},
		{"https://mcp.example.com", "10.0.0.1", "http://10.0.0.1/x", true},
		{"https://mcp.example.com", "", "http://localhost/x", false},
		{"https://mcp.example.com", "", "https://169.254.169.254/x", false},
		{"https://10.0.0.2", "", "https://10.0.0.1/x", true},
		{"https://10.0.0.2", "", "https://169.254.169.254/x", false},
		{"https://10.0.0.2", "", "https://127.0.0.1/x", false},
		{"http://localhost:3000", "", "http://127.0.0.1:4000/x", true},
		{"http://localhost:3000", "", "https://as.example.com/x", true},
		{"http://localhost:3000", "", "http://as.example.com/x", false},
		{"http://localhost:3000", "", "https://10.0.0.1/x", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url server = url_of(cases[i].server);
		struct place p = place_for(&server, str_of(cases[i].allow));
		struct url url = url_of(cases[i].url);
		struct err e = {0};

		if (place_allows(&p, &url, "the thing", &e) != cases[i].allowed)
			fail_msg("%s to %s: %s", cases[i].server, cases[i].url, e.text);
		if (!cases[i].allowed) {
			assert_int_equal(e.kind, ERR_INPUT);
			assert_non_null(strstr(e.text, "the thing"));
			assert_non_null(strstr(e.text, "--allow-http"));
		}
	}
}

static void reads_and_judges_in_one(void **state)
{
	struct place p = {PLACE_PUBLIC, {0}};
	struct err e = {0};
	struct arena a;
	struct url url;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	assert_true(place_read(&p, S("https://h/x?y"), "it", &a, &url, &e));
	assert_str(url.path, "/x");
	assert_true(place_read(&p, S("https://h/x"), "it", &a, NULL, &e));
	assert_false(place_read(&p, S("https://h/x#"), "it", &a, &url, &e));
	assert_false(place_read(&p, S("javascript:alert(1)"), "it", &a, &url, &e));
	assert_false(place_read(&p, S("https://user:hunter2@h/"), "it", &a, &url, &e));
	assert_null(strstr(e.text, "hunter2"));
	assert_non_null(strstr(e.text, "it: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_how_near_an_address_is),
		cmocka_unit_test(a_server_sends_us_no_nearer_than_it_is),
		cmocka_unit_test(reads_and_judges_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

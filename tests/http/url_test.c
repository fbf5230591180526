#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "http/url.h"

static char memory[256 * 1024];
static struct arena arena;

static int fresh_arena(void **state)
{
	(void)state;
	arena_over(&arena, memory, sizeof memory);
	return 0;
}

static struct url read(const char *text)
{
	struct url url;
	struct err e = {0};

	assert_ok(url_read(str_of(text), &arena, &url, &e), &e);
	return url;
}

static void takes_a_url_apart(void **state)
{
	struct url url = read("HTTPS://Mcp.Example:8443/a/b;c?x=1&y=%2f#top");

	(void)state;
	assert_str(url.scheme, "https");
	assert_str(url.host, "mcp.example");
	assert_int_equal(url.port, 8443);
	assert_false(url.is_v6);
	assert_str(url.path, "/a/b;c");
	assert_true(url.has_query);
	assert_str(url.query, "x=1&y=%2F");
	assert_true(url.has_fragment);
	assert_str(url.fragment, "top");
	url = read("http://h");
	assert_str(url.path, "/");
	assert_int_equal(url.port, 80);
	assert_false(url.has_query);
	assert_false(url.has_fragment);
	url = read("http://[::1]:9/");
	assert_true(url.is_v6);
	assert_str(url.host, "::1");
	assert_int_equal(url.port, 9);
}

static void writes_one_spelling(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"http://h", "http://h/"},
		{"HTTP://H:80", "http://h/"},
		{"https://h:443/x", "https://h/x"},
		{"https://h:80/x", "https://h:80/x"},
		{"http://h:443/x", "http://h:443/x"},
		{"http://h:/x", "http://h/x"},
		{"http://h:0080/", "http://h/"},
		{"http://h?", "http://h/?"},
		{"http://h?q/?:@", "http://h/?q/?:@"},
		{"http://h#f", "http://h/"},
		{"http://h/a/./b/../c", "http://h/a/c"},
		{"http://h/a/b/..", "http://h/a/"},
		{"http://h/a/b/.", "http://h/a/b/"},
		{"http://h/../../x", "http://h/x"},
		{"http://h/..", "http://h/"},
		{"http://h//a//../b", "http://h//a/b"},
		{"http://h/%2e%2E/x/%2e", "http://h/x/"},
		{"http://h/a/%2e%2e/b", "http://h/b"},
		{"http://h/%7euser/%41%2f%3a", "http://h/~user/A%2F%3A"},
		{"http://h/?%7e%2f", "http://h/?%7E%2F"},
		{"http://h/...", "http://h/..."},
		{"http://h/%00", "http://h/%00"},
		{"http://good/@evil/", "http://good/@evil/"},
		{"http://good?@evil", "http://good/?@evil"},
		{"http://good#@evil", "http://good/"},
		{"http://good//evil/", "http://good//evil/"},
		{"http://h/.//evil", "http://h//evil"},
		{"http://h/%252e%252e/", "http://h/%252e%252e/"},
		{"http://h/%5C..%2f", "http://h/%5C..%2F"},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8080/"},
		{"http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"},
		{"http://[2001:DB8:0:0:1::1]:80/", "http://[2001:db8::1:0:0:1]/"},
		{"http://[::FFFF:1.2.3.4]/", "http://[::ffff:1.2.3.4]/"},
		{"http://xn--bcher-kva.example./", "http://xn--bcher-kva.example./"},
		{"http://my_service:8000/mcp", "http://my_service:8000/mcp"},
		{"http://h/!$&'()*+,;=:@-._~", "http://h/!$&'()*+,;=:@-._~"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url url = read(cases[i].text);

		assert_str(url_text(&url, &arena), cases[i].written);
		url = read(cases[i].written);
		assert_str(url_text(&url, &arena), cases[i].written);
	}
}

static void writes_origin_and_authority(void **state)
{
	struct url url = read("https://[2001:db8::1]:444/x?y");

	(void)state;
	assert_str(url_origin(&url, &arena), "https://[2001:db8::1]:444");
	assert_str(url_authority(&url, &arena), "[2001:db8::1]:444");
	url = read("https://a.example:443/");
	assert_str(url_origin(&url, &arena), "https://a.example");
	assert_str(url_authority(&url, &arena), "a.example");
}

static void refuses_what_two_readers_could_read_differently(void **state)
{
	static const char *const bad[] = {
		"", "h", "/", "//h/", "http", "http:", "http:/", "http://", "http:h", "http:///x", "http://:80/", "http://?x", "http://#x",
		"ftp://h/", "javascript:alert(1)", "file:///etc/passwd", "httpss://h/", "1http://h/", " http://h/", "http ://h/",
		"http://h /", "http://h/ ", "http://h/a b", "http://h/\t", "http://h/\r\nX: y", "http://h/\x7f", "http://h/\x01",
		"http://u@h/", "http://u:p@h/", "http://@h/", "http://a@b@h/", "http://h:80@evil/", "http://evil%40h/",
		"http://h\t/", "ht\ntp://h/", "http://h\r\n/", "http://good#\\@evil/", "http://good?\\@evil/", "http://good:80\\@evil/", "http://good;@evil/", "http:@evil/", "http:/@evil/",
		"http://[::1]@evil/", "http://[::1].evil/", "http://evil[::1]/", "http://[::ffff:127.1]/", "http://127.0.0.1%2f/", "http://127.0.0.1%00.evil/",
		"http://a\\b/", "http://a\\@b/", "http:\\\\h\\", "http://h/a\\..\\b",
		"http://[::1", "http://[::1]x/", "http://[::1]:x/", "http://::1/", "http://[]/", "http://[:]/", "http://[::1%25eth0]/", "http://[::1%eth0]/",
		"http://[v1.x]/", "http://[1.2.3.4]/", "http://[::1::]/", "http://[1:2:3:4:5:6:7]/", "http://[1:2:3:4:5:6:7:8:9]/",
		"http://[1:2:3:4:5:6:7::8]/", "http://[12345::]/", "http://[::1.2.3]/", "http://[::1.2.3.256]/", "http://[1.2.3.4::]/", "http://[:::]/",
		"http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.0.0.01/",
		"http://127.0.0.1./", "http://256.0.0.1/", "http://1.2.3.4.5/", "http://a.0x/", "http://a.1/", "http://1./",
		"http://a..b/", "http://.a/", "http://a../", "http://./", "http://../", "http://a,b/", "http://a;b/", "http://a&b/", "http://a=b/", "http://a+b/", "http://a*b/",
		"http://a%20b/", "http://%61/", "http://a%00b/", "http://a%2fb/", "http://a%/",
		"http://h:0/", "http://h:65536/", "http://h:99999999999999999999/", "http://h:-1/", "http://h:+1/", "http://h: 1/", "http://h:80:80/", "http://h:8O/", "http://h:0x50/",
		"http://h/%", "http://h/%2", "http://h/%zz", "http://h/%u0041", "http://h/?%", "http://h/#%g0", "http://h/##", "http://h/#a#b",
		"http://h/[", "http://h/]", "http://h/{}", "http://h/|", "http://h/^", "http://h/`", "http://h/\"", "http://h/<>", "http://h/?[", "http://h/?\"",
		"http://\xc3\xa9.example/", "http://h/\xc3\xa9", "http://h/\xff", "http://\xef\xbc\x8f/", ("http://a\xe3\x80\x82" "b/"),
		"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct url url;
		struct err e = {0};

		if (url_read(str_of(bad[i]), &arena, &url, &e))
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(e.kind, ERR_INPUT);
		assert_non_null(strstr(e.text, "the URL"));
	}
	for (int c = 0; c < 256; c++) {
		char text[] = "http://h?/x";
		struct url url;
		struct err e = {0};

		text[8] = (char)c;
		/* One byte behind the host: it is part of the name, or ends it, or is refused. */
		if (!url_read(str_make(text, 11), &arena, &url, &e))
			continue;
		assert_true(str_starts(url.host, S("h")));
		assert_true(url.host.len == 2 ? strchr("-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", c) != NULL : strchr("/?#:", c) != NULL);
	}
}

static void a_zero_byte_is_no_end(void **state)
{
	struct url url;

	(void)state;
	assert_false(url_read(S("http://h\0.evil/"), &arena, &url, NULL));
	assert_false(url_read(S("http://h/\0"), &arena, &url, NULL));
	assert_false(url_read(S("http://h/?\0"), &arena, &url, NULL));
}

static void errors_hold_neither_password_nor_query(void **state)
{
	static const char *const bad[] = {
		"https://user:hunter2@host/", "https://user:hun/hunter2@host/", "https://user:x?hunter2@host/", "https://user:x#hunter2@host/",
		"https://user:a@hunter2@host/", "user:hunter2@host", "hunter2@", "https://host/ ?token=hunter2", "https://host/ #hunter2",
		"https://us er:hunter2@host/?hunter2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct url url;
		struct err e = {0};

		assert_false(url_read(str_of(bad[i]), &arena, &url, &e));
		assert_null(strstr(e.text, "hunter2"));
	}
}

static void long_urls_are_refused_and_a_full_arena_said(void **state)
{
	static char text[URL_MAX + 1];
	char small[400];
	struct arena full;
	struct url url;
	struct err e = {0};

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "http://h/", 9);
	assert_ok(url_read(str_make(text, URL_MAX), &arena, &url, &e), &e);
	assert_int_equal(url.path.len, URL_MAX - 8);
	assert_false(url_read(str_make(text, URL_MAX + 1), &arena, &url, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	for (size_t size = 0; size < sizeof small; size++) {
		arena_over(&full, small, size);
		if (!url_read(S("http://h.example/%41/b/../c?d=e#f"), &full, &url, &e))
			assert_int_equal(e.kind, ERR_LIMIT);
		else
			assert_str(url.path, "/A/c");
	}
}

/* RFC 3986 §5.4.1 and §5.4.2. */
static void resolves_as_rfc_3986_shows(void **state)
{
	static const struct {
		const char *reference, *resolved;
	} cases[] = {
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g/"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q"},
		{"g#s", "http://a/b/c/g"},
		{"g?y#s", "http://a/b/c/g?y"},
		{";x", "http://a/b/c/;x"},
		{"g;x", "http://a/b/c/g;x"},
		{"g;x?y#s", "http://a/b/c/g;x?y"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"./", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../", "http://a/"},
		{"../../g", "http://a/g"},
		{"../../../g", "http://a/g"},
		{"../../../../g", "http://a/g"},
		{"/./g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},
		{".g", "http://a/b/c/.g"},
		{"g..", "http://a/b/c/g.."},
		{"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"},
		{"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"},
		{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
		{"g;x=1/../y", "http://a/b/c/y"},
		{"g?y/./x", "http://a/b/c/g?y/./x"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
		{"g#s/./x", "http://a/b/c/g"},
		{"https://o/x", "https://o/x"},
		{"?", "http://a/b/c/d;p?"},
		{"%2e%2e/g", "http://a/b/g"},
		{"./x:y", "http://a/b/c/x:y"},
		{"///g", NULL},
		{"g:h", NULL},
		{"http:g", NULL},
		{"\\\\evil", NULL},
		{"/\\evil", NULL},
		{"//u@evil", NULL},
		{"g h", NULL},
		{"%zz", NULL},
		{"x:y", NULL},
	};
	struct url base = read("http://a/b/c/d;p?q#f");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url url;
		struct err e = {0};
		bool ok = url_resolve(&base, str_of(cases[i].reference), &arena, &url, &e);

		if (!cases[i].resolved) {
			assert_false(ok);
			assert_int_equal(e.kind, ERR_INPUT);
			continue;
		}
		assert_ok(ok, &e);
		assert_str(url_text(&url, &arena), cases[i].resolved);
		assert_int_equal(url.has_fragment, strchr(cases[i].reference, '#') != NULL);
	}
	base = read("https://[::1]:444");
	assert_true(url_resolve(&base, S("x?y"), &arena, &base, NULL));
	assert_str(url_text(&base, &arena), "https://[::1]:444/x?y");
}

static void covers_whole_segments_of_one_origin(void **state)
{
	static const struct {
		const char *prefix, *url;
		bool covers;
	} cases[] = {
		{"https://h/a", "https://h/a", true},
		{"https://h/a", "https://h/a/", true},
		{"https://h/a", "https://h/a/b", true},
		{"https://h/a", "https://h/a?x", true},
		{"https://h/a", "https://h/a#x", true},
		{"https://h/a/", "https://h/a", true},
		{"https://h/a/", "https://h/a/b", true},
		{"https://h/a", "https://h/ab", false},
		{"https://h/a/", "https://h/ab", false},
		{"https://h/a", "https://h/", false},
		{"https://h/a", "https://h/A", false},
		{"https://h/a", "https://h/a;b", false},
		{"https://h/a", "https://h/b/a", false},
		{"https://h", "https://h/any/thing?x", true},
		{"https://h", "http://h/", false},
		{"https://h", "https://h:444/", false},
		{"https://h", "https://h:443/", true},
		{"https://h", "https://i/", false},
		{"https://h", "https://h./", false},
		{"https://h", "https://x.h/", false},
		{"https://h/a?t=1", "https://h/a?t=1", true},
		{"https://h/a?t=1", "https://h/a/b?t=1", true},
		{"https://h/a?t=1", "https://h/a?t=2", false},
		{"https://h/a?t=1", "https://h/a?t=1&u", false},
		{"https://h/a?t=1", "https://h/a", false},
		{"https://h/a?", "https://h/a", false},
		{"https://h/a?", "https://h/a?", true},
		{"https://h/a#f", "https://h/a", false},
		{"https://h/a", "https://h/a/../b", false},
		{"https://h/a", "https://h/a/%2e%2e/b", false},
		{"https://h/a", "https://h/a/..%2fb", false},
		{"https://h/a", "https://h/a/x%2f..%2F..", false},
		{"https://h/a", "https://h/a/..%5cb", false},
		{"https://h/a", "https://h/a/..;/b", false},
		{"https://h/a", "https://h/a/x;..", false},
		{"https://h/a", "https://h/a/x..;y", true},
		{"https://h/a", "https://h/a/owner%2Fname", true},
		{"https://[::1]/", "https://[0:0::1]/", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url prefix = read(cases[i].prefix);
		struct url url = read(cases[i].url);

		if (url_covers(&prefix, &url) != cases[i].covers)
			fail_msg("%s, %s: not as it should be", cases[i].prefix, cases[i].url);
	}
}

static void knows_the_loopback(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{"http://localhost/", true},
		{"http://LOCALHOST:1/", true},
		{"http://a.localhost/", true},
		{"http://a.b.localhost/", true},
		{"http://127.0.0.1/", true},
		{"http://127.255.255.254/", true},
		{"http://[::1]/", true},
		{"http://[0::0:1]/", true},
		{"http://localhost.evil/", false},
		{"http://evillocalhost/", false},
		{"http://localhost.localdomain/", false},
		{"http://localhost./", false},
		{"http://128.0.0.1/", false},
		{"http://0.0.0.0/", false},
		{"http://127.0.0.1.evil/", false},
		{"http://[::]/", false},
		{"http://[::2]/", false},
		{"http://[1::1]/", false},
		{"http://[::ffff:127.0.0.1]/", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url url = read(cases[i].text);

		if (url_is_loopback(&url) != cases[i].is)
			fail_msg("%s: not as it should be", cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(takes_a_url_apart, fresh_arena),
		cmocka_unit_test_setup(writes_one_spelling, fresh_arena),
		cmocka_unit_test_setup(writes_origin_and_authority, fresh_arena),
		cmocka_unit_test_setup(refuses_what_two_readers_could_read_differently, fresh_arena),
		cmocka_unit_test_setup(a_zero_byte_is_no_end, fresh_arena),
		cmocka_unit_test_setup(errors_hold_neither_password_nor_query, fresh_arena),
		cmocka_unit_test_setup(long_urls_are_refused_and_a_full_arena_said, fresh_arena),
		cmocka_unit_test_setup(resolves_as_rfc_3986_shows, fresh_arena),
		cmocka_unit_test_setup(covers_whole_segments_of_one_origin, fresh_arena),
		cmocka_unit_test_setup(knows_the_loopback, fresh_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

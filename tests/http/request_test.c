#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "http/head.h"
#include "http/request.h"

static char memory[16 * 1024];
static struct arena arena;

static struct url url_of(const char *text)
{
	struct url url;
	struct err e = {0};

	arena_over(&arena, memory, sizeof memory);
	assert_ok(url_read(str_of(text), &arena, &url, &e), &e);
	return url;
}

static void writes_what_a_server_reads(void **state)
{
	static const struct http_field sent[] = {{S_INIT("Accept"), S_INIT("*/*")}, {S_INIT("Authorization"), S_INIT("Bearer x")}};
	struct fetch_request r = {.method = S("POST"), .url = url_of("https://[::1]:8443/mcp?a=%20#f"), .fields = sent, .fields_n = 2, .body = S("12345"), .has_body = true};
	struct request_options o = {.user_agent = S("keyfob/1")};
	char room[512];
	struct buf out = buf_over(room, sizeof room);
	struct http_field fields[16];
	struct head h;
	struct err e = {0};

	(void)state;
	assert_ok(request_write(&out, &r, &o, &e), &e);
	assert_str(buf_str(&out), "POST /mcp?a=%20 HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: keyfob/1\r\nAccept-Encoding: identity\r\n"
				  "Accept: */*\r\nAuthorization: Bearer x\r\nContent-Length: 5\r\n\r\n");
	head_begin_request(&h, fields, 16, HEAD_MAX);
	assert_ok(head_read(&h, buf_str(&out), &e) == FEED_DONE, &e);
	assert_str(h.path, "/mcp");
	assert_str(h.host, "[::1]:8443");
	assert_int_equal(h.framing.length, 5);
	assert_true(h.persists);
}

static void tells_a_length_where_one_is_meant(void **state)
{
	static const struct {
		const char *method;
		bool has_body, told;
	} cases[] = {{"GET", false, false}, {"DELETE", false, false}, {"POST", false, true}, {"PUT", false, true}, {"GET", true, true}};
	struct request_options o = {.close = true};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_request r = {.method = str_of(cases[i].method), .url = url_of("http://h/"), .has_body = cases[i].has_body};
		char room[512];
		struct buf out = buf_over(room, sizeof room);

		assert_true(request_write(&out, &r, &o, NULL));
		assert_int_equal(str_find_str(buf_str(&out), S("\r\nContent-Length: 0\r\n")) < out.len, cases[i].told);
		assert_true(str_find_str(buf_str(&out), S("\r\nConnection: close\r\n")) < out.len);
	}
}

static void speaks_to_proxies(void **state)
{
	struct fetch_request r = {.method = S("GET"), .url = url_of("http://h:81/x?y")};
	struct request_options o = {.through_proxy = true, .proxy_authorization = S("Basic eA==")};
	char room[512];
	struct buf out = buf_over(room, sizeof room);

	(void)state;
	assert_true(request_write(&out, &r, &o, NULL));
	assert_str(buf_str(&out), "GET http://h:81/x?y HTTP/1.1\r\nHost: h:81\r\nProxy-Authorization: Basic eA==\r\nAccept-Encoding: identity\r\n\r\n");
	buf_wipe(&out);
	r.url = url_of("https://[::1]/x");
	assert_true(request_write_connect(&out, &r.url, &o, NULL));
	assert_str(buf_str(&out), "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic eA==\r\n\r\n");
}

static void nothing_can_be_injected(void **state)
{
	static const struct {
		struct str method, name, value, path;
	} bad[] = {
		{S_INIT(""), S_INIT("A"), S_INIT("b"), S_INIT("/")},
		{S_INIT("GET /evil HTTP/1.1\r\nX:"), S_INIT("A"), S_INIT("b"), S_INIT("/")},
		{S_INIT("GET "), S_INIT("A"), S_INIT("b"), S_INIT("/")},
		{S_INIT("CONNECT"), S_INIT("A"), S_INIT("b"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("A: b\r\nC"), S_INIT("b"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("b\r\n\r\nGET /evil HTTP/1.1"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("b\n"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("\0"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("b"), S_INIT("/ HTTP/1.1\r\nX: y")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("b"), S_INIT("/\xff")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("b"), S_INIT("x")},
		{S_INIT("GET"), S_INIT("A"), S_INIT("b"), S_INIT("")},
		{S_INIT("GET"), S_INIT("hOST"), S_INIT("b"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("content-length"), S_INIT("1"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("Transfer-Encoding"), S_INIT("chunked"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("Connection"), S_INIT("close"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("Upgrade"), S_INIT("h2c"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("Expect"), S_INIT("100-continue"), S_INIT("/")},
		{S_INIT("GET"), S_INIT("Proxy-Authorization"), S_INIT("b"), S_INIT("/")},
	};
	struct request_options o = {0};
	struct url url = url_of("http://h/");

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct http_field field = {bad[i].name, bad[i].value};
		struct fetch_request r = {.method = bad[i].method, .url = url, .fields = &field, .fields_n = 1};
		char room[512];
		struct buf out = buf_over(room, sizeof room);
		struct err e = {0};

		r.url.path = bad[i].path;
		buf_add(&out, S("before"));
		assert_false(request_write(&out, &r, &o, &e));
		assert_int_equal(e.kind, ERR_INPUT);
		assert_str(buf_str(&out), "before");
	}
}

static void bad_options_and_hosts_are_refused_too(void **state)
{
	struct fetch_request r = {.method = S("GET"), .url = url_of("http://h/")};
	struct request_options agent = {.user_agent = S("a\r\nb")};
	struct request_options proxy = {.proxy_authorization = S("a\nb")};
	char room[512];
	struct buf out = buf_over(room, sizeof room);

	(void)state;
	assert_false(request_write(&out, &r, &agent, NULL));
	assert_false(request_write_connect(&out, &r.url, &proxy, NULL));
	r.url.host = S("h\r\nX: y");
	assert_false(request_write(&out, &r, &(struct request_options){0}, NULL));
	assert_false(request_write_connect(&out, &r.url, &(struct request_options){0}, NULL));
	r.url = url_of("http://h/?x");
	r.url.query = S("x y");
	assert_false(request_write_line(&out, S("GET"), &r.url, false, NULL));
	assert_int_equal(out.len, 0);
}

static void a_full_buffer_keeps_nothing(void **state)
{
	struct fetch_request r = {.method = S("POST"), .url = url_of("http://host.example/path")};
	char room[256];

	(void)state;
	for (size_t size = 0; size < 89; size++) {
		struct buf out = buf_over(room, size);
		struct err e = {0};

		if (request_write(&out, &r, &(struct request_options){0}, &e))
			fail_msg("%zu bytes were enough", size);
		assert_int_equal(e.kind, ERR_LIMIT);
		assert_int_equal(out.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_a_server_reads),
		cmocka_unit_test(tells_a_length_where_one_is_meant),
		cmocka_unit_test(speaks_to_proxies),
		cmocka_unit_test(nothing_can_be_injected),
		cmocka_unit_test(bad_options_and_hosts_are_refused_too),
		cmocka_unit_test(a_full_buffer_keeps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

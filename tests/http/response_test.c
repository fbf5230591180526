#include "support/test.h"

#include "base/buf.h"
#include "http/head.h"
#include "http/response.h"

static void writes_what_a_client_reads(void **state)
{
	static const struct http_field sent[] = {{S_INIT("Content-Type"), S_INIT("text/plain")}};
	struct response r = {.status = 404, .fields = sent, .fields_n = 1, .body = S("nothing here\n"), .close = true};
	char room[256];
	struct buf out = buf_over(room, sizeof room);
	struct http_field fields[8];
	struct head h;
	struct err e = {0};

	(void)state;
	assert_ok(response_write(&out, &r, &e), &e);
	assert_str(buf_str(&out), "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 13\r\n\r\nnothing here\n");
	head_begin_answer(&h, S("GET"), fields, 8, HEAD_MAX);
	assert_ok(head_read(&h, buf_str(&out), &e) == FEED_DONE, &e);
	assert_int_equal(h.framing.length, 13);
	assert_int_equal(out.len - h.len, 13);
	assert_false(h.persists);
}

static void knows_who_has_a_body(void **state)
{
	static const struct {
		struct response r;
		const char *text; /* NULL: refused */
	} cases[] = {
		{{.status = 200}, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{{.status = 200, .body = S_INIT("abc"), .no_body = true}, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"},
		{{.status = 204}, "HTTP/1.1 204 No Content\r\n\r\n"},
		{{.status = 304}, "HTTP/1.1 304 Not Modified\r\n\r\n"},
		{{.status = 100}, "HTTP/1.1 100 Continue\r\n\r\n"},
		{{.status = 299}, "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"},
		{{.status = 204, .body = S_INIT("x")}, NULL},
		{{.status = 304, .body = S_INIT("x")}, NULL},
		{{.status = 100, .body = S_INIT("x")}, NULL},
		{{.status = 99}, NULL},
		{{.status = 600}, NULL},
		{{.status = -1}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char room[128];
		struct buf out = buf_over(room, sizeof room);

		assert_int_equal(response_write(&out, &cases[i].r, NULL), cases[i].text != NULL);
		assert_str(buf_str(&out), cases[i].text ? cases[i].text : "");
	}
}

static void cannot_be_split(void **state)
{
	static const struct http_field bad[] = {
		{S_INIT("Location"), S_INIT("/x\r\nSet-Cookie: a=b")},
		{S_INIT("Location"), S_INIT("/x\r\n\r\n<script>")},
		{S_INIT("Location"), S_INIT("/x\n")},
		{S_INIT("Location"), S_INIT("/x\r")},
		{S_INIT("Location"), S_INIT("/x\0")},
		{S_INIT("X\r\nY"), S_INIT("z")},
		{S_INIT("Content-Length"), S_INIT("9")},
		{S_INIT("transfer-encoding"), S_INIT("chunked")},
		{S_INIT("Connection"), S_INIT("close")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct response r = {.status = 302, .fields = &bad[i], .fields_n = 1};
		char room[256];
		struct buf out = buf_over(room, sizeof room);
		struct err e = {0};

		buf_add(&out, S("before"));
		assert_false(response_write(&out, &r, &e));
		assert_int_equal(e.kind, ERR_INPUT);
		assert_str(buf_str(&out), "before");
	}
}

static void a_full_buffer_keeps_nothing(void **state)
{
	struct response r = {.status = 200, .body = S("hello")};
	char room[64];

	(void)state;
	for (size_t size = 0; size < 43; size++) {
		struct buf out = buf_over(room, size);
		struct err e = {0};

		assert_false(response_write(&out, &r, &e));
		assert_int_equal(e.kind, ERR_LIMIT);
		assert_int_equal(out.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_a_client_reads),
		cmocka_unit_test(knows_who_has_a_body),
		cmocka_unit_test(cannot_be_split),
		cmocka_unit_test(a_full_buffer_keeps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

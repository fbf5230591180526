#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "http/head.h"

enum { FIELDS = 8 };

static struct http_field fields[FIELDS];

/* Each prefix at an address of its own and of exactly its size, so that the reader can
 * neither see further nor keep slices of bytes that moved. */
static enum feed feed_moving(struct head *h, struct str text, struct err *e)
{
	static char *kept;
	enum feed fed = FEED_MORE;

	for (size_t n = 1; n <= text.len && fed == FEED_MORE; n++) {
		char *at = malloc(n);

		assert_non_null(at);
		memcpy(at, text.at, n);
		fed = head_read(h, str_make(at, n), e);
		free(kept);
		kept = at;
	}
	return fed;
}

static enum feed feed_bytewise(struct head *h, struct str text, struct err *e)
{
	enum feed fed = head_read(h, str_first(text, 0), e);

	for (size_t n = 1; n <= text.len && fed == FEED_MORE; n++)
		fed = head_read(h, str_first(text, n), e);
	return fed;
}

static enum feed feed_whole(struct head *h, struct str text, struct err *e)
{
	return head_read(h, text, e);
}

static enum feed (*const ways[])(struct head *, struct str, struct err *) = {feed_whole, feed_bytewise, feed_moving};

enum { WAYS = sizeof ways / sizeof *ways };

static void request(struct head *h, const char *text)
{
	struct err e = {0};

	head_begin_request(h, fields, FIELDS, HEAD_MAX);
	assert_ok(head_read(h, str_of(text), &e) == FEED_DONE, &e);
}

static void answer(struct head *h, const char *method, const char *text)
{
	struct err e = {0};

	head_begin_answer(h, str_of(method), fields, FIELDS, HEAD_MAX);
	assert_ok(head_read(h, str_of(text), &e) == FEED_DONE, &e);
}

static void reads_a_request_however_it_comes(void **state)
{
	const struct str text = S("POST /mcp/a%2fb?x=|y HTTP/1.1\r\nHost: Localhost:80\r\nContent-Length:  12\t\r\n"
				  "X-Empty:\r\nx-obs: \xe9 \"a\tb\"\r\n\r\nhello world!");

	(void)state;
	for (size_t way = 0; way < WAYS; way++) {
		struct head h;
		struct err e = {0};

		head_begin_request(&h, fields, FIELDS, HEAD_MAX);
		assert_ok(ways[way](&h, text, &e) == FEED_DONE, &e);
		assert_str(h.method, "POST");
		assert_str(h.target, "/mcp/a%2fb?x=|y");
		assert_str(h.path, "/mcp/a%2fb");
		assert_true(h.has_query);
		assert_str(h.query, "x=|y");
		assert_str(h.host, "Localhost:80");
		assert_int_equal(h.minor, 1);
		assert_int_equal(h.fields_n, 4);
		assert_str(h.fields[1].name, "Content-Length");
		assert_str(h.fields[1].value, "12");
		assert_str(h.fields[2].value, "");
		assert_str(h.fields[3].value, "\xe9 \"a\tb\"");
		assert_int_equal(h.len, text.len - 12);
		assert_int_equal(h.framing.kind, BODY_LENGTH);
		assert_int_equal(h.framing.length, 12);
		assert_true(h.persists);
		assert_false(h.expects_continue);
	}
}

static void reads_an_answer_however_it_comes(void **state)
{
	(void)state;
	for (size_t way = 0; way < WAYS; way++) {
		struct head h;
		struct err e = {0};

		head_begin_answer(&h, S("GET"), fields, FIELDS, HEAD_MAX);
		assert_ok(ways[way](&h, S("HTTP/1.1 404 Not  Found\xff\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"), &e) == FEED_DONE, &e);
		assert_int_equal(h.status, 404);
		assert_str(h.reason, "Not  Found\xff");
		assert_int_equal(h.framing.kind, BODY_CHUNKED);
		assert_int_equal(h.len, 56);
		assert_true(h.persists);
	}
}

static void every_shorter_head_wants_more(void **state)
{
	struct str text = S("GET / HTTP/1.1\r\nHost: h\r\n\r\n");

	(void)state;
	for (size_t n = 0; n < text.len; n++) {
		struct head h;

		head_begin_request(&h, fields, FIELDS, HEAD_MAX);
		assert_int_equal(head_read(&h, str_first(text, n), NULL), FEED_MORE);
	}
}

static void what_was_read_is_not_read_again(void **state)
{
	char text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct head h;

	(void)state;
	head_begin_request(&h, fields, FIELDS, HEAD_MAX);
	assert_int_equal(head_read(&h, str_make(text, 22), NULL), FEED_MORE);
	memset(text, 0, 4);
	memset(text + 16, 0, 6);
	text[14] = 'x';
	assert_int_equal(head_read(&h, str_make(text, 23), NULL), FEED_MORE);
	memcpy(text + 16, "Host: ", 6);
	assert_int_equal(head_read(&h, str_make(text, sizeof text - 1), NULL), FEED_DONE);
}

struct refusal {
	struct str text;
	const char *says; /* a piece of the error */
};

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: h\r\n"

static const struct refusal bad_requests[] = {
	/* line ends and controls */
	{S_INIT("GET / HTTP/1.1\nHost: h\n\n"), "bare LF"},
	{S_INIT(LINE "Host: h\nX: y\r\n\r\n"), "bare LF"},
	{S_INIT(LINE HOST "\n"), "bare LF"},
	{S_INIT(LINE HOST "X: a\rb\r\n\r\n"), "bare CR"},
	{S_INIT(LINE HOST "X: a\r\r\n\r\n"), "bare CR"},
	{S_INIT(LINE HOST "X: a\0b\r\n\r\n"), "control"},
	{S_INIT(LINE HOST "X: a\x01\r\n\r\n"), "control"},
	{S_INIT(LINE HOST "X: a\x7f\r\n\r\n"), "control"},
	{S_INIT(LINE HOST "X: a\x0b\r\n\r\n"), "control"},
	{S_INIT("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"), "control"},
	{S_INIT("\x16\x03\x01\x02"), "control"},
	/* folding, names, colons */
	{S_INIT(LINE HOST "X: a\r\n b\r\n\r\n"), "folded"},
	{S_INIT(LINE HOST "X: a\r\n\tb\r\n\r\n"), "folded"},
	{S_INIT(LINE " " HOST "\r\n"), "folded"},
	{S_INIT(LINE "\t" HOST "\r\n"), "folded"},
	{S_INIT(LINE HOST " \r\n\r\n"), "folded"},
	{S_INIT(LINE HOST "Content-Length : 5\r\n\r\n"), "blank before a colon"},
	{S_INIT(LINE HOST "Content-Length\t: 5\r\n\r\n"), "blank before a colon"},
	{S_INIT(LINE HOST ": x\r\n\r\n"), "no name"},
	{S_INIT(LINE HOST "X y: x\r\n\r\n"), "no name"},
	{S_INIT(LINE HOST "X\xe9: x\r\n\r\n"), "no name"},
	{S_INIT(LINE HOST "\xef\xbb\xbfX: x\r\n\r\n"), "no name"},
	{S_INIT(LINE HOST "X(y): x\r\n\r\n"), "no name"},
	{S_INIT(LINE HOST "\"X\": x\r\n\r\n"), "no name"},
	{S_INIT(LINE HOST "X\r\n\r\n"), "no colon"},
	/* two readers, two ends */
	{S_INIT(LINE HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), "more than one Content-Length"},
	{S_INIT(LINE HOST "Content-Length: 5\r\ncontent-length: 5\r\n\r\n"), "more than one Content-Length"},
	{S_INIT(LINE HOST "Content-Length: 5, 5\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: +5\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: -5\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: 0x5\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: 5.0\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: 5 5\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length:\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: \"5\"\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: 18446744073709551616\r\n\r\n"), "not a number"},
	{S_INIT(LINE HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), "both"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"), "both"},
	{S_INIT(LINE HOST "Content-Length: 5\r\nTransfer-Encoding:\r\n\r\n"), "both"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), "Transfer-Encoding"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"), "Transfer-Encoding"},
	{S_INIT(LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked, identity\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked, chunked\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: ,chunked\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: xchunked\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked;q=1\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: \"chunked\"\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: identity\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding:\r\n\r\n"), "other than"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked\x0b\r\n\r\n"), "control"},
	{S_INIT(LINE HOST "Transfer-Encoding: chunked\0\r\n\r\n"), "control"},
	{S_INIT(LINE HOST "Transfer-Encoding: \xa0"
			  "chunked\r\n\r\n"),
		"other than"},
	{S_INIT(LINE HOST "Transfer-Encoding:\r\n chunked\r\n\r\n"), "folded"},
	{S_INIT(LINE HOST "X: y\rTransfer-Encoding: chunked\r\n\r\n"), "bare CR"},
	{S_INIT(LINE HOST "X: y\nTransfer-Encoding: chunked\r\n\r\n"), "bare LF"},
	{S_INIT(LINE HOST "Content-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\n"), "blank before a colon"},
	{S_INIT(LINE HOST "Content-Length: 5\r\n\0Transfer-Encoding: chunked\r\n\r\n"), "control"},
	{S_INIT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.0"},
	/* start lines and versions */
	{S_INIT("GET / HTTP/1.2\r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / HTTP/2.0\r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / HTTP/0.9\r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / HTTP/1.10\r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / HTTP/01.1\r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / HTTP/1.1 \r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / HTTP/1.1\t\r\n" HOST "\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET / http/1.1\r\n" HOST "\r\n"), "not HTTP"},
	{S_INIT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "neither HTTP/1.1"},
	{S_INIT("GET /\r\n\r\n"), "malformed"},
	{S_INIT("GET\r\n\r\n"), "malformed"},
	{S_INIT(" GET / HTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("GET  / HTTP/1.1\r\n" HOST "\r\n"), "not HTTP"},
	{S_INIT("GET /  HTTP/1.1\r\n" HOST "\r\n"), "not HTTP"},
	{S_INIT("GET / x HTTP/1.1\r\n" HOST "\r\n"), "not HTTP"},
	{S_INIT("GET\t/\tHTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("G(T / HTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("\nGET / HTTP/1.1\r\n" HOST "\r\n"), "bare LF"},
	/* targets */
	{S_INIT("GET x HTTP/1.1\r\n" HOST "\r\n"), "neither a path"},
	{S_INIT("GET * HTTP/1.1\r\n" HOST "\r\n"), "neither a path"},
	{S_INIT("GET h:80 HTTP/1.1\r\n" HOST "\r\n"), "neither a path"},
	{S_INIT("GET ?x HTTP/1.1\r\n" HOST "\r\n"), "neither a path"},
	{S_INIT("GET ftp://h/ HTTP/1.1\r\n" HOST "\r\n"), "neither a path"},
	{S_INIT("CONNECT h:80 HTTP/1.1\r\n" HOST "\r\n"), "CONNECT"},
	{S_INIT("CONNECT / HTTP/1.1\r\n" HOST "\r\n"), "CONNECT"},
	{S_INIT("GET http://evil/ HTTP/1.1\r\n" HOST "\r\n"), "two hosts"},
	{S_INIT("GET http://h:81/ HTTP/1.1\r\n" HOST "\r\n"), "two hosts"},
	{S_INIT("GET http://u@h/ HTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("GET http:/// HTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("GET http://h\\@evil/ HTTP/1.1\r\n" HOST "\r\n"), "malformed"},
	{S_INIT("GET /a#b HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /?a#b HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /% HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /%0g HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /\\ HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /?\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	{S_INIT("GET /\t HTTP/1.1\r\n" HOST "\r\n"), "percent-encoded"},
	/* hosts */
	{S_INIT(LINE "\r\n"), "no Host"},
	{S_INIT(LINE HOST HOST "\r\n"), "more than one Host"},
	{S_INIT(LINE HOST "hOST: evil\r\n\r\n"), "more than one Host"},
	{S_INIT("GET / HTTP/1.0\r\n" HOST HOST "\r\n"), "more than one Host"},
	{S_INIT(LINE "Host:\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a, b\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a b\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a@b\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a/b\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: http://a\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a:b\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a:80:80\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: a:99999\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: [::1\r\n\r\n"), "Host"},
	{S_INIT(LINE "Host: 127.1\r\n\r\n"), "Host"},
};

static const struct refusal bad_answers[] = {
	{S_INIT("HTTP/1.1 200 OK\n\n"), "bare LF"},
	{S_INIT("HTTP/1.1 200 OK\r\nA: b\n\r\n"), "bare LF"},
	{S_INIT("HTTP/1.1 200 OK\r\nA: b\r\r\n"), "bare CR"},
	{S_INIT("HTTP/1.1 200 O\0K\r\n\r\n"), "control"},
	{S_INIT("HTTP/1.1 200 OK\r\n A: b\r\n\r\n"), "folded"},
	{S_INIT("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), "blank before a colon"},
	{S_INIT("\x15\x03\x01"), "https"},
	{S_INIT("\x16\x03\x01"), "https"},
	{S_INIT("HTTP/1.1 20 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1 2000 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1 099 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1 600 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1 +20 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1 0xc8 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1  200 OK\r\n\r\n"), "status"},
	{S_INIT("HTTP/1.1\r\n\r\n"), "status"},
	{S_INIT("HTTP/2 200\r\n\r\n"), "neither HTTP/1.1"},
	{S_INIT("HTTP/1.2 200 OK\r\n\r\n"), "neither HTTP/1.1"},
	{S_INIT("ICY 200 OK\r\n\r\n"), "not HTTP"},
	{S_INIT("SSH-2.0-x\r\n"), "not HTTP"},
	{S_INIT("\r\nHTTP/1.1 200 OK\r\n\r\n"), "not HTTP"},
	{S_INIT("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), "101"},
	{S_INIT("HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\n"), "interim"},
	{S_INIT("HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked\r\n\r\n"), "interim"},
	{S_INIT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"), "more than one"},
	{S_INIT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), "both"},
	{S_INIT("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), "other than"},
	{S_INIT("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.0"},
	{S_INIT("HTTP/1.1 204 No\r\nContent-Length: x\r\n\r\n"), "not a number"},
};

static void refuse(const struct refusal *r, bool is_answer)
{
	for (size_t way = 0; way < WAYS; way++) {
		struct head h;
		struct err e = {0};

		if (is_answer)
			head_begin_answer(&h, S("GET"), fields, FIELDS, HEAD_MAX);
		else
			head_begin_request(&h, fields, FIELDS, HEAD_MAX);
		if (ways[way](&h, r->text, &e) != FEED_BAD)
			fail_msg("taken: %.*s", STR(r->text));
		assert_int_equal(e.kind, ERR_INPUT);
		if (!strstr(e.text, r->says))
			fail_msg("\"%s\" was not said of %.*s but: %s", r->says, STR(r->text), e.text);
	}
}

static void refuses_requests_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_requests / sizeof *bad_requests; i++)
		refuse(&bad_requests[i], false);
}

static void refuses_answers_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_answers / sizeof *bad_answers; i++)
		refuse(&bad_answers[i], true);
}

static void takes_what_is_odd_but_clear(void **state)
{
	struct head h;

	(void)state;
	request(&h, "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_str(h.method, "GET");
	assert_int_equal(h.len, 29);
	request(&h, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_str(h.path, "*");
	request(&h, "GET http://H:80/x?y HTTP/1.1\r\nHost: h:80\r\n\r\n");
	assert_str(h.path, "/x");
	assert_str(h.query, "y");
	assert_str(h.host, "H:80");
	request(&h, "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_str(h.path, "/");
	assert_false(h.has_query);
	request(&h, "GET https://h?q=http://x HTTP/1.0\r\n\r\n");
	assert_str(h.path, "/");
	assert_str(h.query, "q=http://x");
	assert_str(h.host, "h");
	request(&h, "GET //evil/..//? HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n");
	assert_str(h.path, "//evil/..//");
	assert_true(h.has_query);
	assert_str(h.host, "[::1]:8080");
	request(&h, "GET / HTTP/1.0\r\n\r\n");
	assert_str(h.host, "");
	request(&h, "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n");
	assert_int_equal(h.framing.length, 7);
	/* Names that only look like ours frame nothing. */
	request(&h, "GET / HTTP/1.1\r\nHost: h\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 7\r\n\r\n");
	assert_int_equal(h.framing.kind, BODY_NONE);
	answer(&h, "GET", "HTTP/1.1 200\r\nContent-Length: 18446744073709551615\r\n\r\n");
	assert_str(h.reason, "");
	assert_true(h.framing.length == UINT64_MAX);
	answer(&h, "GET", "HTTP/1.1 200 \r\n\r\n");
	assert_str(h.reason, "");
}

static void frames_answers_as_rfc_9112_says(void **state)
{
	static const struct {
		const char *method, *text;
		enum body_kind kind;
		uint64_t length;
		bool persists;
	} cases[] = {
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BODY_LENGTH, 5, true},
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BODY_LENGTH, 0, true},
		{"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BODY_CHUNKED, 0, true},
		{"GET", "HTTP/1.1 200 OK\r\n\r\n", BODY_UNTIL_CLOSE, 0, false},
		{"GET", "HTTP/1.1 404 No\r\n\r\n", BODY_UNTIL_CLOSE, 0, false},
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BODY_NONE, 0, true},
		{"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BODY_NONE, 0, true},
		{"HEAD", "HTTP/1.1 200 OK\r\n\r\n", BODY_NONE, 0, true},
		{"head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BODY_LENGTH, 5, true},
		{"GET", "HTTP/1.1 100 Continue\r\n\r\n", BODY_NONE, 0, true},
		{"GET", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", BODY_NONE, 0, true},
		{"GET", "HTTP/1.1 204 No Content\r\n\r\n", BODY_NONE, 0, true},
		{"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", BODY_NONE, 0, true},
		{"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", BODY_NONE, 0, false},
		{"GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", BODY_NONE, 0, false},
		{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", BODY_NONE, 0, true},
		{"CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BODY_NONE, 0, false},
		{"CONNECT", "HTTP/1.1 299 OK\r\n\r\n", BODY_NONE, 0, false},
		{"CONNECT", "HTTP/1.1 407 Proxy\r\nContent-Length: 5\r\n\r\n", BODY_LENGTH, 5, true},
		{"GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", BODY_LENGTH, 5, false},
		{"GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n\r\n", BODY_LENGTH, 5, true},
		{"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n", BODY_UNTIL_CLOSE, 0, false},
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: Close\r\n\r\n", BODY_LENGTH, 5, false},
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x, close\r\n\r\n", BODY_LENGTH, 5, false},
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x\r\nConnection: ,close\r\n\r\n", BODY_LENGTH, 5, false},
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive, close\r\n\r\n", BODY_LENGTH, 5, false},
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: closed\r\n\r\n", BODY_LENGTH, 5, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct head h;

		answer(&h, cases[i].method, cases[i].text);
		if (h.framing.kind != cases[i].kind || h.framing.length != cases[i].length || h.persists != cases[i].persists)
			fail_msg("framed or kept wrongly: %s", cases[i].text);
	}
}

static void frames_requests_as_rfc_9112_says(void **state)
{
	struct head h;

	(void)state;
	request(&h, "POST / HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(h.framing.kind, BODY_NONE);
	request(&h, "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\nExpect: 100-Continue\r\n\r\n");
	assert_int_equal(h.framing.kind, BODY_CHUNKED);
	assert_true(h.expects_continue);
	request(&h, "GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
	assert_false(h.expects_continue);
	assert_false(h.persists);
	request(&h, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_false(h.persists);
}

/* GET, a field "X: aaa", Host, in all `size` bytes. */
static char *padded(size_t size, size_t target)
{
	char *text = malloc(size + 1);
	int n;

	assert_non_null(text);
	memset(text, 'a', size);
	n = sprintf(text, "GET /%*s HTTP/1.1\r\nHost: h\r\nX: ", (int)target, "");
	memset(text + 5, 'a', target);
	text[n] = 'a';
	memcpy(text + size - 4, "\r\n\r\n", 5);
	return text;
}

static enum feed read_limited(const char *text, size_t len, size_t max, size_t way, struct err *e)
{
	struct head h;

	head_begin_request(&h, fields, FIELDS, max);
	return ways[way](&h, str_make(text, len), e);
}

static void keeps_to_its_limits(void **state)
{
	static const struct {
		size_t size, target, max;
		bool fits;
	} cases[] = {
		{100, 1, 100, true},
		{100, 1, 99, false},
		{100, 1, 98, false},
		{100, 1, 97, false},
		{100, 1, 96, false},
		/* "GET /" and " HTTP/1.1" are 14 bytes of the start line, "X: " are 3 of a field. */
		{HEAD_START_MAX + 60, HEAD_START_MAX - 14, HEAD_MAX, true},
		{HEAD_START_MAX + 60, HEAD_START_MAX - 13, HEAD_MAX, false},
		{16 + 9 + 1 + HEAD_FIELD_MAX + 4, 1, HEAD_MAX, true},
		{16 + 9 + 1 + HEAD_FIELD_MAX + 5, 1, HEAD_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = padded(cases[i].size, cases[i].target);

		for (size_t way = 0; way < 2; way++) {
			struct err e = {0};
			enum feed fed = read_limited(text, cases[i].size, cases[i].max, way, &e);

			assert_int_equal(fed, cases[i].fits ? FEED_DONE : FEED_BAD);
			assert_int_equal(e.kind, cases[i].fits ? ERR_NONE : ERR_LIMIT);
		}
		free(text);
	}
}

static void a_full_buffer_is_an_end_not_a_wish_for_more(void **state)
{
	char *text = padded(100, 1);
	struct err e = {0};

	(void)state;
	assert_int_equal(read_limited(text, 49, 50, 0, &e), FEED_MORE);
	assert_int_equal(read_limited(text, 50, 50, 0, &e), FEED_BAD);
	assert_int_equal(e.kind, ERR_LIMIT);
	free(text);
}

static void counts_its_fields(void **state)
{
	struct head h;
	struct err e = {0};

	(void)state;
	head_begin_answer(&h, S("GET"), fields, 2, HEAD_MAX);
	assert_int_equal(head_read(&h, S("HTTP/1.1 200 OK\r\na: b\r\nc: d\r\n\r\n"), &e), FEED_DONE);
	head_begin_answer(&h, S("GET"), fields, 2, HEAD_MAX);
	assert_int_equal(head_read(&h, S("HTTP/1.1 200 OK\r\na: b\r\nc: d\r\ne: f\r\n\r\n"), &e), FEED_BAD);
	assert_int_equal(e.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_request_however_it_comes),
		cmocka_unit_test(reads_an_answer_however_it_comes),
		cmocka_unit_test(every_shorter_head_wants_more),
		cmocka_unit_test(what_was_read_is_not_read_again),
		cmocka_unit_test(refuses_requests_by_name),
		cmocka_unit_test(refuses_answers_by_name),
		cmocka_unit_test(takes_what_is_odd_but_clear),
		cmocka_unit_test(frames_answers_as_rfc_9112_says),
		cmocka_unit_test(frames_requests_as_rfc_9112_says),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(a_full_buffer_is_an_end_not_a_wish_for_more),
		cmocka_unit_test(counts_its_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

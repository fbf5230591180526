#include "support/test.h"

#include "base/buf.h"
#include "http/body.h"

struct outcome {
	enum feed fed;
	enum err_kind kind;
	char payload[4096];
	size_t len;
	size_t used;
};

static struct outcome read(struct body_framing framing, uint64_t max, struct str bytes, size_t step)
{
	struct outcome o = {.fed = FEED_MORE};
	struct err e = {0};
	struct body b;

	body_begin(&b, framing, max);
	do {
		struct str piece;
		size_t used;

		o.fed = body_read(&b, str_span(bytes, o.used, step), &used, &piece, &e);
		assert_true(used <= step);
		assert_true(used > 0 || o.fed != FEED_MORE || o.used == bytes.len);
		assert_true(o.len + piece.len <= sizeof o.payload);
		memcpy(o.payload + o.len, piece.at, piece.len);
		o.len += piece.len;
		o.used += used;
		if (o.fed == FEED_BAD)
			assert_int_equal(piece.len, 0);
	} while (o.fed == FEED_MORE && o.used < bytes.len);
	if (o.fed != FEED_BAD)
		assert_true(b.total == o.len);
	o.kind = e.kind;
	return o;
}

static const struct body_framing chunked = {BODY_CHUNKED, 0};

static void takes_chunks_apart(void **state)
{
	static const struct {
		const char *text, *payload;
		size_t left;
	} cases[] = {
		{"0\r\n\r\n", "", 0},
		{"5\r\nhello\r\n0\r\n\r\n", "hello", 0},
		{"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nHTTP/1.1", "hello world", 8},
		{"A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
		{"a\r\n\r\n\r\n0\r\n\r\n1\r\n0\r\n\r\n", NULL, 0},
		{"000000005\r\nhello\r\n000\r\n\r\n", "hello", 0},
		{"5;a\r\nhello\r\n0;b=c;d=\"e,\t f\"\r\n\r\n", "hello", 0},
		{"5 ; a\r\nhello\r\n0\t;b\r\n\r\n", "hello", 0},
		{"5;\r\nhello\r\n0;\r\n\r\n", "hello", 0},
		{"1\r\nx\r\n0\r\nDigest: abc\r\nX:\r\nY: \xe9\t1\r\n\r\nnext", "x", 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t step = 1; step < 64; step += step == 1 ? 1 : 61) {
			struct str text = str_of(cases[i].text);
			struct outcome o = read(chunked, 100, text, step);

			assert_int_equal(o.fed, FEED_DONE);
			assert_int_equal(text.len - o.used, cases[i].left);
			if (cases[i].payload)
				assert_str(str_make(o.payload, o.len), cases[i].payload);
		}
}

static void refuses_broken_chunks(void **state)
{
	static const struct str bad[] = {
		S_INIT("\r\n"),
		S_INIT(" 5\r\n"),
		S_INIT("+5\r\n"),
		S_INIT("-5\r\n"),
		S_INIT("0x5\r\n"),
		S_INIT("5\n"),
		S_INIT("5\rx"),
		S_INIT("5 \r\n"),
		S_INIT("5 5\r\n"),
		S_INIT("5,5\r\n"),
		S_INIT("5_0\r\n"),
		S_INIT("g\r\n"),
		S_INIT(";a\r\n"),
		S_INIT("5;a\nhello"),
		S_INIT("5;a\rb"),
		S_INIT("5;\0\r\n"),
		S_INIT("5;\x7f\r\n"),
		S_INIT("10000000000000000\r\n"),
		S_INIT("fffffffffffffffff\r\n"),
		S_INIT("5\r\nhelloX"),
		S_INIT("5\r\nhello\n"),
		S_INIT("5\r\nhello\r0"),
		S_INIT("5\r\nhello\r\n\r\n"),
		S_INIT("0\r\n\n"),
		S_INIT("0\r\n\rx"),
		S_INIT("0\r\n folded: x\r\n"),
		S_INIT("0\r\n: x\r\n"),
		S_INIT("0\r\nX : y\r\n"),
		S_INIT("0\r\nX\r\n"),
		S_INIT("0\r\nX: y\n"),
		S_INIT("0\r\nX: y\rz"),
		S_INIT("0\r\nX: \0\r\n"),
		S_INIT("0\r\nX: y\r\n z\r\n"),
		S_INIT("0\r\n\xe9: y\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (size_t step = 1; step < 64; step += step == 1 ? 1 : 61) {
			struct outcome o = read(chunked, 100, bad[i], step);

			if (o.fed != FEED_BAD)
				fail_msg("taken: %.*s", STR(bad[i]));
			assert_int_equal(o.kind, ERR_INPUT);
		}
}

static void keeps_to_its_limits(void **state)
{
	static const struct {
		struct body_framing framing;
		const char *text;
		uint64_t max;
		enum feed fed;
	} cases[] = {
		{{BODY_CHUNKED, 0}, "5\r\nhello\r\n0\r\n\r\n", 5, FEED_DONE},
		{{BODY_CHUNKED, 0}, "5\r\nhello\r\n0\r\n\r\n", 4, FEED_BAD},
		{{BODY_CHUNKED, 0}, "5\r\nhello\r\n1\r\nx\r\n0\r\n\r\n", 5, FEED_BAD},
		{{BODY_CHUNKED, 0}, "ffffffffffffffff\r\n", 5, FEED_BAD},
		{{BODY_CHUNKED, 0}, "1\r\nx\r\nffffffffffffffff\r\nx", UINT64_MAX, FEED_BAD},
		{{BODY_CHUNKED, 0}, "ffffffffffffffff\r\nx", UINT64_MAX, FEED_MORE},
		{{BODY_CHUNKED, 0}, "0\r\n\r\n", 0, FEED_DONE},
		{{BODY_LENGTH, 5}, "hello", 5, FEED_DONE},
		{{BODY_LENGTH, 5}, "hello", 4, FEED_BAD},
		{{BODY_LENGTH, 5}, "", 4, FEED_BAD},
		{{BODY_LENGTH, 1}, "", 0, FEED_BAD},
		{{BODY_LENGTH, UINT64_MAX}, "hello", UINT64_MAX, FEED_MORE},
		{{BODY_UNTIL_CLOSE, 0}, "hello", 5, FEED_MORE},
		{{BODY_UNTIL_CLOSE, 0}, "hello", 4, FEED_BAD},
		{{BODY_UNTIL_CLOSE, 0}, "h", 0, FEED_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t step = 1; step < 64; step += step == 1 ? 1 : 61) {
			struct outcome o = read(cases[i].framing, cases[i].max, str_of(cases[i].text), step);

			assert_int_equal(o.fed, cases[i].fed);
			assert_int_equal(o.kind, cases[i].fed == FEED_BAD ? ERR_LIMIT : ERR_NONE);
		}
}

static void bounds_chunk_lines_and_trailers(void **state)
{
	static char text[8192];
	struct buf b = buf_over(text, sizeof text);

	(void)state;
	/* The line's end counts: "1;xxx\r" is its limit. */
	buf_add(&b, S("1;"));
	while (b.len < BODY_CHUNK_LINE_MAX - 1)
		buf_add_char(&b, 'x');
	buf_add(&b, S("\r\n_\r\n"));
	assert_int_equal(read(chunked, 9, buf_str(&b), sizeof text).fed, FEED_MORE);
	text[BODY_CHUNK_LINE_MAX - 1] = 'x';
	assert_int_equal(read(chunked, 9, buf_str(&b), sizeof text).kind, ERR_LIMIT);

	buf_wipe(&b);
	buf_add(&b, S("0\r\nX: "));
	while (b.len < 3 + BODY_TRAILERS_MAX - 2)
		buf_add_char(&b, 'x');
	buf_add(&b, S("\r\n\r\n"));
	assert_int_equal(read(chunked, 9, buf_str(&b), sizeof text).fed, FEED_DONE);
	buf_cut(&b, b.len - 4);
	buf_add(&b, S("x\r\n\r\n"));
	assert_int_equal(read(chunked, 9, buf_str(&b), sizeof text).kind, ERR_LIMIT);
}

static void extensions_of_many_small_chunks_add_up(void **state)
{
	struct str chunk = S("1;an-extension-of-some-length\r\nx\r\n");
	struct str plain = S("00000001\r\nx\r\n");
	struct body b;
	struct err e = {0};
	uint64_t taken[2] = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		body_begin(&b, chunked, UINT64_MAX);
		for (enum feed fed = FEED_MORE; fed != FEED_BAD && taken[i] < 10000; taken[i]++)
			for (struct str rest = i ? plain : chunk; rest.len && fed != FEED_BAD;) {
				struct str piece;
				size_t used;

				fed = body_read(&b, rest, &used, &piece, &e);
				rest = str_from(rest, used);
			}
	}
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_true(taken[0] > 500 && taken[0] < 2000);
	assert_int_equal(taken[1], 10000);
}

static void a_length_ends_it(void **state)
{
	struct body_framing five = {BODY_LENGTH, 5};
	struct outcome o = read(five, 100, S("helloHTTP/1.1 200 OK"), 100);

	(void)state;
	assert_int_equal(o.fed, FEED_DONE);
	assert_int_equal(o.used, 5);
	assert_str(str_make(o.payload, o.len), "hello");
	o = read(five, 100, S("helloHTTP/1.1 200 OK"), 1);
	assert_int_equal(o.used, 5);
	o = read((struct body_framing){BODY_LENGTH, 0}, 100, S("HTTP"), 100);
	assert_int_equal(o.fed, FEED_DONE);
	assert_int_equal(o.used, 0);
	o = read((struct body_framing){BODY_NONE, 0}, 0, S(""), 100);
	assert_int_equal(o.fed, FEED_DONE);
}

static void tells_a_good_end_from_a_cut(void **state)
{
	static const struct {
		struct body_framing framing;
		const char *text;
		bool good;
	} cases[] = {
		{{BODY_NONE, 0}, "", true},
		{{BODY_UNTIL_CLOSE, 0}, "", true},
		{{BODY_UNTIL_CLOSE, 0}, "hello", true},
		{{BODY_LENGTH, 0}, "", true},
		{{BODY_LENGTH, 5}, "hello", true},
		{{BODY_LENGTH, 5}, "hell", false},
		{{BODY_CHUNKED, 0}, "0\r\n\r\n", true},
		{{BODY_CHUNKED, 0}, "0\r\n\r", false},
		{{BODY_CHUNKED, 0}, "5\r\nhello\r\n", false},
		{{BODY_CHUNKED, 0}, "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct body b;
		struct err e = {0};
		struct str rest = str_of(cases[i].text);

		body_begin(&b, cases[i].framing, 100);
		while (rest.len) {
			struct str piece;
			size_t used;

			assert_int_not_equal(body_read(&b, rest, &used, &piece, &e), FEED_BAD);
			rest = str_from(rest, used);
		}
		assert_int_equal(body_end(&b, &e), cases[i].good);
		assert_int_equal(e.kind, cases[i].good ? ERR_NONE : ERR_NETWORK);
	}
}

static void reads_what_it_writes(void **state)
{
	char memory[64];
	struct buf out = buf_over(memory, sizeof memory);
	struct outcome o;

	(void)state;
	body_write_chunk(&out, S("hello "));
	body_write_chunk(&out, S(""));
	body_write_chunk(&out, S("0123456789abcdef\r\n"));
	body_write_last(&out);
	o = read(chunked, 100, buf_str(&out), 100);
	assert_int_equal(o.fed, FEED_DONE);
	assert_str(str_make(o.payload, o.len), "hello 0123456789abcdef\r\n");
	body_write_chunk(&out, S("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
	assert_true(out.full);
	assert_int_equal(out.len, o.used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_chunks_apart),
		cmocka_unit_test(refuses_broken_chunks),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(bounds_chunk_lines_and_trailers),
		cmocka_unit_test(extensions_of_many_small_chunks_add_up),
		cmocka_unit_test(a_length_ends_it),
		cmocka_unit_test(tells_a_good_end_from_a_cut),
		cmocka_unit_test(reads_what_it_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

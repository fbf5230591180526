#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "http/sse.h"

static char memory[64 * 1024];

/* All events as "[type|data|id]", step bytes at a time; "!" where the reader gave up. */
static struct str told(struct str bytes, size_t limit, size_t step, char *room, size_t size, struct sse *s)
{
	struct buf out = buf_over(room, size);
	struct arena a;

	arena_over(&a, memory, sizeof memory);
	sse_begin(s, &a, limit);
	while (bytes.len) {
		struct str now = str_first(bytes, step);
		struct sse_event event;
		size_t used;
		struct err e = {0};
		enum feed fed = sse_read(s, now, &used, &event, &e);

		assert_true(used <= now.len && (fed != FEED_MORE || used == now.len));
		bytes = str_from(bytes, used);
		if (fed == FEED_DONE)
			buf_print(&out, "[%.*s|%.*s|%.*s]", STR(event.type), STR(event.data), STR(event.id));
		if (fed == FEED_BAD) {
			assert_int_equal(e.kind, ERR_LIMIT);
			buf_add_char(&out, '!');
			break;
		}
	}
	assert_false(out.full);
	return buf_str(&out);
}

static const struct {
	struct str bytes;
	const char *events;
} cases[] = {
	{S_INIT("data: hello\n\n"), "[|hello|]"},
	{S_INIT("data: hello\r\n\r\n"), "[|hello|]"},
	{S_INIT("data: hello\r\r"), "[|hello|]"},
	{S_INIT("data: a\r\n\rdata: b\n\n"), "[|a|][|b|]"},
	{S_INIT("data: a\r\r\ndata: b\n\r\n"), "[|a|][|b|]"},
	{S_INIT("data: a\n"), ""},
	{S_INIT("data: a"), ""},
	{S_INIT("data: a\r"), ""},
	{S_INIT("data:a\n\n"), "[|a|]"},
	{S_INIT("data:  a \n\n"), "[| a |]"},
	{S_INIT("data:\ta\n\n"), "[|\ta|]"},
	{S_INIT("data\n\n"), "[||]"},
	{S_INIT("data:\n\n"), "[||]"},
	{S_INIT("data: \n\n"), "[||]"},
	{S_INIT("data\ndata\n\n"), "[|\n|]"},
	{S_INIT("data: a\ndata: b\n\n"), "[|a\nb|]"},
	{S_INIT("data: a\ndata\n\n"), "[|a\n|]"},
	{S_INIT("data: a:b\n\n"), "[|a:b|]"},
	{S_INIT("event: e\ndata: a\n\ndata: b\n\n"), "[e|a|][|b|]"},
	{S_INIT("event: e\nevent: f\ndata: a\n\n"), "[f|a|]"},
	{S_INIT("event: e\nevent\ndata: a\n\n"), "[|a|]"},
	{S_INIT("event: e\n\ndata: a\n\n"), "[|a|]"},
	{S_INIT("id: 1\ndata: a\n\ndata: b\n\n"), "[|a|1][|b|1]"},
	{S_INIT("id: 1\n\ndata: b\n\n"), "[|b|1]"},
	{S_INIT("id: 1\ndata: a\n\nid\ndata: b\n\n"), "[|a|1][|b|]"},
	{S_INIT("id: 1\nid: 2\0\ndata: a\n\n"), "[|a|1]"},
	{S_INIT("id: 1\ndata:\n\n"), "[||1]"},
	{S_INIT(": comment\ndata: a\n:\n\n"), "[|a|]"},
	{S_INIT(":data: a\n\n"), ""},
	{S_INIT("foo: bar\ndata: a\nDATA: b\n data: c\ndata : d\ndatadatadata: e\n\n"), "[|a|]"},
	{S_INIT("\n\n\n\r\n\r\r"), ""},
	{S_INIT("\xef\xbb\xbf" "data: a\n\n"), "[|a|]"},
	{S_INIT("\xef\xbb\xbf\xef\xbb\xbf" "data: a\n\n"), ""},
	{S_INIT("\xef\xbb" "data: a\n\ndata: b\n\n"), "[|b|]"},
	{S_INIT("\xef\n\ndata: b\n\n"), "[|b|]"},
	{S_INIT("\xef\xbb\xbf\n\ndata: \xef\xbb\xbf\n\n"), "[|\xef\xbb\xbf|]"},
	{S_INIT("data: a\n\xef\xbb\xbf\n\n"), "[|a|]"},
	{S_INIT("event: message\nid: x/y=\ndata: {\"a\":1}\n\n"), "[message|{\"a\":1}|x/y=]"},
};

static void reads_events_however_they_come(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t step = 1; step < 200; step = step < 8 ? step + 1 : step * 5) {
			char room[256];
			struct sse s;
			struct str events = told(cases[i].bytes, 100, step, room, sizeof room, &s);

			if (!str_same(events, str_of(cases[i].events)))
				fail_msg("\"%.*s\" by %zu gave %.*s", STR(cases[i].bytes), step, STR(events));
		}
}

static void data_may_hold_a_zero_byte(void **state)
{
	struct sse s;
	struct sse_event event;
	struct arena a;
	size_t used;

	(void)state;
	arena_over(&a, memory, sizeof memory);
	sse_begin(&s, &a, 100);
	assert_int_equal(sse_read(&s, S("data: a\0b\n\nx"), &used, &event, NULL), FEED_DONE);
	assert_int_equal(used, 11);
	assert_int_equal(event.data.len, 3);
	assert_memory_equal(event.data.at, "a\0b", 3);
}

static void keeps_the_last_id_and_the_retry_time(void **state)
{
	static const struct {
		const char *bytes, *id;
		bool has_retry;
		uint64_t retry_ms;
	} lines[] = {
		{"id: abc\n", "abc", false, 0},
		{"id: abc", "", false, 0},
		{"id: abc\nid:\n", "", false, 0},
		{"retry: 1500\n", "", true, 1500},
		{"retry: 1500\nretry: x\n", "", true, 1500},
		{"retry: -1\n", "", false, 0},
		{"retry: 1.5\n", "", false, 0},
		{"retry: 10 \n", "", false, 0},
		{"retry:\n", "", false, 0},
		{"retry: 99999999999999999999999999\n", "", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char room[16];
		struct sse s;

		told(str_of(lines[i].bytes), 100, 1, room, sizeof room, &s);
		assert_str(s.id, lines[i].id);
		assert_int_equal(s.has_retry, lines[i].has_retry);
		assert_true(s.retry_ms == lines[i].retry_ms);
	}
}

static void long_retry_is_only_ignored(void **state)
{
	char text[SSE_ID_MAX + 100];
	char room[16];
	struct sse s;
	struct buf b = buf_over(text, sizeof text);

	(void)state;
	buf_add(&b, S("retry: "));
	while (b.len < SSE_ID_MAX + 20)
		buf_add_char(&b, '0');
	buf_add(&b, S("\ndata: a\n\n"));
	assert_str(told(buf_str(&b), 100, 1, room, sizeof room, &s), "[|a|]");
	assert_str(told(buf_str(&b), 100, 999, room, sizeof room, &s), "[|a|]");
	assert_false(s.has_retry);
}

/* name, a value of n bytes, the event's end. */
static struct str long_field(char *text, size_t size, const char *name, size_t n)
{
	struct buf b = buf_over(text, size);

	buf_print(&b, "data: ok\n\n%s: ", name);
	for (size_t i = 0; i < n; i++)
		buf_add_char(&b, 'x');
	buf_add(&b, S("\ndata\n\n"));
	return buf_str(&b);
}

static void keeps_to_its_limits(void **state)
{
	static const struct {
		const char *name;
		size_t max;
	} limits[] = {{"event", SSE_TYPE_MAX}, {"id", SSE_ID_MAX}, {"data", 299}};

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		for (size_t step = 1; step < 1200; step += 1100) {
			char text[1200];
			char room[1200];
			struct sse s;
			struct str events;

			/* data: one byte joins the two lines */
			events = told(long_field(text, sizeof text, limits[i].name, limits[i].max), 300, step, room, sizeof room, &s);
			assert_true(str_ends(events, S("]")) && str_starts(events, S("[|ok|]")));
			events = told(long_field(text, sizeof text, limits[i].name, limits[i].max + 1), 300, step, room, sizeof room, &s);
			assert_str(events, "[|ok|]!");
		}
}

static void an_endless_stream_of_small_events_fits(void **state)
{
	char small[1024];
	struct arena a;
	struct sse s;
	struct sse_event event;
	size_t used;

	(void)state;
	arena_over(&a, small, sizeof small);
	sse_begin(&s, &a, 200);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(sse_read(&s, S("id: 7\nevent: e\ndata: twenty bytes of data\n\n"), &used, &event, NULL), FEED_DONE);
}

static void reads_what_it_writes(void **state)
{
	static const struct {
		const char *type, *id, *data, *events;
	} written[] = {
		{"", "", "", "[||]"},
		{"", "", "a", "[|a|]"},
		{"t", "9", " a ", "[t| a |9]"},
		{"", "", "a\nb", "[|a\nb|]"},
		{"", "", "a\r\nb\rc\n", "[|a\nb\nc\n|]"},
		{"", "", "\n", "[|\n|]"},
		{"", "", "data: x\n\nid: 5", "[|data: x\n\nid: 5|]"},
		{" x", " y", "z", "[ x|z| y]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		char text[256];
		char room[256];
		struct buf out = buf_over(text, sizeof text);
		struct sse s;
		struct err e = {0};
		struct sse_event event = {str_of(written[i].type), str_of(written[i].data), str_of(written[i].id)};

		sse_write_ping(&out);
		assert_ok(sse_write(&out, &event, &e), &e);
		assert_str(told(buf_str(&out), 100, 3, room, sizeof room, &s), written[i].events);
	}
}

static void nothing_can_be_injected(void **state)
{
	static const struct str bad[] = {S_INIT("a\nb"), S_INIT("a\rb"), S_INIT("a\0b"), S_INIT("\n")};
	char text[64];
	struct buf out = buf_over(text, sizeof text);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(sse_write(&out, &(struct sse_event){.type = bad[i]}, NULL));
		assert_false(sse_write(&out, &(struct sse_event){.id = bad[i]}, NULL));
		assert_int_equal(out.len, 0);
	}
	out.cap = 8;
	assert_false(sse_write(&out, &(struct sse_event){.data = S("too long")}, NULL));
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_events_however_they_come),
		cmocka_unit_test(data_may_hold_a_zero_byte),
		cmocka_unit_test(keeps_the_last_id_and_the_retry_time),
		cmocka_unit_test(long_retry_is_only_ignored),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(an_endless_stream_of_small_events_fits),
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(nothing_can_be_injected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A stream gives the same events whole and byte by byte; an event that was written is read as it was. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "http/sse.h"

enum { LIMIT = 300 };

static char room[2][256 * 1024];

static void add(struct buf *out, struct str s)
{
	buf_print(out, "%zu:", s.len);
	buf_add(out, s);
}

static void check_again(const struct sse_event *event)
{
	char memory[4 * LIMIT + SSE_TYPE_MAX + SSE_ID_MAX + 64];
	char held[4 * LIMIT];
	struct buf out = buf_over(memory, sizeof memory);
	struct arena a;
	struct sse s;
	struct sse_event again;
	struct err e = {0};
	size_t used;

	/* The writer is the stricter one here. */
	if (str_has(event->type, 0))
		return;
	fuzz_check(sse_write(&out, event, &e));
	arena_over(&a, held, sizeof held);
	sse_begin(&s, &a, LIMIT);
	fuzz_check(sse_read(&s, buf_str(&out), &used, &again, &e) == FEED_DONE);
	fuzz_check(used == out.len);
	fuzz_check(str_same(event->type, again.type) && str_same(event->data, again.data) && str_same(event->id, again.id));
}

/* Everything that the stream said, as one text. */
static struct str tell(struct str bytes, size_t step, struct buf *out)
{
	static char memory[8 * LIMIT];
	struct arena a;
	struct sse s;
	enum feed fed = FEED_MORE;
	struct err e = {0};

	arena_over(&a, memory, sizeof memory);
	sse_begin(&s, &a, LIMIT);
	while (bytes.len && fed != FEED_BAD) {
		struct str now = str_first(bytes, step);
		struct sse_event event;
		size_t used;

		fed = sse_read(&s, now, &used, &event, &e);
		fuzz_check(used <= now.len && (fed != FEED_MORE || used == now.len));
		bytes = str_from(bytes, used);
		if (fed != FEED_DONE)
			continue;
		fuzz_check(event.data.len <= LIMIT && event.type.len <= SSE_TYPE_MAX && event.id.len <= SSE_ID_MAX);
		add(out, event.type);
		add(out, event.data);
		add(out, event.id);
		check_again(&event);
	}
	add(out, str_of(e.text));
	if (fed == FEED_BAD)
		return buf_str(out);
	add(out, s.id);
	buf_print(out, "%d %llu", s.has_retry, (unsigned long long)s.retry_ms);
	return buf_str(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = buf_over(room[0], sizeof room[0]);
	struct buf bytewise = buf_over(room[1], sizeof room[1]);

	tell(str_make(data, size), SIZE_MAX, &whole);
	tell(str_make(data, size), 1, &bytewise);
	fuzz_check(whole.full == bytewise.full);
	fuzz_check(whole.full || str_same(buf_str(&whole), buf_str(&bytewise)));
	return 0;
}

/* A body's payload, end and fault are the same whole and byte by byte; written in chunks it comes
 * back. The first two bytes choose framing and limit. */
#include "support/fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "http/body.h"

enum { MAX = 1 << 16 };

struct outcome {
	enum feed fed;
	enum err_kind kind;
	char payload[MAX];
	size_t len;
	size_t used;
	bool good_end;
};

static struct outcome outcomes[3];

static void read(struct outcome *o, struct body_framing framing, uint64_t max, struct str bytes, size_t step)
{
	struct body b;
	struct err e = {0};

	o->fed = FEED_MORE;
	o->len = o->used = 0;
	body_begin(&b, framing, max);
	do {
		struct str piece;
		size_t used;

		o->fed = body_read(&b, str_span(bytes, o->used, step), &used, &piece, &e);
		fuzz_check(used <= step && (used > 0 || o->fed != FEED_MORE || o->used == bytes.len));
		fuzz_check(o->fed != FEED_BAD || piece.len == 0);
		fuzz_check(len_add(o->len, piece.len) <= sizeof o->payload);
		memcpy(o->payload + o->len, piece.at, piece.len);
		o->len = len_add(o->len, piece.len);
		o->used = len_add(o->used, used);
	} while (o->fed == FEED_MORE && o->used < bytes.len);
	fuzz_check(b.total == o->len && b.total <= max);
	o->kind = e.kind;
	o->good_end = body_end(&b, NULL);
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	fuzz_check(a->fed == b->fed && a->kind == b->kind && a->len == b->len && a->good_end == b->good_end);
	fuzz_check(a->fed == FEED_BAD || a->used == b->used);
	fuzz_check(memcmp(a->payload, b->payload, a->len) == 0);
}

static void check_written(struct str payload)
{
	static char memory[4 * MAX];
	struct buf out = buf_over(memory, sizeof memory);

	for (struct str rest = payload; rest.len; rest = str_from(rest, 7))
		body_write_chunk(&out, str_first(rest, 7));
	body_write_last(&out);
	fuzz_check(!out.full);
	read(&outcomes[2], (struct body_framing){BODY_CHUNKED, 0}, MAX, buf_str(&out), SIZE_MAX);
	fuzz_check(outcomes[2].fed == FEED_DONE && outcomes[2].used == out.len);
	fuzz_check(str_same(payload, str_make(outcomes[2].payload, outcomes[2].len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_from(str_make(data, size), 2);
	struct body_framing framing;

	if (size < 2 || size > MAX / 2)
		return 0;
	framing.kind = (enum body_kind)(data[0] & 3);
	framing.length = data[0] >> 2;
	/* Most bodies are chunked here: the rest is simple. */
	if (data[0] < 200)
		framing = (struct body_framing){BODY_CHUNKED, 0};
	read(&outcomes[0], framing, data[1] == 255 ? UINT64_MAX : data[1], bytes, SIZE_MAX);
	read(&outcomes[1], framing, data[1] == 255 ? UINT64_MAX : data[1], bytes, 1);
	check_same(&outcomes[0], &outcomes[1]);
	check_written(bytes);
	return 0;
}

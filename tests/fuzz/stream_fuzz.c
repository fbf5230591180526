/* stream: the messages of an answer are the same whether its bytes come at once, one by one or in
 * pieces, and so is how it ends. The first byte chooses status and type. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/len.h"
#include "mcp/stream.h"

enum { LIMIT = 2048 };

struct outcome {
	struct buf messages;
	bool good;
	enum err_kind kind;
};

static void note(struct outcome *o, struct str message)
{
	buf_add_u64(&o->messages, message.len);
	buf_add_char(&o->messages, ' ');
	buf_add(&o->messages, message);
}

static bool begin(struct stream_answer *x, uint8_t choice, struct err *e)
{
	static const struct str types[] = {S_INIT("text/event-stream"), S_INIT("application/json"), S_INIT("text/html")};
	struct http_field type = {S("Content-Type"), types[choice % 3]};
	struct fetch_head head = {choice & 0x40 ? 400 : 200, &type, choice & 0x80 ? 0 : 1};

	return stream_answer_head(x, &head, e);
}

static bool feed_pieces(struct stream_answer *x, struct str body, size_t piece, struct outcome *o, struct err *e)
{
	while (body.len) {
		struct str rest = str_first(body, len_min(piece, body.len)), message;
		enum feed feed;

		body = str_from(body, rest.len);
		while ((feed = stream_answer_read(x, &rest, &message, e)) == FEED_DONE)
			note(o, message);
		fuzz_check(feed == FEED_BAD || rest.len == 0);
		if (feed == FEED_BAD)
			return false;
	}
	return true;
}

static struct outcome read_answer(uint8_t choice, struct str body, size_t piece, struct arena *work, struct arena *kept)
{
	static struct stream_answer x;
	struct outcome o = {.messages = buf_in(kept, 0)};
	struct err e = {0};
	struct str message;

	arena_reset(work);
	stream_answer_begin(&x, work, LIMIT);
	o.good = begin(&x, choice, &e) && feed_pieces(&x, body, piece, &o, &e);
	if (o.good && stream_answer_end(&x, &message) == FEED_DONE)
		note(&o, message);
	o.kind = e.kind;
	fuzz_check(!o.messages.full);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 2, 3, 64};
	static struct arena work, kept;
	struct outcome whole;
	struct str body;

	if (!work.block && !(arena_new(&work, 64 << 10) && arena_new(&kept, 8 << 20)))
		abort();
	if (!size || size > 16384)
		return 0;
	body = str_make(data + 1, size - 1);
	whole = read_answer(data[0], body, SIZE_MAX, &work, &kept);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct outcome parts = read_answer(data[0], body, pieces[i], &work, &kept);

		fuzz_check(parts.good == whole.good && parts.kind == whole.kind);
		fuzz_check(str_same(buf_str(&parts.messages), buf_str(&whole.messages)));
	}
	arena_reset(&kept);
	return 0;
}

/* An input gives the same lines whole and byte by byte; none is empty, too long or holds a line end; and the lines,
 * written again one a line, are read again as they were. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mcp/lines.h"

enum { LIMIT = 100, ROOM = 256 * 1024 };

/* The lines as text, each ended by LF; false when one was too long. */
static bool tell(struct str bytes, size_t step, struct buf *out)
{
	static char memory[4 * LIMIT];
	struct arena a;
	struct lines l;
	struct str line;
	struct err e = {0};

	arena_over(&a, memory, sizeof memory);
	lines_begin(&l, &a, LIMIT);
	for (; bytes.len; bytes = str_from(bytes, step)) {
		struct str now = str_first(bytes, step);
		enum feed fed;

		while ((fed = lines_read(&l, &now, &line, &e)) == FEED_DONE) {
			fuzz_check(line.len && line.len <= LIMIT && !str_has(line, '\n'));
			buf_add(out, line);
			buf_add_char(out, '\n');
		}
		fuzz_check(fed == FEED_BAD ? e.kind == ERR_LIMIT : now.len == 0);
		if (fed == FEED_BAD)
			return false;
	}
	if (lines_end(&l, &line) == FEED_DONE) {
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char room[3][ROOM];
	struct buf whole = buf_over(room[0], ROOM), bytewise = buf_over(room[1], ROOM), again = buf_over(room[2], ROOM);
	struct str input = str_make(data, size);
	bool good = tell(input, SIZE_MAX, &whole);

	fuzz_check(tell(input, 1, &bytewise) == good);
	if (whole.full || bytewise.full)
		return 0;
	fuzz_check(str_same(buf_str(&whole), buf_str(&bytewise)));
	/* A line that ends with CR loses it the second time: CRLF is a line end. */
	if (str_find_str(buf_str(&whole), S("\r\n")) == whole.len)
		fuzz_check(tell(buf_str(&whole), 7, &again) && str_same(buf_str(&whole), buf_str(&again)));
	return 0;
}

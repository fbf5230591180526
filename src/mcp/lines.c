#include "mcp/lines.h"

#include "base/err.h"
#include "base/len.h"

/* One byte more may be held than a line may have: the first half of CRLF. */
void lines_begin(struct lines *l, struct arena *a, size_t limit)
{
	*l = (struct lines){.held = buf_in(a, len_add(limit, 1)), .limit = limit};
}

void lines_forget(struct lines *l)
{
	buf_wipe(&l->held);
	l->given = false;
}

static enum feed too_long(const struct lines *l, struct err *e)
{
	err_set(e, ERR_LIMIT, "a message is longer than %zu bytes", l->limit);
	return FEED_BAD;
}

static struct str without_cr(struct str line)
{
	return str_ends(line, S("\r")) ? str_drop_last(line, 1) : line;
}

/* The rest of a line may still be nothing but LF. */
static enum feed hold(struct lines *l, struct str part, struct err *e)
{
	buf_add(&l->held, part);
	if (l->held.full || without_cr(buf_str(&l->held)).len > l->limit)
		return too_long(l, e);
	return FEED_MORE;
}

static bool join(struct lines *l, struct str part, struct str *line)
{
	*line = part;
	if (l->held.len) {
		buf_add(&l->held, part);
		*line = buf_str(&l->held);
	}
	*line = without_cr(*line);
	l->given = true;
	return !l->held.full && line->len <= l->limit;
}

enum feed lines_read(struct lines *l, struct str *bytes, struct str *line, struct err *e)
{
	while (bytes->len) {
		size_t end = str_find(*bytes, '\n');
		struct str part = str_first(*bytes, end);
		bool whole = end < bytes->len;

		if (l->given)
			lines_forget(l);
		*bytes = str_from(*bytes, len_add(end, 1));
		if (!whole)
			return hold(l, part, e);
		if (!join(l, part, line))
			return too_long(l, e);
		if (line->len)
			return FEED_DONE;
	}
	if (l->given)
		lines_forget(l);
	return FEED_MORE;
}

enum feed lines_end(struct lines *l, struct str *line)
{
	if (l->given)
		lines_forget(l);
	*line = without_cr(buf_str(&l->held));
	l->given = true;
	return line->len ? FEED_DONE : FEED_MORE;
}

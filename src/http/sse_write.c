#include "http/sse.h"

#include "base/err.h"
#include "base/len.h"

static bool is_one_line(struct str s)
{
	return !str_has(s, '\r') && !str_has(s, '\n') && !str_has(s, 0);
}

static void add_line(struct buf *out, struct str name, struct str value)
{
	buf_add(out, name);
	buf_add(out, S(": "));
	buf_add(out, value);
	buf_add_char(out, '\n');
}

/* Cuts the first line off *rest; false when it was the last. */
static bool next_line(struct str *rest, struct str *line)
{
	size_t cr = str_find(*rest, '\r');
	size_t end = len_min(cr, str_find(*rest, '\n'));
	bool more = end < rest->len;
	bool both = str_starts(str_from(*rest, end), S("\r\n"));

	*line = str_first(*rest, end);
	*rest = str_from(*rest, len_add(end, both ? 2 : 1));
	return more;
}

bool sse_write(struct buf *out, const struct sse_event *event, struct err *e)
{
	size_t before = out->len;
	struct str rest = event->data;
	struct str line;
	bool more = true;

	if (!is_one_line(event->type) || !is_one_line(event->id))
		return err_set(e, ERR_INPUT, "the type or id of an event holds a line break or a zero byte");
	if (event->type.len)
		add_line(out, S("event"), event->type);
	if (event->id.len)
		add_line(out, S("id"), event->id);
	while (more) {
		more = next_line(&rest, &line);
		add_line(out, S("data"), line);
	}
	buf_add_char(out, '\n');
	if (!out->full)
		return true;
	buf_cut(out, before);
	return err_set(e, ERR_LIMIT, "an event of %zu bytes is too long to be sent", event->data.len);
}

void sse_write_ping(struct buf *out)
{
	buf_add(out, S(": ping\n\n"));
}

#include "http/sse.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"

/* Where the next byte stands. */
enum state {
	MARK,  /* in the first three bytes of the stream, where a byte order mark may be */
	NAME,  /* at the beginning of a line or in a field's name */
	BLANK, /* behind the colon, where one blank is passed over */
	VALUE,
};

enum field {
	IGNORED, /* a comment, or a name that means nothing */
	DATA,
	TYPE,
	ID,
	RETRY,
};

void sse_begin(struct sse *s, struct arena *a, size_t limit)
{
	*s = (struct sse){.state = MARK};
	s->data = buf_in(a, limit);
	s->name = buf_over(s->name_bytes, sizeof s->name_bytes);
	s->type = buf_over(s->type_bytes, sizeof s->type_bytes);
	s->value = buf_over(s->value_bytes, sizeof s->value_bytes);
	s->last_id = buf_over(s->id_bytes, sizeof s->id_bytes);
}

static bool too_long(struct err *e, const char *what)
{
	return err_set(e, ERR_LIMIT, "the event stream holds %s longer than allowed", what);
}

static enum field field_of(const struct buf *name)
{
	static const struct {
		struct str name;
		enum field field;
	} table[] = {
		{S_INIT("data"), DATA},
		{S_INIT("event"), TYPE},
		{S_INIT("id"), ID},
		{S_INIT("retry"), RETRY},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table && !name->full; i++)
		if (str_same(buf_str(name), table[i].name))
			return table[i].field;
	return IGNORED;
}

/* The name has ended. */
static bool begin_value(struct sse *s, struct err *e)
{
	s->state = BLANK;
	s->field = field_of(&s->name);
	buf_wipe(&s->value);
	if (s->field != DATA)
		return true;
	if (s->has_data)
		buf_add_char(&s->data, '\n');
	s->has_data = true;
	return !s->data.full || too_long(e, "an event");
}

static bool add_value(struct sse *s, struct str bytes, struct err *e)
{
	s->state = VALUE;
	if (s->field == DATA)
		buf_add(&s->data, bytes);
	else if (s->field != IGNORED)
		buf_add(&s->value, bytes);
	if (s->data.full)
		return too_long(e, "an event");
	if (s->value.full && s->field != RETRY)
		return too_long(e, s->field == ID ? "an id" : "an event type");
	return true;
}

/* A whole line is here; takes what its field says. */
static bool end_value(struct sse *s, struct err *e)
{
	struct str value = buf_str(&s->value);

	if (s->field == TYPE) {
		buf_wipe(&s->type);
		buf_add(&s->type, value);
		if (s->type.full)
			return too_long(e, "an event type");
	} else if (s->field == ID && !str_has(value, 0)) {
		buf_wipe(&s->last_id);
		buf_add(&s->last_id, value);
		s->id = buf_str(&s->last_id);
	} else if (s->field == RETRY && !s->value.full && str_to_u64(value, &s->retry_ms)) {
		s->has_retry = true;
	}
	return true;
}

/* After the event that was handed out, or an empty line without data before it. */
static void begin_event(struct sse *s)
{
	buf_wipe(&s->data);
	buf_wipe(&s->type);
	s->has_data = false;
	s->dispatched = false;
}

/* DONE where the line was the empty one that ends an event. */
static enum feed end_line(struct sse *s, struct err *e)
{
	bool is_empty = s->state == NAME && s->name.len == 0 && !s->name.full;

	if (!is_empty && s->state == NAME && !begin_value(s, e))
		return FEED_BAD;
	if (!is_empty && !end_value(s, e))
		return FEED_BAD;
	s->state = NAME;
	buf_wipe(&s->name);
	if (!is_empty)
		return FEED_MORE;
	s->dispatched = s->has_data;
	if (s->dispatched)
		return FEED_DONE;
	begin_event(s);
	return FEED_MORE;
}

/* Passes over one byte order mark; what only began like one belongs to a name. */
static size_t eat_mark(struct sse *s, char c)
{
	static const char mark[3] = "\xef\xbb\xbf";

	if (c == mark[s->marked]) {
		if (++s->marked == sizeof mark)
			s->state = NAME;
		return 1;
	}
	buf_add(&s->name, str_make(mark, s->marked));
	s->state = NAME;
	return 0;
}

static size_t find_line_end(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.at[i] == '\r' || bytes.at[i] == '\n')
			return i;
	return bytes.len;
}

/* Eats of a line's inside, at least one byte or one state; *n tells how many. */
static bool eat_line(struct sse *s, struct str line, size_t *n, struct err *e)
{
	*n = line.len;
	if (s->state == NAME) {
		size_t colon = str_find(line, ':');

		buf_add(&s->name, str_first(line, colon));
		if (colon == line.len)
			return true;
		*n = len_add(colon, 1);
		return begin_value(s, e);
	}
	if (s->state == BLANK && line.at[0] == ' ') {
		*n = 1;
		s->state = VALUE;
		return true;
	}
	return add_value(s, line, e);
}

static enum feed eat(struct sse *s, struct str bytes, size_t *n, struct err *e)
{
	char c = bytes.at[0];
	bool after_cr = s->after_cr;
	size_t inside;

	*n = 1;
	s->after_cr = false;
	if (after_cr && c == '\n')
		return FEED_MORE;
	if (s->state == MARK) {
		*n = eat_mark(s, c);
		return FEED_MORE;
	}
	s->after_cr = c == '\r';
	inside = find_line_end(bytes);
	if (inside == 0)
		return end_line(s, e);
	return eat_line(s, str_first(bytes, inside), n, e) ? FEED_MORE : FEED_BAD;
}

enum feed sse_read(struct sse *s, struct str bytes, size_t *used, struct sse_event *event, struct err *e)
{
	*used = 0;
	*event = (struct sse_event){0};
	if (s->dispatched)
		begin_event(s);
	while (*used < bytes.len) {
		size_t n;
		enum feed fed = eat(s, str_from(bytes, *used), &n, e);

		*used = len_add(*used, n);
		if (fed == FEED_BAD)
			return fed;
		if (fed == FEED_DONE) {
			*event = (struct sse_event){buf_str(&s->type), buf_str(&s->data), s->id};
			return fed;
		}
	}
	return FEED_MORE;
}

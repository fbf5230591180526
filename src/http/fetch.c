#include "http/fetch.h"

#include "base/arena.h"
#include "base/len.h"

struct fetch_exchange *fetch_start(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e)
{
	return f->ops->start(f, r, sink, e);
}

void fetch_cancel(struct fetch *f, struct fetch_exchange *x)
{
	f->ops->cancel(f, x);
}

void fetch_pause(struct fetch *f, struct fetch_exchange *x, bool paused)
{
	if (f->ops->pause)
		f->ops->pause(f, x, paused);
}

struct str fetch_field(const struct http_field *fields, size_t n, struct str name, bool *found)
{
	return field_find(fields, n, name, found);
}

static bool take(struct arena *a, struct str s, struct str *copy)
{
	*copy = arena_str(a, s);
	return copy->at != NULL;
}

static bool whole_head(void *self, const struct fetch_head *head, struct err *e)
{
	struct fetch_whole *w = self;
	struct http_field *fields = arena_take_many(w->arena, head->fields_n, sizeof *fields);
	bool fits = fields != NULL;

	for (size_t i = 0; fits && i < head->fields_n; i++)
		fits = take(w->arena, head->fields[i].name, &fields[i].name) &&
			take(w->arena, head->fields[i].value, &fields[i].value);
	if (!fits)
		return err_set(e, ERR_LIMIT, "the head of the answer is larger than there is room for");
	w->answer = (struct fetch_answer){.status = head->status, .fields = fields, .fields_n = head->fields_n};
	return true;
}

static bool whole_piece(void *self, struct str bytes, struct err *e)
{
	struct fetch_whole *w = self;

	if (len_add(w->body.len, bytes.len) > w->limit)
		return err_set(e, ERR_LIMIT, "the answer is longer than the %zu bytes that are allowed", w->limit);
	buf_add(&w->body, bytes);
	return !w->body.full || err_set(e, ERR_LIMIT, "the answer is larger than there is room for");
}

static void whole_end(void *self, const struct err *failure)
{
	struct fetch_whole *w = self;

	w->answer.body = buf_str(&w->body);
	w->done(w->self, failure ? NULL : &w->answer, failure);
}

struct fetch_exchange *fetch_start_whole(struct fetch *f, const struct fetch_request *r, struct fetch_whole *w, struct err *e)
{
	struct fetch_sink sink = {.head = whole_head, .piece = whole_piece, .end = whole_end, .self = w, .whole = true};

	w->answer = (struct fetch_answer){0};
	w->body = buf_in(w->arena, w->limit);
	return fetch_start(f, r, sink, e);
}

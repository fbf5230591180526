#include "support/test.h"

#include "support/fetch_script.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "sys/events.h"

enum { FIELDS = 8 };

struct fetch_exchange {
	struct fetch_script *script;
	struct fetch_script_step step;
	struct fetch_sink sink;
	struct events_timer timer;
	struct http_field fields[FIELDS];
	size_t fields_n;
	char *field_text[FIELDS];
	char *answer;
	struct str rest;
	bool headed, paused;
	bool *cancelled; /* where a running callback looks after it returned */
	struct fetch_exchange *next;
};

static struct fetch_script *script_of(struct fetch *f)
{
	return (struct fetch_script *)((char *)f - offsetof(struct fetch_script, fetch));
}

static void drop(struct fetch_exchange *x)
{
	struct fetch_script *s = x->script;
	struct fetch_exchange **link = &s->open;

	while (*link != x)
		link = &(*link)->next;
	*link = x->next;
	s->open_n--;
	events_timer_clear(s->events, &x->timer);
	for (size_t i = 0; i < FIELDS; i++)
		free(x->field_text[i]);
	free(x->answer);
	if (x->cancelled)
		*x->cancelled = true;
	free(x);
}

static void end(struct fetch_exchange *x, const struct err *failure)
{
	struct fetch_sink sink = x->sink;

	drop(x);
	sink.end(sink.self, failure);
}

static bool give_head(struct fetch_exchange *x, struct err *e)
{
	struct fetch_head head = {x->step.status, x->fields, x->fields_n};

	x->headed = true;
	return x->sink.head(x->sink.self, &head, e);
}

static bool give_piece(struct fetch_exchange *x, struct err *e)
{
	size_t n = x->step.piece ? x->step.piece : x->rest.len;
	struct str piece = str_first(x->rest, n);

	x->rest = str_from(x->rest, n);
	return x->sink.piece(x->sink.self, piece, e);
}

/* One thing a time: the head, a piece, or the end. */
static void step_on(void *self)
{
	struct fetch_exchange *x = self;
	struct events *v = x->script->events;
	struct err e = {0};
	bool cancelled = false;
	bool good = true;

	if (x->paused)
		return;
	if (x->step.hangs) {
		err_set(&e, ERR_NETWORK, "timed out while waiting for the answer's head");
		end(x, &e);
		return;
	}
	if (x->headed && !x->rest.len && x->step.stays_open)
		return;
	if ((x->headed || !x->step.status) && !x->rest.len) {
		err_set(&e, x->step.fails, "%s", x->step.failure ? x->step.failure : "the script says so");
		end(x, x->step.fails ? &e : NULL);
		return;
	}
	x->cancelled = &cancelled;
	good = x->headed ? give_piece(x, &e) : give_head(x, &e);
	if (cancelled)
		return;
	x->cancelled = NULL;
	if (!good)
		end(x, &e);
	else
		events_timer_set(v, &x->timer, x->rest.len ? x->step.piece_ms : 0);
}

static char *copy(struct str s)
{
	char *at = malloc(s.len + 1);

	if (!at)
		abort();
	if (s.len)
		memcpy(at, s.at, s.len);
	at[s.len] = 0;
	return at;
}

static void url_of(const struct fetch_request *r, char *text, size_t size)
{
	struct buf b = buf_over(text, size);

	url_write(&b, &r->url);
	if (!buf_cstr(&b))
		fail_msg("the URL of a request is longer than %zu bytes", size);
}

static void remember(struct fetch_script *s, const struct fetch_request *r, const char *url)
{
	size_t size = r->method.len + strlen(url) + r->body.len + 8;
	struct buf b;
	char *at;

	for (size_t i = 0; i < r->fields_n; i++)
		size += r->fields[i].name.len + r->fields[i].value.len + 4;
	if (s->seen_n == FETCH_SCRIPT_SEEN)
		fail_msg("more than %d requests", FETCH_SCRIPT_SEEN);
	at = malloc(size);
	if (!at)
		abort();
	b = buf_over(at, size);
	buf_add(&b, r->method);
	buf_add(&b, S(" "));
	buf_add(&b, str_of(url));
	buf_add(&b, S("\n"));
	for (size_t i = 0; i < r->fields_n; i++) {
		buf_add(&b, r->fields[i].name);
		buf_add(&b, S(": "));
		buf_add(&b, r->fields[i].value);
		buf_add(&b, S("\n"));
	}
	buf_add(&b, S("\n"));
	buf_add(&b, r->body);
	assert_non_null(buf_cstr(&b));
	s->seen[s->seen_n++] = at;
}

static bool fits(const struct fetch_script_step *step, const struct fetch_request *r, const char *url)
{
	return (!step->method || str_same(r->method, str_of(step->method))) && (!step->url || strcmp(step->url, url) == 0);
}

static struct fetch_script_step *find_step(struct fetch_script *s, const struct fetch_request *r, const char *url)
{
	for (size_t i = 0; i < s->steps_n; i++) {
		if (s->used[i] >= (s->steps[i].times ? s->steps[i].times : 1))
			continue;
		if (fits(&s->steps[i], r, url)) {
			s->used[i]++;
			return &s->steps[i];
		}
		if (s->any_order || s->used[i] > 0)
			continue;
		fail_msg("expected %s %s, not %.*s %s", s->steps[i].method ? s->steps[i].method : "(any)",
			s->steps[i].url ? s->steps[i].url : "(any)", STR(r->method), url);
	}
	fail_msg("no request was expected any more: %.*s %s", STR(r->method), url);
	return NULL;
}

static void check_field(const struct fetch_request *r, const char *expected, const char *url)
{
	bool absent = expected[0] == '!';
	struct str name, value, found;
	bool is_there;

	str_cut(str_of(expected + absent), ':', &name, &value);
	value = str_trim(value);
	found = fetch_field(r->fields, r->fields_n, name, &is_there);
	if (absent && is_there)
		fail_msg("%s: the field %.*s was not to be sent", url, STR(name));
	if (!absent && (!is_there || !str_same(found, value)))
		fail_msg("%s: expected the field \"%s\", found \"%.*s\"", url, expected, STR(found));
}

static void check_request(const struct fetch_script_step *step, const struct fetch_request *r, const char *url)
{
	for (size_t i = 0; i < 6; i++) {
		if (step->fields[i])
			check_field(r, step->fields[i], url);
		if (step->body_has[i] && str_find_str(r->body, str_of(step->body_has[i])) == r->body.len)
			fail_msg("%s: \"%s\" is not in the body \"%.*s\"", url, step->body_has[i], STR(r->body));
	}
	if (step->body)
		assert_str(r->body, step->body);
	if (step->check)
		step->check(step->self, r);
}

/* The answer is copied: what a serve function points to may be its own stack. */
static void take_answer(struct fetch_exchange *x)
{
	for (size_t i = 0; i < FIELDS && x->step.answer_fields[i]; i++) {
		struct http_field *f = &x->fields[x->fields_n++];

		x->field_text[i] = copy(str_of(x->step.answer_fields[i]));
		str_cut(str_of(x->field_text[i]), ':', &f->name, &f->value);
		f->value = str_trim(f->value);
	}
	x->answer = copy(x->step.answer);
	x->rest = str_make(x->answer, x->step.answer.len);
}

static struct fetch_exchange *start(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e)
{
	struct fetch_script *s = script_of(f);
	struct fetch_exchange *x = calloc(1, sizeof *x);
	int64_t wait_ms;
	char url[8192];

	(void)e;
	if (!x)
		abort();
	url_of(r, url, sizeof url);
	remember(s, r, url);
	x->script = s;
	x->sink = sink;
	x->timer = (struct events_timer){.fire = step_on, .self = x};
	if (s->serve)
		s->serve(s->self, r, &x->step);
	else
		x->step = *find_step(s, r, url);
	check_request(&x->step, r, url);
	take_answer(x);
	x->next = s->open;
	s->open = x;
	if (++s->open_n > s->open_most)
		s->open_most = s->open_n;
	wait_ms = x->step.hangs ? (r->timeout_ms ? r->timeout_ms : 30000) : x->step.delay_ms;
	events_timer_set(s->events, &x->timer, wait_ms);
	return x;
}

static void cancel(struct fetch *f, struct fetch_exchange *x)
{
	struct fetch_script *s = script_of(f);

	for (struct fetch_exchange *o = s->open; o; o = o->next)
		if (o == x) {
			drop(x);
			return;
		}
	fail_msg("an exchange was cancelled that is over");
}

static void pause(struct fetch *f, struct fetch_exchange *x, bool paused)
{
	(void)f;
	x->paused = paused;
	if (!paused)
		events_timer_set(x->script->events, &x->timer, 0);
}

static const struct fetch_ops ops = {start, cancel, pause};

void fetch_script_start(struct fetch_script *s, struct events *v)
{
	*s = (struct fetch_script){.fetch = {&ops}, .events = v};
}

void fetch_script_expect(struct fetch_script *s, struct fetch_script_step step)
{
	assert_true(s->steps_n < FETCH_SCRIPT_STEPS);
	s->steps[s->steps_n++] = step;
}

static struct fetch_exchange *newest_open(struct fetch_script *s)
{
	for (struct fetch_exchange *x = s->open; x; x = x->next)
		if (x->headed && x->step.stays_open)
			return x;
	fail_msg("no exchange stays open");
	return NULL;
}

void fetch_script_push(struct fetch_script *s, struct str piece)
{
	struct fetch_exchange *x = newest_open(s);
	struct err e = {0};
	bool cancelled = false;
	bool good;

	x->cancelled = &cancelled;
	good = x->sink.piece(x->sink.self, piece, &e);
	if (cancelled)
		return;
	x->cancelled = NULL;
	if (!good)
		end(x, &e);
}

void fetch_script_finish(struct fetch_script *s, const struct err *failure)
{
	end(newest_open(s), failure);
}

void fetch_script_drop(struct fetch_script *s)
{
	while (s->open)
		drop(s->open);
	for (size_t i = 0; i < s->seen_n; i++)
		free(s->seen[i]);
	s->seen_n = 0;
}

void fetch_script_end(struct fetch_script *s)
{
	for (size_t i = 0; i < s->steps_n; i++)
		if (s->used[i] == 0)
			fail_msg("never asked: %s %s", s->steps[i].method ? s->steps[i].method : "(any)", s->steps[i].url ? s->steps[i].url : "(any)");
	if (s->open_n)
		fail_msg("%zu exchanges are still open", s->open_n);
	fetch_script_drop(s);
}

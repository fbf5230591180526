#include "support/test.h"

#include "support/wire_world.h"

#include <dirent.h>
#include <stdio.h>

#include "crypto/rng.h"
#include "sys/clock.h"

int wire_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

void wire_world_start(struct wire_world *w)
{
	struct err e = {0};

	assert_true(arena_new(&w->arena, 1 << 20));
	w->loop = loop_open(&clock_system, &e);
	assert_ok(w->loop != NULL, &e);
	w->events = loop_events(w->loop);
	w->options.loop = w->loop;
	w->options.clock = &clock_system;
	w->options.rng = &rng_system;
	w->options.trust = &w->trust;
	w->carrier = carrier_open(&w->options, &e);
	assert_ok(w->carrier != NULL, &e);
	w->fetch = carrier_fetch(w->carrier);
}

void wire_world_end(struct wire_world *w)
{
	carrier_close(w->carrier);
	loop_close(w->loop);
	w->carrier = NULL;
	w->loop = NULL;
	trust_free(&w->trust);
	arena_free(&w->arena);
}

static void cancel(struct wire_ask *a)
{
	fetch_cancel(a->world->fetch, a->exchange);
	a->exchange = NULL;
	a->over = true;
}

static bool head(void *self, const struct fetch_head *h, struct err *e)
{
	struct wire_ask *a = self;
	size_t n = 0;

	assert_false(a->over);
	assert_int_equal(a->status, 0);
	a->status = h->status;
	for (size_t i = 0; i < h->fields_n && n < sizeof a->fields; i++)
		n += (size_t)snprintf(a->fields + n, sizeof a->fields - n, "%.*s: %.*s\n", STR(h->fields[i].name), STR(h->fields[i].value));
	if (a->cancel_at_head)
		cancel(a);
	return !a->refuse_at_head || err_set(e, ERR_LIMIT, "refused at the head");
}

static bool piece(void *self, struct str bytes, struct err *e)
{
	struct wire_ask *a = self;

	assert_false(a->over);
	assert_true(bytes.len > 0);
	a->pieces++;
	for (size_t i = 0; i < bytes.len; i++, a->body_n++)
		if (a->body_n < sizeof a->body - 1)
			a->body[a->body_n] = bytes.at[i];
	if (a->cancel_at_piece)
		cancel(a);
	return !a->refuse_at_piece || err_set(e, ERR_LIMIT, "refused at a piece");
}

static void end(void *self, const struct err *failure)
{
	struct wire_ask *a = self;

	assert_false(a->over);
	a->over = true;
	a->exchange = NULL;
	a->good = !failure;
	if (failure)
		a->failure = *failure;
}

void wire_ask(struct wire_world *w, struct wire_ask *a, const char *url)
{
	struct err e = {0};
	struct fetch_sink sink = {.head = head, .piece = piece, .end = end, .self = a, .whole = a->whole};

	a->world = w;
	if (!a->request.method.len)
		a->request.method = S("GET");
	assert_ok(url_read(str_of(url), &w->arena, &a->request.url, &e), &e);
	a->exchange = fetch_start(w->fetch, &a->request, sink, &e);
	assert_ok(a->exchange != NULL, &e);
	assert_false(a->over);
}

void wire_wait(struct wire_ask *a)
{
	struct err e = {0};

	while (!a->over)
		assert_ok(events_turn(a->world->events, &e), &e);
}

void wire_get(struct wire_world *w, struct wire_ask *a, const char *url)
{
	wire_ask(w, a, url);
	wire_wait(a);
}

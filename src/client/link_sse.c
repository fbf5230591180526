#include "client/link.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "client/authorized.h"
#include "client/posts.h"
#include "http/sse.h"
#include "oauth/quote.h"
#include "sys/events.h"
#include "sys/world.h"

enum {
	ENDPOINT_MS = 10 * 1000, /* from the head to the first event, where --timeout says nothing else */
	MEMORY = LINK_MESSAGE + 65536, /* one message: nothing else is taken, so it grows where it is */
	URLS = 8 * URL_MAX,
	NAME = 300, /* a host name and a port */
};

struct sse_link {
	struct link link;
	struct authorized_server *server;
	struct link_ends ends;
	struct authorized stream;
	struct arena credentials, memory, urls;
	struct sse events;
	struct posts posts;
	struct events_timer late;
	bool is_ready;
	bool over;   /* closed was told, or is not to be */
	bool finished;
	bool within; /* one of our functions stands on the loop: */
	bool ended;  /* it frees */
	char name[NAME + 1];
};

static struct sse_link *sse_of(struct link *l)
{
	return (struct sse_link *)(void *)l;
}

static struct events *events(const struct sse_link *s)
{
	return s->server->world->events;
}

/* --- The end --------------------------------------------------------------------------- */

static void let_go(struct sse_link *s)
{
	s->over = true;
	events_timer_clear(events(s), &s->late);
	authorized_cancel(&s->stream);
	posts_end(&s->posts);
}

static void release(struct sse_link *s)
{
	arena_free(&s->credentials);
	arena_free(&s->memory);
	arena_free(&s->urls);
	secret_wipe(s, sizeof *s);
	free(s);
}

static void leave(struct sse_link *s)
{
	s->within = false;
	if (s->ended)
		release(s);
}

static void end(struct link *l)
{
	struct sse_link *s = sse_of(l);

	let_go(s);
	s->ended = true;
	if (!s->within)
		release(s);
}

static void close_with(struct sse_link *s, const struct err *why)
{
	if (s->over)
		return;
	let_go(s);
	s->ends.closed(s->ends.self, why);
}

/* --- What comes --------------------------------------------------------------------------- */

/* The URL comes from the server, and our token goes there: to its own origin, and no other. */
static void take_endpoint(struct sse_link *s, struct str reference)
{
	struct quote said = quote_url(reference);
	struct url url;
	struct err e = {0};

	if (!url_resolve(&s->server->url, reference, &s->urls, &url, &e)) {
		err_where(&e, "%s: the address where it wants messages", s->name);
		close_with(s, &e);
		return;
	}
	if (!url_same_origin(&s->server->url, &url)) {
		err_set(&e, ERR_INPUT, "%s wants messages sent to another origin, %s: none are", s->name, said.text);
		close_with(s, &e);
		return;
	}
	events_timer_clear(events(s), &s->late);
	s->is_ready = true;
	posts_open(&s->posts, &url);
	s->ends.ready(s->ends.self);
}

static void take(struct sse_link *s, const struct sse_event *event)
{
	if (str_same(event->type, S("endpoint"))) {
		if (!s->is_ready)
			take_endpoint(s, event->data);
		return;
	}
	if (!event->type.len || str_same(event->type, S("message")))
		s->ends.message(s->ends.self, event->data);
}

static void read_events(struct sse_link *s, struct str bytes)
{
	struct sse_event event;
	struct err e = {0};
	enum feed fed = FEED_MORE;
	size_t used;

	while (!s->over && bytes.len && fed != FEED_BAD) {
		fed = sse_read(&s->events, bytes, &used, &event, &e);
		bytes = str_from(bytes, used);
		if (fed == FEED_DONE)
			take(s, &event);
	}
	if (fed != FEED_BAD)
		return;
	err_where(&e, "%s", s->name);
	close_with(s, &e);
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct sse_link *s = self;

	(void)e;
	s->within = true;
	read_events(s, bytes);
	leave(s);
	return true;
}

static void too_late(void *self)
{
	struct sse_link *s = self;
	struct err e;

	err_set(&e, ERR_NETWORK, "%s opens an event stream, but does not say where messages go: is it an HTTP+SSE server?", s->name);
	s->within = true;
	close_with(s, &e);
	leave(s);
}

/* False with the error that becomes the exchange's end. */
static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct sse_link *s = self;
	int64_t limit_ms = s->server->world->options.timeout_ms;

	if (head->status != 200)
		return err_set(e, ERR_FAILED, "%s answers %d where HTTP+SSE begins: is the URL that of an MCP server?", s->name, head->status);
	if (!field_is_media_type(field_find(head->fields, head->fields_n, S("Content-Type"), NULL), S("text/event-stream")))
		return err_set(e, ERR_INPUT, "%s does not answer with an event stream: is the URL that of an MCP server?", s->name);
	events_timer_set(events(s), &s->late, limit_ms ? limit_ms : ENDPOINT_MS);
	return true;
}

static void stream_ended(void *self, const struct err *failure)
{
	struct sse_link *s = self;
	struct err e;

	if (failure)
		e = *failure;
	else
		err_set(&e, ERR_NETWORK, "%s ended the event stream", s->name);
	s->within = true;
	close_with(s, &e);
	leave(s);
}

static void was_refused(void *self, struct str text, const struct err *why)
{
	struct sse_link *s = self;

	s->within = true;
	if (s->ends.refused)
		s->ends.refused(s->ends.self, text, why);
	else
		close_with(s, why);
	leave(s);
}

/* --- What goes ----------------------------------------------------------------------------- */

static bool send(struct link *l, struct str text, struct err *e)
{
	struct sse_link *s = sse_of(l);

	if (s->over || s->finished)
		return err_set(e, ERR_FAILED, "%s: nothing more can be sent: it was closed", s->name);
	return posts_send(&s->posts, text, e) || err_where(e, "%s", s->name);
}

/* There is nothing that would tell the server. */
static void finish(struct link *l)
{
	sse_of(l)->finished = true;
}

static const struct link_ops ops = {send, finish, end};

/* --- The start ------------------------------------------------------------------------------ */

static void ask_for_stream(struct sse_link *s)
{
	static const struct http_field fields[] = {
		{S_INIT("Accept"), S_INIT("text/event-stream")},
		{S_INIT("Cache-Control"), S_INIT("no-store")},
	};

	s->stream = (struct authorized){
		.server = s->server,
		.arena = &s->credentials,
		.request = {.method = S("GET"), .url = s->server->url, .fields = fields,
			.fields_n = sizeof fields / sizeof *fields, .idle_ms = -1},
		.sink = {.head = head_came, .piece = piece_came, .end = stream_ended, .self = s},
	};
	authorized_start(&s->stream, 0);
}

static bool start(struct sse_link *s, struct err *e)
{
	if (!arena_new(&s->credentials, AUTHORIZED_ARENA) || !arena_new(&s->memory, MEMORY) || !arena_new(&s->urls, URLS))
		return err_set(e, ERR_SYSTEM, "there is no memory for the messages of %s", s->name);
	if (!posts_begin(&s->posts, e))
		return false;
	sse_begin(&s->events, &s->memory, LINK_MESSAGE);
	ask_for_stream(s);
	return true;
}

struct link *link_sse(struct authorized_server *server, struct link_ends ends, struct err *e)
{
	struct sse_link *s = calloc(1, sizeof *s);
	struct buf name;

	if (!s) {
		err_set(e, ERR_SYSTEM, "there is no memory for an event stream");
		return NULL;
	}
	s->link.ops = &ops;
	s->server = server;
	s->ends = ends;
	s->posts = (struct posts){.server = server, .limit = LINK_MESSAGE, .refused = was_refused, .self = s};
	s->late = (struct events_timer){.fire = too_late, .self = s};
	name = buf_over(s->name, NAME);
	url_write_authority(&name, &server->url);
	if (start(s, e))
		return &s->link;
	end(&s->link);
	return NULL;
}

#include "client/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "mcp/lines.h"
#include "sys/events.h"
#include "sys/farewell.h"
#include "sys/pipe.h"
#include "sys/spawn.h"
#include "sys/world.h"

enum {
	READ = 64 * 1024,
	NAME = 100,           /* bytes of the command's name in errors */
	PATIENCE_MS = 1000,   /* one of its streams ended: does the child end, too? */
	LOOK_MS = 50,         /* where the kernel does not tell us of its end */
	MEMORY = LINK_MESSAGE + 4096,
};

struct stdio {
	struct link link;
	struct world *world;
	struct link_ends ends;
	struct spawn_child child;
	struct pipe input;
	struct events_watch output, exit;
	struct events_timer ready, patience, looking;
	struct lines lines;
	struct arena memory;
	struct err why; /* what patience waits to say */
	bool over;      /* closed was told, or is not to be */
	bool within;    /* one of our functions stands on the loop: */
	bool ended;     /* it frees */
	char name[NAME + 1];
};

static struct stdio *stdio_of(struct link *l)
{
	return (struct stdio *)(void *)l;
}

/* --- The end ------------------------------------------------------------------------ */

/* Leaves the loop, and the child to those who wait for it. Again: nothing. */
static void let_go(struct stdio *s)
{
	struct events *v = s->world->events;

	if (s->over)
		return;
	s->over = true;
	events_timer_clear(v, &s->ready);
	events_timer_clear(v, &s->patience);
	events_timer_clear(v, &s->looking);
	events_watch_clear(v, &s->output);
	events_watch_clear(v, &s->exit);
	pipe_end(&s->input);
	farewell_begin(s->world, &s->child);
}

static void release(struct stdio *s)
{
	arena_free(&s->memory);
	secret_wipe(s, sizeof *s);
	free(s);
}

/* What stands on the loop calls the user, who may end the link: the memory goes when all have returned. */
static void leave(struct stdio *s)
{
	s->within = false;
	if (s->ended)
		release(s);
}

static void end(struct link *l)
{
	struct stdio *s = stdio_of(l);

	let_go(s);
	s->ended = true;
	if (!s->within)
		release(s);
}

static void close_with(struct stdio *s, const struct err *why)
{
	if (s->over)
		return;
	let_go(s);
	s->ends.closed(s->ends.self, why);
}

static void tell_how_it_ended(struct stdio *s, struct spawn_end how)
{
	struct err why = {0};

	if (how.by_signal)
		err_set(&why, ERR_FAILED, "%s was ended by signal %d (%s)", s->name, how.code, strsignal(how.code));
	else
		err_set(&why, ERR_FAILED, "%s ended with status %d", s->name, how.code);
	if (how.by_signal || how.code)
		err_hint(&why, ": what it printed may say why");
	close_with(s, &why);
}

/* --- What comes ----------------------------------------------------------------------- */

static void hand_on(struct stdio *s, struct str bytes)
{
	struct str line;
	struct err e = {0};
	enum feed fed = FEED_MORE;

	while (!s->over && (fed = lines_read(&s->lines, &bytes, &line, &e)) == FEED_DONE)
		s->ends.message(s->ends.self, line);
	if (s->over || fed != FEED_BAD)
		return;
	err_where(&e, "%s", s->name);
	close_with(s, &e);
}

static enum pipe_read read_some(struct stdio *s, size_t most, size_t *n)
{
	char bytes[READ];
	enum pipe_read what = pipe_read(s->child.output, bytes, len_min(most, sizeof bytes), n);

	hand_on(s, str_make(bytes, *n));
	secret_wipe(bytes, *n);
	return what;
}

static void wait_for_the_end(struct stdio *s, const char *what)
{
	if (s->why.kind != ERR_NONE)
		return;
	err_set(&s->why, ERR_FAILED, "%s %s", s->name, what);
	events_timer_set(s->world->events, &s->patience, PATIENCE_MS);
}

static void on_output(void *self)
{
	struct stdio *s = self;
	size_t n;

	s->within = true;
	if (read_some(s, READ, &n) == PIPE_END && !s->over) {
		events_watch_clear(s->world->events, &s->output);
		wait_for_the_end(s, "closed its standard output");
	}
	leave(s);
}

/* What it said before it ended, and no more: one that it started may hold its output open for ever. */
static void drain(struct stdio *s)
{
	size_t waiting = pipe_waiting(s->child.output);
	struct str rest;
	size_t n;

	while (!s->over && waiting && read_some(s, waiting, &n) == PIPE_BYTES)
		waiting = len_sub(waiting, n);
	if (!s->over && lines_end(&s->lines, &rest) == FEED_DONE)
		s->ends.message(s->ends.self, rest);
}

static void conclude(struct stdio *s, struct spawn_end how)
{
	s->within = true;
	drain(s);
	tell_how_it_ended(s, how);
	leave(s);
}

static void on_exit_of_child(void *self)
{
	struct stdio *s = self;
	struct spawn_end how;

	if (spawn_ended(&s->child, &how))
		conclude(s, how);
}

static void on_looking(void *self)
{
	struct stdio *s = self;
	struct spawn_end how;

	if (spawn_ended(&s->child, &how))
		conclude(s, how);
	else
		events_timer_set(s->world->events, &s->looking, LOOK_MS);
}

static void on_patience(void *self)
{
	struct stdio *s = self;

	s->within = true;
	close_with(s, &s->why);
	leave(s);
}

static void on_ready(void *self)
{
	struct stdio *s = self;

	s->within = true;
	s->ends.ready(s->ends.self);
	leave(s);
}

/* --- What goes ------------------------------------------------------------------------- */

static void on_input_over(void *self, const struct err *why)
{
	if (why)
		wait_for_the_end(self, "does not read its standard input any more");
}

static bool send(struct link *l, struct str text, struct err *e)
{
	struct stdio *s = stdio_of(l);

	return pipe_send_line(&s->input, text, e) || err_where(e, "%s", s->name);
}

static void finish(struct link *l)
{
	pipe_finish(&stdio_of(l)->input);
}

static const struct link_ops ops = {send, finish, end};

/* --- The start --------------------------------------------------------------------------- */

static bool listen_to(struct stdio *s, struct err *e)
{
	struct events *v = s->world->events;

	s->output = (struct events_watch){.fd = s->child.output, .ready = on_output, .self = s};
	s->exit = (struct events_watch){.fd = s->child.fd, .ready = on_exit_of_child, .self = s};
	events_timer_set(v, &s->ready, 0);
	if (s->child.fd < 0)
		events_timer_set(v, &s->looking, LOOK_MS);
	return events_watch_set(v, &s->output, e) && (s->child.fd < 0 || events_watch_set(v, &s->exit, e));
}

static bool start(struct stdio *s, const char *const argv[], struct err *e)
{
	int input;

	if (!arena_new(&s->memory, MEMORY))
		return err_set(e, ERR_SYSTEM, "there is no memory for the messages of %s", s->name);
	lines_begin(&s->lines, &s->memory, LINK_MESSAGE);
	if (!spawn_piped(&s->child, argv, NULL, 0, -1, &input, e))
		return false;
	s->over = false;
	pipe_open(&s->input, s->world->events, input, LINK_MESSAGE + 1);
	return listen_to(s, e);
}

struct link *link_stdio(struct world *w, const char *const argv[], struct link_ends ends, struct err *e)
{
	struct stdio *s = calloc(1, sizeof *s);
	struct str name = str_first(str_of(argv[0]), NAME);

	if (!s) {
		err_set(e, ERR_SYSTEM, "there is no memory to run %.*s", STR(name));
		return NULL;
	}
	s->link.ops = &ops;
	s->world = w;
	s->ends = ends;
	s->over = true; /* until there is a child */
	s->input = (struct pipe){.over = on_input_over, .self = s};
	s->ready = (struct events_timer){.fire = on_ready, .self = s};
	s->patience = (struct events_timer){.fire = on_patience, .self = s};
	s->looking = (struct events_timer){.fire = on_looking, .self = s};
	memcpy(s->name, name.at, name.len);
	if (start(s, argv, e))
		return &s->link;
	end(&s->link);
	return NULL;
}

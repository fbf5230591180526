#include "support/test.h"

#include "support/world.h"

#include <stdio.h>

#include "base/buf.h"

static struct test_world *world_of(struct world *w)
{
	return (struct test_world *)((char *)w - offsetof(struct test_world, world));
}

static const char *env(struct world *w, const char *name)
{
	struct test_world *t = world_of(w);

	for (size_t i = t->env_n; i > 0; i--)
		if (strcmp(t->env[i - 1][0], name) == 0)
			return t->env[i - 1][1];
	return NULL;
}

static void append(char *to, struct str text)
{
	size_t len = strlen(to);

	if (text.len >= TEST_WORLD_TEXT - len)
		fail_msg("more than %d bytes were printed", TEST_WORLD_TEXT);
	if (text.len)
		memcpy(to + len, text.at, text.len);
	to[len + text.len] = 0;
}

static void out(struct world *w, struct str text)
{
	append(world_of(w)->out, text);
}

static void log_line(struct world *w, struct str text)
{
	append(world_of(w)->log, text);
}

static void fill(struct rng *r, void *at, size_t len)
{
	struct test_rng *t = (struct test_rng *)(void *)r;

	for (size_t i = 0; i < len; i++) {
		t->state = t->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		((unsigned char *)at)[i] = (unsigned char)(t->state >> 56);
	}
}

void test_rng_start(struct test_rng *r, uint64_t seed)
{
	*r = (struct test_rng){.rng = {fill}, .state = seed};
}

static bool ask(struct tty *tty, struct str prompt, bool hidden, struct buf *answer, struct err *e)
{
	struct test_tty *t = (struct test_tty *)(void *)tty;
	size_t len = strlen(t->prompts);
	const char *typed;

	if (!tty->present)
		return err_set(e, ERR_SYSTEM, "there is no terminal to ask at");
	snprintf(t->prompts + len, sizeof t->prompts - len, "%s%.*s\n", hidden ? "(hidden) " : "", STR(prompt));
	typed = t->asked < sizeof t->answers / sizeof *t->answers ? t->answers[t->asked++] : NULL;
	if (!typed)
		return err_set(e, ERR_STOPPED, "stopped");
	buf_add(answer, str_of(typed));
	return true;
}

static bool tty_listens(struct tty *tty, struct events *v, void (*line)(void *self, struct str line), void *self, struct err *e)
{
	struct test_tty *t = (struct test_tty *)(void *)tty;

	(void)v;
	if (!tty->present)
		return err_set(e, ERR_SYSTEM, "there is no terminal to listen to");
	t->line = line;
	t->self = self;
	return true;
}

static void tty_listens_no_more(struct tty *tty)
{
	((struct test_tty *)(void *)tty)->line = NULL;
}

static void tty_shows(struct tty *tty, struct str text)
{
	struct test_tty *t = (struct test_tty *)(void *)tty;
	size_t len = strlen(t->prompts);

	snprintf(t->prompts + len, sizeof t->prompts - len, "%.*s", STR(text));
}

static const struct tty_ops tty_ops = {ask, tty_listens, tty_listens_no_more, tty_shows};

void test_world_type(struct test_world *t, const char *line)
{
	if (!t->tty.line)
		fail_msg("nobody listens to the terminal");
	t->tty.line(t->tty.self, str_of(line));
}

static struct listen_door *open_door(struct listen *l, struct str host, uint16_t port, struct listen_sink sink, uint16_t *bound, struct err *e)
{
	struct test_listen *t = (struct test_listen *)(void *)l;

	if (t->refuses || (port && port == t->taken)) {
		err_set(e, ERR_NETWORK, "cannot listen on %.*s port %u: the script says so", STR(host), port);
		return NULL;
	}
	for (size_t i = 0; i < TEST_WORLD_DOORS; i++)
		if (!t->doors[i].open) {
			t->doors[i] = (struct listen_door){sink, port ? port : t->next_port++, true};
			*bound = t->doors[i].port;
			return &t->doors[i];
		}
	fail_msg("more than %d doors are open", TEST_WORLD_DOORS);
	return NULL;
}

static void close_door(struct listen *l, struct listen_door *d)
{
	(void)l;
	if (!d->open)
		fail_msg("a door was closed twice");
	d->open = false;
}

static const struct listen_ops listen_ops = {open_door, close_door};

struct listen_reply test_world_visit(struct test_world *t, uint16_t port, const char *target)
{
	struct listen_reply reply = {0};
	struct listen_request r = {.method = S("GET")};

	str_cut(str_of(target), '?', &r.path, &r.query);
	for (size_t i = 0; i < TEST_WORLD_DOORS; i++) {
		struct listen_door *d = &t->listen.doors[i];

		if (d->open && d->port == port) {
			d->sink.request(d->sink.self, &r, &reply);
			break;
		}
	}
	return reply;
}

void test_world_env(struct test_world *t, const char *name, const char *value)
{
	assert_true(t->env_n < TEST_WORLD_ENV);
	t->env[t->env_n][0] = name;
	t->env[t->env_n++][1] = value;
}

void test_world_start(struct test_world *t)
{
	memset(t, 0, sizeof *t);
	events_script_start(&t->events, TEST_WORLD_NOW);
	fetch_script_start(&t->fetch, &t->events.events);
	test_rng_start(&t->rng, 1);
	t->tty.tty = (struct tty){.ops = &tty_ops, .width = 80};
	t->listen.listen.ops = &listen_ops;
	t->listen.next_port = 40001;
	assert_true(arena_new(&t->arena, (size_t)4 << 20));
	t->world.clock = events_script_clock(&t->events);
	t->world.rng = &t->rng.rng;
	t->world.events = &t->events.events;
	t->world.fetch = &t->fetch.fetch;
	t->world.listen = &t->listen.listen;
	t->world.tty = &t->tty.tty;
	t->world.arena = &t->arena;
	t->world.env = env;
	t->world.out = out;
	t->world.log = log_line;
}

void test_world_end(struct test_world *t)
{
	fetch_script_end(&t->fetch);
	arena_free(&t->arena);
}

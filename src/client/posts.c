#include "client/posts.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "oauth/quote.h"
#include "sys/world.h"

struct post {
	struct post *next;
	struct str text;
	char bytes[];
};

static struct events *events(const struct posts *p)
{
	return p->server->world->events;
}

static void forget(struct post *t)
{
	secret_wipe(t->bytes, t->text.len);
	free(t);
}

/* --- One under way --------------------------------------------------------------------- */

static bool was_taken(const struct posts_lane *l)
{
	return l->status >= 200 && l->status <= 299;
}

/* From the loop: an exchange is not begun within a function of another one. */
static void let_the_next_go(struct posts_lane *l)
{
	struct posts *p = l->posts;

	if (!p->newest || p->newest == l)
		events_timer_set(events(p), &p->patience, 0);
}

/* The lane is free, and what was under way in it is the caller's. */
static struct post *clear(struct posts_lane *l)
{
	struct post *t = l->post;

	authorized_cancel(&l->request);
	if (l->posts->newest == l)
		l->posts->newest = NULL;
	arena_reset(&l->arena);
	buf_wipe(&l->said);
	l->post = NULL;
	l->posts->held = len_sub(l->posts->held, t->text.len);
	return t;
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct posts_lane *l = self;

	(void)e;
	l->status = head->status;
	if (was_taken(l))
		let_the_next_go(l);
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct posts_lane *l = self;

	(void)e;
	buf_add(&l->said, str_first(bytes, len_sub(POSTS_SAID, l->said.len)));
	return true;
}

static void say_refusal(const struct posts_lane *l, struct err *why)
{
	struct quote said = quote_of(buf_str(&l->said));
	char memory[300];
	struct buf name = buf_over(memory, sizeof memory);

	url_write_authority(&name, &l->posts->url);
	err_set(why, ERR_FAILED, "%.*s answers %d to a message%s%s", STR(buf_str(&name)), l->status, said.text[0] ? ": " : "", said.text);
}

/* What fails behind a good head fails nobody: the message is there. */
static void ended(void *self, const struct err *failure)
{
	struct posts_lane *l = self;
	struct posts *p = l->posts;
	bool taken = was_taken(l);
	struct err why;
	struct post *t;

	if (failure)
		why = *failure;
	else
		say_refusal(l, &why);
	t = clear(l);
	let_the_next_go(l);
	if (!taken)
		p->refused(p->self, t->text, &why);
	forget(t);
}

static void start(struct posts_lane *l, struct post *t)
{
	static const struct http_field fields[] = {
		{S_INIT("Content-Type"), S_INIT("application/json")},
		{S_INIT("Accept"), S_INIT("application/json, text/event-stream")},
	};

	l->post = t;
	l->status = 0;
	l->said = buf_over(l->said_bytes, sizeof l->said_bytes);
	l->request = (struct authorized){
		.server = l->posts->server,
		.arena = &l->arena,
		.request = {.method = S("POST"), .url = l->posts->url, .fields = fields, .fields_n = sizeof fields / sizeof *fields,
			.body = t->text, .has_body = true, .timeout_ms = POSTS_TAKEN_MS},
		.sink = {.head = head_came, .piece = piece_came, .end = ended, .self = l},
	};
	authorized_start(&l->request, 0);
}

/* --- The queue ------------------------------------------------------------------------- */

/* One whose message was taken has nothing to say any more: it makes room for another. */
static struct posts_lane *find_lane(struct posts *p)
{
	for (size_t i = 0; i < POSTS_AT_ONCE; i++)
		if (!p->lanes[i].post)
			return &p->lanes[i];
	for (size_t i = 0; i < POSTS_AT_ONCE; i++)
		if (was_taken(&p->lanes[i])) {
			forget(clear(&p->lanes[i]));
			return &p->lanes[i];
		}
	return NULL;
}

static struct post *take_first(struct posts *p)
{
	struct post *t = p->first;

	p->first = t->next;
	if (!p->first)
		p->last = NULL;
	p->waiting--;
	return t;
}

static void pump(struct posts *p)
{
	struct posts_lane *l;

	if (!p->is_open || p->newest || !p->first)
		return;
	l = find_lane(p);
	if (!l)
		return;
	p->newest = l;
	events_timer_set(events(p), &p->patience, POSTS_PATIENCE_MS);
	start(l, take_first(p));
}

static void lose_patience(void *self)
{
	struct posts *p = self;

	p->newest = NULL;
	pump(p);
}

bool posts_begin(struct posts *p, struct err *e)
{
	p->patience = (struct events_timer){.fire = lose_patience, .self = p};
	p->lanes = calloc(POSTS_AT_ONCE, sizeof *p->lanes);
	for (size_t i = 0; p->lanes && i < POSTS_AT_ONCE; i++) {
		p->lanes[i].posts = p;
		if (!arena_new(&p->lanes[i].arena, AUTHORIZED_ARENA)) {
			posts_end(p);
			break;
		}
	}
	return p->lanes || err_set(e, ERR_SYSTEM, "there is no memory for the requests to a server");
}

void posts_open(struct posts *p, const struct url *url)
{
	p->url = *url;
	p->is_open = true;
	pump(p);
}

bool posts_send(struct posts *p, struct str text, struct err *e)
{
	size_t size = len_add(sizeof(struct post), text.len);
	struct post *t;

	if (p->waiting == POSTS_WAITING || text.len > len_sub(p->limit, p->held))
		return err_set(e, ERR_LIMIT, "%zu messages of %zu bytes wait to be taken already", p->waiting, p->held);
	t = size <= PTRDIFF_MAX ? malloc(size) : NULL;
	if (!t)
		return err_set(e, ERR_SYSTEM, "there is no memory for a message of %zu bytes", text.len);
	if (text.len)
		memcpy(t->bytes, text.at, text.len);
	t->text = str_make(t->bytes, text.len);
	t->next = NULL;
	if (p->last)
		p->last->next = t;
	else
		p->first = t;
	p->last = t;
	p->waiting++;
	p->held = len_add(p->held, text.len);
	pump(p);
	return true;
}

void posts_end(struct posts *p)
{
	if (!p->lanes)
		return;
	p->is_open = false;
	events_timer_clear(events(p), &p->patience);
	while (p->first)
		forget(take_first(p));
	for (size_t i = 0; i < POSTS_AT_ONCE; i++) {
		if (p->lanes[i].post)
			forget(clear(&p->lanes[i]));
		arena_free(&p->lanes[i].arena);
	}
	free(p->lanes);
	p->lanes = NULL;
}

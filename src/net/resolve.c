#include "net/resolve.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "http/host.h"
#include "net/asker.h"
#include "net/loop.h"
#include "sys/clock.h"

enum { CACHED = 32, FRESH_MS = 60 * 1000 };

/* One name that is being asked for; those who ask for the same wait together. */
struct resolve_lookup {
	struct asker_question *question;
	struct resolve_query *waiting;
	struct resolve_lookup *next;
};

struct cached {
	char host[RESOLVE_HOST_MAX + 1];
	struct resolve_answer answer;
	int64_t until_ms;
};

struct resolve {
	struct loop *loop;
	struct clock *clock;
	struct asker *asker;
	struct loop_source source;
	struct resolve_lookup *under_way;
	size_t queries;
	struct cached cache[CACHED];
	size_t next_cached;
};

static void remember(struct resolve *r, const struct asker_question *q)
{
	struct cached *c = &r->cache[r->next_cached];

	r->next_cached = (r->next_cached + 1) % CACHED;
	memcpy(c->host, q->host, sizeof c->host);
	c->answer = q->answer;
	c->until_ms = clock_ms(r->clock) + FRESH_MS;
}

bool resolve_literal(struct str host, union resolve_address *a)
{
	*a = (union resolve_address){.v4 = {.sin_family = AF_INET}};
	if (host_read_v4(host, (uint8_t *)&a->v4.sin_addr))
		return true;
	*a = (union resolve_address){.v6 = {.sin6_family = AF_INET6}};
	return host_read_v6(host, a->v6.sin6_addr.s6_addr);
}

/* Addresses first: of the loopback's own, each stands for itself alone. */
bool resolve_now(struct resolve *r, struct str host, struct resolve_answer *answer)
{
	*answer = (struct resolve_answer){.n = 1};
	if (resolve_literal(host, &answer->addresses[0]))
		return true;
	if (host_is_loopback(host, false)) {
		answer->n = 2;
		return resolve_literal(S("127.0.0.1"), &answer->addresses[0]) && resolve_literal(S("::1"), &answer->addresses[1]);
	}
	*answer = (struct resolve_answer){0};
	for (size_t i = 0; i < CACHED; i++)
		if (str_same_nocase(str_of(r->cache[i].host), host) && r->cache[i].until_ms > clock_ms(r->clock)) {
			*answer = r->cache[i].answer;
			return answer->n > 0;
		}
	return false;
}

void resolve_forget(struct resolve *r, struct str host)
{
	for (size_t i = 0; i < CACHED; i++)
		if (str_same_nocase(str_of(r->cache[i].host), host))
			r->cache[i].until_ms = INT64_MIN;
}

static struct resolve_lookup *find_under_way(struct resolve *r, struct str host)
{
	struct resolve_lookup *l = r->under_way;

	while (l && !str_same_nocase(str_of(l->question->host), host))
		l = l->next;
	return l;
}

static struct resolve_lookup *take_under_way(struct resolve *r, const struct asker_question *q)
{
	struct resolve_lookup **link = &r->under_way;
	struct resolve_lookup *l;

	while ((*link)->question != q)
		link = &(*link)->next;
	l = *link;
	*link = l->next;
	return l;
}

static bool explain(int error, const char *host, struct err *e)
{
	if (error == EAI_AGAIN)
		return err_set(e, ERR_NETWORK, "no name server answers for %.100s: check the network and /etc/resolv.conf", host);
	if (error == EAI_MEMORY || error == EAI_SYSTEM)
		return err_set(e, ERR_SYSTEM, "%.100s cannot be looked up: %s", host, gai_strerror(error));
	return err_set(e, ERR_NETWORK, "there is no host %.100s (%s): check the name, or DNS where this runs", host, gai_strerror(error));
}

static void hand_out(struct resolve *r, struct asker_question *q)
{
	struct resolve_lookup *l = take_under_way(r, q);
	struct err e = {0};

	if (q->error)
		explain(q->error, q->host, &e);
	else
		remember(r, q);
	while (l->waiting) {
		struct resolve_query *first = l->waiting;

		resolve_cancel(first);
		first->done(first->self, q->error ? NULL : &q->answer, q->error ? &e : NULL);
	}
	free(l);
	free(q);
}

static void answers_came(void *self, unsigned what)
{
	struct resolve *r = self;
	struct asker_question *list = asker_take(r->asker);

	(void)what;
	while (list) {
		struct asker_question *next = list->next;

		hand_out(r, list);
		list = next;
	}
}

static void too_late(void *self)
{
	struct resolve_query *q = self;
	struct err e = {0};

	err_set(&e, ERR_NETWORK, "timed out after %lld s while looking up %.100s: check the network and /etc/resolv.conf",
		(long long)(q->timeout_ms + 999) / 1000, q->lookup->question->host);
	resolve_cancel(q);
	q->done(q->self, NULL, &e);
}

static struct resolve_lookup *begin(struct resolve *r, struct str host, struct err *e)
{
	struct resolve_lookup *l = calloc(1, sizeof *l);

	if (!l) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up a name");
		return NULL;
	}
	l->question = asker_start(r->asker, host, e);
	if (!l->question) {
		free(l);
		return NULL;
	}
	l->next = r->under_way;
	r->under_way = l;
	return l;
}

bool resolve_start(struct resolve *r, struct resolve_query *q, struct str host, int64_t timeout_ms, struct err *e)
{
	struct resolve_lookup *l;

	if (host.len == 0 || host.len > RESOLVE_HOST_MAX || memchr(host.at, 0, host.len))
		return err_set(e, ERR_INPUT, "a host name of %zu bytes cannot be looked up", host.len);
	if (r->queries >= RESOLVE_QUERIES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d names are being looked up", RESOLVE_QUERIES_MAX);
	l = find_under_way(r, host);
	if (!l)
		l = begin(r, host, e);
	if (!l)
		return false;
	q->resolve = r;
	q->lookup = l;
	q->next = l->waiting;
	l->waiting = q;
	q->timeout_ms = timeout_ms;
	q->late = (struct events_timer){.fire = too_late, .self = q};
	events_timer_set(loop_events(r->loop), &q->late, timeout_ms);
	r->queries++;
	return true;
}

void resolve_cancel(struct resolve_query *q)
{
	struct resolve_query **link;

	if (!q->lookup)
		return;
	link = &q->lookup->waiting;
	while (*link != q)
		link = &(*link)->next;
	*link = q->next;
	events_timer_clear(loop_events(q->resolve->loop), &q->late);
	q->resolve->queries--;
	q->lookup = NULL;
}

/* --- Opening and closing ----------------------------------------------------------- */

struct resolve *resolve_open(struct loop *l, struct clock *c, resolve_ask *ask, struct err *e)
{
	struct resolve *r = calloc(1, sizeof *r);

	if (!r) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up names");
		return NULL;
	}
	r->loop = l;
	r->clock = c;
	r->asker = asker_open(ask, e);
	if (r->asker) {
		r->source = (struct loop_source){.fd = asker_fd(r->asker), .ready = answers_came, .self = r, .quiet = true};
		if (loop_add(l, &r->source, LOOP_READ, e))
			return r;
		asker_close(r->asker);
	}
	free(r);
	return NULL;
}

void resolve_close(struct resolve *r)
{
	if (!r)
		return;
	while (r->under_way) {
		struct resolve_lookup *l = r->under_way;

		while (l->waiting)
			resolve_cancel(l->waiting);
		r->under_way = l->next;
		free(l); /* the question is the asker's */
	}
	loop_remove(r->loop, &r->source);
	asker_close(r->asker);
	free(r);
}

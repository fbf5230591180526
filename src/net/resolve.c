#include "net/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "base/len.h"
#include "net/loop.h"
#include "sys/clock.h"

enum {
	THREADS = 4,
	STACK = 256 * 1024, /* musl gives 128 KiB, getaddrinfo of glibc wants more */
	CACHED = 32,
	FRESH_MS = 60 * 1000,
};

/* One name that is being asked for; those who ask for the same wait together. */
struct resolve_lookup {
	char host[RESOLVE_HOST_MAX + 1];
	struct resolve_answer answer;
	int error;
	struct resolve_query *waiting; /* of the loop's thread alone */
	struct resolve_lookup *under_way; /* likewise: the list of all that were not answered */
	struct resolve_lookup *next;
};

/* What the threads see. It outlives the resolve when a thread hangs: the last one frees it. */
struct desk {
	pthread_mutex_t lock;
	pthread_cond_t more;
	resolve_ask *ask;
	struct resolve_lookup *first, *last; /* to do */
	struct resolve_lookup *done;
	int threads, idle;
	bool closing;
	int fd;
};

struct cached {
	char host[RESOLVE_HOST_MAX + 1];
	struct resolve_answer answer;
	int64_t until_ms;
};

struct resolve {
	struct loop *loop;
	struct clock *clock;
	struct desk *desk;
	struct loop_source source;
	struct resolve_lookup *under_way;
	size_t queries;
	struct cached cache[CACHED];
	size_t next_cached;
};

/* --- On the threads ---------------------------------------------------------------- */

static void add_address(struct resolve_answer *answer, const struct sockaddr *from)
{
	union resolve_address *to = &answer->addresses[answer->n];

	if (answer->n == RESOLVE_ADDRESSES)
		return;
	if (from->sa_family == AF_INET)
		memcpy(&to->v4, from, sizeof to->v4);
	else if (from->sa_family == AF_INET6)
		memcpy(&to->v6, from, sizeof to->v6);
	else
		return;
	answer->n++;
}

static int ask_system(const char *host, struct resolve_answer *answer)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	int error = getaddrinfo(host, NULL, &hints, &list);

	if (error)
		return error;
	for (struct addrinfo *i = list; i; i = i->ai_next)
		add_address(answer, i->ai_addr);
	freeaddrinfo(list);
	return answer->n ? 0 : EAI_NONAME;
}

static void free_lookups(struct resolve_lookup *l)
{
	while (l) {
		struct resolve_lookup *next = l->next;

		free(l);
		l = next;
	}
}

static void free_desk(struct desk *d)
{
	free_lookups(d->first);
	free_lookups(d->done);
	pthread_cond_destroy(&d->more);
	pthread_mutex_destroy(&d->lock);
	close(d->fd);
	free(d);
}

static struct resolve_lookup *next_lookup(struct desk *d)
{
	struct resolve_lookup *l;

	d->idle++;
	while (!d->first && !d->closing)
		pthread_cond_wait(&d->more, &d->lock);
	d->idle--;
	l = d->closing ? NULL : d->first;
	if (!l)
		return NULL;
	d->first = l->next;
	if (!d->first)
		d->last = NULL;
	return l;
}

static void *run(void *self)
{
	struct desk *d = self;
	struct resolve_lookup *l;
	bool is_last;
	uint64_t one = 1;

	pthread_mutex_lock(&d->lock);
	while ((l = next_lookup(d))) {
		pthread_mutex_unlock(&d->lock);
		l->error = d->ask(l->host, &l->answer);
		pthread_mutex_lock(&d->lock);
		l->next = d->done;
		d->done = l;
		(void)!write(d->fd, &one, sizeof one);
	}
	is_last = --d->threads == 0 && d->closing;
	pthread_mutex_unlock(&d->lock);
	if (is_last)
		free_desk(d);
	return NULL;
}

/* With the lock held. Signals belong to the loop's thread. */
static bool start_thread(struct desk *d)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	bool good;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	good = pthread_create(&thread, &attr, run, d) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	d->threads += good;
	return good;
}

/* --- On the loop ------------------------------------------------------------------- */

static void remember(struct resolve *r, const struct resolve_lookup *l)
{
	struct cached *c = &r->cache[r->next_cached];

	r->next_cached = (r->next_cached + 1) % CACHED;
	memcpy(c->host, l->host, sizeof c->host);
	c->answer = l->answer;
	c->until_ms = clock_ms(r->clock) + FRESH_MS;
}

static bool is_under_localhost(struct str host)
{
	return str_same_nocase(host, S("localhost")) ||
		(host.len > 10 && str_same_nocase(str_from(host, len_sub(host.len, 10)), S(".localhost")));
}

static bool read_literal(struct str host, struct resolve_answer *answer)
{
	char text[INET6_ADDRSTRLEN + 1] = {0};
	union resolve_address v4 = {.v4 = {.sin_family = AF_INET}};
	union resolve_address v6 = {.v6 = {.sin6_family = AF_INET6}};

	if (host.len == 0 || host.len >= sizeof text)
		return false;
	memcpy(text, host.at, host.len);
	if (inet_pton(AF_INET, text, &v4.v4.sin_addr) == 1)
		add_address(answer, &v4.any);
	else if (inet_pton(AF_INET6, text, &v6.v6.sin6_addr) == 1)
		add_address(answer, &v6.any);
	return answer->n > 0;
}

bool resolve_now(struct resolve *r, struct str host, struct resolve_answer *answer)
{
	*answer = (struct resolve_answer){0};
	if (is_under_localhost(host))
		return read_literal(S("127.0.0.1"), answer) && read_literal(S("::1"), answer);
	if (read_literal(host, answer))
		return true;
	for (size_t i = 0; i < CACHED; i++)
		if (str_same_nocase(str_of(r->cache[i].host), host) && r->cache[i].until_ms > clock_ms(r->clock)) {
			*answer = r->cache[i].answer;
			return answer->n > 0;
		}
	return false;
}

static struct resolve_lookup *find_under_way(struct resolve *r, struct str host)
{
	struct resolve_lookup *l = r->under_way;

	while (l && !str_same_nocase(str_of(l->host), host))
		l = l->under_way;
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

static void answer(struct resolve *r, struct resolve_lookup *l)
{
	struct resolve_lookup **link = &r->under_way;
	struct err e = {0};

	while (*link != l)
		link = &(*link)->under_way;
	*link = l->under_way;
	if (l->error)
		explain(l->error, l->host, &e);
	else
		remember(r, l);
	while (l->waiting) {
		struct resolve_query *q = l->waiting;

		resolve_cancel(q);
		q->done(q->self, l->error ? NULL : &l->answer, l->error ? &e : NULL);
	}
	free(l);
}

static void answers_came(void *self, unsigned what)
{
	struct resolve *r = self;
	struct resolve_lookup *list;
	uint64_t count;

	(void)what;
	(void)!read(r->desk->fd, &count, sizeof count);
	pthread_mutex_lock(&r->desk->lock);
	list = r->desk->done;
	r->desk->done = NULL;
	pthread_mutex_unlock(&r->desk->lock);
	while (list) {
		struct resolve_lookup *next = list->next;

		answer(r, list);
		list = next;
	}
}

static void too_late(void *self)
{
	struct resolve_query *q = self;
	struct err e = {0};

	err_set(&e, ERR_NETWORK, "timed out after %lld s while looking up %.100s: check the network and /etc/resolv.conf",
		(long long)(q->timeout_ms + 999) / 1000, q->lookup->host);
	resolve_cancel(q);
	q->done(q->self, NULL, &e);
}

/* A new lookup, for which the threads have been woken. */
static struct resolve_lookup *begin(struct resolve *r, struct str host, struct err *e)
{
	struct desk *d = r->desk;
	struct resolve_lookup *l = calloc(1, sizeof *l);
	bool threaded;

	if (!l) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up a name");
		return NULL;
	}
	memcpy(l->host, host.at, host.len);
	pthread_mutex_lock(&d->lock);
	threaded = d->idle > 0 || (d->threads < THREADS && start_thread(d)) || d->threads > 0;
	if (threaded) {
		if (d->last)
			d->last->next = l;
		else
			d->first = l;
		d->last = l;
		pthread_cond_signal(&d->more);
	}
	pthread_mutex_unlock(&d->lock);
	if (!threaded) {
		free(l);
		err_set(e, ERR_SYSTEM, "no thread can be had to look up %.*s: the limit on processes is reached", STR(host));
		return NULL;
	}
	l->under_way = r->under_way;
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

static struct desk *open_desk(resolve_ask *ask, struct err *e)
{
	struct desk *d = calloc(1, sizeof *d);

	if (!d) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up names");
		return NULL;
	}
	d->ask = ask ? ask : ask_system;
	d->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->fd < 0) {
		err_set(e, ERR_SYSTEM, "no event descriptor can be had: %s", strerror(errno));
		free(d);
		return NULL;
	}
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->more, NULL);
	return d;
}

static void close_desk(struct desk *d)
{
	bool alone;

	pthread_mutex_lock(&d->lock);
	d->closing = true;
	pthread_cond_broadcast(&d->more);
	alone = d->threads == 0;
	pthread_mutex_unlock(&d->lock);
	if (alone)
		free_desk(d);
}

struct resolve *resolve_open(struct loop *l, struct clock *c, resolve_ask *ask, struct err *e)
{
	struct resolve *r = calloc(1, sizeof *r);

	if (!r) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up names");
		return NULL;
	}
	r->loop = l;
	r->clock = c;
	r->desk = open_desk(ask, e);
	if (r->desk) {
		r->source = (struct loop_source){.fd = r->desk->fd, .ready = answers_came, .self = r, .quiet = true};
		if (loop_add(l, &r->source, LOOP_READ, e))
			return r;
		close_desk(r->desk);
	}
	free(r);
	return NULL;
}

void resolve_close(struct resolve *r)
{
	if (!r)
		return;
	for (struct resolve_lookup *l = r->under_way; l; l = l->under_way)
		while (l->waiting)
			resolve_cancel(l->waiting);
	loop_remove(r->loop, &r->source);
	close_desk(r->desk);
	free(r);
}

#include "net/loop.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/err.h"
#include "net/signals.h"
#include "net/watches.h"
#include "net/worker.h"
#include "sys/clock.h"
#include "sys/timers.h"

enum { BATCH = 64, WAIT_MS = 60 * 1000, LATE_MS = 50 };

struct loop {
	struct events events;
	struct clock *clock;
	struct worker *worker;
	struct timers timers;
	struct loop_source signals, jobs;
	struct loop_source *late; /* the kernel could not be told what they want */
	struct watches watches;
	struct epoll_event batch[BATCH];
	int batch_n;
	size_t sources; /* those that are not quiet */
	int fd;
	bool stopped;
};

static struct loop *loop_of(struct events *v)
{
	return (struct loop *)(void *)((char *)v - offsetof(struct loop, events));
}

struct events *loop_events(struct loop *l)
{
	return &l->events;
}

/* --- Sources ----------------------------------------------------------------------- */

/* epoll tells of hang-ups whether they are wanted or not: a source that wants nothing leaves it. */
static bool tell_kernel(struct loop *l, struct loop_source *s)
{
	struct epoll_event event = {.data.ptr = s};
	int what = !s->wanted ? EPOLL_CTL_DEL : !s->known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (s->wanted == s->known)
		return true;
	if (s->wanted & LOOP_READ)
		event.events |= EPOLLIN | EPOLLRDHUP;
	if (s->wanted & LOOP_WRITE)
		event.events |= EPOLLOUT;
	if (epoll_ctl(l->fd, what, s->fd, &event) != 0)
		return false;
	s->known = s->wanted;
	return true;
}

bool loop_add(struct loop *l, struct loop_source *s, unsigned wanted, struct err *e)
{
	s->wanted = wanted;
	s->known = 0;
	s->set = tell_kernel(l, s);
	l->sources += s->set && !s->quiet;
	return s->set || err_set(e, ERR_SYSTEM, "descriptor %d cannot be watched: %s", s->fd, strerror(errno));
}

static struct loop_source **find_late(struct loop *l, const struct loop_source *s)
{
	struct loop_source **link = &l->late;

	while (*link && *link != s)
		link = &(*link)->next_late;
	return link;
}

static void tell_late(struct loop *l)
{
	struct loop_source **link = &l->late;

	while (*link)
		if (tell_kernel(l, *link))
			*link = (*link)->next_late;
		else
			link = &(*link)->next_late;
}

/* Nobody could do more about a failure than wait, so it is waited here. */
void loop_want(struct loop *l, struct loop_source *s, unsigned wanted)
{
	if (!s->set || wanted == s->wanted)
		return;
	s->wanted = wanted;
	if (tell_kernel(l, s) || *find_late(l, s))
		return;
	s->next_late = l->late;
	l->late = s;
}

/* What this batch still holds for s is void. */
void loop_remove(struct loop *l, struct loop_source *s)
{
	struct loop_source **late = find_late(l, s);

	if (!s->set)
		return;
	if (*late)
		*late = s->next_late;
	s->wanted = 0;
	tell_kernel(l, s);
	s->set = false;
	l->sources -= !s->quiet;
	for (int i = 0; i < l->batch_n; i++)
		if (l->batch[i].data.ptr == s)
			l->batch[i].data.ptr = NULL;
}

static void deliver(struct loop *l)
{
	for (int i = 0; i < l->batch_n; i++) {
		struct loop_source *s = l->batch[i].data.ptr;
		uint32_t events = l->batch[i].events;
		unsigned what = 0;

		if (!s || !s->wanted)
			continue;
		if (events & (EPOLLIN | EPOLLRDHUP))
			what |= LOOP_READ;
		if (events & EPOLLOUT)
			what |= LOOP_WRITE;
		if (events & (EPOLLERR | EPOLLHUP))
			what |= s->wanted;
		what &= s->wanted;
		if (what)
			s->ready(s->self, what);
	}
	l->batch_n = 0;
}

/* --- Timers ------------------------------------------------------------------------ */

static void timer_set(struct events *v, struct events_timer *t, int64_t in_ms)
{
	struct loop *l = loop_of(v);
	int64_t now = clock_ms(l->clock);

	if (in_ms < 0)
		in_ms = 0;
	timers_set(&l->timers, t, in_ms > INT64_MAX - now ? INT64_MAX : now + in_ms);
}

static void timer_clear(struct events *v, struct events_timer *t)
{
	timers_clear(&loop_of(v)->timers, t);
}

/* What fires may set timers that are due at once: they wait for the next turn, so sockets get theirs. */
static void fire_timers(struct loop *l)
{
	int64_t now = clock_ms(l->clock);
	uint64_t order = l->timers.order;

	for (;;) {
		struct events_timer *t = timers_first(&l->timers);

		if (!t || t->at_ms > now || t->order >= order)
			return;
		timers_clear(&l->timers, t);
		t->fire(t->self);
	}
}

/* The kernel's wait stands still while the machine sleeps, our clock may not: a timer that passed
 * meanwhile is found within a minute. */
static int wait_ms(struct loop *l)
{
	struct events_timer *t = timers_first(&l->timers);
	int most = l->late ? LATE_MS : WAIT_MS;
	int64_t left;

	if (l->watches.always)
		return 0;
	if (!t)
		return l->late ? LATE_MS : -1;
	left = t->at_ms - clock_ms(l->clock);
	return left <= 0 ? 0 : left > most ? most : (int)left;
}

/* --- Watches, jobs and signals ------------------------------------------------------ */

static bool watch_set(struct events *v, struct events_watch *w, struct err *e)
{
	return watches_set(&loop_of(v)->watches, w, e);
}

static void watch_clear(struct events *v, struct events_watch *w)
{
	watches_clear(&loop_of(v)->watches, w);
}

static void job_start(struct events *v, struct events_job *j)
{
	worker_start(loop_of(v)->worker, j);
}

static void jobs_done(void *self, unsigned what)
{
	struct loop *l = self;
	struct events_job *j = worker_take(l->worker);

	(void)what;
	while (j) {
		struct events_job *next = j->next;

		j->done(j->self);
		j = next;
	}
}

static void signalled(void *self, unsigned what)
{
	struct loop *l = self;

	(void)what;
	l->stopped = signals_take() != 0;
}

/* --- Turning ----------------------------------------------------------------------- */

static bool turn(struct events *v, struct err *e)
{
	struct loop *l = loop_of(v);
	int n;

	if (!l->sources && !l->watches.always && !timers_first(&l->timers) && !worker_busy(l->worker))
		return err_set(e, ERR_SYSTEM, "nothing is left to wait for (this is a fault of keyfob: please report it)");
	tell_late(l);
	n = epoll_wait(l->fd, l->batch, BATCH, wait_ms(l));
	if (n < 0 && errno != EINTR)
		return err_set(e, ERR_SYSTEM, "the loop cannot wait: %s", strerror(errno));
	l->batch_n = n > 0 ? n : 0;
	deliver(l);
	watches_deliver(&l->watches);
	fire_timers(l);
	if (!l->stopped)
		return true;
	l->stopped = false;
	return err_set(e, ERR_STOPPED, "stopped");
}

static const struct events_ops ops = {timer_set, timer_clear, watch_set, watch_clear, job_start, turn};

static bool begin(struct loop *l, struct err *e)
{
	l->fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->fd < 0)
		return err_set(e, ERR_SYSTEM, "no epoll descriptor can be had: %s", strerror(errno));
	l->worker = worker_open(e);
	if (!l->worker || !signals_open(&l->signals.fd, e))
		return false;
	l->signals = (struct loop_source){.fd = l->signals.fd, .ready = signalled, .self = l, .quiet = true};
	l->jobs = (struct loop_source){.fd = worker_fd(l->worker), .ready = jobs_done, .self = l, .quiet = true};
	return loop_add(l, &l->signals, LOOP_READ, e) && loop_add(l, &l->jobs, LOOP_READ, e);
}

struct loop *loop_open(struct clock *c, struct err *e)
{
	struct loop *l = calloc(1, sizeof *l);

	if (!l) {
		err_set(e, ERR_SYSTEM, "there is no memory for the loop");
		return NULL;
	}
	l->events.ops = &ops;
	l->clock = c;
	l->watches.loop = l;
	l->fd = -1;
	if (begin(l, e))
		return l;
	loop_close(l);
	return NULL;
}

void loop_close(struct loop *l)
{
	if (!l)
		return;
	worker_close(l->worker);
	if (l->signals.ready)
		signals_close();
	watches_end(&l->watches);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}

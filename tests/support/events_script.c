#include "support/events_script.h"

#include <poll.h>
#include <stddef.h>

#include "base/err.h"

enum { WATCHES = sizeof((struct events_script *)0)->watches / sizeof(struct events_watch *) };

static struct events_script *script_of(struct events *v)
{
	return (struct events_script *)((char *)v - offsetof(struct events_script, events));
}

static void timer_set(struct events *v, struct events_timer *t, int64_t in_ms)
{
	struct events_script *s = script_of(v);

	timers_set(&s->timers, t, s->ms + (in_ms > 0 ? in_ms : 0));
}

static void timer_clear(struct events *v, struct events_timer *t)
{
	timers_clear(&script_of(v)->timers, t);
}

static bool watch_set(struct events *v, struct events_watch *w, struct err *e)
{
	struct events_script *s = script_of(v);

	for (int i = 0; i < WATCHES; i++)
		if (!s->watches[i] || s->watches[i] == w) {
			s->watches[i] = w;
			w->set = true;
			return true;
		}
	return err_set(e, ERR_SYSTEM, "the scripted loop watches no more than %d descriptors", WATCHES);
}

static void watch_clear(struct events *v, struct events_watch *w)
{
	struct events_script *s = script_of(v);

	for (int i = 0; i < WATCHES; i++)
		if (s->watches[i] == w)
			s->watches[i] = NULL;
	w->set = false;
}

static void job_start(struct events *v, struct events_job *j)
{
	struct events_script *s = script_of(v);

	j->next = NULL;
	if (s->last_job)
		s->last_job->next = j;
	else
		s->first_job = j;
	s->last_job = j;
}

static bool do_job(struct events_script *s)
{
	struct events_job *j = s->first_job;

	if (!j || s->hold_jobs)
		return false;
	s->first_job = j->next;
	if (!s->first_job)
		s->last_job = NULL;
	j->work(j->self);
	j->done(j->self);
	return true;
}

static bool do_watch(struct events_script *s)
{
	for (int i = 0; i < WATCHES; i++) {
		struct events_watch *w = s->watches[i];
		struct pollfd p = {.fd = w ? w->fd : -1, .events = w && w->writes ? POLLOUT : POLLIN};

		if (w && poll(&p, 1, 0) == 1) {
			w->ready(w->self);
			return true;
		}
	}
	return false;
}

static bool do_timer(struct events_script *s)
{
	struct events_timer *t = timers_first(&s->timers);

	if (!t)
		return false;
	if (t->at_ms > s->ms)
		s->ms = t->at_ms;
	timers_clear(&s->timers, t);
	t->fire(t->self);
	return true;
}

static bool turn(struct events *v, struct err *e)
{
	struct events_script *s = script_of(v);

	s->turns++;
	if (s->stop) {
		s->stop = false;
		return err_set(e, ERR_STOPPED, "stopped");
	}
	if (do_job(s) || do_watch(s) || do_timer(s))
		return true;
	return err_set(e, ERR_SYSTEM, "nothing is left to wait for");
}

static const struct events_ops ops = {timer_set, timer_clear, watch_set, watch_clear, job_start, turn};

static int64_t now(struct clock *c)
{
	struct events_script *s = ((struct events_script_clock *)(void *)c)->script;

	return s->start + s->ms / 1000;
}

static int64_t ms(struct clock *c)
{
	return ((struct events_script_clock *)(void *)c)->script->ms;
}

void events_script_start(struct events_script *s, int64_t at)
{
	*s = (struct events_script){.events = {&ops}, .start = at};
	s->machine = (struct events_script_clock){.clock = {.now = now, .ms = ms}, .script = s};
}

struct clock *events_script_clock(struct events_script *s)
{
	return &s->machine.clock;
}

void events_script_pass(struct events_script *s, int64_t in_ms)
{
	s->ms += in_ms;
}

bool events_script_turn_until(struct events_script *s, const bool *done)
{
	struct err e = {0};

	while (!*done && events_turn(&s->events, &e))
		;
	return *done;
}

void events_script_drain(struct events_script *s)
{
	struct err e = {0};

	while (events_turn(&s->events, &e))
		;
}

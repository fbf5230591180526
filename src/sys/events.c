#include "sys/events.h"

void events_timer_set(struct events *v, struct events_timer *t, int64_t in_ms)
{
	v->ops->timer_set(v, t, in_ms);
}

void events_timer_clear(struct events *v, struct events_timer *t)
{
	v->ops->timer_clear(v, t);
}

bool events_watch_set(struct events *v, struct events_watch *w, struct err *e)
{
	return v->ops->watch_set(v, w, e);
}

void events_watch_clear(struct events *v, struct events_watch *w)
{
	v->ops->watch_clear(v, w);
}

void events_job_start(struct events *v, struct events_job *j)
{
	v->ops->job_start(v, j);
}

bool events_turn(struct events *v, struct err *e)
{
	return v->ops->turn(v, e);
}

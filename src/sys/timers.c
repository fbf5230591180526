#include "sys/timers.h"

#include "sys/events.h"

static bool is_before(const struct events_timer *a, const struct events_timer *b)
{
	return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

/* Joins two heaps: the later becomes the first child of the earlier. prev of a first child is its parent. */
static struct events_timer *join(struct events_timer *a, struct events_timer *b)
{
	struct events_timer *top, *sub;

	if (!a || !b)
		return a ? a : b;
	top = is_before(b, a) ? b : a;
	sub = top == a ? b : a;
	sub->next = top->child;
	if (sub->next)
		sub->next->prev = sub;
	sub->prev = top;
	top->child = sub;
	return top;
}

/* Joins a list of siblings in pairs, then the pairs from the last to the first. */
static struct events_timer *join_siblings(struct events_timer *t)
{
	struct events_timer *pairs = NULL;
	struct events_timer *all = NULL;

	while (t) {
		struct events_timer *a = t, *b = t->next;

		t = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		a = join(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct events_timer *rest = pairs->next;

		pairs->next = NULL;
		all = join(all, pairs);
		pairs = rest;
	}
	return all;
}

static void cut(struct events_timer *t)
{
	if (t->next)
		t->next->prev = t->prev;
	if (t->prev->child == t)
		t->prev->child = t->next;
	else
		t->prev->next = t->next;
	t->next = t->prev = NULL;
}

void timers_clear(struct timers *q, struct events_timer *t)
{
	struct events_timer *children;

	if (!t->set)
		return;
	if (q->first == t)
		q->first = NULL;
	else
		cut(t);
	children = join_siblings(t->child);
	q->first = join(q->first, children);
	t->child = NULL;
	t->set = false;
	q->n--;
}

void timers_set(struct timers *q, struct events_timer *t, int64_t at_ms)
{
	timers_clear(q, t);
	t->at_ms = at_ms;
	t->order = q->order++;
	t->child = t->next = t->prev = NULL;
	t->set = true;
	q->first = join(q->first, t);
	q->n++;
}

struct events_timer *timers_first(const struct timers *q)
{
	return q->first;
}

struct events_timer *timers_take_due(struct timers *q, int64_t now_ms)
{
	struct events_timer *t = q->first;

	if (!t || t->at_ms > now_ms)
		return NULL;
	timers_clear(q, t);
	return t;
}

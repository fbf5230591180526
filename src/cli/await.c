#include "cli/await.h"

#include "base/err.h"
#include "client/broker.h"
#include "http/fetch.h"
#include "sys/events.h"
#include "sys/world.h"

struct waiting {
	struct broker_token *token;
	struct err *e;
	bool over;
	bool good;
};

static void done(void *self, const struct broker_token *token, const struct err *failure)
{
	struct waiting *t = self;

	t->over = true;
	t->good = token != NULL;
	if (token)
		*t->token = *token;
	else if (t->e)
		*t->e = *failure;
}

bool await_token(struct world *w, const struct url *url, int64_t min_ttl_s, struct arena *a, struct broker_token *token, struct err *e)
{
	struct waiting t = {.token = token, .e = e};
	struct broker_ask ask = {.url = *url, .min_ttl_s = min_ttl_s, .arena = a, .done = done, .self = &t};

	broker_ask_start(w->broker, &ask);
	while (!t.over)
		if (!events_turn(w->events, e)) {
			broker_ask_cancel(w->broker, &ask);
			return false;
		}
	return t.good;
}

struct answering {
	struct fetch_answer *answer;
	struct err *e;
	bool over;
	bool good;
};

static void answered(void *self, const struct fetch_answer *answer, const struct err *failure)
{
	struct answering *t = self;

	t->over = true;
	t->good = answer != NULL;
	if (answer)
		*t->answer = *answer;
	else if (t->e)
		*t->e = *failure;
}

bool await_answer(struct world *w, const struct fetch_request *r, size_t limit, struct arena *a, struct fetch_answer *answer,
	struct err *e)
{
	struct answering t = {.answer = answer, .e = e};
	struct fetch_whole whole = {.arena = a, .limit = limit, .done = answered, .self = &t};
	struct fetch_exchange *x = fetch_start_whole(w->fetch, r, &whole, e);

	while (x && !t.over)
		if (!events_turn(w->events, e)) {
			fetch_cancel(w->fetch, x);
			return false;
		}
	return t.good;
}

static void rang(void *self)
{
	*(bool *)self = true;
}

bool await_ms(struct world *w, int64_t ms, struct err *e)
{
	bool over = false;
	struct events_timer timer = {.fire = rang, .self = &over};

	events_timer_set(w->events, &timer, ms);
	while (!over)
		if (!events_turn(w->events, e)) {
			events_timer_clear(w->events, &timer);
			return false;
		}
	return true;
}

#include "cli/await.h"

#include "base/err.h"
#include "client/broker.h"
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

bool await_token(struct world *w, const struct url *url, int64_t min_ttl_s, struct broker_token *token, struct err *e)
{
	struct waiting t = {.token = token, .e = e};
	struct broker_ask ask = {.url = *url, .min_ttl_s = min_ttl_s, .arena = w->arena, .done = done, .self = &t};

	broker_ask_start(w->broker, &ask);
	while (!t.over)
		if (!events_turn(w->events, e)) {
			broker_ask_cancel(w->broker, &ask);
			return false;
		}
	return t.good;
}

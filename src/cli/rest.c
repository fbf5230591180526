#include "cli/rest.h"

#include <stdlib.h>

#include "cli/aim.h"
#include "cli/reach.h"
#include "client/enrol.h"
#include "sys/world.h"

static void done(void *self)
{
	struct rest *r = self;

	r->over = true;
}

static bool begin(struct rest *r, struct world *w, const struct args *a, const struct aim *t, struct err *e)
{
	struct url base;

	r->enrol = calloc(1, sizeof *r->enrol);
	if (!r->enrol)
		return err_set(e, ERR_SYSTEM, "no memory for a question");
	r->server.done = done;
	r->server.self = r;
	return onemcp_base(&t->url, w->arena, &base, e) && reach_server(w, a, &base, r->enrol, &r->server.server, e);
}

bool rest_ask(struct rest *r, struct world *w, const struct args *a, const struct aim *t, const struct onemcp_wish *wish, bool *there,
	struct err *e)
{
	*there = false;
	if ((!r->enrol && !begin(r, w, a, t, e)) || !onemcp_ask(&r->server, wish, e))
		return false;
	for (r->over = false; !r->over;)
		if (!events_turn(w->events, e))
			return false;
	*there = r->server.outcome == ONEMCP_GOOD;
	if (*there || r->server.outcome == ONEMCP_ABSENT)
		return true;
	if (e)
		*e = r->server.failure;
	return false;
}

void rest_end(struct rest *r)
{
	onemcp_end(&r->server);
	free(r->enrol);
	r->enrol = NULL;
}

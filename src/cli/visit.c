#include "cli/visit.h"

#include <stdlib.h>

#include "cli/aim.h"
#include "cli/reach.h"
#include "client/enrol.h"
#include "sys/world.h"

static void done(void *self, const struct err *failure)
{
	struct visit *v = self;

	v->over = true;
	if (failure)
		v->failure = *failure;
}

bool visit_begin(struct visit *v, struct world *w, const struct args *a, const struct aim *t, struct err *e)
{
	struct conversation *c = calloc(1, sizeof *c);

	v->world = w;
	v->talk = c;
	v->enrol = calloc(1, sizeof *v->enrol);
	if (!c || !v->enrol)
		return err_set(e, ERR_SYSTEM, "no memory for a conversation");
	c->world = w;
	c->command = t->program;
	c->brisk = true;
	c->done = done;
	c->self = v;
	v->begun = reach_server(w, a, &t->mcp, v->enrol, &c->server, e) && conversation_start(c, e);
	return v->begun;
}

/* Until done was called. After a failure the conversation is of no more use. */
static bool wait(struct visit *v, struct err *e)
{
	while (!v->over)
		if (!events_turn(v->world->events, e)) {
			v->broken = true;
			return false;
		}
	v->over = false;
	if (v->failure.kind == ERR_NONE)
		return true;
	v->broken = true;
	if (e)
		*e = v->failure;
	return false;
}

bool visit_ask(struct visit *v, struct str method, const struct json *params, struct err *e)
{
	conversation_ask(v->talk, method, params);
	return wait(v, e);
}

bool visit_list(struct visit *v, struct str method, struct str member, struct err *e)
{
	conversation_list(v->talk, method, member);
	return wait(v, e);
}

bool visit_refusal(const struct visit *v, const char *what, struct err *e)
{
	const struct rpc *r = &v->talk->talk.refusal;

	return err_set(e, ERR_FAILED, "the server refuses %s: %.*s (%lld)", what, STR(str_first(r->message, 200)), (long long)r->code);
}

void visit_end(struct visit *v)
{
	struct err unimportant;

	if (v->begun && !v->broken) {
		conversation_close(v->talk);
		wait(v, &unimportant);
	}
	if (v->talk)
		conversation_end(v->talk);
	free(v->talk);
	free(v->enrol);
	v->talk = NULL;
	v->enrol = NULL;
}

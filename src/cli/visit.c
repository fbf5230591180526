#include "cli/visit.h"

#include <stdlib.h>

#include "base/arena.h"
#include "cli/aim.h"
#include "cli/args.h"
#include "cli/reach.h"
#include "client/enrol.h"
#include "sys/text.h"
#include "sys/world.h"

/* --- What comes from the conversation --------------------------------------------------------------- */

static void done(void *self, const struct err *failure)
{
	struct visit *v = self;

	v->over = true;
	if (failure)
		v->failure = *failure;
}

static void asked(void *self, const struct rpc *request)
{
	struct visit *v = self;
	struct arena *a = v->world->arena;
	struct str name = v->talk->talk.server.name;
	struct str where = v->talk->command ? str_of(v->talk->command[0]) : url_text(&v->talk->server.url, a);

	notice_clear(&v->notice);
	v->asking.server = name.len ? arena_print(a, "%.*s (%.*s)", STR(str_first(name, 100)), STR(where)) : where;
	asking_take(&v->asking, request);
}

static void noticed(void *self, const struct rpc *notification)
{
	struct visit *v = self;

	if (!asking_is_open(&v->asking))
		notice_take(&v->notice, notification);
	if (v->noticed)
		v->noticed(v->self, notification);
}

static void warned(void *self, const char *text)
{
	struct visit *v = self;

	notice_clear(&v->notice);
	world_warn(v->world, "%s", text);
}

static void answer(void *self, struct str result)
{
	struct visit *v = self;

	conversation_reply(v->talk, result);
}

static void refuse(void *self, int64_t code, struct str message)
{
	struct visit *v = self;

	conversation_refuse(v->talk, code, message);
}

/* --- Beginning --------------------------------------------------------------------------------------- */

static bool read_flags(struct conversation *c, const struct args *a, struct err *e)
{
	struct str transport = args_value(a, "--transport");

	c->version = args_value(a, "--protocol-version");
	if (args_given(a, "--protocol-version") && era_of(c->version) == ERA_UNKNOWN)
		return err_set(e, ERR_USAGE, "--protocol-version takes a revision that keyfob speaks: %s", ERA_VERSIONS);
	if (str_same(transport, S("http")))
		c->transport = CONVERSATION_HTTP;
	else if (str_same(transport, S("sse")))
		c->transport = CONVERSATION_SSE;
	else if (args_given(a, "--transport") && !str_same(transport, S("auto")))
		return err_set(e, ERR_USAGE, "--transport takes auto, http or sse, not '%.*s'", STR(str_first(transport, 40)));
	return true;
}

static bool offer_answers(struct visit *v, const struct args *a, struct err *e)
{
	struct conversation *c = v->talk;

	v->asking = (struct asking){.world = v->world, .answer = answer, .refuse = refuse, .self = v};
	if (!v->calls)
		return true;
	if (!asking_read(&v->asking, a, e))
		return false;
	c->capabilities = asking_capabilities(&v->asking);
	c->asked = asked;
	return true;
}

bool visit_begin(struct visit *v, struct world *w, const struct args *a, const struct aim *t, struct err *e)
{
	struct conversation *c = calloc(1, sizeof *c);

	v->world = v->notice.world = w;
	v->talk = c;
	v->enrol = calloc(1, sizeof *v->enrol);
	if (!c || !v->enrol)
		return err_set(e, ERR_SYSTEM, "no memory for a conversation");
	c->world = w;
	c->command = t->program;
	c->brisk = !v->calls;
	c->done = done;
	c->noticed = noticed;
	c->warned = warned;
	c->self = v;
	v->begun = read_flags(c, a, e) && offer_answers(v, a, e) && (t->program || reach_server(w, a, &t->mcp, v->enrol, &c->server, e)) &&
		conversation_start(c, e);
	return v->begun;
}

/* --- Asking ------------------------------------------------------------------------------------------- */

static void too_late(void *self)
{
	struct visit *v = self;

	v->broken = v->over = true;
}

/* Takes the question back, and waits a little for the conversation to be free again. */
static void cancel(struct visit *v)
{
	struct events_timer late = {.fire = too_late, .self = v};
	struct err unimportant;

	conversation_cancel(v->talk);
	events_timer_set(v->world->events, &late, VISIT_CANCEL_MS);
	while (!v->over)
		if (!events_turn(v->world->events, &unimportant))
			too_late(v);
	events_timer_clear(v->world->events, &late);
	v->over = false;
}

/* Until done was called. After a failure the conversation is of no more use. */
static bool wait(struct visit *v, struct err *e)
{
	bool turns = true;

	while (!v->over && turns)
		turns = events_turn(v->world->events, e);
	asking_end(&v->asking);
	notice_clear(&v->notice);
	if (!turns) {
		cancel(v);
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

bool visit_listen(struct visit *v, const struct json *params, struct err *e)
{
	conversation_listen(v->talk, params);
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
	asking_end(&v->asking);
	if (v->talk)
		conversation_end(v->talk);
	free(v->talk);
	free(v->enrol);
	v->talk = NULL;
	v->enrol = NULL;
}

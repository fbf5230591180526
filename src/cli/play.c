#include "cli/play.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "cli/args.h"
#include "cli/script.h"
#include "cli/visit.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/world.h"

struct play {
	struct world *world;
	struct visit visit;
	struct script script;
	struct arena arena; /* of one line of output */
	bool listens;
	size_t asked, refused;
};

/* Byte for byte, but never on several lines. */
static void write_inside(struct json_write *j, const struct json *tree)
{
	if (tree && (str_has(tree->raw, '\n') || str_has(tree->raw, '\r')))
		json_write_values(j, tree);
	else
		json_write_tree(j, tree);
}

static bool print_answer(struct play *p, struct str method, struct err *e)
{
	const struct talk *t = &p->visit.talk->talk;
	struct buf text;
	struct json_write j;

	arena_reset(&p->arena);
	text = buf_in(&p->arena, 0);
	j = json_write_to(&text);
	json_write_object(&j);
	json_write_str_as(&j, S("method"), method);
	json_write_name(&j, t->refused ? S("error") : S("result"));
	if (!t->refused && !t->result) /* a stream stands: there is nothing more to say */
		json_write_raw(&j, S("{}"));
	else
		write_inside(&j, t->refused ? json_get(t->refusal.root, S("error")) : t->result);
	json_write_end_object(&j);
	buf_add_char(&text, '\n');
	p->world->out(p->world, buf_str(&text));
	return !text.full || err_set(e, ERR_LIMIT, "the answer is too large to be shown");
}

/* A stream was asked for: what comes on it is told as it comes. */
static void noticed(void *self, const struct rpc *notification)
{
	struct play *p = self;
	struct buf text;
	struct json_write j;

	if (!p->listens)
		return;
	arena_reset(&p->arena);
	text = buf_in(&p->arena, 0);
	j = json_write_to(&text);
	json_write_object(&j);
	json_write_str_as(&j, S("method"), notification->method);
	if (notification->params) {
		json_write_name(&j, S("params"));
		write_inside(&j, notification->params);
	}
	json_write_end_object(&j);
	buf_add_char(&text, '\n');
	if (!text.full)
		p->world->out(p->world, buf_str(&text));
}

static bool is_notification(struct str method)
{
	return str_starts(method, S("notifications/"));
}

static bool ask(struct play *p, const struct script_request *r, struct err *e)
{
	if (!str_same(r->method, S("subscriptions/listen")))
		return visit_ask(&p->visit, r->method, r->params, e);
	p->listens = true;
	return visit_listen(&p->visit, r->params, e);
}

static bool play_on(struct play *p, struct err *e)
{
	struct script_request r;
	bool more = true;

	while (more) {
		if (!script_next(&p->script, &r, &more, e))
			return false;
		if (!more)
			break;
		if (is_notification(r.method)) {
			conversation_notify(p->visit.talk, r.method, r.params);
			continue;
		}
		if (!ask(p, &r, e) || !print_answer(p, r.method, e))
			return false;
		p->asked = len_add(p->asked, 1);
		p->refused = len_add(p->refused, p->visit.talk->talk.refused);
		conversation_drop_answers(p->visit.talk); /* a script may be long */
	}
	return !p->refused || err_set(e, ERR_FAILED, "the server refused %zu of %zu requests", p->refused, p->asked);
}

bool play_script(struct world *w, const struct args *a, const struct aim *t, struct err *e)
{
	struct play p = {.world = w, .visit = {.calls = true, .noticed = noticed}};
	bool good;

	p.visit.self = &p;
	w->answered = true; /* a line for each answer: no document behind them */
	good = arena_new(&p.arena, len_mul(CONVERSATION_MESSAGE, 2)) || err_set(e, ERR_SYSTEM, "no memory for answers");
	good = good && script_open(&p.script, w, args_value(a, "--script"), e) && visit_begin(&p.visit, w, a, t, e) && play_on(&p, e);
	visit_end(&p.visit);
	script_close(&p.script);
	arena_free(&p.arena);
	return good;
}

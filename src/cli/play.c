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
	size_t asked, refused;
};

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
	json_write_tree(&j, t->refused ? json_get(t->refusal.root, S("error")) : t->result);
	json_write_end_object(&j);
	buf_add_char(&text, '\n');
	p->world->out(p->world, buf_str(&text));
	return !text.full || err_set(e, ERR_LIMIT, "the answer is too large to be shown");
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
		if (!visit_ask(&p->visit, r.method, r.params, e) || !print_answer(p, r.method, e))
			return false;
		p->asked = len_add(p->asked, 1);
		p->refused = len_add(p->refused, p->visit.talk->talk.refused);
	}
	return !p->refused || err_set(e, ERR_FAILED, "the server refused %zu of %zu requests", p->refused, p->asked);
}

bool play_script(struct world *w, const struct args *a, const struct aim *t, struct err *e)
{
	struct play p = {.world = w};
	bool good;

	w->answered = true; /* a line for each answer: no document behind them */
	good = arena_new(&p.arena, len_mul(CONVERSATION_MESSAGE, 2)) || err_set(e, ERR_SYSTEM, "no memory for answers");
	good = good && script_open(&p.script, w, args_value(a, "--script"), e) && visit_begin(&p.visit, w, a, t, e) && play_on(&p, e);
	visit_end(&p.visit);
	script_close(&p.script);
	arena_free(&p.arena);
	return good;
}

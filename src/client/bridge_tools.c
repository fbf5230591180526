#include "client/bridge_inside.h"

#include "base/buf.h"
#include "json/json_write.h"
#include "sys/world.h"

enum { LIST_ROOM = BRIDGE_MESSAGE + 1024 * 1024, PAGES = 100, CURSOR_MAX = 64 * 1024 };

/* Where the request of a list names a cursor it is not the first page. */
static bool is_first_page(const struct relay *m)
{
	return !skim_member(m->params, S("cursor")).len;
}

/* *text is m's own where nothing has to be left out, or cannot be. */
static void pass(struct bridge *b, const struct relay *m, bool first, struct str *text)
{
	struct buf out;
	bool changed;
	struct err e = {0};

	*text = m->text;
	if (!b->lists.block && !arena_new(&b->lists, LIST_ROOM))
		return;
	out = buf_in(&b->lists, 0);
	if (relay_tools_pass(&b->tools, m, first, &out, &changed, &e) && changed)
		*text = buf_str(&out);
	else if (e.kind != ERR_NONE)
		world_warn(bridge_world(b), "Tools are passed on unchecked: %s", e.text);
}

void tools_pass(struct bridge_leg *l, const struct relay *m, struct str *text)
{
	struct arena scratch = l->work;
	struct relay request;

	arena_reset(&l->bridge->lists);
	if (relay_read(l->body, &scratch, &request, NULL))
		pass(l->bridge, m, is_first_page(&request), text);
}

/* --- Lists of our own ------------------------------------------------------------------- */

/* Asks as the call did: its `_meta` names the revision, and who asks. */
static bool ask(struct bridge *b, struct str meta, struct str cursor, struct arena scratch)
{
	struct buf text = buf_in(&scratch, 0);
	struct json_write w = json_write_to(&text);
	struct bridge_leg *l;
	struct err e = {0};
	char id[32];
	struct buf name = buf_over(id, sizeof id);

	buf_print(&name, "\"keyfob-%u\"", ++b->listings);
	json_write_object(&w);
	json_write_str_as(&w, S("jsonrpc"), S("2.0"));
	json_write_name(&w, S("id"));
	json_write_raw(&w, buf_str(&name));
	json_write_str_as(&w, S("method"), S("tools/list"));
	json_write_name(&w, S("params"));
	json_write_object(&w);
	json_write_name(&w, S("_meta"));
	json_write_raw(&w, meta);
	if (cursor.len) {
		json_write_name(&w, S("cursor"));
		json_write_raw(&w, cursor);
	}
	json_write_end_object(&w);
	json_write_end_object(&w);
	l = text.full ? NULL : leg_new(b, LEG_TOOLS, buf_str(&text), &e);
	if (!l)
		return false;
	l->modern = true;
	l->id = str_span(l->body, str_find_str(l->body, buf_str(&name)), name.len);
	leg_go(l);
	return true;
}

static bool is_listing(const struct bridge *b)
{
	for (const struct bridge_leg *l = b->first; l; l = l->next)
		if (l->kind == LEG_TOOLS)
			return true;
	return false;
}

bool tools_relist(struct bridge_leg *l, const struct relay *refusal)
{
	struct bridge *b = l->bridge;
	struct arena scratch = l->work;
	struct relay m;

	if (l->listed || !str_same(l->method, S("tools/call")) || !relay_read(l->body, &scratch, &m, NULL))
		return false;
	l->listed = true;
	if (!is_listing(b)) {
		b->pages = 0;
		if (!ask(b, skim_member(m.params, S("_meta")), (struct str){0}, scratch))
			return false;
	}
	l->refusal = refusal->text;
	l->rest = l->work; /* what came stays */
	leg_hold(l);
	return true;
}

void tools_listed(struct bridge_leg *l, const struct relay *m)
{
	struct bridge *b = l->bridge;
	struct arena scratch = l->work;
	struct str cursor = skim_member(m->result, S("nextCursor"));
	struct relay request;
	struct str text;

	if (m->kind != RPC_RESULT || !relay_read(l->body, &scratch, &request, NULL)) {
		tools_not_listed(l);
		return;
	}
	arena_reset(&b->lists);
	pass(b, m, is_first_page(&request), &text);
	if (cursor.len && cursor.len < CURSOR_MAX && ++b->pages < PAGES &&
		ask(b, skim_member(request.params, S("_meta")), cursor, scratch))
		return;
	leg_release_held(b, true);
}

/* The calls that waited have their answer already. */
void tools_not_listed(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;
	struct bridge_leg *next;
	struct relay m;

	for (struct bridge_leg *held = b->first; held; held = next) {
		struct arena scratch = held->rest;

		next = held->next;
		if (held->state == LEG_HELD && held->modern && relay_read(held->refusal, &scratch, &m, NULL)) {
			held->work = held->rest;
			bridge_answer(held, &m);
		}
	}
}

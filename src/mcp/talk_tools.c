#include "mcp/talk_inside.h"

#include "json/json.h"
#include "json/json_write.h"
#include "mcp/param.h"

/* A tool some of whose arguments are mirrored. */
struct talk_tool {
	struct str name;
	const struct json *tool;
	struct talk_tool *next;
};

/* --- What a list tells ------------------------------------------------------------------ */

static void keep(struct talk *t, const struct json *tool, struct str name)
{
	struct arena room = t->memory->tools;
	struct talk_tool *kept = arena_one(&room, struct talk_tool);
	struct str text = arena_str(&room, tool->raw);
	struct err e;

	if (!kept || !text.at || !json_read(text, &room, &kept->tool, NULL)) {
		err_set(&e, ERR_LIMIT, "The tool %.*s cannot be called: the tools' schemas are more than fits.", STR(str_first(name, TALK_SHOWN)));
		talk_warn(t, &e);
		return;
	}
	kept->name = arena_str(&room, name);
	kept->next = t->tools;
	t->tools = kept;
	t->memory->tools = room;
}

/* A modern client leaves out tools whose arguments it could not mirror as they ask. */
static bool is_usable(struct talk *t, const struct json *tool)
{
	struct param params[PARAM_MAX];
	struct str name;
	struct err why;
	size_t n;

	if (!json_want_str(tool, S("name"), &name, NULL)) {
		err_set(&why, ERR_INPUT, "A tool without a name is left out.");
		talk_warn(t, &why);
		return false;
	}
	if (!param_find(tool, params, &n, &why)) {
		err_set(&why, ERR_INPUT, "The tool %.*s is left out: %s.", STR(str_first(name, TALK_SHOWN)), why.text);
		talk_warn(t, &why);
		return false;
	}
	if (n)
		keep(t, tool, name);
	return true;
}

/* The array without what is left out: bit i of left says that the i-th stays. Its elements byte for byte as they came. */
static void write_tools(struct json_write *w, const struct json *tools, const bool *stays)
{
	json_write_array(w);
	for (const struct json *tool = tools->first; tool; tool = tool->next)
		if (*stays++)
			json_write_tree(w, tool);
	json_write_end_array(w);
}

static const struct json *without(struct talk *t, const struct json *result, const struct json *tools, const bool *stays)
{
	struct arena keep_room = t->memory->keep;
	struct buf text = buf_in(&keep_room, 0);
	struct json_write w = json_write_to(&text);
	const struct json *clean;

	json_write_object(&w);
	for (const struct json *m = result->first; m; m = m->next) {
		if (m != tools) {
			json_write_tree_as(&w, m->name, m);
			continue;
		}
		json_write_name(&w, m->name);
		write_tools(&w, tools, stays);
	}
	json_write_end_object(&w);
	if (text.full || !json_read(buf_str(&text), &keep_room, &clean, NULL))
		return NULL;
	t->memory->keep = keep_room;
	return clean;
}

const struct json *tools_take(struct talk *t, const struct json *result, bool first)
{
	const struct json *tools = json_get(result, S("tools"));
	struct arena scratch = t->memory->work;
	bool *stays = arena_take_many(&scratch, json_count(tools), sizeof *stays);
	bool all = true;
	size_t n = 0;

	if (first) {
		t->tools = NULL;
		arena_reset(&t->memory->tools);
	}
	if (!json_is(tools, JSON_ARRAY) || !stays)
		return result;
	for (const struct json *tool = tools->first; tool; tool = tool->next) {
		stays[n] = is_usable(t, tool);
		all &= stays[n++];
	}
	return all ? result : without(t, result, tools, stays);
}

/* --- What a call mirrors ---------------------------------------------------------------- */

static const struct json *find(const struct talk *t)
{
	struct str name;

	if (!str_same(t->method, S("tools/call")) || !json_want_str(t->params, S("name"), &name, NULL))
		return NULL;
	for (const struct talk_tool *one = t->tools; one; one = one->next)
		if (str_same(one->name, name))
			return one->tool;
	return NULL;
}

/* An argument that cannot be mirrored breaks the tool's schema: the server says so better. */
static bool mirror(const struct param *p, const struct json *arguments, struct stream_request *r, struct arena *a, struct err *e)
{
	struct str value, name;
	bool found;

	if (!param_value(p, arguments, a, &value, &found) || !found)
		return true;
	name = arena_print(a, "Mcp-Param-%.*s", STR(p->header));
	return (name.at && stream_add_field(r, name, value, e)) || err_set(e, ERR_LIMIT, "the tool's arguments are more than fits");
}

bool tools_mirror(struct talk *t, struct stream_request *r, struct err *e)
{
	const struct json *tool = t->stream.era == ERA_MODERN ? find(t) : NULL;
	struct param params[PARAM_MAX];
	size_t n = 0;

	if (!tool || !param_find(tool, params, &n, NULL))
		return true;
	for (size_t i = 0; i < n; i++)
		if (!mirror(&params[i], json_get(t->params, S("arguments")), r, &t->memory->work, e))
			return false;
	return true;
}

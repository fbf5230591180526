/* inspect: what a server offers: its tools, one of them, and what else it has. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "cli/aim.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/content.h"
#include "cli/headers.h"
#include "cli/many.h"
#include "cli/rest.h"
#include "cli/show.h"
#include "cli/tools.h"
#include "cli/visit.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/text.h"
#include "sys/world.h"

struct inspection {
	struct world *world;
	const struct args *args;
	struct aim aim;
	uint64_t limit;  /* 0: the server's own, or none */
	uint64_t offset; /* of a plain server's tools: what --cursor says */
	struct visit visit;
	const struct json **tools; /* those that can be called */
	size_t n;
};

/* --- At a 1MCP server ------------------------------------------------------------------------------- */

/* The command line that calls what was inspected. */
static struct str call_text(struct inspection *i, struct str name)
{
	struct arena *a = i->world->arena;
	struct str tool = text_quoted(text_shown(str_first(name, 200), a), a);
	const char *const *program = i->aim.program;

	if (!program)
		return arena_print(a, "keyfob run %s%.*s %.*s", args_given(i->args, "--url") ? "--url " : "",
			STR(text_quoted(url_text(&i->aim.url, a), a)), STR(tool));
	return arena_print(a, "keyfob run %.*s -- %.*s ...", STR(tool), STR(text_quoted(str_of(program[0]), a)));
}

static bool show_answer(struct inspection *i, const struct json *answer, struct err *e)
{
	struct world *w = i->world;

	(void)e;
	if (!w->options.json) {
		show_many(w, answer, call_text(i, i->aim.name));
		return true;
	}
	w->out(w, answer->raw);
	w->out(w, S("\n"));
	w->answered = true;
	return true;
}

/* *there is false where MCP must be spoken. */
static bool ask_rest(struct inspection *i, bool *there, struct err *e)
{
	struct onemcp_wish wish = {.what = ONEMCP_INSPECT, .name = i->aim.name, .all = args_given(i->args, "--all"), .limit = i->limit,
		.cursor = args_value(i->args, "--cursor")};
	struct rest rest = {0};
	bool good;

	*there = false;
	if (!i->aim.many)
		return true;
	good = rest_ask(&rest, i->world, i->args, &i->aim, &wish, there, e) && (!*there || show_answer(i, rest.server.answer, e));
	rest_end(&rest);
	return good;
}

/* --- The tools of a server ------------------------------------------------------------------------- */

static bool is_usable(struct inspection *i, const struct json *tool)
{
	if (json_is(json_get(tool, S("name")), JSON_STRING))
		return true;
	world_warn(i->world, "A tool without a name is left out.");
	return false;
}

static bool choose_tools(struct inspection *i, struct err *e)
{
	const struct json *items = i->visit.talk->talk.items;

	i->tools = arena_take_many(&i->visit.talk->memory.keep, json_count(items), sizeof *i->tools);
	for (const struct json *tool = items ? items->first : NULL; i->tools && tool; tool = tool->next)
		if (is_usable(i, tool))
			i->tools[i->n++] = tool;
	return i->tools || err_set(e, ERR_LIMIT, "the server has more tools than fit");
}

/* A server without tools may refuse to list them. */
static bool list_tools(struct inspection *i, struct err *e)
{
	const struct talk *t = &i->visit.talk->talk;

	if (!visit_list(&i->visit, S("tools/list"), S("tools"), e))
		return false;
	if (t->refused && t->refusal.code != RPC_NO_METHOD)
		return visit_refusal(&i->visit, "to list its tools", e);
	return choose_tools(i, e);
}

/* The first and the one behind the last of the tools that are shown. */
static void page_of(const struct inspection *i, size_t *first, size_t *end)
{
	*first = len_min((size_t)i->offset, i->n);
	*end = args_given(i->args, "--all") || !i->limit ? i->n : len_min(i->n, len_add(*first, (size_t)i->limit));
}

/* --- As text ------------------------------------------------------------------------------------------ */

static void print_text(struct inspection *i)
{
	struct world *w = i->world;
	size_t first, end;

	page_of(i, &first, &end);
	show_server(w, &i->visit.talk->talk);
	world_print(w, "%zu tool%s%s\n", i->n, i->n == 1 ? "" : "s", i->n ? ":" : "");
	for (size_t k = first; k < end; k++)
		show_tool_line(w, i->tools[k], 0);
	if (end < i->n)
		world_print(w, "There are more: --cursor %zu, or --all\n", end);
}

/* --- As JSON: everything byte for byte as the server wrote it, so that schemas keep their meaning --------- */

static void write_tools(struct json_write *j, const struct inspection *i)
{
	size_t first, end;

	page_of(i, &first, &end);
	json_write_name(j, S("tools"));
	json_write_array(j);
	for (size_t k = first; k < end; k++)
		json_write_tree(j, i->tools[k]);
	json_write_end_array(j);
	if (end < i->n) {
		struct arena scratch = *i->world->arena;

		json_write_str_as(j, S("nextCursor"), arena_print(&scratch, "%zu", end));
	}
}

/* What else it says that it has. A list that it then refuses is left out. */
static bool write_others(struct inspection *i, struct json_write *j, struct err *e)
{
	static const struct {
		const char *capability, *method, *member;
	} others[] = {
		{"prompts", "prompts/list", "prompts"},
		{"resources", "resources/list", "resources"},
		{"resources", "resources/templates/list", "resourceTemplates"},
	};
	const struct talk *t = &i->visit.talk->talk;

	for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
		if (!json_get(t->server.capabilities, str_of(others[k].capability)))
			continue;
		if (!visit_list(&i->visit, str_of(others[k].method), str_of(others[k].member), e))
			return false;
		if (t->refused)
			continue;
		json_write_name(j, str_of(others[k].member));
		json_write_array(j);
		for (const struct json *one = t->items ? t->items->first : NULL; one; one = one->next)
			json_write_tree(j, one);
		json_write_end_array(j);
	}
	return true;
}

static bool print_json(struct inspection *i, struct err *e)
{
	struct answer a;

	if (!answer_begin(&a, ANSWER_LARGE, e))
		return false;
	show_write_server(&a.json, &i->visit.talk->talk);
	write_tools(&a.json, i);
	if (write_others(i, &a.json, e))
		return answer_send(&a, i->world, e);
	answer_drop(&a);
	return false;
}

static bool print_one(struct inspection *i, struct err *e)
{
	const struct json *tool = tools_find(i->visit.talk->talk.items, i->aim.name);
	struct answer a;

	if (!tool)
		return tools_unknown(i->visit.talk->talk.items, i->aim.name, e);
	if (!i->world->options.json) {
		show_tool(i->world, tool, call_text(i, tools_name(tool)));
		return true;
	}
	if (!answer_begin(&a, ANSWER_LARGE, e))
		return false;
	show_write_server(&a.json, &i->visit.talk->talk);
	json_write_tree_as(&a.json, S("tool"), tool);
	return answer_send(&a, i->world, e);
}

/* --- Where the tools are those of many servers ----------------------------------------------------------- */

static struct many many_of(const struct inspection *i)
{
	return (struct many){.tools = i->tools, .n = i->n, .first = (size_t)i->offset,
		.limit = args_given(i->args, "--all") ? 0 : (size_t)(i->limit ? i->limit : 20)};
}

static bool is_many(const struct inspection *i)
{
	struct many m = many_of(i);

	return i->aim.many && many_is(&m);
}

static bool print_many(struct inspection *i, struct err *e)
{
	struct many m = many_of(i);
	struct str name = i->aim.name;
	const struct json *tool;

	if (!name.len)
		return many_show_servers(&m, i->world, e);
	if (many_count(&m, name))
		return many_show_server(&m, i->world, name, e);
	tool = tools_find(i->visit.talk->talk.items, name);
	if (tool && i->world->options.json)
		return many_show_tool(i->world, tool, e);
	return print_one(i, e);
}

/* --- The command --------------------------------------------------------------------------------- */

static bool ask_mcp(struct inspection *i, struct err *e)
{
	bool good = visit_begin(&i->visit, i->world, i->args, &i->aim, e) && list_tools(i, e);

	if (good && is_many(i))
		good = print_many(i, e);
	else if (good && i->aim.name.len)
		good = print_one(i, e);
	else if (good && i->world->options.json)
		good = print_json(i, e);
	else if (good)
		print_text(i);
	visit_end(&i->visit);
	return good;
}

static bool read_number(const struct args *a, const char *flag, uint64_t least, uint64_t *n, struct err *e)
{
	struct str text = args_value(a, flag);

	return !args_given(a, flag) || (str_to_u64(text, n) && *n >= least && *n <= SIZE_MAX) ||
		err_set(e, ERR_USAGE, "%s takes a number, not '%.*s'", flag, STR(str_first(text, 40)));
}

/* The words that users of 1MCP know for it; compact is what --json is anyway. */
static bool read_format(struct world *w, const struct args *a, struct err *e)
{
	struct str name = args_value(a, "--format");
	enum content_format format = CONTENT_TEXT;

	if (name.len && !content_read_format(name, &format, e))
		return false;
	w->options.json = w->options.json || format != CONTENT_TEXT;
	return true;
}

static bool inspect(struct world *w, const struct args *a, struct err *e)
{
	struct inspection i = {.world = w, .args = a};
	bool there;

	if (!read_format(w, a, e) || !read_number(a, "--limit", 1, &i.limit, e) || !aim_read(w, a, &i.aim, e) || !ask_rest(&i, &there, e))
		return false;
	return there || (read_number(a, "--cursor", 0, &i.offset, e) && ask_mcp(&i, e));
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "the server, of 1MCP or another"},
	{"--format", 0, "FORMAT", "text, json or compact (both as --json)"},
	{"--all", 0, NULL, "all tools, however many"},
	{"--limit", 0, "N", "so many at most (1MCP: 20 unless given)"},
	{"--cursor", 0, "CURSOR", "go on from there"},
	HEADERS_FLAGS,
	VISIT_FLAGS,
	{0},
};

const struct command cmd_inspect = {
	.name = "inspect",
	.usage = "inspect [URL] [NAME] [flags]",
	.summary = "Lists the tools of a server, or tells about one",
	.flags = flags,
	.more = "NAME is a tool; at a 1MCP server a SERVER or SERVER/TOOL. Without a URL the\n"
		"only server with a sign-in is asked, or the only one of 1MCP. A stdio server is\n"
		"run by keyfob inspect [NAME] -- PROGRAM ARGS... --json: as the server wrote it.\n",
	.signs_in = true,
	.words_max = 2,
	.takes_program = true,
	.run = inspect,
};

/* inspect: what a server offers: its tools, with what each is for. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/command.h"
#include "client/conversation.h"
#include "client/site.h"
#include "json/json.h"
#include "mcp/param.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"

struct inspection {
	const struct json **tools; /* those that can be called */
	size_t n;
	bool over;
	struct err failure;
};

static void done(void *self, const struct err *failure)
{
	struct inspection *i = self;

	i->over = true;
	if (failure)
		i->failure = *failure;
}

static bool wait_for(struct world *w, struct inspection *i, struct err *e)
{
	while (!i->over)
		if (!events_turn(w->events, e))
			return false;
	i->over = false;
	if (i->failure.kind == ERR_NONE)
		return true;
	if (e)
		*e = i->failure;
	return false;
}

/* The first line of a description, as much as fits. */
static struct str brief(struct str text, size_t room, struct arena *a)
{
	struct str line;

	str_cut(text, '\n', &line, NULL);
	if (line.len > room)
		line = arena_print(a, "%.*s...", STR(str_first(line, room)));
	return text_shown(line, a);
}

static void print_server(struct world *w, const struct conversation *c, struct arena scratch)
{
	const struct talk_server *s = &c->talk.server;
	struct str name = s->title.len ? s->title : s->name;

	world_print(w, "%.*s%s%.*s  (MCP %.*s)\n", STR(text_shown(name.len ? name : S("an unnamed server"), &scratch)),
		s->version.len ? " " : "", STR(text_shown(s->version, &scratch)), STR(c->talk.stream.version));
	if (s->instructions.len)
		world_print(w, "%.*s\n", STR(brief(s->instructions, 400, &scratch)));
}

static void print_tool(struct world *w, const struct json *tool, struct arena scratch)
{
	struct str name = {0};
	struct str description = {0};
	size_t width = w->tty && w->tty->width > 40 ? w->tty->width : 80;

	json_opt_str(tool, S("name"), &name, NULL);
	if (!json_opt_str(tool, S("description"), &description, NULL) || !description.len)
		json_opt_str(tool, S("title"), &description, NULL);
	world_print(w, "  %.*s\n", STR(text_shown(name, &scratch)));
	if (description.len)
		world_print(w, "      %.*s\n", STR(brief(description, width - 12, &scratch)));
}

static void print_text(struct world *w, const struct conversation *c, const struct inspection *i)
{
	print_server(w, c, *w->arena);
	world_print(w, "%zu tool%s%s\n", i->n, i->n == 1 ? "" : "s", i->n ? ":" : "");
	for (size_t k = 0; k < i->n; k++)
		print_tool(w, i->tools[k], *w->arena);
}

/* Tools leave byte for byte as the server wrote them, so that schemas keep their meaning. */
static bool print_json(struct world *w, const struct conversation *c, const struct inspection *i, struct err *e)
{
	const struct talk_server *s = &c->talk.server;
	struct answer a;

	if (!answer_begin(&a, CONVERSATION_KEEP, e))
		return false;
	json_write_name(&a.json, S("server"));
	json_write_object(&a.json);
	json_write_str_as(&a.json, S("name"), s->name);
	json_write_str_as(&a.json, S("title"), s->title);
	json_write_str_as(&a.json, S("version"), s->version);
	json_write_str_as(&a.json, S("protocolVersion"), c->talk.stream.version);
	json_write_str_as(&a.json, S("instructions"), s->instructions);
	json_write_end_object(&a.json);
	json_write_name(&a.json, S("tools"));
	json_write_array(&a.json);
	for (size_t k = 0; k < i->n; k++)
		json_write_tree(&a.json, i->tools[k]);
	json_write_end_array(&a.json);
	return answer_send(&a, w, e);
}

/* A modern client leaves out tools whose arguments it could not mirror as they ask (MCP 2026-07-28). */
static bool is_usable(struct world *w, const struct conversation *c, const struct json *tool)
{
	struct param params[PARAM_MAX];
	struct arena scratch = *w->arena;
	struct str name = {0};
	struct err why;
	size_t n;

	if (!json_want_str(tool, S("name"), &name, &why)) {
		world_warn(w, "A tool without a name is left out.");
		return false;
	}
	if (c->talk.stream.era != ERA_MODERN || param_find(tool, params, &n, &why))
		return true;
	world_warn(w, "The tool %.*s is left out: %s.", STR(text_shown(name, &scratch)), why.text);
	return false;
}

static bool choose_tools(struct world *w, struct conversation *c, struct inspection *i, struct err *e)
{
	const struct json *tool = c->talk.items ? c->talk.items->first : NULL;

	i->tools = arena_take_many(&c->keep, json_count(c->talk.items), sizeof *i->tools);
	for (; i->tools && tool; tool = tool->next)
		if (is_usable(w, c, tool))
			i->tools[i->n++] = tool;
	return i->tools || err_set(e, ERR_LIMIT, "the server has more tools than fit");
}

/* A server without tools may refuse to list them. */
static bool check_refusal(const struct conversation *c, struct err *e)
{
	const struct rpc *r = &c->talk.refusal;

	if (!c->talk.refused || r->code == RPC_NO_METHOD)
		return true;
	return err_set(e, ERR_FAILED, "the server refuses to list its tools: %.*s (%lld)", STR(str_first(r->message, 200)), (long long)r->code);
}

static bool talk(struct world *w, struct conversation *c, struct err *e)
{
	struct inspection i = {0};
	struct err unimportant;

	c->done = done;
	c->self = &i;
	if (!conversation_start(c, e))
		return false;
	conversation_list(c, S("tools/list"), S("tools"));
	if (!wait_for(w, &i, e) || !check_refusal(c, e) || !choose_tools(w, c, &i, e))
		return false;
	if (!w->options.json)
		print_text(w, c, &i);
	else if (!print_json(w, c, &i, e))
		return false;
	conversation_close(c);
	wait_for(w, &i, &unimportant);
	return true;
}

static bool inspect(struct world *w, const struct args *a, struct err *e)
{
	struct str target = args_target(a);
	struct conversation *c;
	bool good;

	if (!target.len)
		return err_set(e, ERR_USAGE, "which server? keyfob inspect URL");
	c = calloc(1, sizeof *c);
	if (!c)
		return err_set(e, ERR_SYSTEM, "no memory for a conversation");
	c->world = w;
	c->brisk = true;
	good = site_read(target, w->arena, &c->server.url, e) && talk(w, c, e);
	conversation_end(c);
	free(c);
	return good;
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "the same as TARGET"},
	{0},
};

const struct command cmd_inspect = {
	.name = "inspect",
	.usage = "inspect TARGET [flags]",
	.summary = "Lists the tools of a server",
	.flags = flags,
	.more = "TARGET is the URL of a server; its token is used where there is a sign-in. Both\n"
		"kinds of MCP are spoken: with an opening (to 2025-11-25), without (2026-07-28).\n"
		"With --json the tools are given byte for byte as the server wrote them.\n",
	.words_max = 1,
	.run = inspect,
};

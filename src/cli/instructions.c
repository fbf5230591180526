/* instructions: what a server says of itself, to be put before an agent: how to use it, what it is, what it has. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "cli/aim.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/headers.h"
#include "cli/rest.h"
#include "cli/show.h"
#include "cli/tools.h"
#include "cli/visit.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"

enum { TEXT_ROOM = 16 * 1024 * 1024 };

/* Foreign text of many lines; into a pipe as it is. */
static bool print_lines(struct world *w, struct str text, struct err *e)
{
	struct arena memory;
	struct buf out;
	bool full;

	if (!arena_new(&memory, TEXT_ROOM))
		return err_set(e, ERR_SYSTEM, "no memory for the text");
	out = buf_in(&memory, 0);
	if (w->tty && w->tty->out)
		text_show_lines(&out, text);
	else
		buf_add(&out, text);
	if (!str_ends(text, S("\n")))
		buf_add_char(&out, '\n');
	full = out.full;
	if (!full)
		w->out(w, buf_str(&out));
	arena_free(&memory);
	return !full || err_set(e, ERR_LIMIT, "the text is too large to be shown");
}

/* --- At a 1MCP server ------------------------------------------------------------------------------- */

static bool print_rendered(struct world *w, const struct json *answer, struct err *e)
{
	struct str text;

	if (!w->options.json)
		return json_want_str(answer, S("rendered"), &text, e) && print_lines(w, text, e);
	w->out(w, answer->raw);
	w->out(w, S("\n"));
	w->answered = true;
	return true;
}

static bool ask_rest(struct world *w, const struct args *a, const struct aim *t, bool *there, struct err *e)
{
	static const struct onemcp_wish wish = {.what = ONEMCP_INSTRUCTIONS};
	struct rest rest = {0};
	bool good;

	*there = false;
	if (!t->many)
		return true;
	good = rest_ask(&rest, w, a, t, &wish, there, e) && (!*there || print_rendered(w, rest.server.answer, e));
	rest_end(&rest);
	return good;
}

/* --- At any MCP server -------------------------------------------------------------------------------- */

static void print_summary(struct world *w, const struct talk *t)
{
	const struct talk_server *s = &t->server;
	struct arena scratch = *w->arena;

	world_print(w, "Server: %.*s%s%.*s\n", STR(text_shown(s->name.len ? s->name : S("(unnamed)"), &scratch)), s->version.len ? " " : "",
		STR(text_shown(s->version, &scratch)));
	if (s->title.len)
		world_print(w, "Title: %.*s\n", STR(text_shown(s->title, &scratch)));
	world_print(w, "Protocol: MCP %.*s\nCapabilities:", STR(t->stream.version));
	for (const struct json *one = s->capabilities ? s->capabilities->first : NULL; one; one = one->next)
		world_print(w, " %.*s", STR(text_shown(str_first(one->name, 60), &scratch)));
	world_print(w, "%s\nTools: %zu\n", s->capabilities && s->capabilities->first ? "" : " none", json_count(t->items));
}

static bool print_text(struct world *w, const struct talk *t, struct err *e)
{
	struct str instructions = t->server.instructions.len ? t->server.instructions : S("(none provided)");

	world_print(w, "=== PLAYBOOK ===\n\n");
	if (!print_lines(w, instructions, e))
		return false;
	world_print(w, "\n=== SERVER SUMMARY ===\n\n");
	print_summary(w, t);
	world_print(w, "\n=== SERVER DETAILS ===\n\n");
	for (const struct json *tool = t->items ? t->items->first : NULL; tool; tool = tool->next)
		show_tool_line(w, tool, 0);
	return true;
}

static bool print_json(struct world *w, const struct talk *t, struct err *e)
{
	struct answer a;

	if (!answer_begin(&a, ANSWER_LARGE, e))
		return false;
	json_write_str_as(&a.json, S("instructions"), t->server.instructions);
	show_write_server(&a.json, t);
	json_write_name(&a.json, S("tools"));
	json_write_array(&a.json);
	for (const struct json *tool = t->items ? t->items->first : NULL; tool; tool = tool->next)
		json_write_tree(&a.json, tool);
	json_write_end_array(&a.json);
	return answer_send(&a, w, e);
}

static bool ask_mcp(struct world *w, const struct args *a, const struct aim *t, struct err *e)
{
	struct visit v = {0};
	bool good = visit_begin(&v, w, a, t, e) && visit_list(&v, S("tools/list"), S("tools"), e);

	good = good && (w->options.json ? print_json : print_text)(w, &v.talk->talk, e);
	visit_end(&v);
	return good;
}

static bool instructions(struct world *w, const struct args *a, struct err *e)
{
	struct aim t;
	bool there;

	if (!aim_read(w, a, &t, e))
		return false;
	if (t.name.len)
		return err_set(e, ERR_USAGE, "a server is named by its URL: keyfob %s", a->command->usage);
	return ask_rest(w, a, &t, &there, e) && (there || ask_mcp(w, a, &t, e));
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "the server, of 1MCP or another"},
	HEADERS_FLAGS,
	VISIT_FLAGS,
	{0},
};

const struct command cmd_instructions = {
	.name = "instructions",
	.usage = "instructions [URL] [flags]",
	.summary = "Tells how a server wants to be used",
	.flags = flags,
	.more = "For the beginning of an agent's conversation: the server's instructions, what it\n"
		"is, its tools; of a 1MCP server those of all servers behind it. A stdio server\n"
		"is run by keyfob instructions -- PROGRAM ARGS...\n",
	.signs_in = true,
	.words_max = 1,
	.takes_program = true,
	.run = instructions,
};

/* run: calls a tool, or sends the requests of a script. */
#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "cli/aim.h"
#include "cli/args.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/content.h"
#include "cli/headers.h"
#include "cli/play.h"
#include "cli/rest.h"
#include "cli/tools.h"
#include "cli/visit.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/file.h"
#include "sys/tty.h"
#include "sys/world.h"

struct run {
	struct world *world;
	const struct args *args;
	struct aim aim;
	enum content_format format;
	uint64_t max_chars;
	struct visit visit;
	const struct json *tools; /* the server's, where they were asked for */
	bool listed;
};

/* --- What comes of it ---------------------------------------------------------------------------- */

static bool save(struct run *r, const struct json *result, struct err *e)
{
	struct str path = args_value(r->args, "--output");
	struct str base64;
	struct arena memory;
	struct buf bytes;
	bool good;

	if (!args_given(r->args, "--output"))
		return true;
	/* What is in it came from the server: it takes no place but the one that was named. */
	if (!content_file(result, &base64, e) || !file_absolute(path.at, r->world->arena, &path, e) || !file_is_plain(path.at, e))
		return false;
	if (!arena_new(&memory, len_add(base64.len, 4096)))
		return err_set(e, ERR_SYSTEM, "no memory for the file");
	bytes = buf_in(&memory, 0);
	good = (b64_decode(&bytes, base64) || err_set(e, ERR_INPUT, "the file in the result is no base64")) &&
		file_replace(path.at, buf_str(&bytes), e);
	if (good)
		world_say(r->world, "Saved %zu bytes as %.*s.", bytes.len, STR(str_first(path, 200)));
	arena_free(&memory);
	return good;
}

static bool show(struct run *r, const struct json *result, struct err *e)
{
	struct world *w = r->world;
	struct arena memory;
	struct buf out;
	bool full;

	if (!arena_new(&memory, CONVERSATION_KEEP))
		return err_set(e, ERR_SYSTEM, "no memory for the result");
	out = buf_in(&memory, 0);
	content_write(&out, result, r->format, w->tty && w->tty->out, (size_t)r->max_chars);
	full = out.full;
	if (!full)
		w->out(w, buf_str(&out));
	w->answered = !full;
	arena_free(&memory);
	if (full)
		return err_set(e, ERR_LIMIT, "the result is too large to be shown");
	return save(r, result, e);
}

/* --- The call ------------------------------------------------------------------------------------- */

static bool list_tools(struct run *r, struct err *e)
{
	if (r->listed)
		return true;
	if (!visit_list(&r->visit, S("tools/list"), S("tools"), e))
		return false;
	r->listed = true;
	r->tools = r->visit.talk->talk.refused ? NULL : r->visit.talk->talk.items;
	return true;
}

/* Its schema, where what is given cannot be read without; the name that the server has for it. */
static bool learn(struct run *r, struct str *name, const struct json **schema, struct err *e)
{
	const struct json *tool;

	*name = r->aim.name;
	*schema = NULL;
	if (!arguments_want_schema(r->world, r->args) && !str_has(*name, '/'))
		return true;
	if (!list_tools(r, e))
		return false;
	tool = tools_find(r->tools, *name);
	if (!tool)
		return !r->tools || tools_unknown(r->tools, *name, e);
	*name = tools_name(tool);
	*schema = json_get(tool, S("inputSchema"));
	return true;
}

static bool write_params(struct run *r, struct str name, struct str arguments, const struct json **params, struct err *e)
{
	struct buf out = buf_in(r->world->arena, 0);
	struct json_write j = json_write_to(&out);

	json_write_object(&j);
	json_write_str_as(&j, S("name"), name);
	json_write_name(&j, S("arguments"));
	json_write_raw(&j, arguments);
	notice_write_meta(r->world, &j);
	json_write_end_object(&j);
	if (out.full)
		return err_set(e, ERR_LIMIT, "the arguments are too large");
	return json_read(buf_str(&out), r->world->arena, params, e);
}

/* e says why a call failed; a name that nobody has is a better reason. */
static bool explain(struct run *r, struct err *e)
{
	struct err unimportant;

	if (list_tools(r, &unimportant) && r->tools && !tools_find(r->tools, r->aim.name))
		return tools_unknown(r->tools, r->aim.name, e);
	return false;
}

static bool call(struct run *r, struct err *e)
{
	const struct talk *talk = &r->visit.talk->talk;
	const struct json *schema, *params;
	struct str name, arguments;

	if (!learn(r, &name, &schema, e) || !arguments_read(r->world, r->args, schema, &arguments, e) ||
		!write_params(r, name, arguments, &params, e) || !visit_ask(&r->visit, S("tools/call"), params, e))
		return false;
	if (talk->refused) {
		visit_refusal(&r->visit, "the call", e);
		return explain(r, e);
	}
	if (!show(r, talk->result, e))
		return false;
	if (!content_is_error(talk->result))
		return true;
	err_set(e, ERR_FAILED, "the tool %.*s says that it failed", STR(str_first(name, 100)));
	return explain(r, e);
}

/* --- The call at a 1MCP server ----------------------------------------------------------------------- */

static bool finish(struct run *r, const struct json *result, struct err *e)
{
	if (!show(r, result, e))
		return false;
	return !content_is_error(result) || err_set(e, ERR_FAILED, "the tool %.*s says that it failed", STR(str_first(r->aim.name, 100)));
}

/* *there is false where there is none, and nothing was called. */
static bool call_rest(struct run *r, struct rest *rest, bool *there, struct err *e)
{
	struct onemcp_wish wish = {.what = ONEMCP_INSPECT, .name = r->aim.name};
	const struct json *schema = NULL;

	if (arguments_want_schema(r->world, r->args)) {
		if (!rest_ask(rest, r->world, r->args, &r->aim, &wish, there, e) || !*there)
			return !*there && rest->server.outcome == ONEMCP_ABSENT;
		schema = json_get(rest->server.answer, S("inputSchema"));
	}
	wish.what = ONEMCP_CALL;
	return arguments_read(r->world, r->args, schema, &wish.arguments, e) &&
		rest_ask(rest, r->world, r->args, &r->aim, &wish, there, e) &&
		(!*there || finish(r, json_get(rest->server.answer, S("result")), e));
}

static bool try_rest(struct run *r, bool *there, struct err *e)
{
	struct rest rest = {0};
	bool good;

	*there = false;
	if (!r->aim.many || !str_has(r->aim.name, '/'))
		return true;
	good = call_rest(r, &rest, there, e);
	rest_end(&rest);
	return good;
}

/* --- The command ------------------------------------------------------------------------------------- */

static bool read_flags(struct run *r, struct err *e)
{
	struct str format = args_value(r->args, "--format");
	struct str max = args_value(r->args, "--max-chars");

	if (r->world->options.json)
		r->format = CONTENT_COMPACT;
	if (format.len && !content_read_format(format, &r->format, e))
		return false;
	if (args_given(r->args, "--raw"))
		r->format = CONTENT_RAW;
	return !max.len || (str_to_u64(max, &r->max_chars) && r->max_chars && r->max_chars <= SIZE_MAX) ||
		err_set(e, ERR_USAGE, "--max-chars takes a number from 1, not '%.*s'", STR(str_first(max, 40)));
}

static bool run_tool(struct run *r, struct err *e)
{
	bool there, good;

	if (!r->aim.name.len)
		return err_set(e, ERR_USAGE, "which tool? keyfob run URL TOOL; 'keyfob inspect URL' lists them");
	if (!read_flags(r, e) || !try_rest(r, &there, e))
		return false;
	if (there)
		return true;
	good = visit_begin(&r->visit, r->world, r->args, &r->aim, e) && call(r, e);
	visit_end(&r->visit);
	return good;
}

static bool run(struct world *w, const struct args *a, struct err *e)
{
	struct run r = {.world = w, .args = a, .visit = {.calls = true}};

	if (!aim_read(w, a, &r.aim, e))
		return false;
	return args_given(a, "--script") ? play_script(w, a, &r.aim, e) : run_tool(&r, e);
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "the server, where it is not the first word"},
	ARGUMENTS_FLAGS,
	{"--script", 0, "FILE", "requests, one JSON object a line; '-' is stdin"},
	{"--format", 0, "FORMAT", "text, json (laid out) or compact (one line)"},
	{"--raw", 0, NULL, "the result byte for byte"},
	{"--max-chars", 0, "N", "cut text after so many characters"},
	{"--output", 'o', "FILE", "save the image, sound or file in the result"},
	ASKING_FLAGS,
	HEADERS_FLAGS,
	VISIT_FLAGS,
	{0},
};

const struct command cmd_run = {
	.name = "run",
	.usage = "run URL TOOL [flags]",
	.summary = "Calls a tool of a server",
	.flags = flags,
	.more = "At a 1MCP server: keyfob run SERVER/TOOL --url URL. A stdio server: keyfob run\n"
		"TOOL -- PROGRAM ARGS... An object may be piped in, or the text of an argument.\n",
	.signs_in = true,
	.words_max = 2,
	.takes_program = true,
	.run = run,
};

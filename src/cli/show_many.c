/* show_many: what a 1MCP server tells of its servers and tools, for people. */
#include "cli/show.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/len.h"
#include "json/json.h"
#include "sys/text.h"
#include "sys/world.h"

static struct str shown(const struct json *object, const char *name, struct arena *a)
{
	struct str value = {0};

	json_opt_str(object, str_of(name), &value, NULL);
	return text_shown(str_first(value, 200), a);
}

static int64_t number(const struct json *object, const char *name)
{
	int64_t value = 0;

	json_opt_int(object, str_of(name), &value, NULL);
	return value;
}

/* The longest value of a column, and its title. */
static int column(const struct json *rows, const char *name, const char *title)
{
	int width = str_printf_len(str_of(title));

	for (const struct json *row = rows ? rows->first : NULL; row; row = row->next) {
		struct str value = {0};

		json_opt_str(row, str_of(name), &value, NULL);
		width = str_printf_len(str_first(value, 40)) > width ? str_printf_len(str_first(value, 40)) : width;
	}
	return width;
}

static void show_servers(struct world *w, const struct json *servers)
{
	int name = column(servers, "server", "SERVER"), type = column(servers, "type", "TYPE"), status = column(servers, "status", "STATUS");

	if (!json_count(servers)) {
		world_print(w, "No servers.\n");
		return;
	}
	world_print(w, "%-*s  %-*s  %-*s  TOOLS\n", name, "SERVER", type, "TYPE", status, "STATUS");
	for (const struct json *one = servers->first; one; one = one->next) {
		struct arena scratch = *w->arena;
		bool available = true;

		json_opt_bool(one, S("available"), &available, NULL);
		world_print(w, "%-*.*s  %-*.*s  %-*.*s  %5" PRId64 "%s\n", name, STR(shown(one, "server", &scratch)), type,
			STR(shown(one, "type", &scratch)), status, STR(shown(one, "status", &scratch)), number(one, "toolCount"),
			available ? "" : "  (not available)");
	}
}

static void show_tool_of(struct world *w, const struct json *tool)
{
	struct arena scratch = *w->arena;
	int64_t required = number(tool, "requiredArgs"), optional = number(tool, "optionalArgs");
	struct str description = {0};

	json_opt_str(tool, S("description"), &description, NULL);
	world_print(w, "  %.*s (%" PRId64 " required, %" PRId64 " optional)\n", STR(shown(tool, "tool", &scratch)), required, optional);
	if (description.len)
		world_print(w, "      %.*s\n", STR(show_brief(description, len_sub(show_width(w), 12), &scratch)));
}

static void show_server_of(struct world *w, const struct json *server)
{
	const struct json *tools = json_get(server, S("tools"));
	struct arena scratch = *w->arena;
	struct str instructions = {0}, cursor;
	bool more = false;

	json_opt_str(server, S("instructions"), &instructions, NULL);
	json_opt_bool(server, S("hasMore"), &more, NULL);
	world_print(w, "%.*s  (%.*s, %.*s)\n", STR(shown(server, "server", &scratch)), STR(shown(server, "type", &scratch)),
		STR(shown(server, "status", &scratch)));
	if (instructions.len)
		world_print(w, "%.*s\n", STR(show_brief(instructions, 400, &scratch)));
	world_print(w, "%zu of %" PRId64 " tools:\n", json_count(tools), number(server, "totalTools"));
	for (const struct json *tool = tools ? tools->first : NULL; tool; tool = tool->next)
		show_tool_of(w, tool);
	cursor = shown(server, "nextCursor", &scratch); /* only now: what prints the tools uses the same memory */
	if (more && cursor.len)
		world_print(w, "There are more: --cursor %.*s, or --all\n", STR(text_quoted(cursor, &scratch)));
	else if (more)
		world_print(w, "There are more: --all\n");
}

void show_many(struct world *w, const struct json *answer, struct str call)
{
	if (json_is_str(json_get(answer, S("kind")), S("servers")))
		show_servers(w, json_get(answer, S("servers")));
	else if (json_is_str(json_get(answer, S("kind")), S("server")))
		show_server_of(w, answer);
	else
		show_tool(w, answer, call);
}

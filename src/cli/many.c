#include "cli/many.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"
#include "cli/answer.h"
#include "cli/schema.h"
#include "cli/show.h"
#include "cli/tools.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/text.h"
#include "sys/world.h"

static const struct str between = S_INIT("_1mcp_");

bool many_cut(struct str name, struct str *server, struct str *tool)
{
	size_t at = str_find_str(name, between);

	*server = str_first(name, at);
	*tool = str_from(name, len_add(at, between.len));
	return at < name.len && server->len && tool->len;
}

/* The name of the server that tool number i is of. */
static struct str server_of(const struct many *m, size_t i)
{
	struct str server, tool;

	return many_cut(tools_name(m->tools[i]), &server, &tool) ? server : (struct str){0};
}

bool many_is(const struct many *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (!server_of(m, i).len)
			return false;
	return m->n > 0;
}

size_t many_count(const struct many *m, struct str server)
{
	size_t count = 0;

	for (size_t i = 0; i < m->n; i++)
		count = len_add(count, str_same(server_of(m, i), server));
	return count;
}

/* Tool number i is the first of its server. */
static bool is_first(const struct many *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_same(server_of(m, k), server_of(m, i)))
			return false;
	return true;
}

static bool begin(struct answer *a, const char *kind, struct err *e)
{
	if (!answer_begin(a, ANSWER_LARGE, e))
		return false;
	json_write_str_as(&a->json, S("kind"), str_of(kind));
	return true;
}

/* --- Servers --------------------------------------------------------------------------------------- */

static bool write_servers(const struct many *m, struct world *w, struct err *e)
{
	struct answer a;

	if (!begin(&a, "servers", e))
		return false;
	json_write_name(&a.json, S("servers"));
	json_write_array(&a.json);
	for (size_t i = 0; i < m->n; i++) {
		if (!is_first(m, i))
			continue;
		json_write_object(&a.json);
		json_write_str_as(&a.json, S("server"), server_of(m, i));
		json_write_int_as(&a.json, S("toolCount"), (int64_t)many_count(m, server_of(m, i)));
		json_write_end_object(&a.json);
	}
	json_write_end_array(&a.json);
	return answer_send(&a, w, e);
}

bool many_show_servers(const struct many *m, struct world *w, struct err *e)
{
	int width = str_printf_len(S("SERVER"));

	if (w->options.json)
		return write_servers(m, w, e);
	for (size_t i = 0; i < m->n; i++) {
		int len = str_printf_len(str_first(server_of(m, i), 40));

		width = len > width ? len : width;
	}
	world_print(w, "%-*s  TOOLS\n", width, "SERVER");
	for (size_t i = 0; i < m->n; i++) {
		struct arena scratch = *w->arena;

		if (is_first(m, i))
			world_print(w, "%-*.*s  %5zu\n", width, STR(text_shown(server_of(m, i), &scratch)), many_count(m, server_of(m, i)));
	}
	return true;
}

/* --- One server ------------------------------------------------------------------------------------- */

static size_t count_arguments(const struct json *schema, bool required)
{
	const struct json *properties = schema_properties(schema);
	struct schema s;
	size_t n = 0;

	for (const struct json *property = properties ? properties->first : NULL; property; property = property->next) {
		schema_read(property, schema, &s);
		n = len_add(n, s.required == required);
	}
	return n;
}

static void write_tool(struct json_write *j, const struct json *tool)
{
	const struct json *schema = json_get(tool, S("inputSchema"));
	struct str server, name;

	many_cut(tools_name(tool), &server, &name);
	json_write_object(j);
	json_write_str_as(j, S("tool"), name);
	json_write_str_as(j, S("qualifiedName"), tools_name(tool));
	if (json_get(tool, S("description")))
		json_write_tree_as(j, S("description"), json_get(tool, S("description")));
	json_write_int_as(j, S("requiredArgs"), (int64_t)count_arguments(schema, true));
	json_write_int_as(j, S("optionalArgs"), (int64_t)count_arguments(schema, false));
	json_write_end_object(j);
}

/* The tools of that server within the limits, one by one; NULL behind the last. *i counts all tools, *seen those of the server. */
static const struct json *next(const struct many *m, struct str server, size_t *i, size_t *seen)
{
	for (; *i < m->n; (*i)++) {
		if (!str_same(server_of(m, *i), server))
			continue;
		*seen = len_add(*seen, 1);
		if (*seen > m->first && (!m->limit || *seen <= len_add(m->first, m->limit)))
			return m->tools[(*i)++];
	}
	return NULL;
}

static bool write_server(const struct many *m, struct world *w, struct str server, struct err *e)
{
	size_t total = many_count(m, server), i = 0, seen = 0, end = len_add(m->first, m->limit);
	const struct json *tool;
	struct answer a;

	if (!begin(&a, "server", e))
		return false;
	json_write_str_as(&a.json, S("server"), server);
	json_write_name(&a.json, S("tools"));
	json_write_array(&a.json);
	while ((tool = next(m, server, &i, &seen)))
		write_tool(&a.json, tool);
	json_write_end_array(&a.json);
	json_write_int_as(&a.json, S("totalTools"), (int64_t)total);
	json_write_bool_as(&a.json, S("hasMore"), m->limit && end < total);
	if (m->limit && end < total) {
		struct arena scratch = *w->arena;

		json_write_str_as(&a.json, S("nextCursor"), arena_print(&scratch, "%zu", end));
	}
	return answer_send(&a, w, e);
}

bool many_show_server(const struct many *m, struct world *w, struct str server, struct err *e)
{
	size_t total = many_count(m, server), i = 0, seen = 0, end = len_add(m->first, m->limit);
	struct arena scratch = *w->arena;
	const struct json *tool;

	if (w->options.json)
		return write_server(m, w, server, e);
	world_print(w, "%.*s\n%zu tool%s:\n", STR(text_shown(server, &scratch)), total, total == 1 ? "" : "s");
	while ((tool = next(m, server, &i, &seen)))
		show_tool_line(w, tool, len_add(server.len, between.len));
	if (m->limit && end < total)
		world_print(w, "There are more: --cursor %zu, or --all\n", end);
	return true;
}

bool many_show_tool(struct world *w, const struct json *tool, struct err *e)
{
	static const struct str members[] = {S_INIT("description"), S_INIT("inputSchema"), S_INIT("outputSchema")};
	struct str server, name;
	struct answer a;

	if (!begin(&a, "tool", e))
		return false;
	many_cut(tools_name(tool), &server, &name);
	json_write_str_as(&a.json, S("server"), server);
	json_write_str_as(&a.json, S("tool"), name);
	json_write_str_as(&a.json, S("qualifiedName"), tools_name(tool));
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (json_get(tool, members[i]))
			json_write_tree_as(&a.json, members[i], json_get(tool, members[i]));
	return answer_send(&a, w, e);
}

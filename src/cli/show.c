#include "cli/show.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"
#include "cli/schema.h"
#include "cli/tools.h"
#include "json/json.h"
#include "json/json_write.h"
#include "mcp/talk.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"

struct str show_brief(struct str text, size_t room, struct arena *a)
{
	struct str line;

	str_cut(text, '\n', &line, NULL);
	if (line.len > room)
		line = arena_print(a, "%.*s...", STR(str_first_whole(line, room)));
	return text_shown(line, a);
}

size_t show_width(const struct world *w)
{
	return w->tty && w->tty->width > 40 ? w->tty->width : 80;
}

static struct str member(const struct json *object, const char *name)
{
	struct str value = {0};

	json_opt_str(object, str_of(name), &value, NULL);
	return value;
}

void show_server(struct world *w, const struct talk *t)
{
	const struct talk_server *s = &t->server;
	struct arena scratch = *w->arena;
	struct str name = s->title.len ? s->title : s->name;

	world_print(w, "%.*s%s%.*s  (MCP %.*s)\n", STR(text_shown(name.len ? name : S("an unnamed server"), &scratch)),
		s->version.len ? " " : "", STR(text_shown(s->version, &scratch)), STR(t->stream.version));
	if (s->instructions.len)
		world_print(w, "%.*s\n", STR(show_brief(s->instructions, 400, &scratch)));
}

void show_write_server(struct json_write *j, const struct talk *t)
{
	const struct talk_server *s = &t->server;

	json_write_name(j, S("server"));
	json_write_object(j);
	json_write_str_as(j, S("name"), s->name);
	json_write_str_as(j, S("title"), s->title);
	json_write_str_as(j, S("version"), s->version);
	json_write_str_as(j, S("protocolVersion"), t->stream.version);
	json_write_str_as(j, S("instructions"), s->instructions);
	if (s->capabilities)
		json_write_tree_as(j, S("capabilities"), s->capabilities);
	json_write_end_object(j);
}

/* --- Tools ---------------------------------------------------------------------------------------- */

static void add_arguments(struct buf *out, const struct json *schema, bool required)
{
	const struct json *properties = schema_properties(schema);
	struct schema s;

	for (const struct json *property = properties ? properties->first : NULL; property; property = property->next) {
		schema_read(property, schema, &s);
		if (s.required != required)
			continue;
		buf_add(out, out->len ? S(", ") : S(""));
		buf_add(out, required ? S("") : S("["));
		text_show(out, str_first(s.name, 60));
		buf_add(out, required ? S("") : S("]"));
	}
}

struct str show_arguments(const struct json *schema, struct arena *a)
{
	struct buf out = buf_in(a, 0);

	add_arguments(&out, schema, true);
	add_arguments(&out, schema, false);
	return buf_str(&out);
}

static struct str purpose(const struct json *tool)
{
	struct str description = member(tool, "description");

	return description.len ? description : member(tool, "title");
}

void show_tool_line(struct world *w, const struct json *tool, size_t skip)
{
	struct arena scratch = *w->arena;
	struct str arguments = show_arguments(json_get(tool, S("inputSchema")), &scratch);
	struct str what = purpose(tool);

	world_print(w, "  %.*s%s%.*s%s\n", STR(text_shown(str_from(tools_name(tool), skip), &scratch)), arguments.len ? " (" : "",
		STR(str_first(arguments, 400)), arguments.len ? ")" : "");
	if (what.len)
		world_print(w, "      %.*s\n", STR(show_brief(what, len_sub(show_width(w), 12), &scratch)));
}

static void show_argument(struct world *w, const struct schema *s, int width)
{
	struct arena scratch = *w->arena;
	struct str name = text_shown(str_first(s->name, 60), &scratch);
	struct str what = s->description.len ? s->description : s->title;
	struct str value, title;

	world_print(w, "  %-*.*s  %.*s%s", width, STR(name), STR(schema_type_text(s, &scratch)), s->required ? "" : ", optional");
	for (size_t i = 0; i < 12 && schema_choice(s, i, &value, &title); i++)
		world_print(w, "%s%.*s", i ? ", " : ": ", STR(text_shown(str_first(value, 60), &scratch)));
	if (s->fallback)
		world_print(w, " (unless given: %.*s)", STR(text_shown(str_first(s->fallback->raw, 60), &scratch)));
	world_print(w, "\n");
	if (what.len)
		world_print(w, "      %.*s\n", STR(show_brief(what, len_sub(show_width(w), 12), &scratch)));
}

static void show_arguments_apart(struct world *w, const struct json *schema)
{
	const struct json *properties = schema_properties(schema);
	const struct json *first = properties ? properties->first : NULL;
	struct schema s;
	int width = 0;

	for (const struct json *property = first; property; property = property->next) {
		int len = str_printf_len(str_first(property->name, 30));

		width = len > width ? len : width;
	}
	world_print(w, "\nArguments:%s\n", first ? "" : " none");
	for (const struct json *property = first; property; property = property->next) {
		schema_read(property, schema, &s);
		show_argument(w, &s, width);
	}
}

/* Its own keywords and all, as the server wrote it, but laid out. */
static void show_schema(struct world *w, const char *title, const struct json *schema)
{
	struct arena scratch = *w->arena;
	struct buf out = buf_in(&scratch, 0);
	struct json_write j = json_write_to(&out);

	if (!schema)
		return;
	j.indent = 2;
	json_write_tree(&j, schema);
	world_print(w, "\n%s:\n", title);
	w->out(w, out.full ? S("(larger than can be shown here: --json gives it)") : buf_str(&out));
	world_print(w, "\n");
}

/* keyfob run ... --arg a=NUMBER */
static void show_call(struct world *w, const struct json *schema, struct str call)
{
	const struct json *properties = schema_properties(schema);
	struct arena scratch = *w->arena;
	struct schema s;

	world_print(w, "\nTo call it:\n  %.*s", STR(call));
	for (const struct json *property = properties ? properties->first : NULL; property; property = property->next) {
		schema_read(property, schema, &s);
		if (s.required)
			world_print(w, " --arg %.*s=...", STR(text_quoted(text_shown(str_first(s.name, 60), &scratch), &scratch)));
	}
	world_print(w, "\n");
}

void show_tool(struct world *w, const struct json *tool, struct str call)
{
	const struct json *schema = json_get(tool, S("inputSchema"));
	struct arena scratch = *w->arena;
	struct str name = tools_name(tool), what = purpose(tool);
	struct buf text = buf_in(&scratch, 0);

	text_show_lines(&text, str_first(what, 8192));
	world_print(w, "%.*s\n", STR(text_shown(name.len ? name : member(tool, "tool"), &scratch)));
	if (what.len)
		world_print(w, "%.*s\n", STR(buf_str(&text)));
	show_arguments_apart(w, schema);
	show_schema(w, "Input schema", schema);
	show_schema(w, "Output schema", json_get(tool, S("outputSchema")));
	show_call(w, schema, call);
}

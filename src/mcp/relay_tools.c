#include "mcp/relay_tools.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "http/field.h"
#include "json/json.h"
#include "json/skim.h"
#include "mcp/param.h"
#include "mcp/relay.h"

bool relay_tools_begin(struct relay_tools *t, struct err *e)
{
	t->n = 0;
	if (arena_new(&t->keep, RELAY_TOOLS_ROOM) && arena_new(&t->work, RELAY_TOOLS_WORK))
		return true;
	return err_set(e, ERR_SYSTEM, "there is no memory for the tools of a server");
}

void relay_tools_end(struct relay_tools *t)
{
	arena_free(&t->keep);
	arena_free(&t->work);
	t->n = 0;
}

static void forget(struct relay_tools *t)
{
	arena_reset(&t->keep);
	t->tools = arena_take_many(&t->keep, RELAY_TOOLS, sizeof *t->tools);
	t->n = 0;
}

static struct relay_tool *find(const struct relay_tools *t, struct str name)
{
	for (size_t i = t->n; i > 0; i--)
		if (str_same(t->tools[i - 1].name, name))
			return &t->tools[i - 1];
	return NULL;
}

/* --- What passes by --------------------------------------------------------------------- */

static bool copy_param(struct arena *a, const struct param *from, struct param *to)
{
	*to = (struct param){.header = arena_str(a, from->header), .depth = from->depth};
	if (!to->header.at)
		return false;
	for (size_t i = 0; i < from->depth; i++) {
		to->path[i] = arena_str(a, from->path[i]);
		if (!to->path[i].at)
			return false;
	}
	return true;
}

/* What does not fit is not remembered: its calls go without the fields, and the server says what it misses. */
static void remember(struct relay_tools *t, struct str name, const struct param *params, size_t n)
{
	struct relay_tool tool = {.name = arena_str(&t->keep, name), .params = arena_take_many(&t->keep, n, sizeof *params), .n = n};

	if (!tool.name.at || !tool.params || t->n == RELAY_TOOLS)
		return;
	for (size_t i = 0; i < n; i++)
		if (!copy_param(&t->keep, &params[i], &tool.params[i]))
			return;
	t->tools[t->n++] = tool;
}

/* A tool that is no good JSON by our rules is judged by its letters: it may ask for nothing. */
static bool is_unclear(struct str text, struct err *why)
{
	if (str_find_str(text, S("x-mcp-header")) == text.len)
		return false;
	return !err_set(why, ERR_INPUT, "its description cannot be read");
}

static bool is_usable(struct relay_tools *t, struct str text)
{
	struct param params[PARAM_MAX];
	struct arena scratch = t->work;
	const struct json *tool;
	struct str name = {0};
	struct err why = {0};
	size_t n = 0;
	bool usable;

	usable = json_read(text, &scratch, &tool, NULL) ? json_opt_str(tool, S("name"), &name, &why) && param_find(tool, params, &n, &why) : !is_unclear(text, &why);
	if (!usable && t->removed)
		t->removed(t->self, name, &why);
	if (usable && t->tools && (n || find(t, name)))
		remember(t, name, params, n);
	arena_reset(&t->work);
	return usable;
}

/* Appends the list with those tools that are good. */
static void pass_tools(struct relay_tools *t, struct str list, struct buf *out, bool *changed)
{
	struct skim s;
	struct str name, tool;
	bool wrote = false;

	skim_begin(&s, list);
	while (skim_next(&s, &name, &tool, NULL) == SKIM_PART) {
		if (!is_usable(t, tool)) {
			*changed = true;
			continue;
		}
		buf_add(out, wrote ? S(",") : S("["));
		buf_add(out, tool);
		wrote = true;
	}
	buf_add(out, wrote ? S("]") : S("[]"));
}

bool relay_tools_pass(struct relay_tools *t, const struct relay *m, bool first_page, struct buf *out, bool *changed, struct err *e)
{
	struct str list = skim_member(m->result, S("tools"));
	struct str before = str_between(m->text.at, list.at);
	size_t start = out->len;

	*changed = false;
	if (first_page)
		forget(t);
	if (str_starts(list, S("["))) {
		buf_add(out, before);
		pass_tools(t, list, out, changed);
		buf_add(out, str_from(m->text, len_add(before.len, list.len)));
	}
	if (*changed)
		return !out->full || err_set(e, ERR_LIMIT, "the list of tools is too long");
	buf_cut(out, start);
	out->full = false;
	buf_add(out, m->text);
	return !out->full || err_set(e, ERR_LIMIT, "the list of tools is too long");
}

/* --- Calls ------------------------------------------------------------------------------ */

static bool add_field(const struct param *p, const struct json *arguments, struct arena *a, struct http_field *field, bool *found)
{
	struct str value = {0};

	if (!param_value(p, arguments, a, &value, found)) {
		*found = false;
		return true;
	}
	if (!*found)
		return true;
	*field = (struct http_field){arena_print(a, "Mcp-Param-%.*s", STR(p->header)), arena_str(a, value)};
	return field->name.at && field->value.at;
}

bool relay_tools_fields(struct relay_tools *t, const struct relay *m, struct arena *a, struct http_field *fields, size_t room, size_t *n)
{
	struct arena scratch = t->work;
	struct str name;
	const struct relay_tool *tool = NULL;
	const struct json *arguments = NULL;
	bool good = true;

	*n = 0;
	if (skim_str(skim_member(m->params, S("name")), &scratch, &name))
		tool = find(t, name);
	if (tool && tool->n)
		json_read(skim_member(m->params, S("arguments")), &scratch, &arguments, NULL);
	for (size_t i = 0; arguments && i < tool->n && *n < room && good; i++) {
		bool found;

		good = add_field(&tool->params[i], arguments, a, &fields[*n], &found);
		*n += found;
	}
	arena_reset(&t->work);
	return good;
}

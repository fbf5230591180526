#include "cli/headers.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/args.h"
#include "http/field.h"
#include "sys/file.h"
#include "sys/world.h"

struct reading {
	struct world *world;
	struct http_field *fields;
	size_t n;
};

/* What belongs to the connection, or to the protocol, which knows it better. */
static bool is_ours(struct str name)
{
	static const char *const names[] = {"Host", "Content-Length", "Connection", "Transfer-Encoding", "Keep-Alive", "Proxy-Connection",
		"Proxy-Authorization", "TE", "Trailer", "Upgrade", "Expect", "Accept", "Accept-Encoding", "Content-Type", "Content-Encoding",
		"DPoP", "Last-Event-ID", "MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_same_nocase(name, str_of(names[i])))
			return true;
	return str_same_nocase(str_first(name, 10), S("Mcp-Param-"));
}

/* Puts in what ${NAME} stands for. */
static bool expand(struct world *w, struct str name, struct str text, struct str *value, struct err *e)
{
	struct buf out = buf_in(w->arena, 0);

	while (text.len) {
		size_t at = str_find_str(text, S("${"));
		struct str variable;
		const char *found;

		buf_add(&out, str_first(text, at));
		text = str_from(text, at);
		if (!text.len)
			break;
		if (!str_cut(str_from(text, 2), '}', &variable, &text))
			return err_set(e, ERR_USAGE, "the header %.*s has a ${ without its }", STR(str_first(name, 60)));
		variable = arena_str(w->arena, variable);
		found = variable.at ? w->env(w, variable.at) : NULL;
		if (!found)
			return err_set(e, ERR_USAGE, "the header %.*s wants the environment variable %.*s, which is not set",
				STR(str_first(name, 60)), STR(str_first(variable, 60)));
		buf_add(&out, str_of(found));
	}
	*value = buf_str(&out);
	return !out.full || err_set(e, ERR_LIMIT, "the header %.*s is too long", STR(str_first(name, 60)));
}

static bool add(struct reading *r, struct str line, struct err *e)
{
	struct str name, value;

	if (!str_cut(line, ':', &name, &value) || !field_is_token(name))
		return err_set(e, ERR_USAGE, "a header is written 'NAME: VALUE', and NAME without blanks");
	if (is_ours(name))
		return err_set(e, ERR_USAGE, "the header %.*s is keyfob's own business and cannot be given", STR(str_first(name, 60)));
	if (r->n == HEADERS_MAX)
		return err_set(e, ERR_USAGE, "more than %d headers are too many", HEADERS_MAX);
	if (!expand(r->world, name, str_trim(value), &value, e))
		return false;
	value = str_trim(value);
	if (!field_is_value(value))
		return err_set(e, ERR_USAGE, "the header %.*s has a value that no header may have: a control character", STR(str_first(name, 60)));
	r->fields[r->n++] = (struct http_field){name, value};
	return true;
}

static bool add_given(struct reading *r, struct str text, struct err *e)
{
	if (!add(r, text, e))
		return false;
	if (str_same_nocase(r->fields[r->n - 1].name, S("Authorization")) && !str_has(text, '$'))
		world_warn(r->world, "A token on the command line can be seen by others on this machine: "
			"--header-file, or --header 'Authorization: Bearer ${VARIABLE}', keeps it out.");
	return true;
}

static bool add_file(struct reading *r, struct str path, struct err *e)
{
	struct buf whole = buf_in(r->world->arena, HEADERS_FILE);
	struct str name = arena_str(r->world->arena, path);
	struct str rest, line;

	if (!name.at)
		return err_set(e, ERR_LIMIT, "no memory for a path");
	if (!file_read(name.at, FILE_TRUSTED, &whole, NULL, e))
		return false;
	rest = buf_str(&whole);
	while (str_word(&rest, '\n', &line)) {
		if (str_ends(line, S("\r")))
			line = str_drop_last(line, 1);
		line = str_trim(line);
		if (line.len && line.at[0] != '#' && !add(r, line, e))
			return err_where(e, "%.*s", STR(str_first(path, 160)));
	}
	return true;
}

bool headers_read(struct world *w, const struct args *a, struct http_field **fields, size_t *n, struct err *e)
{
	struct reading r = {.world = w, .fields = arena_take_many(w->arena, HEADERS_MAX, sizeof *r.fields)};
	struct str value;

	if (!r.fields)
		return err_set(e, ERR_LIMIT, "no memory for headers");
	for (size_t at = 0; args_each(a, "--header", &at, &value);)
		if (!add_given(&r, value, e))
			return false;
	for (size_t at = 0; args_each(a, "--header-file", &at, &value);)
		if (!add_file(&r, value, e))
			return false;
	*fields = r.fields;
	*n = r.n;
	return true;
}

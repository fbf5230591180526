#include "cli/arguments.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/args.h"
#include "cli/piped.h"
#include "cli/schema.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/file.h"
#include "sys/world.h"

static bool are_given(const struct args *a)
{
	return args_given(a, "--args") || args_given(a, "--arg");
}

bool arguments_want_schema(const struct world *w, const struct args *a)
{
	return args_given(a, "--arg") || (!are_given(a) && w->input >= 0);
}

/* --- --args ------------------------------------------------------------------------------------- */

static bool read_file(struct world *w, struct str path, struct str *text, struct err *e)
{
	struct buf whole = buf_in(w->arena, ARGUMENTS_MAX);
	struct str name = arena_str(w->arena, path);

	if (!name.at)
		return err_set(e, ERR_LIMIT, "no memory for a path");
	if (!file_read(name.at, FILE_ANY, &whole, NULL, e))
		return err_where(e, "--args");
	*text = buf_str(&whole);
	return true;
}

static bool read_object(struct world *w, struct str text, const char *where, const struct json **object, struct err *e)
{
	if (!json_read(text, w->arena, object, e)) {
		if (e && e->kind == ERR_INPUT)
			e->kind = ERR_USAGE;
		return err_where(e, "%s", where);
	}
	return json_is(*object, JSON_OBJECT) ||
		err_set(e, ERR_USAGE, "%s: arguments are an object, {\"name\":\"value\"}, not %s", where, json_kind_name(*object));
}

static bool read_args(struct world *w, const struct args *a, const struct json **object, struct err *e)
{
	struct str text = args_value(a, "--args");

	if (!args_given(a, "--args"))
		return true;
	if (str_starts(text, S("@")) && !read_file(w, str_from(text, 1), &text, e))
		return false;
	return read_object(w, text, "--args", object, e);
}

/* --- --arg -------------------------------------------------------------------------------------- */

/* The value of --arg number `from` or a later one of that name: the last. */
static bool find_arg(const struct args *a, size_t from, struct str wanted, struct str *value)
{
	bool found = false;
	struct str text, name, rest;

	for (size_t at = from; args_each(a, "--arg", &at, &text);)
		if (str_cut(text, '=', &name, &rest) && str_same(name, wanted)) {
			*value = rest;
			found = true;
		}
	return found;
}

static bool write_arg(struct world *w, const struct json *schema, struct str name, struct str value, struct json_write *out, struct err *e)
{
	const struct json *property = json_get(schema_properties(schema), name);
	struct schema s = {.name = name};

	if (property)
		schema_read(property, schema, &s);
	json_write_name(out, name);
	return schema_write(&s, value, w->arena, out, e) || err_where(e, "--arg");
}

/* Each name once, with its last value. */
static bool write_args(struct world *w, const struct args *a, const struct json *schema, const struct json *object,
	struct json_write *out, struct err *e)
{
	struct str text, name, value;

	for (const struct json *member = object ? object->first : NULL; member; member = member->next)
		if (!find_arg(a, 0, member->name, &value))
			json_write_tree_as(out, member->name, member);
	for (size_t at = 0; args_each(a, "--arg", &at, &text);) {
		if (!str_cut(text, '=', &name, &value) || !name.len)
			return err_set(e, ERR_USAGE, "--arg is written NAME=VALUE, not '%.*s'", STR(str_first(text, 40)));
		if (!find_arg(a, at, name, &value) && !write_arg(w, schema, name, value, out, e))
			return false;
	}
	return true;
}

static bool join(struct world *w, const struct args *a, const struct json *schema, const struct json *object, struct str *text, struct err *e)
{
	struct buf out = buf_in(w->arena, 0);
	struct json_write j = json_write_to(&out);

	json_write_object(&j);
	if (!write_args(w, a, schema, object, &j, e))
		return false;
	json_write_end_object(&j);
	*text = buf_str(&out);
	return !out.full || err_set(e, ERR_LIMIT, "the arguments are too large");
}

/* --- What is piped in ------------------------------------------------------------------------------ */

static const struct json *first_required_string(const struct json *schema)
{
	const struct json *properties = schema_properties(schema);
	struct schema s;

	for (const struct json *property = properties ? properties->first : NULL; property; property = property->next) {
		schema_read(property, schema, &s);
		if (s.required && s.type == SCHEMA_STRING)
			return property;
	}
	return NULL;
}

static bool use_text(struct world *w, const struct json *schema, struct str text, struct str *object, struct err *e)
{
	const struct json *property = first_required_string(schema);
	struct buf out = buf_in(w->arena, 0);
	struct json_write j = json_write_to(&out);

	if (!property)
		return err_set(e, ERR_USAGE, "what is piped in is no JSON object, and no required argument of the tool takes text: "
			"pipe in an object, or use --args or --arg");
	if (str_ends(text, S("\n")))
		text = str_drop_last(text, 1);
	json_write_object(&j);
	json_write_str_as(&j, property->name, text);
	json_write_end_object(&j);
	*object = buf_str(&out);
	return !out.full || err_set(e, ERR_LIMIT, "the arguments are too large");
}

static bool is_blank(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!memchr(" \t\r\n", text.at[i], 4))
			return false;
	return true;
}

static bool use_piped(struct world *w, const struct json *schema, struct str *object, struct err *e)
{
	const struct json *properties = schema_properties(schema);
	const struct json *root;
	struct str text;

	if (schema && !json_count(properties))
		return true; /* it takes none */
	if (!piped_read(w, ARGUMENTS_MAX, "the tool's arguments", "--args '{}' reads none from there", &text, e))
		return false;
	if (is_blank(text))
		return true;
	if (!json_read(text, w->arena, &root, NULL) || !json_is(root, JSON_OBJECT))
		return use_text(w, schema, text, object, e);
	*object = root->raw;
	return true;
}

bool arguments_read(struct world *w, const struct args *a, const struct json *schema, struct str *object, struct err *e)
{
	const struct json *given = NULL;

	*object = S("{}");
	if (!are_given(a))
		return w->input < 0 || use_piped(w, schema, object, e);
	return read_args(w, a, &given, e) && join(w, a, schema, given, object, e);
}

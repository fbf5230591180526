#include "cli/schema.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "json/json.h"
#include "json/json_write.h"
#include "json/number.h"

static const struct {
	const char *name;
	enum schema_type type;
} types[] = {
	{"string", SCHEMA_STRING}, {"number", SCHEMA_NUMBER}, {"integer", SCHEMA_INTEGER},
	{"boolean", SCHEMA_BOOLEAN}, {"array", SCHEMA_ARRAY}, {"object", SCHEMA_OBJECT},
};

static enum schema_type type_named(const struct json *type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (json_is_str(type, str_of(types[i].name)))
			return types[i].type;
	return SCHEMA_ANY;
}

/* ["string", "null"] is a string that may be absent. */
static enum schema_type type_of(const struct json *type)
{
	enum schema_type found = SCHEMA_ANY;

	if (!json_is(type, JSON_ARRAY))
		return type_named(type);
	for (const struct json *one = type->first; one; one = one->next) {
		if (json_is_str(one, S("null")))
			continue;
		if (found != SCHEMA_ANY)
			return SCHEMA_ANY;
		found = type_named(one);
	}
	return found;
}

static const struct json *array_in(const struct json *object, struct str name)
{
	const struct json *found = json_get(object, name);

	return json_is(found, JSON_ARRAY) ? found : NULL;
}

/* enum, or the consts of oneOf (of items: anyOf). */
static const struct json *choices_of(const struct json *node)
{
	static const struct str names[] = {S_INIT("enum"), S_INIT("oneOf"), S_INIT("anyOf")};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct json *found = array_in(node, names[i]);

		if (found && (i == 0 || json_get(found->first, S("const"))))
			return found;
	}
	return NULL;
}

void schema_read(const struct json *property, const struct json *root, struct schema *s)
{
	*s = (struct schema){
		.name = property->name,
		.type = type_of(json_get(property, S("type"))),
		.required = json_has_str(json_get(root, S("required")), property->name),
		.fallback = json_get(property, S("default")),
		.node = property,
	};
	json_opt_str(property, S("title"), &s->title, NULL);
	json_opt_str(property, S("description"), &s->description, NULL);
	s->choices = choices_of(s->type == SCHEMA_ARRAY ? json_get(property, S("items")) : property);
	s->titles = array_in(property, S("enumNames"));
	if (s->type == SCHEMA_ANY && s->choices && json_is(s->choices->first, JSON_STRING))
		s->type = SCHEMA_STRING;
}

const struct json *schema_properties(const struct json *root)
{
	const struct json *properties = json_get(root, S("properties"));

	return json_is(properties, JSON_OBJECT) ? properties : NULL;
}

static const char *type_name(enum schema_type type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return types[i].name;
	return "any";
}

static enum schema_type item_type(const struct schema *s)
{
	enum schema_type type = type_of(json_get(json_get(s->node, S("items")), S("type")));

	return type == SCHEMA_ANY && s->choices ? SCHEMA_STRING : type;
}

struct str schema_type_text(const struct schema *s, struct arena *a)
{
	if (s->type == SCHEMA_ARRAY && item_type(s) != SCHEMA_ANY)
		return arena_print(a, "array of %s", type_name(item_type(s)));
	return str_of(type_name(s->type));
}

static const struct json *at(const struct json *array, size_t i)
{
	const struct json *one = array ? array->first : NULL;

	while (one && i--)
		one = one->next;
	return one;
}

bool schema_choice(const struct schema *s, size_t i, struct str *value, struct str *title)
{
	const struct json *one = at(s->choices, i);
	const struct json *called = at(s->titles, i);

	if (!one)
		return false;
	*value = json_is(one, JSON_STRING) ? one->text : one->raw;
	*title = json_is(called, JSON_STRING) ? called->text : (struct str){0};
	if (json_is(one, JSON_OBJECT)) {
		const struct json *is = json_get(one, S("const"));

		*value = json_is(is, JSON_STRING) ? is->text : is ? is->raw : (struct str){0};
		json_opt_str(one, S("title"), title, NULL);
	}
	return true;
}

/* --- From text to a value ------------------------------------------------------------------------ */

static bool write_json(struct str text, struct arena *a, enum json_kind kind, struct json_write *out)
{
	struct arena scratch = *a;
	const struct json *root;

	if (!json_read(text, &scratch, &root, NULL) || root->kind != kind)
		return false;
	json_write_raw(out, root->raw);
	return true;
}

static bool write_number(struct str text, bool whole, struct json_write *out)
{
	int64_t value;

	if (!text.len || number_scan(text) != text.len || (whole && !number_to_int(text, &value)))
		return false;
	json_write_raw(out, text);
	return true;
}

static bool write_boolean(struct str text, struct json_write *out)
{
	static const struct str words[] = {S_INIT("true"), S_INIT("yes"), S_INIT("y"), S_INIT("false"), S_INIT("no"), S_INIT("n")};

	for (size_t i = 0; i < 6; i++)
		if (str_same_nocase(text, words[i])) {
			json_write_bool(out, i < 3);
			return true;
		}
	return false;
}

/* Whatever is JSON and no plain word; everything else is a string. */
static void write_any(struct str text, struct arena *a, struct json_write *out)
{
	struct arena scratch = *a;
	const struct json *root;

	if (json_read(text, &scratch, &root, NULL) && root->kind != JSON_STRING)
		json_write_raw(out, root->raw);
	else
		json_write_str(out, text);
}

/* Elements with commas between them. */
static bool write_list(const struct schema *s, struct str text, struct arena *a, struct json_write *out, struct err *e)
{
	struct schema item = {.name = s->name, .type = item_type(s)};
	struct str one;

	json_write_array(out);
	while (text.len) {
		str_cut(text, ',', &one, &text);
		if (!schema_write(&item, str_trim(one), a, out, e))
			return false;
	}
	json_write_end_array(out);
	return true;
}

static bool is_simple(enum schema_type type)
{
	return type == SCHEMA_STRING || type == SCHEMA_NUMBER || type == SCHEMA_INTEGER || type == SCHEMA_BOOLEAN;
}

static bool write_as(const struct schema *s, struct str text, struct arena *a, struct json_write *out)
{
	switch (s->type) {
	case SCHEMA_STRING:
		json_write_str(out, text);
		return true;
	case SCHEMA_NUMBER:
	case SCHEMA_INTEGER:
		return write_number(str_trim(text), s->type == SCHEMA_INTEGER, out);
	case SCHEMA_BOOLEAN:
		return write_boolean(str_trim(text), out);
	case SCHEMA_ARRAY:
		return write_json(text, a, JSON_ARRAY, out);
	case SCHEMA_OBJECT:
		return write_json(text, a, JSON_OBJECT, out);
	case SCHEMA_ANY:
		break;
	}
	write_any(text, a, out);
	return true;
}

bool schema_write(const struct schema *s, struct str text, struct arena *a, struct json_write *out, struct err *e)
{
	struct arena scratch = *a;

	if (s->type == SCHEMA_ARRAY && is_simple(item_type(s)) && !str_starts(str_trim(text), S("[")))
		return write_list(s, text, a, out, e);
	return write_as(s, text, a, out) ||
		err_set(e, ERR_USAGE, "%.*s wants %s %.*s", STR(str_first(s->name, 80)),
			s->type == SCHEMA_ARRAY || s->type == SCHEMA_OBJECT ? "the JSON of an" : s->type == SCHEMA_INTEGER ? "an" : "a",
			STR(s->type == SCHEMA_BOOLEAN ? S("boolean: true or false") : schema_type_text(s, &scratch)));
}

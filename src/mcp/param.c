#include "mcp/param.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/field.h"
#include "json/json.h"
#include "mcp/mirror.h"

static const struct str annotation = S_INIT("x-mcp-header");

struct search {
	struct param *params;
	size_t n;
	struct str path[PARAM_DEPTH];
	size_t depth;
};

/* Some schema below is annotated. Values that are data, not schemas, do not count, nor does a property of that name. */
static bool is_hidden_below(const struct json *schema)
{
	const struct json *found = json_get(schema, annotation);

	if (found && found->kind != JSON_OBJECT && found->kind != JSON_TRUE && found->kind != JSON_FALSE)
		return true;
	if (schema->kind != JSON_OBJECT && schema->kind != JSON_ARRAY)
		return false;
	for (const struct json *m = schema->first; m; m = m->next)
		if (!str_same(m->name, S("default")) && !str_same(m->name, S("examples")) && !str_same(m->name, S("enum")) &&
			!str_same(m->name, S("const")) && is_hidden_below(m))
			return true;
	return false;
}

static bool is_primitive_name(const struct json *type)
{
	return json_is_str(type, S("string")) || json_is_str(type, S("integer")) || json_is_str(type, S("boolean"));
}

/* string, integer or boolean; or one of them or null. */
static bool is_primitive(const struct json *type)
{
	size_t named = 0;

	if (!type || type->kind != JSON_ARRAY)
		return type && is_primitive_name(type);
	for (const struct json *one = type->first; one; one = one->next) {
		if (!is_primitive_name(one) && !json_is_str(one, S("null")))
			return false;
		named += is_primitive_name(one);
	}
	return named == 1;
}

static bool is_taken(const struct search *s, struct str header)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_same_nocase(s->params[i].header, header))
			return true;
	return false;
}

static bool take(struct search *s, const struct json *property, const struct json *header, struct err *e)
{
	struct param *p;

	if (header->kind != JSON_STRING || !field_is_token(header->text))
		return err_set(e, ERR_INPUT, "x-mcp-header of %.*s is no name of a field", STR(str_first(property->name, 60)));
	if (!is_primitive(json_get(property, S("type"))))
		return err_set(e, ERR_INPUT, "x-mcp-header stands at %.*s, which is no string, integer or boolean", STR(str_first(property->name, 60)));
	if (is_taken(s, header->text))
		return err_set(e, ERR_INPUT, "x-mcp-header %.*s stands twice", STR(str_first(header->text, 60)));
	if (s->n >= PARAM_MAX)
		return err_set(e, ERR_INPUT, "x-mcp-header stands more than %d times", PARAM_MAX);
	p = &s->params[s->n++];
	*p = (struct param){.header = header->text, .depth = s->depth};
	for (size_t i = 0; i < s->depth; i++)
		p->path[i] = s->path[i];
	return true;
}

static bool search_schema(struct search *s, const struct json *schema, struct err *e);

static bool search_properties(struct search *s, const struct json *properties, struct err *e)
{
	if (s->depth >= PARAM_DEPTH)
		return !is_hidden_below(properties) || err_set(e, ERR_INPUT, "x-mcp-header stands more than %d levels deep", PARAM_DEPTH);
	for (const struct json *property = properties->first; property; property = property->next) {
		const struct json *header = json_get(property, annotation);
		bool good;

		s->path[s->depth++] = property->name;
		good = (!header || take(s, property, header, e)) && search_schema(s, property, e);
		s->depth--;
		if (!good)
			return false;
	}
	return true;
}

/* Annotations count along `properties` alone: below anything else they could not be found again in the arguments. */
static bool search_schema(struct search *s, const struct json *schema, struct err *e)
{
	if (schema->kind != JSON_OBJECT)
		return true;
	for (const struct json *m = schema->first; m; m = m->next) {
		if (str_same(m->name, S("properties")) && m->kind == JSON_OBJECT) {
			if (!search_properties(s, m, e))
				return false;
		} else if (!str_same(m->name, annotation) && !str_same(m->name, S("default")) && !str_same(m->name, S("examples")) &&
			!str_same(m->name, S("enum")) && !str_same(m->name, S("const")) && is_hidden_below(m)) {
			return err_set(e, ERR_INPUT, "x-mcp-header stands below %.*s, where no argument can be told", STR(str_first(m->name, 60)));
		}
	}
	return true;
}

bool param_find(const struct json *tool, struct param params[static PARAM_MAX], size_t *n, struct err *e)
{
	const struct json *schema = json_get(tool, S("inputSchema"));
	struct search s = {.params = params};
	bool good = true;

	if (schema && json_get(schema, annotation))
		good = err_set(e, ERR_INPUT, "x-mcp-header stands at inputSchema itself");
	good = good && (!schema || search_schema(&s, schema, e));
	*n = good ? s.n : 0;
	return good;
}

/* --- What a call says --------------------------------------------------------------- */

/* The argument at p's path; NULL where something on the way is missing or no object. */
static const struct json *find_argument(const struct param *p, const struct json *arguments)
{
	const struct json *at = arguments;

	for (size_t i = 0; i < p->depth; i++)
		at = json_get(at, p->path[i]);
	return at;
}

static bool encode(struct str text, struct arena *a, struct str *value)
{
	struct buf out = buf_in(a, 0);

	mirror_encode(&out, text);
	*value = out.len ? buf_str(&out) : S(""); /* empty is a value, too: no slice of nothing */
	return !out.full;
}

/* Digits alone, also where the argument is written 3.0 or 3e0: both sides compare numbers. */
static bool spell(const struct json *number, struct arena *a, struct str *value)
{
	static const int64_t max = ((int64_t)1 << 53) - 1;
	int64_t n;

	if (!json_int(number, &n) || n > max || n < -max)
		return false;
	*value = arena_print(a, "%lld", (long long)n);
	return value->at != NULL;
}

bool param_value(const struct param *p, const struct json *arguments, struct arena *a, struct str *value, bool *found)
{
	const struct json *argument = find_argument(p, arguments);

	*found = argument && argument->kind != JSON_NULL;
	if (!*found)
		return true;
	switch (argument->kind) {
	case JSON_STRING:
		return encode(argument->text, a, value);
	case JSON_NUMBER:
		return spell(argument, a, value);
	case JSON_TRUE:
	case JSON_FALSE:
		*value = argument->kind == JSON_TRUE ? S("true") : S("false");
		return true;
	default:
		return false;
	}
}

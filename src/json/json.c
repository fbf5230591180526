#include "json/json.h"

#include "base/err.h"
#include "json/number.h"

enum { NAME_SHOWN = 60 }; /* bytes of a name in an error text */

const struct json *json_get(const struct json *object, struct str name)
{
	if (!json_is(object, JSON_OBJECT))
		return NULL;
	for (const struct json *m = object->first; m; m = m->next)
		if (str_same(m->name, name))
			return m;
	return NULL;
}

size_t json_count(const struct json *parent)
{
	size_t n = 0;

	for (const struct json *child = parent ? parent->first : NULL; child; child = child->next)
		n++;
	return n;
}

bool json_is(const struct json *value, enum json_kind kind)
{
	return value && value->kind == kind;
}

const char *json_kind_name(const struct json *value)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_FALSE] = "a boolean",
		[JSON_TRUE] = "a boolean",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return value ? names[value->kind] : "absent";
}

static bool wrong(const struct json *member, struct str name, const char *wanted, struct err *e)
{
	return err_set(e, ERR_INPUT, "%.*s is %s, not %s (line %u, column %u)", STR(str_first(name, NAME_SHOWN)),
		json_kind_name(member), wanted, member->line, member->column);
}

/* The member, where null counts as absent. */
static const struct json *find(const struct json *object, struct str name)
{
	const struct json *member = json_get(object, name);

	return json_is(member, JSON_NULL) ? NULL : member;
}

/* Finds a member of one kind: false when it is there with another. *member may be NULL. */
static bool opt(const struct json *object, struct str name, enum json_kind kind,
	const char *wanted, const struct json **member, struct err *e)
{
	*member = find(object, name);
	return !*member || (*member)->kind == kind || wrong(*member, name, wanted, e);
}

static bool want(const struct json *object, struct str name, enum json_kind kind,
	const char *wanted, const struct json **member, struct err *e)
{
	const struct json *found;

	if (!opt(object, name, kind, wanted, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_INPUT, "%.*s is missing", STR(str_first(name, NAME_SHOWN)));
	*member = found;
	return true;
}

bool json_want_str(const struct json *object, struct str name, struct str *value, struct err *e)
{
	const struct json *member;

	if (!want(object, name, JSON_STRING, "a string", &member, e))
		return false;
	*value = member->text;
	return true;
}

bool json_want_object(const struct json *object, struct str name, const struct json **value, struct err *e)
{
	return want(object, name, JSON_OBJECT, "an object", value, e);
}

bool json_want_array(const struct json *object, struct str name, const struct json **value, struct err *e)
{
	return want(object, name, JSON_ARRAY, "an array", value, e);
}

bool json_opt_str(const struct json *object, struct str name, struct str *value, struct err *e)
{
	const struct json *member;

	if (!opt(object, name, JSON_STRING, "a string", &member, e))
		return false;
	if (member)
		*value = member->text;
	return true;
}

bool json_opt_object(const struct json *object, struct str name, const struct json **value, struct err *e)
{
	const struct json *member;

	if (!opt(object, name, JSON_OBJECT, "an object", &member, e))
		return false;
	if (member)
		*value = member;
	return true;
}

bool json_opt_array(const struct json *object, struct str name, const struct json **value, struct err *e)
{
	const struct json *member;

	if (!opt(object, name, JSON_ARRAY, "an array", &member, e))
		return false;
	if (member)
		*value = member;
	return true;
}

bool json_opt_bool(const struct json *object, struct str name, bool *value, struct err *e)
{
	const struct json *member = find(object, name);

	if (member && member->kind != JSON_TRUE && member->kind != JSON_FALSE)
		return wrong(member, name, "a boolean", e);
	if (member)
		*value = member->kind == JSON_TRUE;
	return true;
}

bool json_opt_int(const struct json *object, struct str name, int64_t *value, struct err *e)
{
	const struct json *member;

	if (!opt(object, name, JSON_NUMBER, "a whole number", &member, e))
		return false;
	return !member || json_int(member, value) || wrong(member, name, "a whole number of 64 bits", e);
}

bool json_is_str(const struct json *value, struct str text)
{
	return json_is(value, JSON_STRING) && str_same(value->text, text);
}

bool json_has_str(const struct json *array, struct str text)
{
	if (!json_is(array, JSON_ARRAY))
		return false;
	for (const struct json *item = array->first; item; item = item->next)
		if (json_is_str(item, text))
			return true;
	return false;
}

bool json_int(const struct json *number, int64_t *value)
{
	return json_is(number, JSON_NUMBER) && number_to_int(number->text, value);
}

/* schema_check: whether a value is one that a property may have. */
#include "cli/schema.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "json/json.h"

static bool has_type(enum schema_type type, const struct json *value)
{
	int64_t whole;

	switch (type) {
	case SCHEMA_STRING:
		return json_is(value, JSON_STRING);
	case SCHEMA_NUMBER:
		return json_is(value, JSON_NUMBER);
	case SCHEMA_INTEGER:
		return json_is(value, JSON_NUMBER) && json_int(value, &whole);
	case SCHEMA_BOOLEAN:
		return json_is(value, JSON_TRUE) || json_is(value, JSON_FALSE);
	case SCHEMA_ARRAY:
		return json_is(value, JSON_ARRAY);
	case SCHEMA_OBJECT:
		return json_is(value, JSON_OBJECT);
	case SCHEMA_ANY:
		break;
	}
	return value != NULL;
}

/* A number as near as a double comes; texts that no person would type are none. */
static bool value_of(const struct json *number, double *value)
{
	char memory[64];
	struct buf text = buf_over(memory, sizeof memory);

	if (!json_is(number, JSON_NUMBER))
		return false;
	buf_add(&text, number->text);
	if (!buf_cstr(&text))
		return false;
	*value = strtod(memory, NULL);
	return true;
}

static bool bound(const struct schema *s, const char *name, double *limit)
{
	return value_of(json_get(s->node, str_of(name)), limit);
}

static bool check_number(const struct schema *s, const struct json *number, struct err *e)
{
	double value, limit;

	if (!value_of(number, &value))
		return err_set(e, ERR_USAGE, "%.*s is a number of too many digits", STR(str_first(s->name, 80)));
	if ((bound(s, "minimum", &limit) && value < limit) || (bound(s, "exclusiveMinimum", &limit) && value <= limit))
		return err_set(e, ERR_USAGE, "%.*s is too small: %g is the least", STR(str_first(s->name, 80)), limit);
	if ((bound(s, "maximum", &limit) && value > limit) || (bound(s, "exclusiveMaximum", &limit) && value >= limit))
		return err_set(e, ERR_USAGE, "%.*s is too large: %g is the most", STR(str_first(s->name, 80)), limit);
	return true;
}

static size_t characters(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n = len_add(n, ((unsigned char)text.at[i] & 0xc0) != 0x80);
	return n;
}

static bool check_count(const struct schema *s, size_t n, const char *least, const char *most, const char *what, struct err *e)
{
	double limit;

	if (bound(s, least, &limit) && (double)n < limit)
		return err_set(e, ERR_USAGE, "%.*s has too few %s: %g is the least", STR(str_first(s->name, 80)), what, limit);
	if (bound(s, most, &limit) && (double)n > limit)
		return err_set(e, ERR_USAGE, "%.*s has too many %s: %g is the most", STR(str_first(s->name, 80)), what, limit);
	return true;
}

/* --- Formats, loosely -------------------------------------------------------------------------------- */

/* 9 stands for a digit; what is behind the pattern is not looked at. */
static bool is_like(struct str text, const char *pattern)
{
	size_t i = 0;

	for (; pattern[i]; i++) {
		if (i >= text.len)
			return false;
		if (pattern[i] == '9' ? text.at[i] < '0' || text.at[i] > '9' : text.at[i] != pattern[i])
			return false;
	}
	return true;
}

static bool is_email(struct str text)
{
	struct str name, domain;

	return str_cut(text, '@', &name, &domain) && name.len && domain.len && !str_has(text, ' ') && !str_has(domain, '@');
}

/* A scheme and something behind it (RFC 3986 §3). */
static bool is_uri(struct str text)
{
	struct str scheme, rest;

	if (!str_cut(text, ':', &scheme, &rest) || !scheme.len || !rest.len || str_has(text, ' '))
		return false;
	for (size_t i = 0; i < scheme.len; i++) {
		char c = scheme.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))))
			return false;
	}
	return true;
}

static bool is_date(struct str text)
{
	return text.len == 10 && is_like(text, "9999-99-99");
}

static bool is_date_time(struct str text)
{
	return text.len >= 20 && (is_like(text, "9999-99-99T99:99:99") || is_like(text, "9999-99-99t99:99:99"));
}

static const struct {
	const char *name, *example;
	bool (*is)(struct str text);
} formats[] = {
	{"email", "an address like ann@example.com", is_email},
	{"uri", "a URI like https://example.com/", is_uri},
	{"date", "a date like 2026-01-31", is_date},
	{"date-time", "a time like 2026-01-31T12:00:00Z", is_date_time},
};

static bool check_format(const struct schema *s, struct str text, struct err *e)
{
	struct str format = {0};

	json_opt_str(s->node, S("format"), &format, NULL);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (str_same(format, str_of(formats[i].name)) && !formats[i].is(text))
			return err_set(e, ERR_USAGE, "%.*s wants %s", STR(str_first(s->name, 80)), formats[i].example);
	return true;
}

/* --- All of it ----------------------------------------------------------------------------------------- */

static bool is_choice(const struct schema *s, const struct json *value)
{
	struct str text = json_is(value, JSON_STRING) ? value->text : value->raw;
	struct str choice, title;

	for (size_t i = 0; schema_choice(s, i, &choice, &title); i++)
		if (str_same(choice, text))
			return true;
	return false;
}

static bool check_choice(const struct schema *s, const struct json *value, struct err *e)
{
	return !s->choices || is_choice(s, value) ||
		err_set(e, ERR_USAGE, "%.*s wants one of its choices", STR(str_first(s->name, 80)));
}

static bool check_array(const struct schema *s, const struct json *array, struct err *e)
{
	for (const struct json *one = array->first; one; one = one->next)
		if (!check_choice(s, one, e))
			return false;
	return check_count(s, json_count(array), "minItems", "maxItems", "elements", e);
}

bool schema_check(const struct schema *s, const struct json *value, struct err *e)
{
	char memory[256];
	struct arena scratch;

	arena_over(&scratch, memory, sizeof memory);
	if (!has_type(s->type, value))
		return err_set(e, ERR_USAGE, "%.*s is to be of type %.*s", STR(str_first(s->name, 80)), STR(schema_type_text(s, &scratch)));
	if (json_is(value, JSON_ARRAY))
		return check_array(s, value, e);
	if (!check_choice(s, value, e))
		return false;
	if (json_is(value, JSON_NUMBER))
		return check_number(s, value, e);
	if (json_is(value, JSON_STRING))
		return check_count(s, characters(value->text), "minLength", "maxLength", "characters", e) && check_format(s, value->text, e);
	return true;
}

#include "http/field.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"

bool field_is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c && strchr("!#$%&'*+-.^_`|~", c));
}

bool field_is_token(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!field_is_token_char(s.at[i]))
			return false;
	return s.len > 0;
}

bool field_is_value(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (str_is_control(s.at[i]) && s.at[i] != '\t')
			return false;
	return str_trim(s).len == s.len;
}

struct str field_find(const struct http_field *fields, size_t n, struct str name, bool *found)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_same_nocase(fields[i].name, name))
			continue;
		if (found)
			*found = true;
		return fields[i].value;
	}
	if (found)
		*found = false;
	return (struct str){0};
}

size_t field_count(const struct http_field *fields, size_t n, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += str_same_nocase(fields[i].name, name);
	return count;
}

/* Offset of the first comma outside quoted strings, or s.len. */
static size_t find_comma(struct str s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == ',' && !quoted)
			return i;
		if (s.at[i] == '"')
			quoted = !quoted;
		else if (s.at[i] == '\\' && quoted)
			i++;
	}
	return s.len;
}

bool field_next(struct str *rest, struct str *element)
{
	while (rest->len) {
		size_t comma = find_comma(*rest);

		*element = str_trim(str_first(*rest, comma));
		*rest = str_from(*rest, len_add(comma, 1));
		if (element->len)
			return true;
	}
	*element = (struct str){0};
	return false;
}

bool field_list_has(const struct http_field *fields, size_t n, struct str name, struct str element)
{
	for (size_t i = 0; i < n; i++) {
		struct str rest = fields[i].value;
		struct str each;

		if (!str_same_nocase(fields[i].name, name))
			continue;
		while (field_next(&rest, &each))
			if (str_same_nocase(each, element))
				return true;
	}
	return false;
}

bool field_read_quoted(struct str *rest, struct buf *out)
{
	size_t before = out->len;

	if (!str_starts(*rest, S("\"")))
		return false;
	for (size_t i = 1; i < rest->len && !out->full; i++) {
		char c = rest->at[i];

		if (c == '"') {
			*rest = str_from(*rest, len_add(i, 1));
			return true;
		}
		if (c == '\\' && ++i < rest->len)
			c = rest->at[i];
		if (str_is_control(c) && c != '\t')
			break;
		buf_add_char(out, c);
	}
	buf_cut(out, before);
	return false;
}

void field_write_quoted(struct buf *out, struct str s)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '"' || s.at[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, s.at[i]);
	}
	buf_add_char(out, '"');
}

bool field_is_media_type(struct str value, struct str type)
{
	struct str essence;

	str_cut(value, ';', &essence, NULL);
	return str_same_nocase(str_trim(essence), type);
}

bool field_write(struct buf *out, struct str name, struct str value, struct err *e)
{
	size_t before = out->len;

	if (!field_is_token(name))
		return err_set(e, ERR_INPUT, "\"%.*s\" is no name for an HTTP field", STR(str_first(name, 60)));
	if (!field_is_value(value))
		return err_set(e, ERR_INPUT, "the value of the HTTP field %.*s holds a line break, a control character or a blank at its end",
			STR(str_first(name, 60)));
	buf_add(out, name);
	buf_add(out, S(": "));
	buf_add(out, value);
	buf_add(out, S("\r\n"));
	if (!out->full)
		return true;
	buf_cut(out, before);
	return err_set(e, ERR_LIMIT, "the HTTP head is too long to be sent (at the field %.*s)", STR(str_first(name, 60)));
}

void field_write_end(struct buf *out)
{
	buf_add(out, S("\r\n"));
}

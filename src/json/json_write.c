#include "json/json_write.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "json/json.h"
#include "json/utf8.h"

struct json_write json_write_to(struct buf *out)
{
	return (struct json_write){.out = out};
}

static void new_line(struct json_write *w)
{
	if (!w->indent)
		return;
	buf_add_char(w->out, '\n');
	for (unsigned i = 0; i < w->indent * w->depth; i++)
		buf_add_char(w->out, ' ');
}

/* What stands before an item: a comma, a line break; nothing behind a name. */
static void begin_item(struct json_write *w)
{
	if (w->named) {
		w->named = false;
		return;
	}
	if (w->filled)
		buf_add_char(w->out, ',');
	if (w->depth)
		new_line(w);
	w->filled = true;
}

static void open_bracket(struct json_write *w, char bracket)
{
	begin_item(w);
	buf_add_char(w->out, bracket);
	w->depth++;
	w->filled = false;
}

static void close_bracket(struct json_write *w, char bracket)
{
	w->depth--;
	if (w->filled)
		new_line(w);
	buf_add_char(w->out, bracket);
	w->filled = true; /* the parent holds at least what ends here */
}

void json_write_object(struct json_write *w)
{
	open_bracket(w, '{');
}

void json_write_array(struct json_write *w)
{
	open_bracket(w, '[');
}

void json_write_end_object(struct json_write *w)
{
	close_bracket(w, '}');
}

void json_write_end_array(struct json_write *w)
{
	close_bracket(w, ']');
}

/* The bytes of the control character at the start of s, 0 when it is none; C1 controls
 * (U+0080 to U+009f) are two bytes. *code is its number. */
static size_t control_at(struct str s, unsigned *code)
{
	unsigned char second = s.len > 1 ? (unsigned char)s.at[1] : 0;

	*code = (unsigned char)s.at[0];
	if (str_is_control(s.at[0]))
		return 1;
	if (*code != 0xc2 || second < 0x80 || second > 0x9f)
		return 0;
	*code = second;
	return 2;
}

static void write_control(struct buf *out, unsigned code)
{
	static const char codes[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *found = code ? strchr(codes, (int)code) : NULL;

	if (found)
		buf_print(out, "\\%c", letters[found - codes]);
	else
		buf_print(out, "\\u%04x", code);
}

/* Writes the character at the start of s, which is not empty; how many bytes it was. */
static size_t write_char(struct buf *out, struct str s)
{
	unsigned code;
	size_t n = control_at(s, &code);

	if (n) {
		write_control(out, code);
		return n;
	}
	n = utf8_char(s);
	if (!n) {
		buf_add(out, S("\xef\xbf\xbd"));
		return 1;
	}
	if (s.at[0] == '"' || s.at[0] == '\\')
		buf_add_char(out, '\\');
	buf_add(out, str_first(s, n));
	return n;
}

/* How many bytes at the start of s need no thought. */
static size_t plain_len(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.at[n] >= 0x20 && s.at[n] < 0x7f && s.at[n] != '"' && s.at[n] != '\\')
		n++;
	return n;
}

static void write_quoted(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	while (text.len) {
		size_t n = plain_len(text);

		if (n)
			buf_add(out, str_first(text, n));
		else
			n = write_char(out, text);
		text = str_from(text, n);
	}
	buf_add_char(out, '"');
}

void json_write_name(struct json_write *w, struct str name)
{
	begin_item(w);
	write_quoted(w->out, name);
	buf_add_char(w->out, ':');
	if (w->indent)
		buf_add_char(w->out, ' ');
	w->named = true;
}

void json_write_str(struct json_write *w, struct str text)
{
	begin_item(w);
	write_quoted(w->out, text);
}

void json_write_int(struct json_write *w, int64_t value)
{
	begin_item(w);
	buf_print(w->out, "%" PRId64, value);
}

void json_write_bool(struct json_write *w, bool value)
{
	json_write_raw(w, value ? S("true") : S("false"));
}

void json_write_null(struct json_write *w)
{
	json_write_raw(w, S("null"));
}

void json_write_raw(struct json_write *w, struct str json)
{
	begin_item(w);
	buf_add(w->out, json);
}

static void write_children(struct json_write *w, const struct json *parent, void (*write)(struct json_write *w, const struct json *tree))
{
	bool named = parent->kind == JSON_OBJECT;

	open_bracket(w, named ? '{' : '[');
	for (const struct json *child = parent->first; child; child = child->next) {
		if (named)
			json_write_name(w, child->name);
		write(w, child);
	}
	close_bracket(w, named ? '}' : ']');
}

static void write_value(struct json_write *w, const struct json *tree, void (*write)(struct json_write *w, const struct json *tree))
{
	if (!tree || tree->kind == JSON_NULL)
		json_write_null(w);
	else if (tree->kind == JSON_ARRAY || tree->kind == JSON_OBJECT)
		write_children(w, tree, write);
	else if (tree->kind == JSON_STRING)
		json_write_str(w, tree->text);
	else if (tree->kind == JSON_NUMBER)
		json_write_raw(w, tree->text);
	else
		json_write_bool(w, tree->kind == JSON_TRUE);
}

/* Both go as deep as the tree, which its reader bounded. */
void json_write_tree(struct json_write *w, const struct json *tree)
{
	if (tree && tree->raw.len && !w->indent)
		json_write_raw(w, tree->raw);
	else
		write_value(w, tree, json_write_tree);
}

void json_write_values(struct json_write *w, const struct json *tree)
{
	write_value(w, tree, json_write_values);
}

void json_write_str_as(struct json_write *w, struct str name, struct str text)
{
	json_write_name(w, name);
	json_write_str(w, text);
}

void json_write_int_as(struct json_write *w, struct str name, int64_t value)
{
	json_write_name(w, name);
	json_write_int(w, value);
}

void json_write_bool_as(struct json_write *w, struct str name, bool value)
{
	json_write_name(w, name);
	json_write_bool(w, value);
}

void json_write_tree_as(struct json_write *w, struct str name, const struct json *tree)
{
	json_write_name(w, name);
	json_write_tree(w, tree);
}

#include "json/skim.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/len.h"
#include "json/number.h"
#include "json/quoted.h"
#include "json/utf8.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blank(struct str *rest)
{
	size_t n = 0;

	while (n < rest->len && is_blank(rest->at[n]))
		n++;
	*rest = str_from(*rest, n);
}

static char first(struct str s)
{
	return s.len ? s.at[0] : 0;
}

/* --- Strings ------------------------------------------------------------------------- */

/* The bytes of the escape at the start of s; 0 where it is none. */
static size_t escape_len(struct str s)
{
	static const struct str simple = S_INIT("\"\\/bfnrt");

	if (s.len < 2 || s.at[1] != 'u')
		return s.len >= 2 && str_has(simple, s.at[1]) ? 2 : 0;
	for (size_t i = 2; i < 6; i++)
		if (i >= s.len || hex_digit(s.at[i]) < 0)
			return 0;
	return 6;
}

static bool is_plain(char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && (unsigned char)c < 0x80;
}

/* Moves *rest from behind the opening mark to behind the closing one; *inside is what stands between. */
static const char *skip_string(struct str *rest, struct str *inside)
{
	struct str s = *rest;
	size_t at = 0;

	for (;;) {
		size_t n;

		while (at < s.len && is_plain(s.at[at]))
			at++;
		*rest = str_from(s, at);
		if (!rest->len)
			return "a string without its closing quotation mark";
		if (s.at[at] == '"')
			break;
		if ((unsigned char)s.at[at] < 0x20)
			return "a control character in a string; it must be escaped";
		n = s.at[at] == '\\' ? escape_len(*rest) : utf8_char(*rest);
		if (!n)
			return s.at[at] == '\\' ? "an escape that JSON does not have" : "invalid UTF-8";
		at = len_add(at, n);
	}
	*inside = str_first(s, at);
	*rest = str_from(*rest, 1);
	return NULL;
}

/* --- Values -------------------------------------------------------------------------- */

static const char *skip_word(struct str *rest)
{
	static const struct str words[] = {S_INIT("null"), S_INIT("true"), S_INIT("false")};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_starts(*rest, words[i])) {
			*rest = str_from(*rest, words[i].len);
			return NULL;
		}
	return rest->len ? "no JSON value begins like this" : "a value is missing";
}

/* A string, a number or a word. */
static const char *skip_leaf(struct str *rest)
{
	struct str inside;
	size_t n;
	char c = first(*rest);

	if (c == '"') {
		*rest = str_from(*rest, 1);
		return skip_string(rest, &inside);
	}
	if (c != '-' && (c < '0' || c > '9'))
		return skip_word(rest);
	n = number_scan(*rest);
	*rest = str_from(*rest, n);
	return n ? NULL : "this is not a number as JSON writes it";
}

static const char *skip_name(struct str *rest, struct str *name)
{
	const char *fault;

	if (first(*rest) != '"')
		return "a name in quotation marks is missing";
	*rest = str_from(*rest, 1);
	fault = skip_string(rest, name);
	if (fault)
		return fault;
	skip_blank(rest);
	if (first(*rest) != ':')
		return "a colon is missing";
	*rest = str_from(*rest, 1);
	skip_blank(rest);
	return NULL;
}

/* The levels that are open, a bit each: 1 is an object. */
struct levels {
	unsigned depth;
	unsigned char objects[SKIM_DEPTH / 8];
};

static bool in_object(const struct levels *l)
{
	unsigned top = l->depth - 1;

	return l->objects[top / 8] >> top % 8 & 1;
}

static bool open_level(struct levels *l, bool is_object)
{
	unsigned top = l->depth;
	unsigned bit = 1u << top % 8;

	if (top == SKIM_DEPTH)
		return false;
	l->objects[top / 8] = (unsigned char)(is_object ? l->objects[top / 8] | bit : l->objects[top / 8] & ~bit);
	l->depth++;
	return true;
}

/* Behind a value: closes what is closed here. *again: a comma came, and a next value does. */
static const char *skip_closings(struct levels *l, struct str *rest, bool *again)
{
	*again = false;
	while (l->depth) {
		bool object = in_object(l);
		char c;

		skip_blank(rest);
		c = first(*rest);
		*again = c == ',';
		if (!*again && c != (object ? '}' : ']'))
			return object ? "a comma or } is missing" : "a comma or ] is missing";
		*rest = str_from(*rest, 1);
		if (*again) {
			skip_blank(rest);
			return NULL;
		}
		l->depth--;
	}
	return NULL;
}

/* Opens arrays and objects until a leaf comes, or an empty one of them. *leaf: it stands there. */
static const char *skip_openings(struct levels *l, struct str *rest, bool *leaf)
{
	const char *fault = NULL;
	struct str name;

	for (;;) {
		char c = first(*rest);
		bool object = c == '{';

		*leaf = c != '{' && c != '[';
		if (*leaf)
			return NULL;
		if (!open_level(l, object))
			return "the text is nested too deep";
		*rest = str_from(*rest, 1);
		skip_blank(rest);
		if (first(*rest) == (object ? '}' : ']'))
			return NULL;
		if (object)
			fault = skip_name(rest, &name);
		if (fault)
			return fault;
	}
}

static const char *skip_value(struct str *rest)
{
	struct levels l = {0};
	struct str name;
	const char *fault;
	bool leaf, again;

	do {
		fault = skip_openings(&l, rest, &leaf);
		if (!fault && leaf)
			fault = skip_leaf(rest);
		if (!fault)
			fault = skip_closings(&l, rest, &again);
		if (!fault && again && in_object(&l))
			fault = skip_name(rest, &name);
	} while (!fault && again);
	return fault;
}

static bool bad(struct str text, struct str rest, const char *fault, struct err *e)
{
	return err_set(e, ERR_INPUT, "JSON, byte %zu: %s", len_add(len_sub(text.len, rest.len), 1), fault);
}

bool skim_whole(struct str text, struct str *value, struct err *e)
{
	struct str rest = text;
	const char *start;
	const char *fault;

	skip_blank(&rest);
	start = rest.at;
	fault = skip_value(&rest);
	if (fault)
		return bad(text, rest, fault, e);
	*value = str_between(start, rest.at);
	skip_blank(&rest);
	return !rest.len || bad(text, rest, "something stands behind the end of the value", e);
}

/* --- Parts --------------------------------------------------------------------------- */

void skim_begin(struct skim *s, struct str text)
{
	skip_blank(&text);
	*s = (struct skim){.rest = str_from(text, 1), .close = first(text) == '{' ? '}' : ']'};
}

/* The comma, or the end. */
static const char *skip_between(struct skim *s, bool *over)
{
	skip_blank(&s->rest);
	*over = first(s->rest) == s->close;
	if (*over) {
		s->rest = str_from(s->rest, 1);
		skip_blank(&s->rest);
		return s->rest.len ? "something stands behind the end of the value" : NULL;
	}
	if (s->began) {
		if (first(s->rest) != ',')
			return s->close == '}' ? "a comma or } is missing" : "a comma or ] is missing";
		s->rest = str_from(s->rest, 1);
		skip_blank(&s->rest);
	}
	s->began = true;
	return NULL;
}

enum skim_found skim_next(struct skim *s, struct str *name, struct str *value, struct err *e)
{
	bool over;
	const char *fault = skip_between(s, &over);
	const char *start;

	*name = *value = (struct str){0};
	if (!fault && over)
		return SKIM_END;
	if (!fault && s->close == '}')
		fault = skip_name(&s->rest, name);
	start = s->rest.at;
	if (!fault)
		fault = skip_value(&s->rest);
	*value = str_between(start, s->rest.at);
	if (!fault)
		return SKIM_PART;
	err_set(e, ERR_INPUT, "not JSON: %s", fault);
	return SKIM_BAD;
}

struct str skim_member(struct str text, struct str name)
{
	struct skim s;
	struct str found, value;

	if (first(text) != '{')
		return (struct str){0};
	skim_begin(&s, text);
	while (skim_next(&s, &found, &value, NULL) == SKIM_PART)
		if (str_same(found, name))
			return value;
	return (struct str){0};
}

bool skim_str(struct str value, struct arena *a, struct str *text)
{
	struct quoted q;
	char *at;

	if (first(value) != '"')
		return false;
	q = quoted_scan(str_from(value, 1));
	*text = q.raw;
	if (q.fault || !q.has_escapes)
		return !q.fault;
	at = arena_take(a, q.raw.len);
	if (!at)
		return false;
	*text = str_make(at, quoted_decode(&q, at));
	return true;
}

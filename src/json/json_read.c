#include "json/json.h"

#include "base/arena.h"
#include "base/err.h"
#include "json/distinct.h"
#include "json/number.h"
#include "json/quoted.h"

struct reader {
	struct str rest; /* not read yet */
	struct arena *a;
	struct err *e;
	unsigned depth;     /* arrays and objects that are open */
	const char *marked; /* the place that line and column tell of */
	unsigned line, column;
};

static bool read_value(struct reader *r, struct json *value);

/* Moves the mark to where the reader stands. Each byte is counted once, however many
 * values ask for their place. */
static void mark(struct reader *r)
{
	for (; r->marked < r->rest.at; r->marked++) {
		unsigned char c = (unsigned char)*r->marked;

		if (c == '\n') {
			r->line++;
			r->column = 1;
		} else if ((c & 0xc0) != 0x80) {
			r->column++;
		}
	}
}

static bool bad(struct reader *r, enum err_kind kind, const char *what)
{
	mark(r);
	return err_set(r->e, kind, "JSON line %u, column %u: %s", r->line, r->column, what);
}

static bool no_room(struct reader *r)
{
	return bad(r, ERR_LIMIT, "the text needs more memory than is set aside for it");
}

static void skip_blank(struct reader *r)
{
	size_t n = 0;

	while (n < r->rest.len && (r->rest.at[n] == ' ' || r->rest.at[n] == '\t' || r->rest.at[n] == '\n' || r->rest.at[n] == '\r'))
		n++;
	r->rest = str_from(r->rest, n);
}

/* Takes c, with white space before and behind it, if it is what comes. */
static bool take(struct reader *r, char c)
{
	skip_blank(r);
	if (!r->rest.len || r->rest.at[0] != c)
		return false;
	r->rest = str_from(r->rest, 1);
	skip_blank(r);
	return true;
}

/* Takes the bracket that closes an empty array or object, and no blank behind it: that is not of the value. */
static bool take_close(struct reader *r, char c)
{
	skip_blank(r);
	if (!r->rest.len || r->rest.at[0] != c)
		return false;
	r->rest = str_from(r->rest, 1);
	return true;
}

static bool read_string(struct reader *r, struct str *text)
{
	struct quoted q;
	char *at;

	r->rest = str_from(r->rest, 1);
	q = quoted_scan(r->rest);
	r->rest = str_from(r->rest, q.fault_at);
	if (q.fault)
		return bad(r, ERR_INPUT, q.fault);
	r->rest = str_from(r->rest, 1);
	*text = q.raw;
	if (!q.has_escapes)
		return true;
	at = arena_take(r->a, q.raw.len);
	if (!at)
		return no_room(r);
	*text = str_make(at, quoted_decode(&q, at));
	return true;
}

static struct json *add(struct reader *r)
{
	struct json *node = arena_one(r->a, struct json);

	if (!node) {
		no_room(r);
		return NULL;
	}
	mark(r);
	node->line = r->line;
	node->column = r->column;
	return node;
}

static bool read_array(struct reader *r, struct json *array)
{
	struct json **tail = &array->first;

	if (take_close(r, ']'))
		return true;
	do {
		*tail = add(r);
		if (!*tail || !read_value(r, *tail))
			return false;
		tail = &(*tail)->next;
	} while (take(r, ','));
	if (!r->rest.len || r->rest.at[0] != ']')
		return bad(r, ERR_INPUT, "a comma or ] is missing");
	r->rest = str_from(r->rest, 1);
	return true;
}

static bool read_member(struct reader *r, struct json *member)
{
	if (!r->rest.len || r->rest.at[0] != '"')
		return bad(r, ERR_INPUT, "a name in quotation marks is missing");
	if (!read_string(r, &member->name))
		return false;
	if (!take(r, ':'))
		return bad(r, ERR_INPUT, "a colon is missing");
	return read_value(r, member);
}

static bool check_names(struct reader *r, const struct json *object)
{
	const struct json *twice;

	if (!distinct_check(object, *r->a, &twice))
		return no_room(r);
	if (!twice)
		return true;
	return err_set(r->e, ERR_INPUT, "JSON line %u, column %u: the name \"%.*s\" stands twice in one object",
		twice->line, twice->column, STR(str_first(twice->name, 60)));
}

static bool read_object(struct reader *r, struct json *object)
{
	struct json **tail = &object->first;

	if (take_close(r, '}'))
		return true;
	do {
		*tail = add(r);
		if (!*tail || !read_member(r, *tail))
			return false;
		tail = &(*tail)->next;
	} while (take(r, ','));
	if (!r->rest.len || r->rest.at[0] != '}')
		return bad(r, ERR_INPUT, "a comma or } is missing");
	r->rest = str_from(r->rest, 1);
	return check_names(r, object);
}

/* An array or an object: its opening bracket is what comes. */
static bool read_children(struct reader *r, struct json *parent)
{
	bool done;

	if (r->depth == JSON_DEPTH)
		return bad(r, ERR_LIMIT, "the text is nested too deep (128 levels are the limit)");
	r->depth++;
	parent->kind = r->rest.at[0] == '[' ? JSON_ARRAY : JSON_OBJECT;
	r->rest = str_from(r->rest, 1);
	done = parent->kind == JSON_ARRAY ? read_array(r, parent) : read_object(r, parent);
	r->depth--;
	return done;
}

static bool read_number(struct reader *r, struct json *number)
{
	size_t n = number_scan(r->rest);

	if (!n)
		return bad(r, ERR_INPUT, "this is not a number as JSON writes it");
	number->kind = JSON_NUMBER;
	number->text = str_first(r->rest, n);
	r->rest = str_from(r->rest, n);
	return true;
}

static bool read_word(struct reader *r, struct json *value)
{
	static const struct {
		struct str word;
		enum json_kind kind;
	} words[] = {
		{S_INIT("null"), JSON_NULL},
		{S_INIT("true"), JSON_TRUE},
		{S_INIT("false"), JSON_FALSE},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_starts(r->rest, words[i].word)) {
			value->kind = words[i].kind;
			r->rest = str_from(r->rest, words[i].word.len);
			return true;
		}
	return bad(r, ERR_INPUT, r->rest.len ? "no JSON value begins like this" : "a value is missing");
}

static bool read_value(struct reader *r, struct json *value)
{
	const char *start = r->rest.at;
	char c = r->rest.len ? *start : 0;
	bool done;

	if (c == '[' || c == '{') {
		done = read_children(r, value);
	} else if (c == '"') {
		value->kind = JSON_STRING;
		done = read_string(r, &value->text);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		done = read_number(r, value);
	} else {
		done = read_word(r, value);
	}
	value->raw = str_between(start, r->rest.at);
	return done;
}

static bool read_document(struct reader *r, struct json **root)
{
	if (str_starts(r->rest, S("\xef\xbb\xbf")))
		return bad(r, ERR_INPUT, "a byte order mark; JSON begins without one");
	skip_blank(r);
	*root = add(r);
	if (!*root || !read_value(r, *root))
		return false;
	skip_blank(r);
	return !r->rest.len || bad(r, ERR_INPUT, "something stands behind the end of the value");
}

bool json_read(struct str text, struct arena *a, const struct json **root, struct err *e)
{
	struct reader r = {.rest = text, .a = a, .e = e, .marked = text.at, .line = 1, .column = 1};
	struct arena before = *a;
	struct json *tree = NULL;

	*root = NULL;
	if (!read_document(&r, &tree)) {
		*a = before;
		return false;
	}
	*root = tree;
	return true;
}

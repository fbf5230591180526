#include "json/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "json/distinct.h"
#include "json/json.h"
#include "json/plain.h"
#include "json/yaml_merge.h"

struct anchor {
	struct str name;
	const struct json *node;
};

struct reader {
	struct str text;
	yaml_parser_t parser;
	yaml_event_t event; /* the one to be read next */
	struct arena *a;
	struct err *e;
	unsigned depth; /* collections that are open */
	struct anchor anchors[YAML_ANCHORS];
	size_t anchors_n;
};

static bool read_node(struct reader *r, struct json *node);

static bool bad_at(struct reader *r, yaml_mark_t mark, enum err_kind kind, const char *what)
{
	return err_set(r->e, kind, "YAML line %zu, column %zu: %s", mark.line + 1, mark.column + 1, what);
}

/* At the event that was not expected. */
static bool bad(struct reader *r, const char *what)
{
	return bad_at(r, r->event.start_mark, ERR_INPUT, what);
}

static bool no_room(struct reader *r)
{
	return bad_at(r, r->event.start_mark, ERR_LIMIT, "the document needs more memory than is set aside for it");
}

/* Bytes that are not characters are known by their offset alone. */
static yaml_mark_t mark_of(struct reader *r, size_t offset)
{
	yaml_mark_t mark = {0};
	struct str before = str_first(r->text, offset);

	for (size_t i = 0; i < before.len; i++) {
		if ((before.at[i] & 0xc0) != 0x80)
			mark.column++;
		if (before.at[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static bool bad_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "this is not YAML";
	yaml_mark_t mark = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return err_set(r->e, ERR_SYSTEM, "there is not enough memory to read YAML");
	if (p->error == YAML_READER_ERROR)
		mark = mark_of(r, p->problem_offset);
	if (!p->context || p->error == YAML_READER_ERROR)
		return bad_at(r, mark, ERR_INPUT, problem);
	return err_set(r->e, ERR_INPUT, "YAML line %zu, column %zu: %s (%s)", mark.line + 1, mark.column + 1,
		problem, p->context);
}

/* Scalars may be secrets of a configuration file. */
static void drop_event(struct reader *r)
{
	if (r->event.type == YAML_SCALAR_EVENT)
		secret_wipe(r->event.data.scalar.value, r->event.data.scalar.length);
	yaml_event_delete(&r->event);
}

static bool next(struct reader *r)
{
	drop_event(r);
	return yaml_parser_parse(&r->parser, &r->event) || bad_syntax(r);
}

static struct json *add(struct reader *r)
{
	struct json *node = arena_one(r->a, struct json);

	if (!node) {
		no_room(r);
		return NULL;
	}
	node->line = (unsigned)r->event.start_mark.line + 1;
	node->column = (unsigned)r->event.start_mark.column + 1;
	return node;
}

static bool keep(struct reader *r, struct str *kept, struct str text)
{
	*kept = arena_str(r->a, text);
	return kept->at || no_room(r);
}

/* --- Anchors -------------------------------------------------------------------- */

static bool keep_anchor(struct reader *r, struct str name, const struct json *node)
{
	if (!name.at)
		return true;
	if (r->anchors_n == YAML_ANCHORS)
		return bad_at(r, r->event.start_mark, ERR_LIMIT, "too many anchors (256 are the limit)");
	r->anchors[r->anchors_n++] = (struct anchor){name, node};
	return true;
}

/* The anchor's name, kept before the event that bears it goes. */
static bool take_anchor(struct reader *r, const yaml_char_t *anchor, struct str *name)
{
	*name = (struct str){0};
	return !anchor || keep(r, name, str_of((const char *)anchor));
}

static bool copy_node(struct reader *r, struct json *to, const struct json *from, unsigned depth);

static bool copy_children(struct reader *r, struct json *to, const struct json *from, unsigned depth)
{
	struct json **tail = &to->first;

	for (const struct json *child = from->first; child; child = child->next) {
		*tail = add(r);
		if (!*tail)
			return false;
		(*tail)->line = child->line;
		(*tail)->column = child->column;
		(*tail)->name = child->name;
		if (!copy_node(r, *tail, child, depth))
			return false;
		tail = &(*tail)->next;
	}
	return true;
}

/* The texts are shared, the nodes are not: each has a next of its own. */
static bool copy_node(struct reader *r, struct json *to, const struct json *from, unsigned depth)
{
	to->kind = from->kind;
	to->text = from->text;
	if (from->kind != JSON_ARRAY && from->kind != JSON_OBJECT)
		return true;
	if (depth == JSON_DEPTH)
		return bad_at(r, r->event.start_mark, ERR_LIMIT, "nested too deep (128 levels are the limit)");
	return copy_children(r, to, from, depth + 1);
}

static bool read_alias(struct reader *r, struct json *node)
{
	struct str name = str_of((const char *)r->event.data.alias.anchor);

	for (size_t i = r->anchors_n; i > 0; i--)
		if (str_same(r->anchors[i - 1].name, name))
			return copy_node(r, node, r->anchors[i - 1].node, r->depth) && next(r);
	return bad(r, "this alias names no anchor that ends before it");
}

/* --- Values --------------------------------------------------------------------- */

/* The last part of a tag that YAML itself defines, "str" or "map"; the whole of any other. */
static struct str tag_of(const yaml_char_t *tag)
{
	struct str prefix = S("tag:yaml.org,2002:"), whole = str_of((const char *)tag);

	return str_starts(whole, prefix) ? str_from(whole, prefix.len) : whole;
}

static bool fits_tag(struct str tag, enum json_kind kind)
{
	switch (kind) {
	case JSON_NULL:
		return str_same(tag, S("null"));
	case JSON_FALSE:
	case JSON_TRUE:
		return str_same(tag, S("bool"));
	case JSON_NUMBER:
		return str_same(tag, S("int")) || str_same(tag, S("float"));
	case JSON_ARRAY:
		return str_same(tag, S("seq")) || str_same(tag, S("!"));
	case JSON_OBJECT:
		return str_same(tag, S("map")) || str_same(tag, S("!"));
	default:
		return false;
	}
}

static bool check_tag(struct reader *r, const yaml_char_t *tag, enum json_kind kind)
{
	return !tag || fits_tag(tag_of(tag), kind) || bad(r, "this tag is not known, or its value does not fit it");
}

/* What the scalar of the event at hand means. */
static bool resolve(struct reader *r, struct json *node)
{
	bool plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	const yaml_char_t *tag = r->event.data.scalar.tag;
	struct str text = str_make(r->event.data.scalar.value, r->event.data.scalar.length);
	struct arena before = *r->a;
	struct buf number = buf_in(r->a, 0);

	node->kind = JSON_STRING;
	if (tag && (str_same(tag_of(tag), S("!")) || str_same(tag_of(tag), S("str"))))
		return keep(r, &node->text, text);
	if (plain || tag)
		node->kind = plain_resolve(text, &number);
	if (number.full)
		return no_room(r);
	if (node->kind == JSON_NUMBER)
		node->text = buf_str(&number);
	else
		*r->a = before;
	if (node->kind == JSON_STRING && !keep(r, &node->text, text))
		return false;
	return check_tag(r, tag, node->kind);
}

static bool read_scalar(struct reader *r, struct json *node)
{
	struct str anchor;

	return take_anchor(r, r->event.data.scalar.anchor, &anchor) &&
		resolve(r, node) &&
		keep_anchor(r, anchor, node) &&
		next(r);
}

static bool read_items(struct reader *r, struct json *array)
{
	struct json **tail = &array->first;

	while (r->event.type != YAML_SEQUENCE_END_EVENT) {
		*tail = add(r);
		if (!*tail || !read_node(r, *tail))
			return false;
		tail = &(*tail)->next;
	}
	return true;
}

/* Reads a member's name; *merges tells that it is the merge key. */
static bool read_name(struct reader *r, struct json *member, bool *merges)
{
	if (r->event.type != YAML_SCALAR_EVENT)
		return bad(r, "a name must be a word or a text in quotation marks");
	if (!keep(r, &member->name, str_make(r->event.data.scalar.value, r->event.data.scalar.length)))
		return false;
	*merges = str_same(member->name, S("<<")) && r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return next(r);
}

static bool check_names(struct reader *r, const struct json *object)
{
	const struct json *twice;

	if (!distinct_check(object, *r->a, &twice))
		return no_room(r);
	if (!twice)
		return true;
	return err_set(r->e, ERR_INPUT, "YAML line %u, column %u: the name \"%.*s\" stands twice in one mapping",
		twice->line, twice->column, STR(str_first(twice->name, 60)));
}

/* The merge key's value is kept apart until all the mapping's own members are there. */
static bool read_members(struct reader *r, struct json *object)
{
	struct json **tail = &object->first, *merged = NULL;

	while (r->event.type != YAML_MAPPING_END_EVENT) {
		struct json *member = add(r);
		bool merges = false;

		if (!member || !read_name(r, member, &merges) || !read_node(r, member))
			return false;
		if (merges && merged)
			return bad(r, "<< stands twice in one mapping; give it a list");
		if (merges) {
			merged = member;
			continue;
		}
		*tail = member;
		tail = &member->next;
	}
	return check_names(r, object) && (!merged || yaml_merge(object, merged, r->e));
}

static bool read_collection(struct reader *r, struct json *node, const yaml_char_t *anchor_of, const yaml_char_t *tag)
{
	struct str anchor;
	bool is_array = node->kind == JSON_ARRAY;

	if (r->depth == JSON_DEPTH)
		return bad_at(r, r->event.start_mark, ERR_LIMIT, "nested too deep (128 levels are the limit)");
	if (!check_tag(r, tag, node->kind) || !take_anchor(r, anchor_of, &anchor) || !next(r))
		return false;
	r->depth++;
	if (!(is_array ? read_items(r, node) : read_members(r, node)))
		return false;
	r->depth--;
	return keep_anchor(r, anchor, node) && next(r);
}

static bool read_node(struct reader *r, struct json *node)
{
	const yaml_event_t *event = &r->event;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(r, node);
	case YAML_SEQUENCE_START_EVENT:
		node->kind = JSON_ARRAY;
		return read_collection(r, node, event->data.sequence_start.anchor, event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		node->kind = JSON_OBJECT;
		return read_collection(r, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
	case YAML_ALIAS_EVENT:
		return read_alias(r, node);
	default:
		return bad(r, "a value is missing");
	}
}

/* --- The document --------------------------------------------------------------- */

static bool read_document(struct reader *r, struct json *root)
{
	if (!next(r) || !next(r)) /* the stream's start, then what is in it */
		return false;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return true;
	if (!next(r) || !read_node(r, root) || !next(r))
		return false;
	return r->event.type == YAML_STREAM_END_EVENT || bad(r, "a second document; only one is read");
}

/* The parser's buffers hold pieces of the text. */
static void end(struct reader *r)
{
	drop_event(r);
	secret_wipe(r->parser.buffer.start, str_between((char *)r->parser.buffer.start, (char *)r->parser.buffer.end).len);
	secret_wipe(r->parser.raw_buffer.start,
		str_between((char *)r->parser.raw_buffer.start, (char *)r->parser.raw_buffer.end).len);
	yaml_parser_delete(&r->parser);
}

bool yaml_read(struct str text, struct arena *a, const struct json **root, struct err *e)
{
	struct reader r = {.text = text, .a = a, .e = e};
	struct arena before = *a;
	struct json *node = NULL;
	bool done;

	*root = NULL;
	if (text.len > YAML_SIZE)
		return err_set(e, ERR_LIMIT, "the YAML text is larger than 1 MiB");
	if (!yaml_parser_initialize(&r.parser))
		return err_set(e, ERR_SYSTEM, "there is not enough memory to read YAML");
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.at ? text.at : ""), text.len);
	node = add(&r);
	done = node && read_document(&r, node);
	end(&r);
	if (done)
		*root = node;
	else
		*a = before;
	return done;
}

/* json: reads one RFC 8259 document into a tree.
 *
 * The rules that the RFC leaves open are fixed here: at most JSON_DEPTH levels;
 * the arena and the caller's own bound limit the size; a name that stands twice
 * in one object is an error; invalid UTF-8 and lone surrogates are errors; a
 * byte order mark is an error; only white space may follow the value.
 * Numbers keep their text, so nothing is rounded. A decoded string may hold
 * zero bytes. Time is linear in the text (n log n in the names of one object). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;

enum { JSON_DEPTH = 128 };

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_kind kind;
	unsigned line;      /* where it begins (a member: where its name begins), from 1 */
	unsigned column;    /* in characters, from 1 */
	struct str text;    /* STRING: decoded; NUMBER: as written */
	struct str name;    /* decoded, when it is a member of an object */
	struct str raw;     /* the value's bytes in the document; empty for a tree that came from YAML */
	struct json *first; /* ARRAY, OBJECT: its first child, in order */
	struct json *next;  /* the next child of the same parent */
};

/* Reads text, which must outlive the tree. The tree and decoded strings live in a; after a
 * failure nothing of it is left there. ERR_INPUT with line and column; ERR_LIMIT when a is full
 * or the text is nested too deep. The error text quotes no value of the document. */
bool json_read(struct str text, struct arena *a, const struct json **root, struct err *e);

/* The member called name; NULL when there is none or object is NULL or no object. */
const struct json *json_get(const struct json *object, struct str name);
/* How many children; 0 for NULL. */
size_t json_count(const struct json *parent);
/* True when value is there and of that kind. */
bool json_is(const struct json *value, enum json_kind kind);
/* "a string", "an object", ...; "absent" for NULL. */
const char *json_kind_name(const struct json *value);

/* The forms that say what is missing: false with ERR_INPUT "NAME is missing" (null counts as
 * missing) or "NAME is not a string". *value may be changed only on success. */
bool json_want_str(const struct json *object, struct str name, struct str *value, struct err *e);
bool json_want_object(const struct json *object, struct str name, const struct json **value, struct err *e);
bool json_want_array(const struct json *object, struct str name, const struct json **value, struct err *e);

/* The forms that take absence for an answer: *value is left as it was when the member is
 * absent or null; false only when it is there with another type or out of range. */
bool json_opt_str(const struct json *object, struct str name, struct str *value, struct err *e);
bool json_opt_object(const struct json *object, struct str name, const struct json **value, struct err *e);
bool json_opt_array(const struct json *object, struct str name, const struct json **value, struct err *e);
bool json_opt_bool(const struct json *object, struct str name, bool *value, struct err *e);
/* Whole numbers; 3600, 3600.0 and 3.6e3 are all 3600. */
bool json_opt_int(const struct json *object, struct str name, int64_t *value, struct err *e);

bool json_is_str(const struct json *value, struct str text);
/* True when array holds a string that equals text. */
bool json_has_str(const struct json *array, struct str text);
/* The whole number in a NUMBER; false when it is none or does not fit. */
bool json_int(const struct json *number, int64_t *value);

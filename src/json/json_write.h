/* json_write: writes JSON onto a buf; commas and escapes are its business.
 *
 * Failure is the buf's: write freely, then ask `full` once. Names are written
 * in the order given. With `indent` above 0 the text is laid out for people. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct json;

struct json_write {
	struct buf *out;
	unsigned indent; /* blanks a level; 0: one line without blanks */
	unsigned depth;  /* private */
	bool filled;     /* private: something stands before in this array or object */
	bool named;      /* private: a name was just written */
};

/* A writer of one value behind what out holds. */
struct json_write json_write_to(struct buf *out);

/* Inside an object each value is preceded by its name. */
void json_write_name(struct json_write *w, struct str name);

void json_write_object(struct json_write *w);
void json_write_array(struct json_write *w);
void json_write_end_object(struct json_write *w);
void json_write_end_array(struct json_write *w);

/* Control characters (C0, DEL, C1) leave as escapes, so that a terminal may show the text;
 * other valid UTF-8 as it is; a byte that is not UTF-8 as U+FFFD. */
void json_write_str(struct json_write *w, struct str text);
void json_write_int(struct json_write *w, int64_t value);
void json_write_bool(struct json_write *w, bool value);
void json_write_null(struct json_write *w);
/* Text that is JSON already; put in byte for byte. */
void json_write_raw(struct json_write *w, struct str json);
/* A value and all below it, without its name. Byte for byte as it was read where it has raw
 * text and indent is 0, else from its values. NULL writes null. */
void json_write_tree(struct json_write *w, const struct json *tree);

/* The same from its values, never its raw text: on one line where indent is 0, and fit for a terminal. */
void json_write_values(struct json_write *w, const struct json *tree);

/* name and value at once. */
void json_write_str_as(struct json_write *w, struct str name, struct str text);
void json_write_int_as(struct json_write *w, struct str name, int64_t value);
void json_write_bool_as(struct json_write *w, struct str name, bool value);
void json_write_tree_as(struct json_write *w, struct str name, const struct json *tree);

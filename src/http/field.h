/* field: the small grammar that all HTTP fields share (RFC 9110 §5): tokens, quoted
 * strings, lists, media types, and writing one field so that nothing can be injected. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf;
struct err;

struct http_field {
	struct str name;
	struct str value;
};

/* tchar, and one or more of them (RFC 9110 §5.6.2). */
bool field_is_token_char(char c);
bool field_is_token(struct str s);
/* What may stand in a value: no controls but the tab, no blank at the ends. Empty is fine. */
bool field_is_value(struct str s);

/* The value of the first field called name (any case), or the empty str; *found may be NULL. */
struct str field_find(const struct http_field *fields, size_t n, struct str name, bool *found);
/* How many fields are called name. */
size_t field_count(const struct http_field *fields, size_t n, struct str name);

/* The next element of the comma list *rest, trimmed; commas in quoted strings do not
 * part, empty elements are passed over (RFC 9110 §5.6.1). False at the end. A quoted
 * string that does not end takes in all that is left. */
bool field_next(struct str *rest, struct str *element);
/* The list, in any of the fields called name, has this element (any case): "close" in Connection. */
bool field_list_has(const struct http_field *fields, size_t n, struct str name, struct str element);

/* A quoted string at the start of *rest (RFC 9110 §5.6.4): appends what it means to out
 * and moves *rest behind it. False, with nothing appended or moved, where none stands or
 * it does not end, or out is full. */
bool field_read_quoted(struct str *rest, struct buf *out);
/* Appends s as a quoted string. s must be a value as field_is_value has it. */
void field_write_quoted(struct buf *out, struct str s);

/* The media type before any parameter, any case: "application/json; charset=utf-8" is application/json. */
bool field_is_media_type(struct str value, struct str type);

/* Appends "name: value" and the line end. ERR_INPUT, and nothing appended, where the name
 * is no token or the value could break out of its line; ERR_LIMIT where out is full. */
bool field_write(struct buf *out, struct str name, struct str value, struct err *e);
/* Appends the empty line that ends a head. */
void field_write_end(struct buf *out);

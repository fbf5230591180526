/* content: what a tool gave (the result of tools/call), as text for people and programs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct buf;
struct err;
struct json;

enum content_format {
	CONTENT_TEXT,    /* texts as they are; other things in one line each; structured content where there is no text */
	CONTENT_JSON,    /* the result, laid out */
	CONTENT_COMPACT, /* the result on one line */
	CONTENT_RAW,     /* the result byte for byte */
};

/* "text", "json", "compact". ERR_USAGE for another. */
bool content_read_format(struct str name, enum content_format *format, struct err *e);

/* Appends the result. shown: it is for a terminal, so that nothing in it does anything but show. max_chars: TEXT is cut
 * behind so many characters, which is then said; 0: never. */
void content_write(struct buf *out, const struct json *result, enum content_format format, bool shown, size_t max_chars);

/* The tool itself says that it failed. */
bool content_is_error(const struct json *result);

/* The one image, audio or binary resource in it: its base64. ERR_FAILED where there are none or several. */
bool content_file(const struct json *result, struct str *base64, struct err *e);

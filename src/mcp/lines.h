/* lines: messages of the stdio transport, one a line, read as the bytes come. What is in a line is not looked at. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/feed.h"

struct arena;
struct err;

struct lines {
	/* private */
	struct buf held; /* a line whose end has not come */
	size_t limit;
	bool given; /* held was handed out */
};

/* Begins an input. A line of at most limit bytes (its end not counted) is held in a, which needs room for about
 * half as much again where the limit is not reached. */
void lines_begin(struct lines *l, struct arena *a, size_t limit);

/* Eats from the start of *bytes, and cuts that off. DONE: *line is one without its end (LF or CRLF), never empty:
 * empty ones are passed over. It is valid until the next call, and no longer than the bytes themselves. MORE: all was
 * eaten. BAD: ERR_LIMIT, a line is too long. */
enum feed lines_read(struct lines *l, struct str *bytes, struct str *line, struct err *e);

/* The input is over. DONE: *line is what came behind the last line end; MORE: nothing did. */
enum feed lines_end(struct lines *l, struct str *line);

/* Wipes what is held. Content with one that was zeroed. */
void lines_forget(struct lines *l);

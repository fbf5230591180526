/* script: requests for a server from a file or standard input, one JSON object a line: {"method":...,"params":{...}}. They
 * are read one by one while the loop turns, so that a script may be written as its answers come. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "mcp/lines.h"
#include "sys/input.h"

struct err;
struct json;
struct world;

enum {
	SCRIPT_LINE = 8 * 1024 * 1024,  /* bytes of one line */
	SCRIPT_FILE = 32 * 1024 * 1024, /* bytes of a file */
	SCRIPT_TREE = 64 * 1024 * 1024, /* what one line may become */
};

struct script_request {
	struct str method;
	const struct json *params; /* an OBJECT, or NULL */
};

/* Reads one line. An object with "method", perhaps "params", an object, and the "jsonrpc" and "id" of a whole message, which are
 * passed over; nothing else. What it points to lives in a, or in line. ERR_INPUT, ERR_USAGE or ERR_LIMIT say what is wrong
 * with it. */
bool script_read(struct str line, struct arena *a, struct script_request *r, struct err *e);

/* Zeroed before script_open; not to be moved until script_close. */
struct script {
	/* private */
	struct world *world;
	struct str name; /* for errors */
	struct arena text, tree;
	struct lines lines;
	struct buf held;   /* of a pipe: the last piece */
	struct str unread;
	bool pipe, arrived, over;
	size_t line; /* the number of line ends that were passed */
	struct input input;
};

/* path: a file, or "-" for standard input. ERR_USAGE where that is a terminal; ERR_SYSTEM. */
bool script_open(struct script *s, struct world *w, struct str path, struct err *e);
/* The next request; *more is false at the end. Valid until the next call. Waits as long as the input does. The
 * error names the line: ERR_USAGE; or ERR_STOPPED. */
bool script_next(struct script *s, struct script_request *r, bool *more, struct err *e);
/* Content with one that was never opened. */
void script_close(struct script *s);

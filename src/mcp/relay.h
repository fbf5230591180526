/* relay: JSON-RPC messages that are passed on between a host and a server, byte for byte: read without a tree, however large
 * they are, as far as is needed to know where they belong.
 *
 * What is wrong within params, results and errors is left to whom it is meant for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "http/feed.h"
#include "json/skim.h"
#include "mcp/rpc.h"

struct arena;
struct buf;
struct err;

/* A message. All are texts within its own (method may be in the arena). */
struct relay {
	enum rpc_kind kind;
	struct str text;   /* all of it */
	struct str id;     /* as it is written, a number or a string; empty where there is none, or null */
	struct str null_id; /* ERROR: where null stands in its place */
	struct str method; /* REQUEST, NOTIFICATION: what it says */
	struct str params; /* REQUEST, NOTIFICATION: an object, or empty */
	struct str result; /* RESULT */
	struct str error;  /* ERROR */
};

/* Reads one message. ERR_INPUT says what is wrong; names at the top that are escaped, or that stand twice, are refused, since
 * two readers could take them for different things. */
bool relay_read(struct str text, struct arena *a, struct relay *m, struct err *e);

/* The messages of a text that holds one, or a batch of them (MCP 2025-03-26): relay_next hands them out one by one, unread.
 * BAD: the text is no JSON. */
struct relay_batch {
	struct skim skim; /* private */
	struct str one;   /* private */
};
void relay_batch_begin(struct relay_batch *b, struct str text);
enum feed relay_batch_next(struct relay_batch *b, struct str *text, struct err *e);

/* Two ids, as they are written, are one: the same string, or the same number. */
bool relay_same_id(struct str a, struct str b);

/* Where in a request its revision stands (`_meta`), as it says; empty where it tells none that a field of HTTP can bear:
 * then it belongs to a legacy session. */
struct str relay_version(const struct relay *m, struct arena *a);
/* The same message as a tree that is cut down to what the head of its HTTP request repeats: the strings of params whose names
 * mirror_name knows, and `_meta` with the revision. False where a is full. */
bool relay_outline(const struct relay *m, struct arena *a, struct rpc *outline);

/* Of an error: its code; 0 where it has none. */
int64_t relay_error_code(const struct relay *m);
/* Of an error: its message, in a; may be empty. */
struct str relay_error_message(const struct relay *m, struct arena *a);

/* Appends the text of m, which is an error without an id, with that id. */
void relay_write_with_id(struct buf *out, const struct relay *m, struct str id);

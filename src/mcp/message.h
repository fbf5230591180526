/* message: the messages that a client of ours sends, as text. Fullness is the buf's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct json;
struct rpc;

/* Who asks. */
struct message_client {
	struct str name;
	struct str version;
	struct str capabilities; /* JSON text of an object; empty: {} */
};

/* Legacy: the opening and what follows it. */
void message_initialize(struct buf *out, int64_t id, struct str version, const struct message_client *client);
void message_initialized(struct buf *out);

struct message_call {
	struct str method;
	const struct json *params;   /* an OBJECT, or NULL */
	const struct str *cursor;    /* the page wanted; NULL: the first. An empty cursor is one too */
	struct str version;          /* modern: the revision, told in `_meta`; legacy: empty */
};

/* A request of either era. What params holds in `_meta` stays, save the three names that are ours. */
void message_call(struct buf *out, int64_t id, const struct message_call *call, const struct message_client *client);

/* What a client without capabilities answers to a server's request: `ping` with an empty
 * result, all others with "method not found". id: JSON text. */
void message_reply(struct buf *out, struct str id, bool is_ping);

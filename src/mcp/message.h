/* message: the messages that a client of ours sends, as text. Fullness is the buf's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct json;

/* Who asks. */
struct message_client {
	struct str name;
	struct str version;
	struct str capabilities; /* JSON text of an object; empty: {} */
};

/* Legacy: the opening. What follows it is message_notify of notifications/initialized. */
void message_initialize(struct buf *out, int64_t id, struct str version, const struct message_client *client);

struct message_call {
	struct str method;
	const struct json *params;   /* an OBJECT, or NULL */
	const struct str *cursor;    /* the page wanted; NULL: the first. An empty cursor is one too */
	struct str version;          /* modern: the revision, told in `_meta`; legacy: empty */
	bool progress;               /* notifications/progress are wanted, the id being their token; a token that params hold goes before */
	struct str input_responses;  /* what the server wanted to know: JSON text of an object; empty: nothing */
	const struct json *request_state; /* what it wants back as it came; NULL: nothing */
};

/* A request of either era. What params hold in `_meta` stays, save the three names that are ours. Their own inputResponses and requestState
 * give way to those of call. */
void message_call(struct buf *out, int64_t id, const struct message_call *call, const struct message_client *client);

/* params: an OBJECT, or NULL: none. */
void message_notify(struct buf *out, struct str method, const struct json *params);
/* notifications/cancelled for a request of ours. */
void message_cancel(struct buf *out, int64_t id);

/* Answers to a request of the server. id and result: JSON text. Errors: rpc_write_error. */
void message_answer(struct buf *out, struct str id, struct str result);

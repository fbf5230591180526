/* rpc: JSON-RPC 2.0 messages as MCP uses them: one message at a time, ids that are numbers or strings.
 * Batches are refused: MCP has none since 2025-06-18. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct buf;
struct err;
struct json;
struct json_write;

enum rpc_kind {
	RPC_REQUEST,
	RPC_NOTIFICATION,
	RPC_RESULT,
	RPC_ERROR,
};

/* Error codes: JSON-RPC's own, and those of MCP. */
enum {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_NO_METHOD = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL = -32603,
	RPC_NO_RESOURCE_LEGACY = -32002,
	RPC_HEADER_MISMATCH = -32020,
	RPC_NO_CAPABILITY = -32021,
	RPC_NO_VERSION = -32022,
	RPC_URL_ELICITATION = -32042,
};

/* A message that came. What it points to lives where its tree does. */
struct rpc {
	enum rpc_kind kind;
	const struct json *root;   /* the whole message */
	const struct json *id;     /* a NUMBER or STRING; NULL in notifications, and in errors that tell none */
	struct str method;         /* REQUEST, NOTIFICATION */
	const struct json *params; /* REQUEST, NOTIFICATION: an OBJECT, or NULL */
	const struct json *result; /* RESULT: any value */
	int64_t code;              /* ERROR */
	struct str message;        /* ERROR: for a person; foreign text; may be empty */
	const struct json *data;   /* ERROR: any value, or NULL */
};

/* Reads one message; text must outlive it, the tree lives in a. ERR_INPUT says what is wrong. */
bool rpc_read(struct str text, struct arena *a, struct rpc *m, struct err *e);
/* The same from a tree that was read already. */
bool rpc_of(const struct json *tree, struct rpc *m, struct err *e);

/* m is a result or an error for the request that bore this number. */
bool rpc_answers(const struct rpc *m, int64_t id);
/* Two ids are one: strings with the same text, or numbers with the same value. False where either is NULL. */
bool rpc_same_id(const struct json *a, const struct json *b);

/* Begin a message whose object the caller ends with json_write_end_object, after writing
 * "params", "result" or "error" where there are such. An id is written as it came. */
void rpc_write_request(struct json_write *w, int64_t id, struct str method);
void rpc_write_notification(struct json_write *w, struct str method);
void rpc_write_answer(struct json_write *w, struct str id);

/* Appends a whole error message. id: JSON text, empty: null. data: JSON text, empty: none. */
void rpc_write_error(struct buf *out, struct str id, int64_t code, struct str message, struct str data);

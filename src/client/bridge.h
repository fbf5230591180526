/* bridge: a stdio host on one side, a remote server on the other, and every message of the one carried to the other with the
 * token that the server wants. The host chooses the era, message by message: requests that name a modern revision in `_meta` travel
 * each for itself; all others belong to the one session that `initialize` opens (Streamable HTTP, or HTTP+SSE
 * where the server is as old as that).
 *
 * Texts pass byte for byte. What a host cannot know is hidden from it: tokens and their refresh, the session and its renewal,
 * broken event streams that can be taken up again. What cannot be hidden is an error with the request's id: the
 * server's own where it sent one, else one of the codes below. No request is left without its answer. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct authorized_server;
struct bridge;
struct err;

/* Errors that are the bridge's own, outside what JSON-RPC and MCP reserve. */
enum bridge_code {
	BRIDGE_STATUS = 1001,   /* an HTTP status that is no success, without an error of the server's own; data: {"status": N} */
	BRIDGE_NETWORK = 1002,  /* the server cannot be reached, or the connection broke */
	BRIDGE_LOGIN = 1003,    /* nobody is signed in there, or the sign-in is not enough; data: {"url": "..."} */
	BRIDGE_BUSY = 1004,     /* more requests are under way than fit */
	BRIDGE_PROTOCOL = 1005, /* the server answered with something that is no answer */
	BRIDGE_SESSION = 1006,  /* the server ended the session, and a new one could not be had */
	BRIDGE_ENDED = 1007,    /* the bridge ended before the answer came */
};

enum {
	BRIDGE_MESSAGE = 64 * 1024 * 1024, /* bytes of one message */
	BRIDGE_CALLS = 1024,               /* requests of the host that are under way at once */
	BRIDGE_NOTES = 64,                 /* and its other messages beside them */
	BRIDGE_WAITING = 4096,             /* messages that wait for their turn */
	BRIDGE_WAITING_BYTES = 64 * 1024 * 1024,
	BRIDGE_HELD = 256 * 1024 * 1024,   /* bytes of answers that are not whole yet; beyond, one is read at a time */
	BRIDGE_ANSWER_MS = 300 * 1000,     /* until the head of an answer: a tool may take its time. --timeout stands in for it */
	BRIDGE_SILENCE_MS = 60 * 1000,     /* within a body that is no event stream; --timeout may make it less */
	BRIDGE_GRACE_MS = 2000,            /* for requests that are under way when the host has no more to say */
	BRIDGE_GOODBYE_MS = 1000,          /* for the end of the session */
};

enum bridge_transport {
	BRIDGE_AUTO, /* Streamable HTTP, and HTTP+SSE where `initialize` shows that the server knows nothing else */
	BRIDGE_HTTP,
	BRIDGE_SSE,
};

/* The functions run within calls of the bridge's user too. They may call bridge_pause, and nothing else of it. */
struct bridge_ends {
	/* A message for the host: one line once the line ends in it, which stand between tokens, are blanks. Valid during the call. */
	void (*message)(void *self, struct str text);
	/* Once, on the loop, after bridge_finish or bridge_stop: all is said. */
	void (*over)(void *self);
	void *self;
};

/* server stays the caller's, and must outlive the bridge. NULL with ERR_SYSTEM. */
struct bridge *bridge_open(struct authorized_server *server, enum bridge_transport transport, struct bridge_ends ends, struct err *e);
/* A message of the host. */
void bridge_take(struct bridge *b, struct str text);
/* The host takes no more for now, or again: what the server says is not read meanwhile. */
void bridge_pause(struct bridge *b, bool paused);
/* The host says no more: what is under way has BRIDGE_GRACE_MS, then the session is ended. */
void bridge_finish(struct bridge *b);
/* The same without that time. */
void bridge_stop(struct bridge *b);
/* Drops and wipes everything. Content with NULL. */
void bridge_end(struct bridge *b);

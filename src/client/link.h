/* link: a road on which messages travel both ways, each for itself: the standard streams of a server that we run, or
 * the event stream and the POSTs of HTTP+SSE (2024-11-05). Unlike Streamable HTTP, no answer belongs to a request. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct authorized_server;
struct err;
struct link;
struct world;

enum { LINK_MESSAGE = 64 * 1024 * 1024 }; /* bytes of one message at most */

/* The functions run on the loop, never within a call of the link's user. Each may call link_end. */
struct link_ends {
	void (*ready)(void *self);                      /* once: messages may be sent now */
	void (*message)(void *self, struct str text);   /* one came, or what stands in its place: it may be no JSON. text is valid during the call */
	/* Once: it is over, or never began. Never NULL: how a child ended is told also where it was asked to by link_finish. */
	void (*closed)(void *self, const struct err *why);
	void *self;
	/* HTTP+SSE: the server did not take this message (a status, the network, or its credential: ERR_LOGIN), so that no answer
	 * comes to it. The rest goes on. NULL: closed is called instead. */
	void (*refused)(void *self, struct str text, const struct err *why);
};

struct link_ops {
	/* Takes a copy of text, one JSON-RPC message. ERR_LIMIT when too much waits to be taken; ERR_FAILED when it is over. */
	bool (*send)(struct link *l, struct str text, struct err *e);
	/* No more is sent: a child gets the end of its input, and closed follows when it is through. HTTP+SSE has nothing of the kind:
	 * whoever waits for closed sets a limit. */
	void (*finish)(struct link *l);
	/* Drops all at once, wipes and frees: closed is not called any more. */
	void (*end)(struct link *l);
};

struct link {
	const struct link_ops *ops;
};

/* Runs argv (ended by NULL; found by PATH, no shell) as a stdio server: one message a line (MCP stdio). Its standard error is
 * ours. On link_end it is asked to stop: its input ends, then SIGTERM after a second, SIGKILL after two
 * (MCP lifecycle, shutdown); none of its group is left. NULL with ERR_SYSTEM when it cannot be started. */
struct link *link_stdio(struct world *w, const char *const argv[], struct link_ends ends, struct err *e);

/* HTTP+SSE: GET of the server's URL, whose first event names where messages are posted (same origin only). Messages that are
 * sent before are posted then. server stays until link_end. closed with ERR_FAILED or ERR_INPUT: no HTTP+SSE is there. */
struct link *link_sse(struct authorized_server *server, struct link_ends ends, struct err *e);

bool link_send(struct link *l, struct str text, struct err *e);
void link_finish(struct link *l);
/* Content with NULL. */
void link_end(struct link *l);

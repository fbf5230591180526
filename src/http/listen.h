/* listen: the seam to a small HTTP server, as the loopback callback of a sign-in needs it.
 * net/listen opens the port; tests hand in a script. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "http/fetch.h"

struct listen_door; /* one open port; opaque */
struct listen;

/* A request without a body, and what to answer it with; both valid only during the call. */
struct listen_request {
	struct str method;
	struct str path;  /* as sent, without the query */
	struct str query; /* without the '?' */
	const struct http_field *fields;
	size_t fields_n;
};

struct listen_reply {
	int status;
	struct str content_type;
	struct str body;
};

struct listen_sink {
	/* Answers one request. Once `reply` was written the connection is closed. It may close the door. */
	void (*request)(void *self, const struct listen_request *r, struct listen_reply *reply);
	void *self;
};

struct listen_ops {
	struct listen_door *(*open)(struct listen *l, struct str host, uint16_t port, struct listen_sink sink, uint16_t *bound, struct err *e);
	void (*close)(struct listen *l, struct listen_door *d);
};

struct listen {
	const struct listen_ops *ops;
};

/* Listens on host (an address) and port (0: one of the system's choice, told in *bound).
 * Requests are bounded in head size (8 KiB), number (8 at once) and time (10 s). */
struct listen_door *listen_open(struct listen *l, struct str host, uint16_t port, struct listen_sink sink, uint16_t *bound, struct err *e);
/* Finishes replies that are under way, then closes. */
void listen_close(struct listen *l, struct listen_door *d);

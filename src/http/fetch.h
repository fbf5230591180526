/* fetch: the seam between the protocol rooms and the network. A request goes out;
 * its head, pieces and end (or failure) arrive at a sink. net/carrier carries
 * them on the loop; tests hand in a script. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "http/field.h"
#include "http/url.h"

struct arena;
struct fetch;
struct fetch_exchange; /* one request under way; opaque */

struct fetch_request {
	struct str method; /* "GET", "POST", ... */
	struct url url;
	const struct http_field *fields; /* beside Host, Content-Length, Connection, User-Agent, Accept-Encoding, which the carrier writes */
	size_t fields_n;
	struct str body;
	bool has_body;      /* an empty body is sent as Content-Length: 0 */
	int64_t timeout_ms; /* from start to the end of the head (of all, where the sink wants the whole); 0: the carrier's default (30 s) */
	int64_t idle_ms;    /* the longest silence within the body; 0: the carrier's default (30 s); -1: none (event streams) */
	bool fresh;         /* not on a kept connection */
};

/* The head of an answer; valid only while the sink's head function runs. */
struct fetch_head {
	int status; /* 200 to 599; interim answers are passed over */
	const struct http_field *fields;
	size_t fields_n;
};

/* Where an answer goes. The functions run on the loop; each may cancel the exchange,
 * after which nothing more arrives. head and piece return false to refuse what comes (the
 * exchange is dropped and end follows with the error that they set). end comes exactly once
 * unless the exchange is cancelled: with NULL after a whole answer, else with the failure
 * (ERR_NETWORK for connection, DNS, TLS and time; ERR_INPUT for broken HTTP; ERR_LIMIT). */
struct fetch_sink {
	bool (*head)(void *self, const struct fetch_head *head, struct err *e);
	bool (*piece)(void *self, struct str bytes, struct err *e);
	void (*end)(void *self, const struct err *failure);
	void *self;
	bool whole; /* only all of it is of use: the time for the head is the time for all */
};

struct fetch_ops {
	struct fetch_exchange *(*start)(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e);
	void (*cancel)(struct fetch *f, struct fetch_exchange *x);
	void (*pause)(struct fetch *f, struct fetch_exchange *x, bool paused); /* NULL: it cannot */
};

struct fetch {
	const struct fetch_ops *ops;
};

/* Begins an exchange. The request and all it points to must stay until the head has come
 * or the exchange is over (it may be sent again on a fresh connection when a kept one turned
 * out to be closed). Nothing arrives at the sink before this returns. NULL with an error when
 * it cannot even begin. */
struct fetch_exchange *fetch_start(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e);
/* Ends an exchange early; nothing more arrives. Not after end. */
void fetch_cancel(struct fetch *f, struct fetch_exchange *x);
/* Nothing more of the body is read for now, or it goes on: pieces that are here already may still come. What holds the sink up is no
 * silence of the server's: deadlines stand still. From the head on, from within the sink too. */
void fetch_pause(struct fetch *f, struct fetch_exchange *x, bool paused);

/* The value of the first field called name, or the empty str; *found may be NULL. */
struct str fetch_field(const struct http_field *fields, size_t n, struct str name, bool *found);

/* A bounded whole answer, the common case. */
struct fetch_answer {
	int status;
	struct http_field *fields; /* in the arena */
	size_t fields_n;
	struct str body;
};

/* A sink that collects an answer in an arena and then calls done once, with the answer or the failure. Who sends it
 * drop by drop has no more time than who is silent. */
struct fetch_whole {
	struct arena *arena; /* the body grows in it: leave it about three times the limit */
	size_t limit;        /* largest body in bytes; ERR_LIMIT beyond, and where the arena is full */
	void (*done)(void *self, const struct fetch_answer *answer, const struct err *failure);
	void *self;
	/* private */
	struct fetch_answer answer;
	struct buf body;
};

/* Starts r with w as its sink; w must stay until done was called or the exchange cancelled. */
struct fetch_exchange *fetch_start_whole(struct fetch *f, const struct fetch_request *r, struct fetch_whole *w, struct err *e);

/* carry: one exchange of the carrier, from the name to the last byte: an enum of states, a step for
 * each, and one function that lets go of everything. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "http/body.h"
#include "http/fetch.h"
#include "http/head.h"
#include "net/carrier.h"
#include "net/conn.h"
#include "net/dial.h"
#include "net/pool.h"
#include "net/resolve.h"
#include "net/tls.h"

enum carry_state {
	CARRY_WAIT,    /* to begin, with the next turn */
	CARRY_RESOLVE, /* for the address of the server or the proxy */
	CARRY_DIAL,
	CARRY_TUNNEL,  /* for the proxy's answer to CONNECT */
	CARRY_SHAKE,
	CARRY_HEAD,    /* sending, and reading up to the end of the head */
	CARRY_BODY,
};

enum { CARRY_SCRATCH = 16384 }; /* a whole TLS record, so none of it is left behind */

struct fetch_exchange {
	struct carrier *carrier;
	struct fetch_exchange *next, *prev; /* of all that are under way */
	const struct fetch_request *request; /* NULL once the head has come */
	struct fetch_sink sink;
	enum carry_state state;
	bool calling; /* a function of the sink runs */
	bool over;    /* let go of; only the memory is left */

	struct arena arena;
	struct str key;   /* the origin, for the pool */
	char where[300];  /* "HOST:PORT" */
	char peer[300];   /* whom we connect to: the same, or "the proxy HOST:PORT" */
	struct str host;  /* whom the certificate must name */
	struct str peer_host;
	uint16_t peer_port;
	bool secure, proxied;
	struct str proxy_authorization;
	int64_t idle_ms;

	struct resolve_query query;
	struct dial dial;
	struct conn *conn;
	bool kept;    /* the connection is one that was kept */
	bool heard;   /* a byte has come */
	bool deaf;    /* the peer takes no more of the request */
	bool paused;  /* the sink takes no more for now */
	int64_t sent_ms; /* when the request began to be written */

	struct str head_text; /* the request's head; a secret */
	struct str unsent[2]; /* what is still to be written: head and body */
	struct buf in;
	struct head head;
	struct http_field fields[HEAD_FIELDS_MAX];
	struct body body;

	struct events_timer late;  /* the whole wait for the head, then silence in the body */
	struct events_timer stage; /* of one step on the way; in WAIT the beginning */
	int64_t late_ms, stage_ms;
};

struct carrier {
	struct fetch fetch;
	struct carrier_options options;
	struct tls_settings tls;
	struct resolve *resolve;
	struct pool pool;
	struct fetch_exchange *open, *spare;
	size_t open_n, spare_n;
	char scratch[CARRY_SCRATCH]; /* what was just read, wiped at once */
};

/* A zeroed exchange with an arena, counted as under way. NULL with ERR_LIMIT or ERR_SYSTEM. */
struct fetch_exchange *carry_new(struct carrier *c, struct err *e);
/* Reads the request into x: where it goes and what is sent. Bad: carry_end it. */
bool carry_prepare(struct fetch_exchange *x, const struct fetch_request *r, struct err *e);
/* Begins with the loop's next turn. */
void carry_begin(struct fetch_exchange *x);
/* Lets go of everything; the memory too unless a sink's function runs, which then does it. */
void carry_end(struct fetch_exchange *x);

/* --- Between the parts: carry_way and carry_answer ----------------------------------- */

struct events *carry_events(struct fetch_exchange *x);
/* Into the next state, with its own deadline where it has one. */
void carry_enter(struct fetch_exchange *x, enum carry_state state);
/* The deadline for the whole: ms from now; below zero: none. */
void carry_expect_within(struct fetch_exchange *x, int64_t ms);
/* The last words to the sink; x is gone before they are said. failure NULL: a good end. */
void carry_finish(struct fetch_exchange *x, const struct err *failure);
/* The same with "HOST:PORT: " before the error; the proxy's while it is the proxy that answers. */
void carry_fail(struct fetch_exchange *x, struct err *e);

/* wire_world: a real loop and a real carrier for tests, with names that lead where the test says, and
 * an exchange that keeps what it hears. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "crypto/trust.h"
#include "http/fetch.h"
#include "net/carrier.h"
#include "net/loop.h"

struct wire_world {
	struct loop *loop;
	struct events *events;
	struct carrier *carrier;
	struct fetch *fetch;
	struct trust trust;
	struct arena arena; /* of URLs */
	struct carrier_options options;
};

/* Fill in options (proxies, timeout_ms, ask, trust) beforehand; the rest is set here. */
void wire_world_start(struct wire_world *w);
/* Closes everything. Content with one that is closed: a teardown may call it after a test that failed. */
void wire_world_end(struct wire_world *w);

/* One request and what came of it. Zero it, fill in request's parts that matter, then wire_ask. */
struct wire_ask {
	struct fetch_request request;
	struct fetch_exchange *exchange; /* NULL once it is over */
	struct wire_world *world;
	int status;
	char fields[1024]; /* "name: value\n" each */
	char body[65536];
	size_t body_n; /* all that came, even what did not fit */
	bool over, good;
	struct err failure;
	int pieces;
	/* what the sink does */
	bool cancel_at_head, cancel_at_piece;
	bool refuse_at_head, refuse_at_piece;
	bool whole;
};

/* Starts a request for url; text is only a C string. Method GET where none is set. */
void wire_ask(struct wire_world *w, struct wire_ask *a, const char *url);
/* Turns until it is over. */
void wire_wait(struct wire_ask *a);
/* Both. */
void wire_get(struct wire_world *w, struct wire_ask *a, const char *url);

/* Open descriptors of this process. */
int wire_fds(void);

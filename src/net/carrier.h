/* carrier: the network behind http/fetch.h. Many exchanges at once on one loop, over TCP or TLS, with kept
 * connections, through a proxy where the environment names one. Redirects are the caller's affair.
 *
 * Deadlines: ten seconds each for the name, the connection and the handshake, and what the request
 * says (30 s) until the answer's head and between its pieces, or for all of it where the sink wants the whole;
 * --timeout stands in for all of them.
 * A request that went out on a kept connection which then turned out closed, within CARRIER_AGAIN_MS and before a
 * byte of an answer, is sent once more on a fresh one; nothing else is ever sent twice. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "http/fetch.h"
#include "net/proxy.h"
#include "net/resolve.h"

struct carrier;
struct clock;
struct err;
struct loop;
struct rng;
struct trust;

enum {
	CARRIER_EXCHANGES = 1280,    /* under way at once: a thousand calls, and what they need beside them */
	CARRIER_HEAD_MAX = 64 * 1024, /* of a request, and of an answer */
	CARRIER_AGAIN_MS = 1000,
	CARRIER_STAGE_MS = 10 * 1000,
	CARRIER_TIMEOUT_MS = 30 * 1000,
};

struct carrier_options {
	struct loop *loop;
	struct clock *clock;
	struct rng *rng;
	struct trust *trust;
	struct proxy_rules proxies;
	int64_t timeout_ms; /* --timeout; 0: not given */
	resolve_ask *ask;   /* NULL; tests name their own hosts */
};

/* All that options points to must outlive it. NULL with ERR_SYSTEM. */
struct carrier *carrier_open(const struct carrier_options *options, struct err *e);
/* Ends everything under way without a word to its sinks. Content with NULL. */
void carrier_close(struct carrier *c);

struct fetch *carrier_fetch(struct carrier *c);

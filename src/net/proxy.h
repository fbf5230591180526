/* proxy: whether a request goes through a proxy, as the environment says: HTTPS_PROXY, HTTP_PROXY,
 * ALL_PROXY and NO_PROXY, each in either case (lower case first).
 *
 * HTTP_PROXY in capitals is passed over where REQUEST_METHOD is set: under CGI a stranger may have
 * written it. Loopback is never asked through a proxy. NO_PROXY is a list separated by commas or blanks:
 * "*" for everything, a name for itself and all below it (a leading dot changes nothing), an address, a
 * range of addresses (10.0.0.0/8, fd00::/8), each but "*" with an optional :port. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct url;
struct world;

/* The variables' values, borrowed from the environment. */
struct proxy_rules {
	struct str https, http, all, none;
};

struct proxy {
	struct str host; /* v6 without brackets */
	uint16_t port;
	struct str authorization; /* "Basic ..." made of the userinfo; empty for none. A secret. */
};

void proxy_rules_read(struct proxy_rules *rules, struct world *w);

/* *through tells whether a request for url goes through *proxy, which lives in a. ERR_USAGE naming the variable
 * for a value that is no URL of an http proxy. */
bool proxy_for(const struct proxy_rules *rules, const struct url *url, struct arena *a, bool *through, struct proxy *proxy, struct err *e);

/* NO_PROXY's list covers host:port. */
bool proxy_is_exempt(struct str list, struct str host, uint16_t port);

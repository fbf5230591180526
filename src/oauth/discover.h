/* discover: where the two metadata documents are looked for, in order
 * (RFC 9728 §3.1, RFC 8414 §3.1, OpenID Connect Discovery §4, MCP authorization). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct url;

enum { DISCOVER_MAX = 3 };

struct discover {
	struct str urls[DISCOVER_MAX]; /* to be asked one after another; the first document found is the one */
	size_t n;
};

/* Protected resource metadata of a server whose challenge named none: the well-known
 * place with the server's path, then the root. False when a is full. */
bool discover_resource(const struct url *server, struct arena *a, struct discover *d);

/* Authorization server metadata. An issuer with a path has three places, one without has
 * two; the root is never asked for an issuer with a path. One final '/' of the issuer does not
 * count here (it does when issuers are compared). False when a is full. */
bool discover_issuer(const struct url *issuer, struct arena *a, struct discover *d);

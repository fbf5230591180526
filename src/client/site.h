/* site: which sign-in belongs to a URL, and where its token may go.
 *
 * A sign-in is found by the identity of a server, its base URL; its token is sent only to URLs
 * that the token's resource covers (RFC 9728 §3.3: same origin, whole path segments). */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "http/url.h"

struct arena;
struct err;
struct fetch_request;
struct profile;
struct vault;
struct world;

/* Reads the URL of a server. A URL without a scheme is an error that shows it with https://. ERR_USAGE. */
bool site_read(struct str text, struct arena *a, struct url *url, struct err *e);

/* The identity: scheme://host[:port], default ports left out. In a. */
struct str site_identity(const struct url *url, struct arena *a);

/* What a token is for where the server named no resource: the URL less a final /mcp or /sse. In a. */
struct str site_resource(const struct url *url, struct arena *a);

/* True when p's token may be sent to url. */
bool site_covers(const struct profile *p, const struct url *url, struct arena scratch);

/* The profile of url's identity in v; NULL when there is none. */
const struct profile *site_find(const struct vault *v, const struct url *url, struct arena scratch);

/* The command that signs in at url (its text), as an error proposes it: fit to be pasted into a shell, and never a half of a URL: one that is
 * too long to be shown is left to the user ("keyfob login URL"). In a. */
struct str site_login(struct str url, struct arena *a);

/* With --verbose: which request goes out, without its query, which may hold secrets. */
void site_tell(struct world *w, const struct fetch_request *r);

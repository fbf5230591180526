/* path: the ways from a server's certificate to a trusted root through what the server sent, in whatever
 * order that was. Names are compared, nothing is verified: each way is offered to `found`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct cert;
struct trust;

enum { PATH_MAX_CERTS = 10, PATH_TRIES = 8 };

struct path {
	const struct cert *certs[PATH_MAX_CERTS]; /* the server's first; the last was issued by a root, or is one */
	size_t n;
};

struct path_search {
	const struct cert *certs; /* the server's first */
	size_t n;                 /* at most PATH_MAX_CERTS */
	const struct trust *trust;
	/* True ends the search. At most PATH_TRIES ways are offered, shorter ones before longer ones. */
	bool (*found)(void *self, const struct path *p);
	void *self;
	/* private, and zero at first */
	struct path path;
	unsigned tries;
	unsigned steps;
	const struct cert *end; /* where the first way that led nowhere ended */
};

/* True when `found` was content. Otherwise s->end, unless NULL, is the certificate behind which nothing came. */
bool path_search(struct path_search *s);

/* c is a root itself, one that vouches for nothing else (which is how a certificate is pinned). */
bool path_is_pinned(const struct trust *t, const struct cert *c);

/* authorize: the address that the user opens (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;
struct pkce;

struct authorize_extra {
	struct str name;
	struct str value;
};

struct authorize {
	struct str endpoint; /* https, or http where place_allows said so; a query of its own stays */
	struct str client_id;
	struct str redirect_uri;
	struct str scope;    /* empty: left out */
	struct str resource; /* byte for byte; empty: left out */
	const struct pkce *pkce;
	const struct authorize_extra *extra; /* further parameters */
	size_t extra_n;
};

/* The address, re-serialised from the parts of the endpoint, as a C string too. It lives in a.
 * prompt=consent goes along with offline_access (OpenID Connect Core §11). */
bool authorize_url(const struct authorize *q, struct arena *a, struct str *url, struct err *e);

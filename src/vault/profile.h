/* profile: one sign-in that is kept: for which servers, what was granted, since when.
 *
 * Plain data; all strs are borrowed. In the vault a profile is one JSON object; members that
 * this version does not know are kept in `extra` and written back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "oauth/grant.h"

struct arena;
struct err;
struct json;
struct json_write;

enum profile_persist {
	PROFILE_IN_VAULT,
	PROFILE_IN_MEMORY, /* never given to the vault */
};

struct profile {
	struct str id;         /* random, stable for the life of the sign-in; empty: not stored yet */
	struct str identity;   /* base URL: scheme, host, port; at most one profile of the vault has it */
	struct str server_url; /* the URL that was logged in to */
	struct str account;    /* whose it is, where the issuer told; for display */
	bool verified;         /* a server took the token */
	enum profile_persist persist;
	int64_t created_at;    /* seconds since 1970 */
	int64_t updated_at;
	uint64_t revision;     /* another number whenever it was stored anew; never 0 once stored */
	struct grant grant;
	struct str extra;      /* a JSON object of the members we do not know; empty: none */
};

/* *out with every str copied into a, so that it outlives what p borrows from. False when a is full
 * (a is then an arena with no room left for anything: ERR_LIMIT). */
bool profile_copy(struct arena *a, const struct profile *p, struct profile *out, struct err *e);

/* Reads one stored profile. Its strs borrow from the document of object or live in a. ERR_INPUT naming the member. */
bool profile_read(const struct json *object, struct arena *a, struct profile *out, struct err *e);
/* Writes it as an object. scratch is for the extra members; false only when it is full. */
bool profile_write(struct json_write *w, const struct profile *p, struct arena scratch, struct err *e);

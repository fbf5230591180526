/* register: how this client is known to an authorization server: configured, by a client ID
 * metadata document, or by dynamic client registration (RFC 7591; MCP client registration approaches). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "oauth/grant.h"

struct arena;
struct err;
struct fetch_answer;
struct fetch_request;
struct metadata_issuer;

enum { REGISTER_MAX = 64 * 1024 }; /* bytes of an answer */

/* What the user configured; empty strs where nothing. */
struct register_config {
	struct str client_id;
	struct str client_secret;
	struct str client_key;   /* the text of a key file (oauth/key.h): private_key_jwt instead of a secret */
	struct str metadata_url; /* an https URL with a path, where a client metadata document is published */
	struct str client_name;  /* shown on consent pages; empty: "keyfob" */
	bool post_secret;        /* send a configured secret in the body even where Basic is offered */
	bool issuer_is_pinned;   /* the user named the issuer that may have the secret */
};

/* Which client asks, and for what. */
struct register_choice {
	const struct metadata_issuer *m;
	const struct register_config *config;
	/* An earlier grant, or NULL. Its registration is used again when it is of the same issuer and redirect_uri and its secret has
	 * not run out; a pre-registered client of its is used again at the same issuer. What is configured now and went to its
	 * issuer goes to no other one unless the issuer is pinned. */
	const struct grant *known;
	struct str redirect_uri; /* empty: the grant needs none */
	int64_t now;
};

/* The order: configured, metadata document, registration, error. g has its type, for which some of these do not exist: what needs nobody
 * needs a client that is known before, but for jwt-bearer, which may have none. Fills g's issuer, endpoints, client and
 * redirect_uri. *must_register says that register_request comes next. ERR_FAILED names --client-id where
 * nothing is possible. Strs are borrowed; scratch is for reading keys and URLs. */
bool register_choose(const struct register_choice *c, struct arena scratch, struct grant *g, bool *must_register, struct err *e);

/* The way a client with this secret (or none) proves itself at m's token endpoint. */
bool register_auth(const struct metadata_issuer *m, struct str secret, bool post_secret, enum grant_auth *auth, struct err *e);

/* The registration request: a native public client with g's redirect_uri and all the grants that m may be asked for.
 * scope may be empty. The request and what it points to live in a. */
bool register_request(const struct grant *g, const struct metadata_issuer *m, struct str client_name, struct str scope, struct arena *a,
	struct fetch_request *r, struct err *e);

/* Reads the answer (201 or 200) into g's client: the returned identifier, secret, its expiry
 * and authentication method count. ERR_FAILED with the server's reason on a refusal, ERR_NETWORK
 * where it may be tried again later (429, 5xx). The strs live in a. */
bool register_read(const struct fetch_answer *answer, const struct metadata_issuer *m, struct arena *a, struct grant *g, struct err *e);

/* metadata: reads the two documents of discovery and checks what they say:
 * protected resource metadata (RFC 9728) and authorization server metadata (RFC 8414, OIDC). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;
struct place;
struct url;

enum {
	METADATA_MAX = 256 * 1024, /* bytes of a document */
	METADATA_SERVERS = 16,     /* authorization servers kept of one resource */
};

struct metadata_resource {
	struct str resource; /* byte for byte as the document has it */
	struct str servers[METADATA_SERVERS]; /* issuers, byte for byte; at least one */
	size_t servers_n;
	struct str scopes; /* scopes_supported, joined by blanks; empty: none */
	bool wants_dpop;   /* dpop_bound_access_tokens_required (RFC 9728 §2) */
};

struct metadata_issuer {
	struct str issuer; /* byte for byte */
	struct str authorization_endpoint;
	struct str token_endpoint;
	struct str registration_endpoint; /* the ones that may be empty */
	struct str revocation_endpoint;
	struct str device_authorization_endpoint;
	bool has_s256;          /* code_challenge_methods_supported lists S256 */
	bool takes_metadata_id; /* client_id_metadata_document_supported */
	bool sends_iss;         /* authorization_response_iss_parameter_supported */
	struct str scopes;      /* scopes_supported, joined by blanks; empty: not listed */
	bool offers_offline;    /* it lists offline_access */
	bool auth_listed;       /* token_endpoint_auth_methods_supported is there; absent means Basic (RFC 8414 §2) */
	bool auth_none;
	bool auth_basic;
	bool auth_post;
	bool auth_key;          /* private_key_jwt; taken for offered where nothing is listed */
	bool auth_es256;        /* with these signatures (token_endpoint_auth_signing_alg_values_supported); likewise */
	bool auth_rs256;
	bool dpop_es256;        /* dpop_signing_alg_values_supported (RFC 9449 §5.1) has ES256, or is not there */
};

/* What a document was good for. */
enum metadata_answer {
	METADATA_OK,
	METADATA_OTHER, /* not such a document (no JSON object): the next place may be asked */
	METADATA_WRONG, /* one that must not be used: nothing else is to be asked; the error says why */
};

/* The resource must have server's origin and be a whole-segment prefix of its path (RFC 9728
 * §3.3, with the server's root accepted for all below it); authorization_servers must not be
 * empty. The strs live in a. */
enum metadata_answer metadata_read_resource(struct str document, const struct url *server, struct arena *a,
	struct metadata_resource *r, struct err *e);

/* issuer must be the same string as the one that was asked for (RFC 8414 §3.3). The endpoints
 * must be where p allows. token_endpoint must be there; authorization_endpoint and S256 are
 * asked for by metadata_allows_code, since other grants need neither. */
enum metadata_answer metadata_read_issuer(struct str document, struct str issuer, const struct place *p,
	struct arena *a, struct metadata_issuer *m, struct err *e);

/* The code flow is possible: there is an authorization endpoint, and PKCE with S256 is announced. */
bool metadata_allows_code(const struct metadata_issuer *m, struct err *e);

/* The device grant is possible (RFC 8628 §4). */
bool metadata_allows_device(const struct metadata_issuer *m, struct err *e);
/* Tokens can be bound to a key of ours, or nothing says that they cannot. */
bool metadata_allows_dpop(const struct metadata_issuer *m, struct err *e);

/* What is assumed of a server of the 2025-03-26 revision that has no metadata at all: /authorize,
 * /token and /register at its origin. False when a is full. */
bool metadata_assume(const struct url *server, struct arena *a, struct metadata_issuer *m);

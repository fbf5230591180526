/* grant: what a sign-in gave, as plain data: the issuer, the client, the tokens, the times.
 * All strs are borrowed; who made the grant owns them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* How the client identifier was obtained (MCP: client registration approaches). */
enum grant_client {
	GRANT_CLIENT_NONE,       /* there is no client: a token that was given */
	GRANT_CLIENT_CONFIGURED, /* pre-registered */
	GRANT_CLIENT_METADATA,   /* a client ID metadata document (CIMD) */
	GRANT_CLIENT_REGISTERED, /* dynamic client registration (RFC 7591) */
};

/* Token endpoint authentication (RFC 7591 §2). */
enum grant_auth {
	GRANT_AUTH_NONE,
	GRANT_AUTH_BASIC,
	GRANT_AUTH_POST,
	GRANT_AUTH_KEY, /* private_key_jwt (RFC 7523 §2.2) */
};

/* By which grant the tokens came; one without a refresh token is renewed by the same again where nobody is needed for it. */
enum grant_type {
	GRANT_AUTHORIZATION_CODE,
	GRANT_DEVICE_CODE,        /* RFC 8628 */
	GRANT_CLIENT_CREDENTIALS, /* RFC 6749 §4.4 */
	GRANT_JWT_BEARER,         /* RFC 7523 §2.1, with a token that a workload was given */
	GRANT_ENTERPRISE,         /* token exchange to an ID-JAG at an identity provider (RFC 8693), then jwt-bearer */
};

/* It is had without any person: by who has the client's secret, or somebody's word for it. */
static inline bool grant_needs_nobody(enum grant_type type)
{
	return type == GRANT_CLIENT_CREDENTIALS || type == GRANT_JWT_BEARER || type == GRANT_ENTERPRISE;
}

struct grant {
	/* The authorization server; empty for a token that was given. */
	struct str issuer;
	struct str authorization_endpoint;
	struct str token_endpoint;
	struct str registration_endpoint;
	struct str revocation_endpoint;

	/* The client, bound to the issuer. */
	enum grant_client client;
	enum grant_auth auth;
	struct str client_id;
	struct str client_secret;
	int64_t client_secret_expires_at; /* 0: never */
	struct str redirect_uri;          /* as registered */
	struct str client_key;            /* for GRANT_AUTH_KEY: the text of the key file (oauth/key.h); as secret as a token */

	/* How it is renewed without anybody, beside a refresh token. */
	enum grant_type type;
	struct str assertion_file; /* JWT_BEARER: the path of the workload's token, absolute; read each time */
	struct str id_token_file;  /* ENTERPRISE: the path of the identity provider's ID token, absolute; read each time */
	struct str idp_token_endpoint;
	struct str idp_client_id;
	struct str idp_client_secret; /* empty: a public client there */

	/* The tokens. */
	struct str resource; /* RFC 8707, byte for byte as the server named it */
	struct str access_token;
	struct str dpop_key;   /* RFC 9449: the P-256 private key that the tokens are bound to, 32 bytes in base64url; empty: none */
	struct str token_type; /* as the server wrote it */
	struct str refresh_token;
	struct str scope;      /* granted, separated by blanks */
	int64_t expires_at;    /* seconds since 1970; 0: not known */
	int64_t obtained_at;   /* when this access token came */
};

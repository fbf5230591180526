/* dpop: proof that a token is used by who it was issued to (RFC 9449): a JWT in the field DPoP, made anew for every
 * request and signed with a P-256 key of the sign-in's own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct http_field;
struct rng;
struct url;

enum { DPOP_NONCE_MAX = 512 };

/* A new key, as grant.dpop_key keeps it: 32 bytes in base64url, in a. */
bool dpop_draw_key(struct rng *rng, struct arena *a, struct str *key, struct err *e);

struct dpop {
	struct str key;           /* as dpop_draw_key gave it */
	struct str method;        /* htm */
	const struct url *url;    /* htu: taken without query and fragment (RFC 9449 §4.2) */
	struct str access_token;  /* ath; empty: left out (towards a token endpoint) */
	struct str nonce;         /* of that server; empty: none yet */
	int64_t now;              /* seconds since 1970 */
	struct rng *rng;          /* for jti */
};

/* *proof lives in a. ERR_INPUT where the key is none, ERR_LIMIT where a is full; *proof is then empty. */
bool dpop_prove(const struct dpop *q, struct arena *a, struct str *proof, struct err *e);

/* A server asks for a nonce of its own: the answer's DPoP-Nonce field, where it may stand in a proof
 * (RFC 9449 §8.1); empty where there is none or it may not (longer than DPOP_NONCE_MAX, or other characters). */
struct str dpop_nonce(const struct http_field *fields, size_t n);

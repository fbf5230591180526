/* jwt: a JSON Web Token that is made here (RFC 7519, compact JWS of RFC 7515 §3.1). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct buf;
struct err;
struct rng;
struct sig_key;

/* Appends header.claims.signature to out; header and claims are JSON texts, and header's "alg" must be k's.
 * ERR_LIMIT where out is full, ERR_INPUT where k cannot sign; nothing is appended then. */
bool jwt_sign(struct buf *out, struct str header, struct str claims, const struct sig_key *k, struct err *e);
/* "ES256" or "RS256". */
struct str jwt_alg(const struct sig_key *k);
/* 128 random bits in base64url, for "jti" (RFC 7519 §4.1.7); in a, empty where it is full. */
struct str jwt_draw_id(struct rng *rng, struct arena *a);

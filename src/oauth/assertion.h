/* assertion: a client proves itself to a token endpoint by a JWT that it signs (private_key_jwt;
 * RFC 7521 §4.2, RFC 7523 §2.2 and §3). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct rng;

#define ASSERTION_TYPE S("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")

enum { ASSERTION_LIFE_S = 60 };

struct assertion {
	struct str client_id; /* iss and sub */
	struct str audience;  /* the issuer of the authorization server, byte for byte */
	struct str key;       /* the text of the client's key (oauth/key.h) */
	int64_t now;          /* seconds since 1970: iat; exp is ASSERTION_LIFE_S later */
	struct rng *rng;      /* for jti */
};

/* *jwt lives in a; the key's parts are wiped again. ERR_INPUT where the key is none, ERR_LIMIT where a is full; *jwt
 * is then empty. */
bool assertion_make(const struct assertion *q, struct arena *a, struct str *jwt, struct err *e);

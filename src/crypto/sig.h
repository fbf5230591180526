/* sig: signing with a private key: ES256 and RS256 (RFC 7518 §3.3, §3.4). Constant time in the key. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct rng;
struct sig_rsa;

enum sig_alg {
	SIG_ES256, /* ECDSA over P-256 with SHA-256, as r and s of 32 bytes each */
	SIG_RS256, /* RSASSA-PKCS1-v1_5 with SHA-256 */
};

enum {
	SIG_SCALAR = 32,  /* bytes of a P-256 private key */
	SIG_POINT = 32,   /* bytes of one coordinate of its public key */
	SIG_RSA_MIN = 2048, SIG_RSA_MAX = 4096, /* bits of a modulus */
	SIG_MAX = SIG_RSA_MAX / 8, /* bytes of a signature */
};

/* A private key. Its bytes live here (P-256) or in the arena it was read into (RSA), which must outlive it;
 * sig_wipe wipes both. What failed to be read is wiped already. */
struct sig_key {
	enum sig_alg alg;
	uint8_t scalar[SIG_SCALAR];
	uint8_t x[SIG_POINT], y[SIG_POINT]; /* the public key of a P-256 key */
	struct sig_rsa *rsa;                /* private to sig.c */
};

/* A fresh P-256 key. */
void sig_draw(struct sig_key *k, struct rng *rng);
/* The P-256 key with this private number. ERR_INPUT when it is none (not 32 bytes, 0, or not below the order). */
bool sig_of_scalar(struct sig_key *k, struct str scalar, struct err *e);
/* A key from its DER: PKCS#8 (RFC 5958), SEC 1 EC (RFC 5915) or PKCS#1 RSA (RFC 8017). ERR_INPUT says which kinds
 * will do, or that a public half stands there which is not that of the private one; ERR_LIMIT: a is full. */
bool sig_read_der(struct sig_key *k, struct str der, struct arena *a, struct err *e);
/* The parts of an RSA key, as unsigned big-endian numbers (RFC 7518 §6.3). */
struct sig_rsa_parts {
	struct str n, e, p, q, dp, dq, qi;
};
/* An RSA key from its parts, which are copied into a. ERR_INPUT where they do not sign what n and e confirm, or n has
 * fewer than SIG_RSA_MIN or more than SIG_RSA_MAX bits; ERR_LIMIT: a is full. */
bool sig_of_rsa(struct sig_key *k, const struct sig_rsa_parts *parts, struct arena *a, struct err *e);

/* Signs message: *n bytes in out. ERR_INPUT when the key does not fit together; *n is then 0 and out is wiped. */
bool sig_sign(const struct sig_key *k, struct str message, uint8_t out[static SIG_MAX], size_t *n, struct err *e);

/* Wipes the key, wherever its bytes lie. Content with one that is wiped, or all zeroes. */
void sig_wipe(struct sig_key *k);

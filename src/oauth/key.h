/* key: a client's private key as people keep it: PEM (PKCS#8, SEC 1, PKCS#1) or a JWK (RFC 7517). */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "crypto/sig.h"

struct arena;
struct err;

enum { KEY_MAX = 16 * 1024 }; /* bytes of a key's text */

struct key {
	struct sig_key sig;
	struct str kid; /* of a JWK; empty: none */
};

/* Reads either. ERR_INPUT says what is wrong with it, never a piece of it. Secret parts live in k and in a. */
bool key_read(struct str text, struct arena *a, struct key *k, struct err *e);
/* Wipes what stands in k itself; a is the caller's. */
void key_wipe(struct key *k);

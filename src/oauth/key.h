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

/* Reads either; a JWK Set (RFC 7517 §5) of one key is that key. A key that a JWK names for something else than
 * signing by ES256 or RS256 ("alg", "use", "key_ops") is refused. ERR_INPUT says what is wrong with it, and quotes
 * nothing of it but such names; ERR_LIMIT: a is full. Secret parts live in k and in a, kid in text or in a. */
bool key_read(struct str text, struct arena *a, struct key *k, struct err *e);
/* Wipes the secret parts, wherever they lie: to be called before a goes, which it may outlive. The text is the
 * caller's. */
void key_wipe(struct key *k);

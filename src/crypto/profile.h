/* profile: the TLS that we speak: version 1.2, ephemeral keys, authenticated encryption, nothing else.
 *
 * Suites: ECDHE with ECDSA or RSA, and AES-128-GCM, AES-256-GCM or ChaCha20-Poly1305; where the
 * processor has no AES instructions ChaCha20 is asked for first. The fastest constant-time
 * code is picked at run time. No renegotiation. */
#pragma once

#include <bearssl.h>
#include <stdbool.h>

struct err;
struct rng;

/* Zeroes cc and sets it up but for its buffer and the server's name: then call
 * br_ssl_engine_set_buffer and br_ssl_client_reset. x509 is that of crypto/x509. It
 * offers "http/1.1" by ALPN and injects entropy of rng. */
void profile_client(br_ssl_client_context *cc, const br_x509_class **x509, struct rng *rng);

/* Writes ERR_NETWORK for an engine's error number (br_ssl_engine_last_error) and returns
 * false: "HOST requires TLS 1.3, and keyfob speaks 1.2 ...". */
bool profile_explain(int error, const char *host, struct err *e);

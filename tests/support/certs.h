/* certs: the certificates of tests/vectors/x509 by name, as chains and as roots. */
#pragma once

#include "base/str.h"
#include "crypto/trust.h"

struct arena;

enum { CERTS_NOW = 1893456000 /* 2030-01-01, within the validity of all but the short-lived ones */ };

/* The DER of NAME.pem. */
struct str certs_der(const char *name, struct arena *a);

/* Reads the "file" of a list of names, "root root-twin", as their PEM one after another; and every path
 * that begins with '/' as absent. */
struct trust_files certs_files(void);

/* A trust in the roots of such a list, loaded. Ended by trust_free. */
void certs_trust(struct trust *t, const char *names);

/* cert: an X.509 certificate taken apart (RFC 5280 §4.1), without judging it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct err;

/* Slices of the certificate; names and keys in DER, OIDs as their bytes. */
struct cert {
	struct str whole;
	struct str issuer;
	struct str subject;
	struct str spki;
	struct str signed_with; /* the OID of the signature's algorithm */
	int64_t not_before;     /* seconds since 1970 */
	int64_t not_after;
	bool has_alt_names;
	struct str alt_names; /* the GeneralNames of the subject */
	bool has_usages;
	struct str usages;     /* the OIDs of the extended key usage */
	bool has_constraints;  /* basic constraints */
	bool is_ca;            /* they say so */
	bool constrained;      /* name constraints */
	bool unknown_critical; /* a critical extension that BearSSL would refuse */
	struct str unknown;    /* its OID */
};

/* False with ERR_INPUT "the certificate is malformed (in its validity)" and the like. Bytes behind
 * the certificate, versions other than 1 and 3, and an extension that is read here and comes twice are malformed too. */
bool cert_read(struct str der, struct cert *c, struct err *e);

/* The extended key usage, if there is any, lets it be a TLS server: serverAuth or
 * anyExtendedKeyUsage is among it. */
bool cert_is_for_servers(const struct cert *c);

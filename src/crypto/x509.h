/* x509: whether a server's certificates lead from its host name to a trusted root (RFC 5280,
 * RFC 9525), as the X.509 engine of a BearSSL client.
 *
 * BearSSL's own engine checks signatures; this one orders the chain for it and checks what
 * it leaves open. Presented certificates may come in any order behind the first and among
 * unrelated ones. Required: a subject alternative name that covers the host (a wildcard
 * stands for one whole label; addresses match exactly), serverAuth where key usage is
 * extended, RSA keys of 2048 bits or more, SHA-256 or better. Refused: name
 * constraints, unknown critical extensions. Not done: revocation, fetching of certificates. */
#pragma once

#include <bearssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct trust;

enum {
	X509_CERTS_MAX = 10,
	X509_CHAIN_MAX = 64 * 1024, /* bytes of all certificates together */
	X509_HOST_MAX = 255,
	X509_MEMORY = 4 * X509_CHAIN_MAX, /* an arena of this size is enough for one handshake; few use a tenth */
};

struct x509 {
	const br_x509_class *vtable; /* first: BearSSL finds it here */
	/* private */
	const struct trust *trust;
	struct arena *arena;
	int64_t now;
	char host[X509_HOST_MAX + 1]; /* without a trailing dot */
	bool host_is_address;
	struct buf chain;
	size_t ends[X509_CERTS_MAX]; /* where each certificate ends in chain */
	size_t certs;
	br_x509_pkey key; /* of the server, pointing into key_bytes */
	unsigned usages;
	unsigned char key_bytes[BR_X509_BUFSIZE_KEY];
	struct err failure;
};

/* Makes x ready for one handshake with host (a DNS name or an address; v6 without brackets)
 * at now, in seconds since 1970. trust must be loaded. The presented chain is kept in a,
 * which needs X509_MEMORY bytes and must stay until the handshake is over. ERR_INPUT for
 * a host that is empty or too long. Then: profile_client(cc, &x->vtable, rng) and
 * br_ssl_client_reset(cc, x509_server_name(x), 0). */
bool x509_begin(struct x509 *x, const struct trust *trust, struct str host, int64_t now, struct arena *a, struct err *e);

/* The name to send to the server, or NULL for an address, which is never sent. */
const char *x509_server_name(const struct x509 *x);

/* After a handshake that failed: why the certificates were refused (ERR_NETWORK). False, and e left
 * alone, when they were not: then the engine's own error says it (profile_explain). */
bool x509_refused(const struct x509 *x, struct err *e);

/* tls: one TLS connection over a non-blocking socket. These functions are all that the rest of the
 * program knows of TLS, so another engine could stand here; this one is BearSSL's client, TLS 1.2
 * with authenticated encryption only (crypto/profile), certificates judged by crypto/x509. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "net/wire.h"

struct clock;
struct err;
struct rng;
struct tls;
struct trust;

struct tls_settings {
	struct trust *trust; /* loaded at the first connection */
	struct clock *clock; /* certificates are valid now */
	struct rng *rng;
};

/* Ready to shake hands with host (a name or an address, v6 without brackets). NULL with an error of
 * the trust, ERR_INPUT for a host no certificate can name, or ERR_SYSTEM. */
struct tls *tls_open(const struct tls_settings *s, struct str host, struct err *e);
/* Wipes and frees. Content with NULL. */
void tls_free(struct tls *t);

/* Shakes hands: WIRE_DONE when the server has proved who it is, WIRE_WANT_*, or WIRE_BAD
 * with ERR_NETWORK that names the host, the fault and the cure. */
enum wire tls_shake(struct tls *t, int fd, struct err *e);

/* Up to room bytes to at; *n says how many came (WIRE_DONE: at least one). */
enum wire tls_read(struct tls *t, int fd, void *at, size_t room, size_t *n, struct err *e);
/* Takes bytes, *n of them (WIRE_DONE: at least one); they may wait in the engine for tls_flush. */
enum wire tls_write(struct tls *t, int fd, struct str bytes, size_t *n, struct err *e);
/* WIRE_DONE when everything that was taken is on its way. */
enum wire tls_flush(struct tls *t, int fd, struct err *e);

/* Between two requests: wipes the record buffers, which held what was said. False when something of
 * the peer waits in them: then the connection must be given up. */
bool tls_rest(struct tls *t);
/* Says goodbye (close_notify) as far as the socket takes it without waiting. */
void tls_bye(struct tls *t, int fd);

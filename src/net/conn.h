/* conn: a non-blocking socket with optional TLS, on the loop. Reads and writes answer what came of
 * them (net/wire.h); the owner waits by wanting, and holds the deadline. conn_drop is the one end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "net/loop.h"
#include "net/wire.h"

struct err;
struct tls;
struct tls_settings;

struct conn {
	struct loop *loop;
	struct loop_source source; /* source.fd is the socket */
	struct tls *tls;           /* NULL: plain */
};

/* Takes the socket (and closes it on failure too: NULL with ERR_SYSTEM). It wants nothing yet. */
struct conn *conn_open(struct loop *l, int fd, struct err *e);
/* Says goodbye where TLS is spoken, closes, wipes, frees. Content with NULL. */
void conn_drop(struct conn *c);

/* Who is told when the socket can do what is wanted. */
void conn_owner(struct conn *c, void (*ready)(void *self, unsigned what), void *self);
/* LOOP_READ and LOOP_WRITE, or 0. */
void conn_want(struct conn *c, unsigned wanted);

/* Puts TLS on top, as client of host; then conn_shake until it is done. */
bool conn_secure(struct conn *c, const struct tls_settings *s, struct str host, struct err *e);
enum wire conn_shake(struct conn *c, struct err *e);

/* As tls.h has them, with or without TLS. A reset of a plain connection is WIRE_CUT. */
enum wire conn_read(struct conn *c, void *at, size_t room, size_t *n, struct err *e);
enum wire conn_write(struct conn *c, struct str bytes, size_t *n, struct err *e);
enum wire conn_flush(struct conn *c, struct err *e);

/* Between two requests: wipes what the TLS buffers hold. False when the peer has spoken out of turn. */
bool conn_rest(struct conn *c);
/* Nothing has come and it was not closed, as far as this machine knows. */
bool conn_is_quiet(const struct conn *c);

/* request: writes the head of a request (RFC 9112 §3). */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "http/fetch.h"

struct buf;
struct err;

struct request_options {
	struct str user_agent;          /* empty: the field is left out */
	struct str proxy_authorization; /* likewise */
	bool through_proxy;             /* the target is the whole URL, as a proxy wants it for plain http */
	bool close;                     /* Connection: close */
};

/* Appends r's head: request line, Host, r's fields, Content-Length where there is a body (or
 * the method means one), and the empty line; the body is not written. On false nothing was
 * appended: ERR_INPUT where the method, a name or a value could break the head, or a field
 * is one that is written here (Host, Content-Length, Connection, User-Agent, Accept-Encoding)
 * or belongs to the connection (Transfer-Encoding, Upgrade, Expect, and the like); ERR_LIMIT
 * where out is full. */
bool request_write(struct buf *out, const struct fetch_request *r, const struct request_options *o, struct err *e);

/* Appends the whole of "CONNECT host:port", which asks a proxy for a tunnel to url's host
 * (RFC 9110 §9.3.6). Of o, user_agent and proxy_authorization. */
bool request_write_connect(struct buf *out, const struct url *url, const struct request_options *o, struct err *e);

/* The parts, for a writer that chooses its own fields (with field_write and field_write_end):
 * the request line and Host. */
bool request_write_line(struct buf *out, struct str method, const struct url *url, bool through_proxy, struct err *e);

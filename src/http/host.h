/* host: what may stand as the host of a URL and in a Host field (RFC 3986 §3.2.2), narrowed
 * to what a resolver can take, so that no two readers see different machines in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct buf;

/* Four decimal numbers 0 to 255 without leading zeros, and nothing else. */
bool host_read_v4(struct str text, uint8_t address[4]);
/* An IPv6 address without brackets or zone (RFC 4291 §2.2). */
bool host_read_v6(struct str text, uint8_t address[16]);
/* Appends it in its one canonical form (RFC 5952). */
void host_write_v6(struct buf *out, const uint8_t address[16]);

/* Dot-separated labels of letters, digits, '-' and '_', at most 63 bytes each and 253 in
 * all, with perhaps one dot at the end; or a v4 address. A name whose last label is a number
 * but that is no v4 address is refused: resolvers take "127.1" and "0x7f.1" for addresses. */
bool host_is_name(struct str text);

/* host[:port] as in a Host field: a name, a v4 address or a bracketed v6 address. Gives the
 * parts as they stand, the v6 address without brackets; *port is 0 where none was written
 * (also for a bare ':'). False where any of it is malformed. */
bool host_split(struct str text, struct str *host, bool *is_v6, uint16_t *port);

/* localhost, *.localhost, 127.0.0.0/8 or ::1; any case. */
bool host_is_loopback(struct str host, bool is_v6);

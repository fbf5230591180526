/* place: where a server may send us. https, or http on loopback or to a host that the user
 * named; and never nearer to this machine than the server itself is: one on the public
 * internet may not name private, link-local or loopback addresses. Names are not
 * resolved here; this is about what stands in the URL. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;
struct url;

enum place_reach {
	PLACE_PUBLIC,   /* a name, or an address of the internet */
	PLACE_PRIVATE,  /* 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7, fec0::/10 */
	PLACE_LINK,     /* 169.254/16, fe80::/10 */
	PLACE_LOOPBACK, /* localhost, 127/8, ::1, and the addresses that stand for this host */
};

struct place {
	enum place_reach server; /* of the server the user named */
	struct str allow_http;   /* hosts that the user named, separated by commas; they may also be private */
};

/* How near a URL's host is. IPv6 forms that carry an IPv4 address (mapped, 6to4, NAT64) count as that address. */
enum place_reach place_of(const struct url *url);
/* What a server the user named may do. */
struct place place_for(const struct url *server, struct str allow_http);
/* A credential may travel to url: https, or http on loopback or to a named host. */
bool place_is_safe(struct str allow_http, const struct url *url);
/* url may be used; ERR_INPUT with `what` ("token_endpoint") says why not. */
bool place_allows(const struct place *p, const struct url *url, const char *what, struct err *e);
/* The same for text, which is read first. *url may be NULL. */
bool place_read(const struct place *p, struct str text, const char *what, struct arena *a, struct url *url, struct err *e);

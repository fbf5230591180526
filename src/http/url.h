/* url: absolute http and https URLs (RFC 3986, RFC 9110 §4.2), taken apart and put together again.
 *
 * Whatever is used, shown or executed is re-serialised from the parts, never the text that came.
 * Refused: other schemes, userinfo, an empty host, ports outside 1 to 65535, controls,
 * blanks, bytes above 0x7f, characters that RFC 3986 does not allow where they stand, hosts
 * that http/host.h does not take, and more than URL_MAX bytes. Normal form is RFC 3986 §6.2.2
 * and §6.2.3: escapes in upper case, in the path none for characters that need none, v6
 * addresses as RFC 5952 writes them. The caller's text is never changed: whoever must repeat an
 * identifier byte for byte keeps the text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct buf;
struct err;

#define URL_MAX 16384

struct url {
	struct str scheme; /* "http" or "https", lower case */
	struct str host;   /* lower case; an IPv6 address without its brackets */
	uint16_t port;     /* the scheme's own where none was written */
	bool is_v6;        /* the host is an IPv6 address */
	struct str path;   /* begins with '/'; "/" where none was written; dot segments resolved */
	struct str query;  /* without the '?' */
	bool has_query;
	struct str fragment; /* without the '#' */
	bool has_fragment;
};

/* Takes text apart; the parts live in a, which wants about four times the text's size. ERR_INPUT says
 * what is wrong and quotes the text without its userinfo and query; ERR_LIMIT: too long, or a is full. */
bool url_read(struct str text, struct arena *a, struct url *url, struct err *e);
/* Resolves a reference against base (RFC 3986 §5, the strict way); all parts live in a, and
 * url may be base. Fails as url_read does. */
bool url_resolve(const struct url *base, struct str reference, struct arena *a, struct url *url, struct err *e);

/* scheme://host[:port] with default ports left out. */
void url_write_origin(struct buf *out, const struct url *url);
/* origin, path and query; the fragment is left out. */
void url_write(struct buf *out, const struct url *url);
/* path and query: the target of a request line. */
void url_write_target(struct buf *out, const struct url *url);
/* The host alone, a v6 address in brackets. */
void url_write_host(struct buf *out, const struct url *url);
/* host[:port] for a Host header; a v6 address in brackets. */
void url_write_authority(struct buf *out, const struct url *url);
/* The three as a str in a; an empty str when a is full. */
struct str url_origin(const struct url *url, struct arena *a);
struct str url_text(const struct url *url, struct arena *a);
struct str url_authority(const struct url *url, struct arena *a);

/* Begins with '/' and holds only what a path may hold, escapes well formed; dot segments may be there. */
bool url_is_path(struct str text);
bool url_is_https(const struct url *url);
/* localhost, *.localhost, 127.0.0.0/8 or ::1. */
bool url_is_loopback(const struct url *url);
bool url_same_origin(const struct url *a, const struct url *b);
/* RFC 9728: same origin, and prefix's path is a whole-segment prefix of url's path, with or
 * without a final '/'. A prefix with a query covers only urls with the identical query, one
 * with a fragment covers nothing. A url whose path could climb out again in the eyes of a
 * server ("..%2f", "..;") is not covered. */
bool url_covers(const struct url *prefix, const struct url *url);

/* application/x-www-form-urlencoded and query parameters. */
/* Appends "&name=value" ("name=value" to an empty buf), both percent-encoded. */
void url_form_add(struct buf *out, struct str name, struct str value);
/* The next parameter of *rest, decoded into a; '+' is a blank, a parameter without '=' has an
 * empty value. False at the end with e as it was, else with ERR_INPUT on a bad escape or a
 * zero byte, ERR_LIMIT on a full arena. */
bool url_form_next(struct str *rest, struct arena *a, struct str *name, struct str *value, struct err *e);
/* Percent-encodes all but RFC 3986 unreserved characters. */
void url_escape(struct buf *out, struct str text);

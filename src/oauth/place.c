#include "oauth/place.h"

#include <string.h>

#include "base/err.h"
#include "http/host.h"
#include "http/url.h"
#include "oauth/quote.h"

static enum place_reach of_v4(const uint8_t b[static 4])
{
	if (b[0] == 127 || b[0] == 0)
		return PLACE_LOOPBACK;
	if (b[0] == 169 && b[1] == 254)
		return PLACE_LINK;
	if (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
		(b[0] == 100 && (b[1] & 0xc0) == 64))
		return PLACE_PRIVATE;
	return PLACE_PUBLIC;
}

static bool begins(const uint8_t b[static 16], struct str prefix)
{
	return memcmp(b, prefix.at, prefix.len) == 0;
}

static enum place_reach of_v6(const uint8_t b[static 16])
{
	if (begins(b, S("\0\0\0\0\0\0\0\0\0\0\xff\xff")) || begins(b, S("\0\x64\xff\x9b\0\0\0\0\0\0\0\0")))
		return of_v4(b + 12);
	if (begins(b, S("\x20\x02")))
		return of_v4(b + 2);
	/* A NAT64 of the network's own (RFC 8215): where the IPv4 address stands in it only that network knows. */
	if (begins(b, S("\0\x64\xff\x9b\0\1")))
		return PLACE_LOOPBACK;
	/* Stateless translation (RFC 2765). */
	if (begins(b, S("\0\0\0\0\0\0\0\0\xff\xff\0\0")))
		return of_v4(b + 12);
	/* ::, ::1, and the old form of IPv4 within IPv6. */
	if (begins(b, S("\0\0\0\0\0\0\0\0\0\0\0\0")))
		return PLACE_LOOPBACK;
	if (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
		return PLACE_LINK;
	if ((b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0xc0))
		return PLACE_PRIVATE;
	return PLACE_PUBLIC;
}

enum place_reach place_of(const struct url *url)
{
	/* One final dot makes no other name. */
	struct str host = str_ends(url->host, S(".")) ? str_drop_last(url->host, 1) : url->host;
	uint8_t bytes[16];

	if (host_is_loopback(host, url->is_v6))
		return PLACE_LOOPBACK;
	if (url->is_v6)
		return host_read_v6(host, bytes) ? of_v6(bytes) : PLACE_LOOPBACK;
	return host_read_v4(host, bytes) ? of_v4(bytes) : PLACE_PUBLIC;
}

struct place place_for(const struct url *server, struct str allow_http)
{
	return (struct place){place_of(server), allow_http};
}

static bool is_named(struct str allow_http, const struct url *url)
{
	struct str host;

	while (str_word(&allow_http, ',', &host))
		if (str_same_nocase(str_trim(host), url->host))
			return true;
	return false;
}

bool place_is_safe(struct str allow_http, const struct url *url)
{
	return url_is_https(url) || url_is_loopback(url) || is_named(allow_http, url);
}

bool place_allows(const struct place *p, const struct url *url, const char *what, struct err *e)
{
	struct quote host = quote_of(url->host);

	if (!place_is_safe(p->allow_http, url))
		return err_set(e, ERR_INPUT, "%s is on plain http at \"%s\"; it must be https "
			"(--allow-http %s if that network is trusted)", what, host.text, host.text);
	if (place_of(url) > p->server && !is_named(p->allow_http, url))
		return err_set(e, ERR_INPUT, "%s is at \"%s\", an address nearer to this machine than the server's own; "
			"it is not used (--allow-http %s if that is meant)", what, host.text, host.text);
	return true;
}

bool place_read(const struct place *p, struct str text, const char *what, struct arena *a, struct url *url, struct err *e)
{
	struct url parts;

	if (!url)
		url = &parts;
	if (!url_read(text, a, url, e))
		return err_where(e, "%s", what);
	if (url->has_fragment)
		return err_set(e, ERR_INPUT, "%s has a fragment, which no such URL may have", what);
	return place_allows(p, url, what, e);
}

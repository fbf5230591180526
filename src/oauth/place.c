#include "oauth/place.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/err.h"
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
	/* ::, ::1, and the old form of IPv4 within IPv6. */
	if (begins(b, S("\0\0\0\0\0\0\0\0\0\0\0\0")))
		return PLACE_LOOPBACK;
	if (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
		return PLACE_LINK;
	if ((b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0xc0))
		return PLACE_PRIVATE;
	return PLACE_PUBLIC;
}

/* 127.1, 0x7f000001 and 2130706433 are addresses to a resolver, though to no one else. */
static bool is_number(struct str host)
{
	struct str last = str_ends(host, S(".")) ? str_drop_last(host, 1) : host;
	size_t dot = str_find_last(last, '.');

	if (dot < last.len)
		last = str_from(str_from(last, dot), 1);
	if (str_starts(last, S("0x")))
		return true;
	for (size_t i = 0; i < last.len; i++)
		if (last.at[i] < '0' || last.at[i] > '9')
			return false;
	return last.len > 0;
}

enum place_reach place_of(const struct url *url)
{
	char text[64] = "";
	uint8_t bytes[16];

	if (url_is_loopback(url))
		return PLACE_LOOPBACK;
	if (!url->is_v6 && !is_number(url->host))
		return PLACE_PUBLIC;
	if (url->host.len < sizeof text)
		memcpy(text, url->host.at, url->host.len);
	if (url->is_v6 && inet_pton(AF_INET6, text, bytes) == 1)
		return of_v6(bytes);
	if (!url->is_v6 && inet_pton(AF_INET, text, bytes) == 1)
		return of_v4(bytes);
	/* An address in odd writing is taken for the nearest one. */
	return PLACE_LOOPBACK;
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

#include "net/proxy.h"

#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/len.h"
#include "http/host.h"
#include "http/url.h"
#include "sys/world.h"

static struct str either(struct world *w, const char *lower, const char *upper)
{
	struct str value = world_env(w, lower);

	return value.len ? value : world_env(w, upper);
}

void proxy_rules_read(struct proxy_rules *rules, struct world *w)
{
	bool cgi = world_env(w, "REQUEST_METHOD").len > 0;

	rules->https = either(w, "https_proxy", "HTTPS_PROXY");
	rules->http = cgi ? world_env(w, "http_proxy") : either(w, "http_proxy", "HTTP_PROXY");
	rules->all = either(w, "all_proxy", "ALL_PROXY");
	rules->none = either(w, "no_proxy", "NO_PROXY");
}

/* --- NO_PROXY ---------------------------------------------------------------------- */

struct address {
	unsigned char bytes[16];
	size_t len; /* 4, 16, or 0 for none */
};

static struct address read_address(struct str s)
{
	struct address a = {0};

	if (host_read_v4(s, a.bytes))
		a.len = 4;
	else if (host_read_v6(s, a.bytes))
		a.len = 16;
	return a;
}

static bool is_within(const struct address *a, const struct address *range, uint64_t bits)
{
	size_t whole = (size_t)bits / 8;
	unsigned rest = (unsigned)bits % 8;

	if (a->len == 0 || a->len != range->len || bits > a->len * 8)
		return false;
	if (memcmp(a->bytes, range->bytes, whole) != 0)
		return false;
	return rest == 0 || ((a->bytes[whole] ^ range->bytes[whole]) >> (8 - rest)) == 0;
}

/* "host:port", "[v6]:port": false where a port is written that is not this one. */
static bool cut_port(struct str *entry, uint16_t port)
{
	struct str host, digits;
	uint64_t value;

	if (str_starts(*entry, S("["))) {
		str_cut(str_from(*entry, 1), ']', &host, &digits);
		*entry = host;
		if (!str_starts(digits, S(":")))
			return digits.len == 0;
		digits = str_from(digits, 1);
	} else {
		if (!str_cut(*entry, ':', &host, &digits) || str_has(digits, ':'))
			return true; /* no port, or a v6 address without brackets */
		*entry = host;
	}
	return str_to_u64(digits, &value) && value == port;
}

static bool covers(struct str entry, struct str host, const struct address *address, uint16_t port)
{
	struct address range;
	struct str base, bits, above;
	uint64_t n;

	if (str_same(entry, S("*")))
		return true;
	if (str_cut(entry, '/', &base, &bits)) {
		range = read_address(base);
		return str_to_u64(bits, &n) && is_within(address, &range, n);
	}
	if (!cut_port(&entry, port))
		return false;
	if (address->len) {
		range = read_address(entry);
		return is_within(address, &range, address->len * 8);
	}
	if (str_starts(entry, S("*.")))
		entry = str_from(entry, 1);
	if (str_starts(entry, S(".")))
		entry = str_from(entry, 1);
	above = str_drop_last(host, entry.len);
	if (entry.len == 0 || !str_same_nocase(str_from(host, above.len), entry))
		return false;
	return above.len == 0 || str_ends(above, S("."));
}

bool proxy_is_exempt(struct str list, struct str host, uint16_t port)
{
	struct address address = read_address(host);
	struct str part, entry;

	if (str_ends(host, S(".")))
		host = str_drop_last(host, 1);
	while (str_word(&list, ',', &part))
		while (str_word(&part, ' ', &entry)) {
			entry = str_trim(entry);
			if (entry.len && covers(entry, host, &address, port))
				return true;
		}
	return false;
}

/* --- The proxy's URL --------------------------------------------------------------- */

static bool unescape(struct buf *out, struct str s)
{
	for (; s.len; s = str_from(s, 1)) {
		if (s.at[0] != '%') {
			buf_add(out, str_first(s, 1));
			continue;
		}
		if (!hex_decode(out, str_span(s, 1, 2)))
			return false;
		s = str_from(s, 2);
	}
	return !out->full;
}

/* RFC 7617: "Basic" base64(name:password). */
static bool authorize(struct str userinfo, struct arena *a, struct str *authorization)
{
	char memory[512];
	struct buf plain = buf_over(memory, sizeof memory);
	struct buf out = buf_in(a, 0);
	bool good;

	good = unescape(&plain, userinfo);
	if (good && !str_has(userinfo, ':'))
		buf_add(&plain, S(":"));
	buf_add(&out, S("Basic "));
	b64_encode(&out, buf_str(&plain));
	good = good && !plain.full && !out.full;
	buf_wipe(&plain);
	*authorization = buf_str(&out);
	return good;
}

/* The value may hold a password: errors never quote it. */
static bool read(struct str value, const char *name, struct arena *a, struct proxy *proxy, struct err *e)
{
	struct str scheme, rest, userinfo = {0};
	struct url url;
	struct buf text = buf_in(a, 0);
	size_t slashes = str_find_str(value, S("://"));
	size_t at;

	scheme = slashes < value.len ? str_first(value, slashes) : S("http");
	rest = slashes < value.len ? str_from(value, len_add(slashes, 3)) : value;
	if (!str_same_nocase(scheme, S("http")))
		return err_set(e, ERR_USAGE, "%s names a proxy that is not spoken to over plain http: write http://HOST:PORT", name);
	at = str_find_last(str_first(rest, str_find(rest, '/')), '@');
	if (at < str_find(rest, '/')) {
		userinfo = str_first(rest, at);
		rest = str_from(rest, len_add(at, 1));
	}
	buf_add(&text, S("http://"));
	buf_add(&text, rest);
	if (text.full || !url_read(buf_str(&text), a, &url, NULL))
		return err_set(e, ERR_USAGE, "%s is not the URL of a proxy: write http://HOST:PORT", name);
	proxy->host = url.host;
	proxy->port = url.port;
	if (userinfo.len && !authorize(userinfo, a, &proxy->authorization))
		return err_set(e, ERR_USAGE, "the name and password in %s are not well escaped, or longer than 500 bytes", name);
	return true;
}

bool proxy_for(const struct proxy_rules *rules, const struct url *url, struct arena *a, bool *through, struct proxy *proxy, struct err *e)
{
	bool https = url_is_https(url);
	struct str value = https ? rules->https : rules->http;
	const char *name = https ? "HTTPS_PROXY" : "HTTP_PROXY";

	*proxy = (struct proxy){0};
	if (!value.len) {
		value = rules->all;
		name = "ALL_PROXY";
	}
	*through = value.len && !url_is_loopback(url) && !proxy_is_exempt(rules->none, url->host, url->port);
	return !*through || read(value, name, a, proxy, e);
}

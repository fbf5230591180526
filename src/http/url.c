#include "http/url.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/len.h"
#include "http/host.h"

/* A URI reference cut at its delimiters (RFC 3986 §3), nothing checked yet. */
struct parts {
	struct str scheme, authority, path, query, fragment;
	bool has_scheme, has_authority, has_query, has_fragment;
};

#define SHOWN_MAX 100

/* text as an error may show it: without userinfo, query and foreign bytes. A '@' anywhere
 * counts as the end of userinfo: in a broken URL nobody knows where that really ends. */
static struct str shown(struct str text, char memory[SHOWN_MAX])
{
	struct buf out = buf_over(memory, SHOWN_MAX);
	size_t at = str_find_last(text, '@');

	if (at < text.len) {
		buf_add(&out, S("***"));
		text = str_from(text, at);
	}
	str_cut(text, '?', &text, NULL);
	str_cut(text, '#', &text, NULL);
	buf_add(&out, str_first(text, len_sub(SHOWN_MAX, out.len)));
	for (size_t i = 0; i < out.len; i++)
		if (memory[i] & '\x80')
			memory[i] = '?';
	return buf_str(&out);
}

static bool bad(struct err *e, struct str text, const char *why)
{
	char memory[SHOWN_MAX];

	return err_set(e, ERR_INPUT, "the URL \"%.*s\" %s", STR(shown(text, memory)), why);
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

static bool is_pchar(char c)
{
	return is_unreserved(c) || (c && strchr("!$&'()*+,;=:@", c));
}

bool url_is_path(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		struct str escape = str_span(text, i, 3);

		if (escape.at[0] == '%') {
			if (escape.len < 3 || hex_digit(escape.at[1]) < 0 || hex_digit(escape.at[2]) < 0)
				return false;
		} else if (!is_pchar(escape.at[0]) && escape.at[0] != '/') {
			return false;
		}
	}
	return str_starts(text, S("/"));
}

static struct parts split(struct str text)
{
	struct parts p = {0};

	p.has_fragment = str_cut(text, '#', &text, &p.fragment);
	p.has_query = str_cut(text, '?', &text, &p.query);
	p.has_scheme = str_find(text, ':') < str_find(text, '/');
	if (p.has_scheme)
		str_cut(text, ':', &p.scheme, &text);
	p.path = text;
	p.has_authority = str_starts(text, S("//"));
	if (p.has_authority) {
		text = str_from(text, 2);
		p.authority = str_first(text, str_find(text, '/'));
		p.path = str_from(text, p.authority.len);
	}
	return p;
}

/* Appends part in normal form: escapes in upper case and, where decode is asked, none for
 * characters that need none (RFC 3986 §6.2.2). also: what may stand beside pchar. */
static bool add_normal(struct buf *out, struct str part, const char *also, bool decode)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < part.len; i++) {
		struct str escape = str_span(part, i, 3);
		char c = part.at[i];

		if (c != '%') {
			if (!is_pchar(c) && !(c && strchr(also, c)))
				return false;
			buf_add_char(out, c);
			continue;
		}
		if (escape.len < 3 || hex_digit(escape.at[1]) < 0 || hex_digit(escape.at[2]) < 0)
			return false;
		c = (char)(hex_digit(escape.at[1]) << 4 | hex_digit(escape.at[2]));
		i += 2;
		if (decode && is_unreserved(c))
			buf_add_char(out, c);
		else
			buf_print(out, "%%%c%c", digits[(unsigned char)c >> 4], digits[c & 15]);
	}
	return true;
}

/* An escape shrinks or stays as it is, so part.len bytes are enough. */
static bool take_normal(struct arena *a, struct str part, const char *also, bool decode, struct str *out)
{
	/* buf_print wants room for the zero byte that it writes. */
	struct buf b = buf_over(arena_take(a, len_add(part.len, 1)), len_add(part.len, 1));

	if (!b.at || !add_normal(&b, part, also, decode))
		return false;
	*out = buf_str(&b);
	return true;
}

/* RFC 3986 §5.2.4, for a path that begins with '/'. */
static void add_without_dots(struct buf *out, struct str path)
{
	bool more = path.len > 0;

	path = str_from(path, 1);
	while (more) {
		struct str segment;
		bool up;

		more = str_cut(path, '/', &segment, &path);
		up = str_same(segment, S(".."));
		if (up)
			buf_cut(out, str_find_last(buf_str(out), '/'));
		if (up || str_same(segment, S("."))) {
			if (more)
				continue;
			segment = S("");
		}
		buf_add_char(out, '/');
		buf_add(out, segment);
	}
}

/* directory and reference together are the path; directory is empty or already normal. */
static bool read_path(struct str directory, struct str reference, struct arena *a, struct url *url)
{
	size_t cap = len_add(len_add(directory.len, reference.len), 2);
	struct arena scratch;
	struct buf merged;
	struct buf path = buf_over(arena_take(a, cap), cap);

	scratch = *a;
	merged = buf_over(arena_take(&scratch, cap), cap);
	if (!path.at || !merged.at)
		return false;
	buf_add(&merged, directory);
	if (!add_normal(&merged, reference, "/", true))
		return false;
	add_without_dots(&path, buf_str(&merged));
	if (path.len == 0)
		buf_add_char(&path, '/');
	url->path = buf_str(&path);
	return true;
}

/* Lower case; a v6 address in its canonical form, so that one host has one spelling. */
static bool take_host(struct arena *a, struct str host, struct url *url)
{
	uint8_t address[16];
	struct buf b = buf_over(arena_take(a, len_add(host.len, 48)), len_add(host.len, 48));

	if (!b.at)
		return false;
	if (url->is_v6 && host_read_v6(host, address)) {
		host_write_v6(&b, address);
	} else {
		for (size_t i = 0; i < host.len; i++)
			buf_add_char(&b, host.at[i] >= 'A' && host.at[i] <= 'Z' ? (char)(host.at[i] | 0x20) : host.at[i]);
	}
	url->host = buf_str(&b);
	return true;
}

static uint16_t default_port(const struct url *url)
{
	return url_is_https(url) ? 443 : 80;
}

static bool read_authority(struct str text, struct str authority, struct arena *a, struct url *url, struct err *e)
{
	struct str host;

	if (str_has(authority, '@'))
		return bad(e, text, "carries a user name or password before its host; leave them out");
	if (authority.len == 0 || authority.at[0] == ':')
		return bad(e, text, "has no host");
	if (!host_split(authority, &host, &url->is_v6, &url->port))
		return bad(e, text, "has a malformed host or port");
	if (url->port == 0)
		url->port = default_port(url);
	if (!take_host(a, host, url))
		return err_set(e, ERR_LIMIT, "there is no room for a URL of %zu bytes", text.len);
	return true;
}

static bool read_scheme(struct str text, struct str scheme, struct url *url, struct err *e)
{
	if (str_same_nocase(scheme, S("https")))
		url->scheme = S("https");
	else if (str_same_nocase(scheme, S("http")))
		url->scheme = S("http");
	else
		return bad(e, text, "does not begin with https:// or http://");
	return true;
}

/* What may stand nowhere in a URL is told apart from what stands in the wrong place. */
static bool check_bytes(struct str text, struct err *e)
{
	if (text.len > URL_MAX)
		return err_set(e, ERR_LIMIT, "a URL of %zu bytes is longer than the %d that are allowed", text.len, URL_MAX);
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ' ' || str_is_control(text.at[i]))
			return bad(e, text, "holds a blank or a control character");
		if (text.at[i] & '\x80')
			return bad(e, text, "holds characters beyond ASCII; write a host name in its xn-- form and percent-encode the rest");
		if (text.at[i] == '\\')
			return bad(e, text, "holds a backslash; write '/' or %5C");
	}
	return true;
}

/* Query and fragment keep their escapes: only the digits' case is made one. */
static bool read_rest(struct str text, const struct parts *p, struct str directory, struct arena *a, struct url *url, struct err *e)
{
	url->has_query = p->has_query;
	url->has_fragment = p->has_fragment;
	if (arena_room(a) < len_add(len_mul(len_add(len_add(text.len, directory.len), p->query.len), 3), 128))
		return err_set(e, ERR_LIMIT, "there is no room for a URL of %zu bytes", text.len);
	if (!read_path(directory, p->path, a, url) ||
		!take_normal(a, p->query, "/?", false, &url->query) ||
		!take_normal(a, p->fragment, "/?", false, &url->fragment))
		return bad(e, text, "holds a character that must be percent-encoded, or a malformed escape");
	return true;
}

bool url_read(struct str text, struct arena *a, struct url *url, struct err *e)
{
	struct parts p = split(text);

	*url = (struct url){0};
	if (!check_bytes(text, e) || !read_scheme(text, p.scheme, url, e))
		return false;
	if (!p.has_authority)
		return bad(e, text, "has no // before its host");
	return read_authority(text, p.authority, a, url, e) && read_rest(text, &p, S(""), a, url, e);
}

/* Up to and with the last '/' (RFC 3986 §5.2.3). */
static struct str directory_of(struct str path)
{
	return str_first(path, len_add(str_find_last(path, '/'), 1));
}

bool url_resolve(const struct url *base_url, struct str reference, struct arena *a, struct url *url, struct err *e)
{
	const struct url base = *base_url;
	struct parts p = split(reference);
	struct str directory = S("");

	*url = (struct url){0};
	if (p.has_scheme)
		return url_read(reference, a, url, e);
	url->scheme = str_same(base.scheme, S("https")) ? S("https") : S("http");
	if (!check_bytes(reference, e))
		return false;
	if (p.has_authority)
		return read_authority(reference, p.authority, a, url, e) && read_rest(reference, &p, S(""), a, url, e);
	url->is_v6 = base.is_v6;
	url->port = base.port;
	if (p.path.len == 0) {
		directory = base.path;
		if (!p.has_query) {
			p.has_query = base.has_query;
			p.query = base.query;
		}
	} else if (p.path.at[0] != '/') {
		directory = directory_of(base.path);
	}
	if (!take_host(a, base.host, url))
		return err_set(e, ERR_LIMIT, "there is no room for a URL of %zu bytes", reference.len);
	return read_rest(reference, &p, directory, a, url, e);
}

#include "http/target.h"

#include "base/err.h"
#include "http/head.h"
#include "http/host.h"
#include "http/url.h"

static bool read_host(struct head *h, struct err *e)
{
	size_t count = field_count(h->fields, h->fields_n, S("host"));
	struct str name;
	bool is_v6;
	uint16_t port;

	h->host = field_find(h->fields, h->fields_n, S("host"), NULL);
	if (count > 1)
		return err_set(e, ERR_INPUT, "the HTTP request holds more than one Host");
	if (count == 0 && h->minor == 1)
		return err_set(e, ERR_INPUT, "the HTTP request holds no Host");
	if (count == 1 && !host_split(h->host, &name, &is_v6, &port))
		return err_set(e, ERR_INPUT, "the Host of the HTTP request is malformed (\"%.*s\")", STR(str_first(h->host, 60)));
	return true;
}

/* Cuts scheme and authority off an absolute target; *rest begins with '/' or '?', or is empty. */
static bool cut_absolute(struct head *h, struct str *rest, struct err *e)
{
	size_t scheme = str_find_str(*rest, S("://"));
	struct str after = str_from(str_from(*rest, scheme), 3);
	struct str authority = str_first(after, str_find(after, '/'));
	struct str name;
	bool is_v6;
	uint16_t port;

	authority = str_first(authority, str_find(authority, '?'));
	if (!str_same_nocase(str_first(*rest, scheme), S("http")) && !str_same_nocase(str_first(*rest, scheme), S("https")))
		return err_set(e, ERR_INPUT, "the target of the HTTP request is neither a path nor a URL");
	if (!host_split(authority, &name, &is_v6, &port))
		return err_set(e, ERR_INPUT, "the host in the target of the HTTP request is malformed");
	if (h->host.len && !str_same_nocase(h->host, authority))
		return err_set(e, ERR_INPUT, "the HTTP request names two hosts, one in its target and one in its Host");
	h->host = authority;
	*rest = str_from(after, authority.len);
	return true;
}

/* Browsers send more characters in a query than RFC 3986 knows; what stands there
 * is looked at by whoever decodes it. */
static bool is_query(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] >= 0x7f || s.at[i] == '#')
			return false;
	return true;
}

bool target_read(struct head *h, struct err *e)
{
	struct str rest = h->target;

	if (!read_host(h, e))
		return false;
	if (str_same(h->method, S("CONNECT")))
		return err_set(e, ERR_INPUT, "this is no proxy: CONNECT is not served");
	if (str_same(rest, S("*")) && str_same(h->method, S("OPTIONS"))) {
		h->path = rest;
		return true;
	}
	if (!str_starts(rest, S("/")) && !cut_absolute(h, &rest, e))
		return false;
	h->has_query = str_cut(rest, '?', &h->path, &h->query);
	if (h->path.len == 0)
		h->path = S("/");
	if (!url_is_path(h->path) || !is_query(h->query))
		return err_set(e, ERR_INPUT, "the target of the HTTP request holds a character that must be percent-encoded, or a malformed escape");
	return true;
}

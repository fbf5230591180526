#include "http/request.h"

#include "base/buf.h"
#include "base/err.h"

/* Fields that frame the message or belong to the connection: they are written here or not at all. */
static bool is_ours(struct str name)
{
	static const struct str ours[] = {
		S_INIT("host"),
		S_INIT("content-length"),
		S_INIT("transfer-encoding"),
		S_INIT("connection"),
		S_INIT("keep-alive"),
		S_INIT("proxy-connection"),
		S_INIT("proxy-authorization"),
		S_INIT("te"),
		S_INIT("trailer"),
		S_INIT("upgrade"),
		S_INIT("expect"),
		S_INIT("user-agent"),
		S_INIT("accept-encoding"),
	};

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (str_same_nocase(name, ours[i]))
			return true;
	return false;
}

/* What url_read made is safe; this is for a url that somebody put together. */
static bool is_visible(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] >= 0x7f)
			return false;
	return true;
}

/* Puts out back to its length before where ok is false or something did not fit. */
static bool keep(struct buf *out, size_t before, bool ok, struct err *e)
{
	if (ok && out->full)
		ok = err_set(e, ERR_LIMIT, "the head of the HTTP request is too long to be sent");
	if (!ok)
		buf_cut(out, before);
	return ok;
}

static bool check_line(struct str method, const struct url *url, struct err *e)
{
	bool is_whole = url->host.len > 0 && str_starts(url->path, S("/"));

	if (!field_is_token(method))
		return err_set(e, ERR_INPUT, "\"%.*s\" is no HTTP method", STR(str_first(method, 40)));
	if (!is_whole || !is_visible(url->scheme) || !is_visible(url->host) || !is_visible(url->path) || !is_visible(url->query))
		return err_set(e, ERR_INPUT, "a URL with a blank, a control character, no host or no path cannot be asked for");
	return true;
}

bool request_write_line(struct buf *out, struct str method, const struct url *url, bool through_proxy, struct err *e)
{
	size_t before = out->len;

	if (!check_line(method, url, e))
		return false;
	buf_add(out, method);
	buf_add_char(out, ' ');
	if (through_proxy)
		url_write_origin(out, url);
	url_write_target(out, url);
	buf_add(out, S(" HTTP/1.1\r\nHost: "));
	url_write_authority(out, url);
	buf_add(out, S("\r\n"));
	return keep(out, before, true, e);
}

static bool add_optional(struct buf *out, struct str name, struct str value, struct err *e)
{
	return value.len == 0 || field_write(out, name, value, e);
}

static bool add_fields(struct buf *out, const struct fetch_request *r, struct err *e)
{
	for (size_t i = 0; i < r->fields_n; i++) {
		struct str name = r->fields[i].name;

		if (is_ours(name))
			return err_set(e, ERR_INPUT, "the HTTP field %.*s is not for the caller to set", STR(str_first(name, 60)));
		if (!field_write(out, name, r->fields[i].value, e))
			return false;
	}
	return true;
}

/* A method that usually carries a body says so when it carries none (RFC 9110 §8.6). */
static void add_length(struct buf *out, const struct fetch_request *r)
{
	bool expected = str_same(r->method, S("POST")) || str_same(r->method, S("PUT")) || str_same(r->method, S("PATCH"));

	if (r->has_body || expected)
		buf_print(out, "Content-Length: %zu\r\n", r->has_body ? r->body.len : 0);
}

bool request_write(struct buf *out, const struct fetch_request *r, const struct request_options *o, struct err *e)
{
	size_t before = out->len;
	bool ok = true;

	if (str_same(r->method, S("CONNECT")))
		return err_set(e, ERR_INPUT, "CONNECT is not a request of this kind");
	ok = request_write_line(out, r->method, &r->url, o->through_proxy, e) &&
		add_optional(out, S("User-Agent"), o->user_agent, e) &&
		add_optional(out, S("Proxy-Authorization"), o->proxy_authorization, e) &&
		field_write(out, S("Accept-Encoding"), S("identity"), e) &&
		(!o->close || field_write(out, S("Connection"), S("close"), e)) &&
		add_fields(out, r, e);
	if (ok) {
		add_length(out, r);
		field_write_end(out);
	}
	return keep(out, before, ok, e);
}

bool request_write_connect(struct buf *out, const struct url *url, const struct request_options *o, struct err *e)
{
	size_t before = out->len;
	bool ok;

	if (!check_line(S("CONNECT"), url, e))
		return false;
	buf_add(out, S("CONNECT "));
	url_write_host(out, url);
	buf_print(out, ":%u HTTP/1.1\r\nHost: ", (unsigned)url->port);
	url_write_host(out, url);
	buf_print(out, ":%u\r\n", (unsigned)url->port);
	ok = add_optional(out, S("User-Agent"), o->user_agent, e) &&
		add_optional(out, S("Proxy-Authorization"), o->proxy_authorization, e);
	field_write_end(out);
	return keep(out, before, ok, e);
}

#include "http/response.h"

#include "base/buf.h"
#include "base/err.h"

const char *response_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} table[] = {
		{100, "Continue"},
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{417, "Expectation Failed"},
		{421, "Misdirected Request"},
		{422, "Unprocessable Content"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].status == status)
			return table[i].reason;
	return "";
}

static bool keep(struct buf *out, size_t before, bool ok, struct err *e)
{
	if (ok && out->full)
		ok = err_set(e, ERR_LIMIT, "the HTTP answer is too long to be sent");
	if (!ok)
		buf_cut(out, before);
	return ok;
}

bool response_write_line(struct buf *out, int status, struct err *e)
{
	size_t before = out->len;

	if (status < 100 || status > 599)
		return err_set(e, ERR_INPUT, "%d is no HTTP status", status);
	buf_print(out, "HTTP/1.1 %d %s\r\n", status, response_reason(status));
	return keep(out, before, true, e);
}

static bool is_ours(struct str name)
{
	return str_same_nocase(name, S("content-length")) || str_same_nocase(name, S("transfer-encoding")) ||
		str_same_nocase(name, S("connection")) || str_same_nocase(name, S("keep-alive")) ||
		str_same_nocase(name, S("trailer")) || str_same_nocase(name, S("upgrade"));
}

static bool add_fields(struct buf *out, const struct response *r, struct err *e)
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

bool response_write(struct buf *out, const struct response *r, struct err *e)
{
	bool is_bare = r->status < 200 || r->status == 204 || r->status == 304;
	size_t before = out->len;
	bool ok;

	if (is_bare && r->body.len)
		return err_set(e, ERR_INPUT, "an HTTP answer with status %d has no body", r->status);
	ok = response_write_line(out, r->status, e) && add_fields(out, r, e) &&
		(!r->close || field_write(out, S("Connection"), S("close"), e));
	if (ok && !is_bare)
		buf_print(out, "Content-Length: %zu\r\n", r->body.len);
	if (ok)
		field_write_end(out);
	if (ok && !r->no_body)
		buf_add(out, r->body);
	return keep(out, before, ok, e);
}

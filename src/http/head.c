#include "http/head.h"

#include "base/err.h"
#include "base/len.h"
#include "http/framing.h"
#include "http/target.h"

static void begin(struct head *h, struct http_field *fields, size_t fields_max, size_t max)
{
	*h = (struct head){.fields = fields, .fields_max = fields_max, .max = max};
}

void head_begin_request(struct head *h, struct http_field *fields, size_t fields_max, size_t max)
{
	begin(h, fields, fields_max, max);
}

void head_begin_answer(struct head *h, struct str method, struct http_field *fields, size_t fields_max, size_t max)
{
	begin(h, fields, fields_max, max);
	h->is_answer = true;
	h->after_head = str_same(method, S("HEAD"));
	h->after_connect = str_same(method, S("CONNECT"));
}

static bool too_long(const struct head *h, struct err *e)
{
	return err_set(e, ERR_LIMIT, "%s of the HTTP head is longer than allowed", h->began ? "a field" : "the first line");
}

static bool whole_too_long(const struct head *h, struct err *e)
{
	return err_set(e, ERR_LIMIT, "the HTTP head is longer than the %zu bytes that are allowed", h->max);
}

/* c does not end a line and may stand in one, at offset i of the head. */
static bool check_byte(const struct head *h, char c, size_t i, struct err *e)
{
	if (i >= h->max)
		return whole_too_long(h, e);
	if (len_sub(i, h->line) >= (h->began ? HEAD_FIELD_MAX : HEAD_START_MAX))
		return too_long(h, e);
	if (c == '\n')
		return err_set(e, ERR_INPUT, "a line of the HTTP head ends in a bare LF");
	if (h->is_answer && i == 0 && (c == 0x15 || c == 0x16)) /* an alert or a handshake */
		return err_set(e, ERR_INPUT, "the server speaks TLS there: ask for https instead of http");
	if (str_is_control(c) && c != '\t')
		return err_set(e, ERR_INPUT, "the HTTP head holds a control character (0x%02x)", (unsigned)(unsigned char)c);
	return true;
}

/* The next whole line, without its CRLF. */
static enum feed next_line(struct head *h, struct str bytes, struct str *line, struct err *e)
{
	size_t i = h->scanned;

	for (; i < bytes.len; i++) {
		struct str two = str_span(bytes, i, 2);

		if (two.at[0] != '\r') {
			if (!check_byte(h, two.at[0], i, e))
				return FEED_BAD;
			continue;
		}
		if (two.len < 2)
			break;
		if (two.at[1] != '\n') {
			err_set(e, ERR_INPUT, "the HTTP head holds a bare CR");
			return FEED_BAD;
		}
		*line = str_span(bytes, h->line, len_sub(i, h->line));
		h->line = h->scanned = len_add(i, 2);
		if (h->line <= h->max)
			return FEED_DONE;
		whole_too_long(h, e);
		return FEED_BAD;
	}
	h->scanned = i;
	if (bytes.len < h->max)
		return FEED_MORE;
	whole_too_long(h, e);
	return FEED_BAD;
}

static bool read_version(struct head *h, struct str version, struct err *e)
{
	if (str_same(version, S("HTTP/1.1")))
		h->minor = 1;
	else if (str_same(version, S("HTTP/1.0")))
		h->minor = 0;
	else if (str_starts(version, S("HTTP/")))
		return err_set(e, ERR_INPUT, "\"%.*s\" is neither HTTP/1.1 nor HTTP/1.0", STR(str_first(version, 20)));
	else
		return err_set(e, ERR_INPUT, "this is not HTTP: its first line says \"%.*s\"", STR(str_first(version, 40)));
	return true;
}

static bool read_request_line(struct head *h, struct str line, struct err *e)
{
	struct str version;

	if (!str_cut(line, ' ', &h->method, &version) || !str_cut(version, ' ', &h->target, &version) || !field_is_token(h->method))
		return err_set(e, ERR_INPUT, "the first line of the HTTP request is malformed");
	return read_version(h, version, e);
}

static bool read_status_line(struct head *h, struct str line, struct err *e)
{
	struct str version;
	struct str digits;
	uint64_t status;

	str_cut(line, ' ', &version, &line);
	str_cut(line, ' ', &digits, &h->reason);
	if (!read_version(h, version, e))
		return false;
	if (digits.len != 3 || !str_to_u64(digits, &status) || status < 100 || status > 599)
		return err_set(e, ERR_INPUT, "the status of the HTTP answer is malformed (\"%.*s\")", STR(str_first(digits, 20)));
	h->status = (int)status;
	return true;
}

static bool read_field(struct head *h, struct str line, struct err *e)
{
	struct http_field field;

	if (line.at[0] == ' ' || line.at[0] == '\t')
		return err_set(e, ERR_INPUT, "the HTTP head holds a folded line");
	if (!str_cut(line, ':', &field.name, &field.value))
		return err_set(e, ERR_INPUT, "a line of the HTTP head has no colon");
	if (str_ends(field.name, S(" ")) || str_ends(field.name, S("\t")))
		return err_set(e, ERR_INPUT, "the HTTP head holds a blank before a colon");
	if (!field_is_token(field.name))
		return err_set(e, ERR_INPUT, "\"%.*s\" is no name for an HTTP field", STR(str_first(field.name, 60)));
	if (h->fields_n == h->fields_max)
		return err_set(e, ERR_LIMIT, "the HTTP head holds more than the %zu fields that are allowed", h->fields_max);
	field.value = str_trim(field.value);
	h->fields[h->fields_n++] = field;
	return true;
}

static bool read_line(struct head *h, struct str line, struct err *e)
{
	/* One empty line before a request is passed over (RFC 9112 §2.2). */
	if (!h->began && !h->is_answer && line.len == 0 && h->line == 2)
		return true;
	if (h->began)
		return read_field(h, line, e);
	h->began = true;
	return h->is_answer ? read_status_line(h, line, e) : read_request_line(h, line, e);
}

/* The slices point where the bytes were; when those have moved, all is read again. */
static void follow(struct head *h, struct str bytes)
{
	if (h->seen == bytes.at)
		return;
	h->seen = bytes.at;
	h->began = false;
	h->line = h->scanned = h->fields_n = 0;
}

enum feed head_read(struct head *h, struct str bytes, struct err *e)
{
	follow(h, bytes);
	for (;;) {
		struct str line;
		enum feed next = next_line(h, bytes, &line, e);

		if (next != FEED_DONE)
			return next;
		if (line.len == 0 && h->began)
			break;
		if (!read_line(h, line, e))
			return FEED_BAD;
	}
	h->len = h->line;
	if (!h->is_answer && !target_read(h, e))
		return FEED_BAD;
	return framing_read(h, e) ? FEED_DONE : FEED_BAD;
}

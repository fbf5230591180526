#include "json/quoted.h"

#include <stdint.h>
#include <string.h>

#include "base/hex.h"
#include "json/utf8.h"

static const char simple_escapes[] = "\"\\/bfnrt";
static const char simple_values[] = "\"\\/\b\f\n\r\t";

/* The four digits behind "\u" at the start of s, or -1. */
static int32_t unit_at(struct str s)
{
	int32_t unit = 0;

	if (s.len < 6 || s.at[0] != '\\' || s.at[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		int digit = hex_digit(s.at[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool is_high(int32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The bytes of the escape at the start of s; 0 with *fault when it is none. */
static size_t escape_len(struct str s, const char **fault)
{
	int32_t unit = unit_at(s);

	if (s.len >= 2 && s.at[1] != 'u') {
		if (s.at[1] && strchr(simple_escapes, s.at[1]))
			return 2;
		*fault = "an escape that JSON does not have";
	} else if (unit < 0) {
		*fault = "\\u wants four hexadecimal digits";
	} else if (is_low(unit)) {
		*fault = "a low surrogate without a high one before it";
	} else if (!is_high(unit)) {
		return 6;
	} else if (is_low(unit_at(str_from(s, 6)))) {
		return 12;
	} else {
		*fault = "a high surrogate without a low one behind it";
	}
	return 0;
}

/* The bytes of the character or escape at the start of s, which is not empty; 0 with *fault. */
static size_t step_len(struct str s, const char **fault)
{
	size_t n;

	if (s.at[0] == '\\')
		return escape_len(s, fault);
	n = utf8_char(s);
	if (!n)
		*fault = "invalid UTF-8";
	else if ((unsigned char)s.at[0] < 0x20) {
		*fault = "a control character in a string; it must be escaped";
		n = 0;
	}
	return n;
}

struct quoted quoted_scan(struct str text)
{
	struct quoted q = {0};
	size_t at = 0;

	while (at < text.len && text.at[at] != '"') {
		size_t n = step_len(str_from(text, at), &q.fault);

		q.fault_at = at;
		if (q.fault)
			return q;
		q.has_escapes |= text.at[at] == '\\';
		at += n;
	}
	q.raw = str_first(text, at);
	q.fault_at = at;
	if (at == text.len)
		q.fault = "a string without its closing quotation mark";
	return q;
}

/* Writes what the escape at the start of s stands for. */
static size_t decode_escape(struct str s, size_t n, char out[4])
{
	uint32_t unit;

	if (n == 2) {
		out[0] = simple_values[strchr(simple_escapes, s.at[1]) - simple_escapes];
		return 1;
	}
	unit = (uint32_t)unit_at(s);
	if (n == 12)
		unit = 0x10000 + ((unit & 0x3ff) << 10) + ((uint32_t)unit_at(str_from(s, 6)) & 0x3ff);
	return utf8_encode(unit, out);
}

size_t quoted_decode(const struct quoted *q, char *out)
{
	struct str rest = q->raw;
	const char *fault = NULL;
	size_t written = 0;

	while (rest.len) {
		char piece[4];
		size_t n = 1, len = 1;

		piece[0] = rest.at[0];
		if (piece[0] == '\\') {
			n = escape_len(rest, &fault);
			len = decode_escape(rest, n, piece);
		}
		memcpy(out + written, piece, len);
		written += len;
		rest = str_from(rest, n);
	}
	return written;
}

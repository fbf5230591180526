#include "base/b64.h"

#include "base/buf.h"
#include "base/len.h"

/* All ones where a <= x <= b, for 0 <= x < 256; no branch and no table, so that
 * neither the cache nor the clock tells which character it was. */
static unsigned between(unsigned x, unsigned a, unsigned b)
{
	return (((x - a) >> 8) | ((b - x) >> 8)) & 1 ? 0u : ~0u;
}

static char digit(unsigned value, bool url)
{
	unsigned c = (between(value, 0, 25) & ('A' + value)) |
		(between(value, 26, 51) & ('a' + value - 26)) |
		(between(value, 52, 61) & ('0' + value - 52)) |
		(between(value, 62, 62) & (url ? '-' : '+')) |
		(between(value, 63, 63) & (url ? '_' : '/'));

	return (char)c;
}

/* 0 to 63, or a number with bit 8 set for a character that is no digit. */
static unsigned value_of(char character, bool url)
{
	unsigned c = (unsigned char)character;
	unsigned plus = url ? '-' : '+';
	unsigned slash = url ? '_' : '/';
	unsigned known = between(c, 'A', 'Z') | between(c, 'a', 'z') | between(c, '0', '9') |
		between(c, plus, plus) | between(c, slash, slash);

	return (between(c, 'A', 'Z') & (c - 'A')) |
		(between(c, 'a', 'z') & (c - 'a' + 26)) |
		(between(c, '0', '9') & (c - '0' + 52)) |
		(between(c, plus, plus) & 62) |
		(between(c, slash, slash) & 63) |
		(~known & 256);
}

static void encode(struct buf *out, struct str bytes, bool url)
{
	while (bytes.len) {
		struct str three = str_first(bytes, 3);
		unsigned group = 0;
		char text[4];

		for (size_t i = 0; i < 3; i++)
			group = group << 8 | (i < three.len ? (unsigned char)three.at[i] : 0);
		for (size_t i = 0; i < 4; i++)
			text[i] = i <= three.len ? digit(group >> (18 - 6 * i) & 63, url) : '=';
		buf_add(out, str_make(text, url ? three.len + 1 : 4));
		bytes = str_from(bytes, 3);
	}
}

static bool decode(struct buf *out, struct str text, bool url)
{
	size_t before = out->len;
	unsigned bad = 0;

	if (text.len % 4 == 1)
		return false;
	while (text.len) {
		struct str four = str_first(text, 4);
		unsigned group = 0;
		char bytes[3];

		for (size_t i = 0; i < 4; i++) {
			unsigned value = i < four.len ? value_of(four.at[i], url) : 0;

			bad |= value & 256;
			group = group << 6 | (value & 63);
		}
		bad |= four.len == 2 ? group & 0xffff : 0; /* leftover bits must be zero */
		bad |= four.len == 3 ? group & 0xff : 0;
		for (size_t i = 0; i < 3; i++)
			bytes[i] = (char)(group >> (16 - 8 * i) & 0xff);
		buf_add(out, str_make(bytes, len_sub(four.len, 1)));
		text = str_from(text, 4);
	}
	if (bad || out->full) {
		buf_cut(out, before);
		return false;
	}
	return true;
}

void b64_url_encode(struct buf *out, struct str bytes)
{
	encode(out, bytes, true);
}

void b64_encode(struct buf *out, struct str bytes)
{
	encode(out, bytes, false);
}

bool b64_url_decode(struct buf *out, struct str text)
{
	return decode(out, text, true);
}

bool b64_decode(struct buf *out, struct str text)
{
	if (text.len % 4)
		return false;
	if (str_ends(text, S("==")))
		text = str_drop_last(text, 2);
	else if (str_ends(text, S("=")))
		text = str_drop_last(text, 1);
	return decode(out, text, false);
}

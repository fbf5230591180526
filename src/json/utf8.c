#include "json/utf8.h"

/* Per range of first bytes: how many bytes follow, and what the first of them may be
 * (RFC 3629 §4). The others are 0x80 to 0xbf. */
static const struct lead {
	unsigned char from, to;
	unsigned char more;
	unsigned char low, high;
} leads[] = {
	{0x00, 0x7f, 0, 0x00, 0x00},
	{0xc2, 0xdf, 1, 0x80, 0xbf},
	{0xe0, 0xe0, 2, 0xa0, 0xbf},
	{0xe1, 0xec, 2, 0x80, 0xbf},
	{0xed, 0xed, 2, 0x80, 0x9f},
	{0xee, 0xef, 2, 0x80, 0xbf},
	{0xf0, 0xf0, 3, 0x90, 0xbf},
	{0xf1, 0xf3, 3, 0x80, 0xbf},
	{0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct lead *lead_of(unsigned char byte)
{
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		if (byte >= leads[i].from && byte <= leads[i].to)
			return &leads[i];
	return NULL;
}

size_t utf8_char(struct str s)
{
	const unsigned char *at = (const unsigned char *)s.at;
	const struct lead *lead = s.len ? lead_of(at[0]) : NULL;

	if (!lead || s.len <= lead->more)
		return 0;
	if (lead->more && (at[1] < lead->low || at[1] > lead->high))
		return 0;
	for (size_t i = 2; i <= lead->more; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return (size_t)lead->more + 1;
}

bool utf8_is_valid(struct str s)
{
	while (s.len) {
		size_t n = utf8_char(s);

		if (!n)
			return false;
		s = str_from(s, n);
	}
	return true;
}

size_t utf8_encode(uint32_t code, char out[4])
{
	static const unsigned char marks[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; i > 1; i--) {
		out[i - 1] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(marks[n] | code);
	return n;
}

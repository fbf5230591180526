#include "base/hex.h"

#include "base/buf.h"

void hex_encode(struct buf *out, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.at[i];

		buf_add_char(out, digits[byte >> 4]);
		buf_add_char(out, digits[byte & 15]);
	}
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(struct buf *out, struct str text)
{
	size_t before = out->len;

	for (; text.len >= 2; text = str_from(text, 2)) {
		int high = hex_digit(text.at[0]);
		int low = hex_digit(text.at[1]);

		if (high < 0 || low < 0)
			break;
		buf_add_char(out, (char)(high << 4 | low));
	}
	if (text.len || out->full) {
		buf_cut(out, before);
		return false;
	}
	return true;
}

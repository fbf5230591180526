#include "http/url.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/len.h"

void url_escape(struct buf *out, struct str text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c))) {
			buf_add_char(out, (char)c);
		} else {
			char escape[3] = {'%', digits[c >> 4], digits[c & 15]};

			buf_add(out, str_make(escape, 3));
		}
	}
}

void url_form_add(struct buf *out, struct str name, struct str value)
{
	if (out->len)
		buf_add_char(out, '&');
	url_escape(out, name);
	buf_add_char(out, '=');
	url_escape(out, value);
}

static bool decode(struct str text, struct arena *a, struct str *decoded, struct err *e)
{
	struct buf out = buf_over(arena_take(a, len_add(text.len, 1)), len_add(text.len, 1));

	if (!out.at)
		return err_set(e, ERR_LIMIT, "there is no room for a form parameter of %zu bytes", text.len);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i] == '+' ? ' ' : text.at[i];

		if (c == '%') {
			struct str hex = str_span(text, len_add(i, 1), 2);

			if (hex.len < 2 || hex_digit(hex.at[0]) < 0 || hex_digit(hex.at[1]) < 0)
				return err_set(e, ERR_INPUT, "a form parameter holds a malformed percent escape");
			c = (char)(hex_digit(hex.at[0]) << 4 | hex_digit(hex.at[1]));
			i += 2;
		}
		if (!c)
			return err_set(e, ERR_INPUT, "a form parameter holds a zero byte");
		buf_add_char(&out, c);
	}
	*decoded = buf_str(&out);
	return true;
}

bool url_form_next(struct str *rest, struct arena *a, struct str *name, struct str *value, struct err *e)
{
	struct str pair;

	*name = *value = (struct str){0};
	if (!str_word(rest, '&', &pair))
		return false;
	str_cut(pair, '=', name, value);
	return decode(*name, a, name, e) && decode(*value, a, value, e);
}

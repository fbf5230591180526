#include "oauth/quote.h"

#include "base/buf.h"

/* Room for the three dots is kept aside. */
static bool add(struct buf *out, struct str piece)
{
	struct buf whole = *out;

	whole.cap = QUOTE_MAX - 3;
	for (size_t i = 0; i < piece.len; i++) {
		char c = piece.at[i];

		buf_add_char(&whole, c >= ' ' && c <= '~' && c != '"' ? c : '?');
	}
	out->len = whole.len;
	return !whole.full;
}

static struct quote quote(struct str foreign, size_t longest)
{
	struct quote q = {0};
	struct buf out = buf_over(q.text, QUOTE_MAX);
	struct str word;
	bool fits = true;

	while (fits && str_word(&foreign, ' ', &word)) {
		if (out.len)
			fits = add(&out, S(" "));
		fits = fits && add(&out, word.len > longest ? S("[...]") : word);
	}
	if (!fits)
		buf_add(&out, S("..."));
	return q;
}

struct quote quote_of(struct str foreign)
{
	return quote(foreign, QUOTE_WORD);
}

struct quote quote_url(struct str foreign)
{
	str_cut(foreign, '?', &foreign, NULL);
	return quote(foreign, SIZE_MAX);
}

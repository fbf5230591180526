#include "sys/text.h"

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"

enum { SHOWN_MAX = 4096 };

/* Decodes one UTF-8 sequence at the start of s (RFC 3629): its length in bytes, or 0 where there is none. */
static size_t decode(struct str s, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = (unsigned char)s.at[0];
	size_t n = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
	uint32_t value = n == 1 ? c : n == 2 ? c & 0x1fu : n == 3 ? c & 0x0fu : c & 0x07u;

	if (n == 0 || c > 0xf4 || s.len < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((unsigned char)s.at[i] & 0x3fu);
	}
	if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*point = value;
	return n;
}

/* What changes how other text looks, or looks like nothing at all. */
static const struct {
	uint32_t from, to;
} hidden[] = {
	{0x00, 0x1f},       /* C0 */
	{0x7f, 0x9f},       /* DEL, C1 */
	{0xad, 0xad},       /* soft hyphen */
	{0x034f, 0x034f},   /* combining grapheme joiner */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian selectors */
	{0x200b, 0x200f},   /* zero width, direction marks */
	{0x2028, 0x202e},   /* line and paragraph separators, embeddings and overrides */
	{0x2060, 0x206f},   /* word joiner, isolates, deprecated formatting */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfdd0, 0xfdef},   /* no characters */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xffa0, 0xffa0},   /* half-width Hangul filler */
	{0xfff0, 0xfffb},   /* interlinear annotations */
	{0xfffe, 0xffff},   /* no characters */
	{0x1d173, 0x1d17a}, /* musical formatting */
	{0xe0000, 0x10ffff}, /* tags, more selectors, private planes */
};

static bool is_hidden(uint32_t point)
{
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (point >= hidden[i].from && point <= hidden[i].to)
			return true;
	return false;
}

void text_show(struct buf *out, struct str s)
{
	while (s.len) {
		uint32_t point = 0;
		size_t n = decode(s, &point);

		if (n == 0 || point < 0x80)
			point = (unsigned char)s.at[0];
		if (n == 0 || (point < 0x80 && is_hidden(point)))
			buf_print(out, "\\x%02x", (unsigned)point);
		else if (is_hidden(point))
			buf_print(out, "\\u{%04x}", (unsigned)point);
		else
			buf_add(out, str_first(s, n));
		s = str_from(s, n ? n : 1);
	}
}

static size_t find_break(struct str s)
{
	size_t i = 0;

	while (i < s.len && s.at[i] != '\n' && s.at[i] != '\t')
		i++;
	return i;
}

void text_show_lines(struct buf *out, struct str s)
{
	while (s.len) {
		size_t end = find_break(s);
		struct str part = str_first(s, end);
		bool at_line_end = end < s.len && s.at[end] == '\n';

		text_show(out, at_line_end && str_ends(part, S("\r")) ? str_drop_last(part, 1) : part);
		if (end < s.len)
			buf_add_char(out, s.at[end]);
		s = str_from(s, len_add(end, 1));
	}
}

struct str text_shown(struct str s, struct arena *a)
{
	struct buf out = buf_in(a, 0);
	struct str kept = str_first(s, SHOWN_MAX);

	text_show(&out, kept);
	if (kept.len < s.len)
		buf_add(&out, S("..."));
	return out.full ? (struct str){0} : buf_str(&out);
}

static void spell(uint32_t point, char escape[static TEXT_ESCAPE])
{
	if (point < 0x10000)
		snprintf(escape, TEXT_ESCAPE, "\\u%04x", (unsigned)point);
	else /* two surrogates: 0xd7c0 is 0xd800 less the 0x10000 that they leave out */
		snprintf(escape, TEXT_ESCAPE, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (point >> 10)), (unsigned)(0xdc00 + (point & 0x3ff)));
}

struct str text_cut_shown(struct str *s, char escape[static TEXT_ESCAPE])
{
	struct str all = *s;
	size_t end = 0;

	escape[0] = 0;
	while (end < all.len) {
		struct str rest = str_from(all, end);
		uint32_t point = 0;
		size_t n = decode(rest, &point);

		if (n && point >= 0x7f && is_hidden(point)) {
			spell(point, escape);
			*s = str_from(rest, n);
			return str_first(all, end);
		}
		end = len_add(end, n ? n : 1);
	}
	*s = str_from(all, end);
	return all;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !str_has(S("_@%+:,./-"), c))
			return false;
	}
	return s.len > 0;
}

/* Within single quotes a shell sees nothing; a quote itself stands outside of them. */
struct str text_quoted(struct str s, struct arena *a)
{
	struct buf out = buf_in(a, 0);
	struct str piece;
	bool more = true;

	if (is_plain(s))
		return arena_str(a, s);
	while (more) {
		more = str_cut(s, '\'', &piece, &s);
		buf_add_char(&out, '\'');
		buf_add(&out, piece);
		buf_add(&out, more ? S("'\\'") : S("'"));
	}
	return out.full ? (struct str){0} : buf_str(&out);
}

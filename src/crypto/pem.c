#include "crypto/pem.h"

#include "base/b64.h"
#include "base/buf.h"
#include "base/len.h"

enum { QUAD = 4, LINE = 48 /* bytes that make 64 characters */ };

static struct str next_line(struct str *text)
{
	struct str line;

	str_cut(*text, '\n', &line, text);
	while (line.len && (line.at[line.len - 1] == '\r' || line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\t'))
		line = str_drop_last(line, 1);
	return line;
}

/* The label of "-----BEGIN LABEL-----"; edge is "-----BEGIN " or "-----END ". */
static bool is_edge(struct str line, struct str edge, struct str *label)
{
	static const struct str dashes = S_INIT("-----");

	if (!str_starts(line, edge) || line.len < len_add(edge.len, dashes.len) || !str_ends(line, dashes))
		return false;
	*label = str_drop_last(str_from(line, edge.len), dashes.len);
	return !str_has(*label, '-');
}

/* The value of each base64 character, 64 for the others. Looking it up tells the cache which it was, so
 * this is for certificates; private keys go through base/b64. Bundles are ten times faster read so. */
static const unsigned char values[128] = {
	/* clang-format off */
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
	64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
	64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
	/* clang-format on */
};

static unsigned value_of(char c)
{
	return (unsigned char)c < sizeof values ? values[(unsigned char)c] : 64;
}

/* Whole quads without padding, none of them secret. */
static bool decode_public(struct buf *out, struct str quads)
{
	unsigned bad = 0;
	char *to;
	size_t room;

	if (!buf_space(out, quads.len / QUAD * 3, &to, &room))
		return false;
	for (size_t i = 0; i < quads.len; i += QUAD) {
		const char *at = quads.at + i;
		unsigned value[QUAD] = {value_of(at[0]), value_of(at[1]), value_of(at[2]), value_of(at[3])};

		bad |= value[0] | value[1] | value[2] | value[3];
		*to++ = (char)(value[0] << 2 | value[1] >> 4);
		*to++ = (char)(value[1] << 4 | value[2] >> 2);
		*to++ = (char)(value[2] << 6 | value[3]);
	}
	buf_grew(out, quads.len / QUAD * 3);
	return bad < 64;
}

/* Base64 that is folded anywhere. */
struct unfold {
	struct buf *out;
	char quad[QUAD]; /* characters that wait for the rest of their four */
	size_t have;
	bool secret;
	bool ended; /* padding was seen */
	bool bad;
};

static void unfold_char(struct unfold *u, char c)
{
	if (c == ' ' || c == '\t')
		return;
	u->quad[u->have++] = c;
	if (u->have < QUAD)
		return;
	u->have = 0;
	u->bad |= u->ended || !b64_decode(u->out, str_make(u->quad, QUAD));
	u->ended = u->quad[QUAD - 1] == '=';
}

/* Lines are folded at a multiple of four, as a rule. */
static void unfold_line(struct unfold *u, struct str line)
{
	bool whole = !u->secret && !u->have && !u->ended && line.len % QUAD == 0 && !str_has(line, ' ') &&
		!str_has(line, '\t') && !str_has(line, '=');

	if (whole)
		u->bad |= !decode_public(u->out, line);
	else
		for (size_t i = 0; i < line.len; i++)
			unfold_char(u, line.at[i]);
}

/* From behind the first line to behind the last one. */
static bool read_block(struct str *text, struct str label, struct buf *out)
{
	struct unfold u = {.out = out, .secret = str_ends(label, S("KEY"))};
	struct str end;

	while (text->len) {
		struct str before = *text;
		struct str line = next_line(text);

		if (is_edge(line, S("-----END "), &end))
			return !u.bad && !u.have && !out->full && str_same(label, end);
		if (is_edge(line, S("-----BEGIN "), &end)) {
			*text = before; /* the block has no end, and another begins */
			return false;
		}
		unfold_line(&u, line);
	}
	return false;
}

bool pem_next(struct str *text, struct str *label, struct buf *out, size_t *broken)
{
	while (text->len) {
		if (!is_edge(next_line(text), S("-----BEGIN "), label))
			continue;
		buf_wipe(out);
		if (read_block(text, *label, out))
			return true;
		buf_wipe(out);
		if (broken)
			++*broken;
	}
	return false;
}

void pem_write(struct buf *out, struct str label, struct str bytes)
{
	buf_print(out, "-----BEGIN %.*s-----\n", STR(label));
	for (; bytes.len; bytes = str_from(bytes, LINE)) {
		b64_encode(out, str_first(bytes, LINE));
		buf_add_char(out, '\n');
	}
	buf_print(out, "-----END %.*s-----\n", STR(label));
}

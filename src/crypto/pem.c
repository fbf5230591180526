#include "crypto/pem.h"

#include "base/b64.h"
#include "base/buf.h"
#include "base/len.h"

enum { QUAD = 4, LINE = 48 /* bytes that make 64 characters */ };

static struct str next_line(struct str *text)
{
	struct str line;

	str_cut(*text, '\n', &line, text);
	while (line.len && (str_ends(line, S("\r")) || str_ends(line, S(" ")) || str_ends(line, S("\t"))))
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

/* Base64 that is folded anywhere. Four characters at a time, because b64 takes no line breaks. */
struct unfold {
	struct buf *out;
	char quad[QUAD];
	size_t have;
	bool ended; /* padding was seen */
	bool bad;
};

static void unfold_line(struct unfold *u, struct str line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == ' ' || line.at[i] == '\t')
			continue;
		u->quad[u->have++] = line.at[i];
		if (u->have < QUAD)
			continue;
		u->have = 0;
		u->bad |= u->ended || !b64_decode(u->out, str_make(u->quad, QUAD));
		u->ended = u->quad[QUAD - 1] == '=';
	}
}

/* From behind the first line to behind the last one. */
static bool read_block(struct str *text, struct str label, struct buf *out)
{
	struct unfold u = {.out = out};
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

#include "http/body.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/len.h"
#include "http/field.h"

/* Where the next byte of a chunked body stands. */
enum state {
	SIZE,            /* the first digit of a chunk's size */
	SIZE_MORE,       /* a later one, or what follows it */
	EXTENSION_BLANK, /* blanks before a ';' */
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER, /* the first byte of a trailer, or of the line that ends them */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	LAST_LF,
	OVER,
};

void body_begin(struct body *b, struct body_framing framing, uint64_t max)
{
	*b = (struct body){.framing = framing, .max = max, .left = framing.length, .state = SIZE};
	if (framing.kind == BODY_NONE || (framing.kind == BODY_LENGTH && framing.length == 0))
		b->state = OVER;
	else if (framing.kind != BODY_CHUNKED)
		b->state = DATA;
	if (framing.kind == BODY_UNTIL_CLOSE)
		b->left = UINT64_MAX;
}

static bool too_long(const struct body *b, struct err *e)
{
	return err_set(e, ERR_LIMIT, "the HTTP body is longer than the %llu bytes that are allowed", (unsigned long long)b->max);
}

static bool malformed(struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "the chunked HTTP body is malformed: %s", what);
}

static bool read_size(struct body *b, char c, struct err *e)
{
	int digit = hex_digit(c);

	if (digit < 0)
		return malformed(e, "a chunk has no size");
	if (b->size >> 60)
		return malformed(e, "the size of a chunk is too large");
	b->size = b->size << 4 | (uint64_t)digit;
	b->state = SIZE_MORE;
	return true;
}

static bool end_size(struct body *b, struct err *e)
{
	b->left = b->size;
	b->state = b->size ? DATA : TRAILER;
	b->size = 0;
	b->line = 0;
	return b->left <= b->max - b->total || too_long(b, e);
}

/* A byte of the line that begins a chunk (RFC 9112 §7.1 and §7.1.1). */
static bool read_size_line(struct body *b, char c, struct err *e)
{
	bool is_blank = c == ' ' || c == '\t';

	if (++b->line > BODY_CHUNK_LINE_MAX)
		return err_set(e, ERR_LIMIT, "the chunked HTTP body holds a chunk whose first line is longer than allowed");
	/* A size of 16 digits, and CR. */
	if (b->line > 17 && ++b->extensions > BODY_EXTENSIONS_MAX)
		return err_set(e, ERR_LIMIT, "the chunked HTTP body holds more chunk extensions than allowed");
	if (b->state == SIZE || (b->state == SIZE_MORE && hex_digit(c) >= 0))
		return read_size(b, c, e);
	if (c == '\r' && b->state != EXTENSION_BLANK)
		b->state = SIZE_LF;
	else if (b->state == EXTENSION ? !str_is_control(c) || c == '\t' : c == ';')
		b->state = EXTENSION;
	else if (b->state != EXTENSION && is_blank)
		b->state = EXTENSION_BLANK;
	else
		return malformed(e, "the line of a chunk holds a character that may not stand there");
	return true;
}

/* A byte of the trailers, whose fields are checked and dropped (RFC 9112 §7.1.2). */
static bool read_trailers(struct body *b, char c, struct err *e)
{
	if (++b->trailers > BODY_TRAILERS_MAX)
		return err_set(e, ERR_LIMIT, "the chunked HTTP body holds more trailers than allowed");
	if (b->state == TRAILER && c == '\r')
		b->state = LAST_LF;
	else if (b->state == TRAILER_NAME && c == ':')
		b->state = TRAILER_VALUE;
	else if (b->state == TRAILER_VALUE && c == '\r')
		b->state = TRAILER_LF;
	else if (b->state == TRAILER_VALUE && (!str_is_control(c) || c == '\t'))
		b->state = TRAILER_VALUE;
	else if (b->state != TRAILER_VALUE && field_is_token_char(c))
		b->state = TRAILER_NAME;
	else
		return malformed(e, "a trailer holds a character that may not stand there");
	return true;
}

/* A byte that can be but one. */
static bool expect(struct body *b, char c, char expected, enum state next, struct err *e)
{
	b->state = next;
	return c == expected || malformed(e, expected == '\r' ? "a chunk is longer than its size" : "a line does not end in CRLF");
}

static bool read_byte(struct body *b, char c, struct err *e)
{
	switch ((enum state)b->state) {
	case SIZE:
	case SIZE_MORE:
	case EXTENSION_BLANK:
	case EXTENSION:
		return read_size_line(b, c, e);
	case SIZE_LF:
		return expect(b, c, '\n', DATA, e) && end_size(b, e);
	case DATA_CR:
		return expect(b, c, '\r', DATA_LF, e);
	case DATA_LF:
		return expect(b, c, '\n', SIZE, e);
	case TRAILER_LF:
		return expect(b, c, '\n', TRAILER, e);
	case LAST_LF:
		return expect(b, c, '\n', OVER, e);
	case TRAILER:
	case TRAILER_NAME:
	case TRAILER_VALUE:
		return read_trailers(b, c, e);
	case DATA:
	case OVER:
		break;
	}
	return true;
}

/* As much of bytes as belongs to the payload; all until the limit is handed out before it is an error. */
static bool take_payload(struct body *b, struct str bytes, struct str *piece, struct err *e)
{
	uint64_t room = b->max - b->total;

	if (room == 0)
		return too_long(b, e);
	if (b->left < room)
		room = b->left;
	*piece = room < bytes.len ? str_first(bytes, (size_t)room) : bytes;
	b->total += piece->len;
	if (b->framing.kind == BODY_UNTIL_CLOSE)
		return true;
	b->left -= piece->len;
	if (b->left == 0)
		b->state = b->framing.kind == BODY_CHUNKED ? DATA_CR : OVER;
	return true;
}

enum feed body_read(struct body *b, struct str bytes, size_t *used, struct str *piece, struct err *e)
{
	*used = 0;
	*piece = str_first(bytes, 0);
	if (b->framing.kind == BODY_LENGTH && b->left > b->max - b->total) {
		too_long(b, e);
		return FEED_BAD;
	}
	while (*used < bytes.len && b->state != OVER && piece->len == 0) {
		struct str rest = str_from(bytes, *used);

		if (b->state == DATA) {
			if (!take_payload(b, rest, piece, e))
				return FEED_BAD;
			*used = len_add(*used, piece->len);
		} else {
			if (!read_byte(b, rest.at[0], e))
				return FEED_BAD;
			++*used;
		}
	}
	return b->state == OVER ? FEED_DONE : FEED_MORE;
}

bool body_end(const struct body *b, struct err *e)
{
	if (b->state == OVER || b->framing.kind == BODY_UNTIL_CLOSE)
		return true;
	return err_set(e, ERR_NETWORK, "the connection was closed in the middle of the HTTP body");
}

void body_write_chunk(struct buf *out, struct str piece)
{
	size_t before = out->len;

	if (piece.len == 0)
		return;
	buf_print(out, "%zx\r\n", piece.len);
	buf_add(out, piece);
	buf_add(out, S("\r\n"));
	if (out->full)
		buf_cut(out, before);
}

void body_write_last(struct buf *out)
{
	buf_add(out, S("0\r\n\r\n"));
}

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/len.h"
#include "base/secret.h"

struct buf buf_in(struct arena *a, size_t limit)
{
	return (struct buf){.arena = a, .limit = limit};
}

struct buf buf_over(void *memory, size_t size)
{
	return (struct buf){.at = memory, .cap = size};
}

/* Raises cap to `cap` bytes: in place where the arena allows it, else by moving. */
static bool grow(struct buf *b, size_t cap)
{
	char *at;

	if (b->at && arena_extend(b->arena, b->at, b->cap, len_sub(cap, b->cap))) {
		b->cap = cap;
		return true;
	}
	at = arena_take(b->arena, cap);
	if (!at)
		return false;
	if (b->len) {
		memcpy(at, b->at, b->len);
		secret_wipe(b->at, b->len);
	}
	b->at = at;
	b->cap = cap;
	return true;
}

/* Makes room for len bytes in all, and some more where there is plenty. */
static bool reserve(struct buf *b, size_t len)
{
	size_t ample = len_add(len, len / 2 + 64);

	if (b->full)
		return false;
	if (len <= b->cap && (!b->limit || len <= b->limit))
		return true;
	if (b->limit)
		ample = len_min(ample, b->limit);
	if (b->arena && (!b->limit || len <= b->limit))
		if (grow(b, ample) || grow(b, len))
			return true;
	b->full = true;
	return false;
}

/* Where in b's own bytes s starts, or SIZE_MAX where it is elsewhere. */
static size_t own_offset(const struct buf *b, struct str s)
{
	uintptr_t offset = (uintptr_t)s.at - (uintptr_t)b->at;

	return b->at && offset < b->len ? offset : SIZE_MAX;
}

void buf_add(struct buf *b, struct str s)
{
	size_t own = own_offset(b, s);

	if (!s.len || !reserve(b, len_add(b->len, s.len)))
		return;
	memcpy(b->at + b->len, own == SIZE_MAX ? s.at : b->at + own, s.len); /* b may have moved */
	b->len += s.len;
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, str_make(&c, 1));
}

void buf_add_u64(struct buf *b, uint64_t value)
{
	char digits[20]; /* of 2^64 - 1 */
	size_t first = sizeof digits;

	do
		digits[--first] = (char)('0' + value % 10);
	while (value /= 10);
	buf_add(b, str_make(digits + first, sizeof digits - first));
}

void buf_print(struct buf *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		b->full = true;
	if (len <= 0 || !reserve(b, len_add(b->len, len_add((size_t)len, 1))))
		return;
	va_start(args, format);
	vsnprintf(b->at + b->len, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

struct str buf_str(const struct buf *b)
{
	return str_make(b->at, b->len);
}

const char *buf_cstr(struct buf *b)
{
	if (!reserve(b, len_add(b->len, 1)))
		return NULL;
	b->at[b->len] = 0;
	return b->at;
}

bool buf_space(struct buf *b, size_t want, char **at, size_t *room)
{
	if (!reserve(b, len_add(b->len, want)))
		return false;
	*at = b->at ? b->at + b->len : NULL;
	*room = b->limit ? len_min(b->cap, b->limit) - b->len : b->cap - b->len;
	return true;
}

void buf_grew(struct buf *b, size_t n)
{
	b->len = len_min(len_add(b->len, n), b->cap);
}

void buf_eat(struct buf *b, size_t n)
{
	n = len_min(n, b->len);
	if (n == 0)
		return;
	memmove(b->at, b->at + n, b->len - n);
	buf_cut(b, b->len - n);
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	secret_wipe(b->at + len, b->len - len);
	b->len = len;
}

void buf_wipe(struct buf *b)
{
	buf_cut(b, 0);
	b->full = false;
}

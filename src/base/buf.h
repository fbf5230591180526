/* buf: bytes that grow at their end, with sticky failure: append freely, ask once.
 *
 * A buf over an arena grows in place while nothing else was taken behind it and
 * moves otherwise; the arena's size is its limit. A buf over fixed memory does
 * not grow. When something does not fit, nothing of it is kept, `full` is set
 * and all later appends are ignored. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

struct buf {
	char *at;
	size_t len;
	size_t cap;
	size_t limit;        /* never longer than this; 0: no limit of its own */
	struct arena *arena; /* where it grows; NULL: fixed memory */
	bool full;
};

/* An empty buf that grows in a (which must outlive it), to at most limit bytes; 0: as far as a goes. */
struct buf buf_in(struct arena *a, size_t limit);
/* An empty buf over size bytes at memory. */
struct buf buf_over(void *memory, size_t size);

/* s may be a part of b itself. */
void buf_add(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_u64(struct buf *b, uint64_t value);
/* Wants room for one byte more than the text. */
void buf_print(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was written. */
struct str buf_str(const struct buf *b);
/* The same as a C string: adds a zero byte that is not counted; NULL when full. */
const char *buf_cstr(struct buf *b);

/* For readers: at least `want` free bytes at *at, *room their number (it may be more);
 * false and full when they cannot be had. buf_grew then says how many were filled. */
bool buf_space(struct buf *b, size_t want, char **at, size_t *room);
void buf_grew(struct buf *b, size_t n);
/* Drops the first n bytes and moves the rest down; what they leave behind is wiped. */
void buf_eat(struct buf *b, size_t n);
/* Drops the last bytes so that len are left; they are wiped. */
void buf_cut(struct buf *b, size_t len);
/* Empties it and wipes its bytes; full is cleared. */
void buf_wipe(struct buf *b);

/* arena: memory with one end. Its size is the limit on what a peer can make us hold.
 *
 * struct arena is copied by value to make a scratch: what the copy takes is
 * given back by forgetting the copy. All copies share one high-water mark, so
 * arena_reset and arena_free wipe every byte that was ever handed out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block; /* the memory and its high-water mark */

struct arena {
	struct arena_block *block;
	char *at;  /* the next free byte */
	char *end; /* one past the last */
};

/* Maps size bytes of zeroed memory (paged in as used). False when there is no memory;
 * *a is then an empty arena. Ended by arena_free. */
bool arena_new(struct arena *a, size_t size);

/* The same, in pages that are locked and left out of core dumps as far as the
 * limits allow; arena_is_locked tells whether they are. */
bool arena_new_secret(struct arena *a, size_t size);
bool arena_is_locked(const struct arena *a);

/* Uses size bytes at memory, which the caller owns and keeps; a few of them hold the arena itself.
 * *a is an empty arena when they are too few. */
void arena_over(struct arena *a, void *memory, size_t size);

/* size zeroed bytes aligned for any type, or NULL when the arena is full. size 0 gives a valid pointer. */
void *arena_take(struct arena *a, size_t size);
/* count * size zeroed bytes, overflow checked. */
void *arena_take_many(struct arena *a, size_t count, size_t size);
#define arena_one(a, type) ((type *)arena_take(a, sizeof(type)))

/* A copy of s; terminated by a zero byte that is not counted, so .at is a C string
 * too if s holds no zero byte. On a full arena: an empty str with at == NULL. */
struct str arena_str(struct arena *a, struct str s);
/* Formatted text, terminated likewise; an empty str with at == NULL when it does not fit. */
struct str arena_print(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lengthens the last thing taken, `size` bytes at `at`, by more bytes (not zeroed).
 * False when it is not the last thing or more does not fit. */
bool arena_extend(struct arena *a, const void *at, size_t size, size_t more);

/* How far the memory was used since it was made or reset: bytes from its start. */
size_t arena_touched(const struct arena *a);

/* Bytes left. */
size_t arena_room(const struct arena *a);

/* Wipes all that was ever handed out and starts again. Takes any copy of the arena. */
void arena_reset(struct arena *a);
/* Wipes and gives the memory back. Content with an arena that is empty or was never made (zeroed). */
void arena_free(struct arena *a);

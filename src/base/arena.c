#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/len.h"
#include "base/secret.h"

struct arena_block {
	alignas(max_align_t) char *start; /* the first byte to hand out */
	char *end;
	char *high; /* one past the highest byte ever handed out */
	size_t mapped; /* bytes to unmap; 0 when the memory is the caller's */
	bool locked;
};

static void *align_up(void *at)
{
	uintptr_t mask = alignof(max_align_t) - 1;

	return (char *)at + (-(uintptr_t)at & mask);
}

static void start(struct arena *a, struct arena_block *block)
{
	*a = (struct arena){block, block->start, block->end};
}

void arena_over(struct arena *a, void *memory, size_t size)
{
	struct arena_block *block = memory ? align_up(memory) : NULL;
	size_t head = len_add((size_t)((char *)block - (char *)memory), sizeof *block);

	*a = (struct arena){0};
	if (!block || size < head)
		return;
	block->start = (char *)(block + 1);
	block->end = (char *)memory + size;
	block->high = block->start;
	block->mapped = 0;
	block->locked = false;
	start(a, block);
}

static bool map(struct arena *a, size_t size, bool secret)
{
	size_t whole = len_add(size, sizeof(struct arena_block));
	void *memory;
	bool locked = false;

	*a = (struct arena){0};
	memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	if (secret) {
		locked = mlock(memory, whole) == 0;
		madvise(memory, whole, MADV_DONTDUMP);
	}
	arena_over(a, memory, whole);
	a->block->mapped = whole;
	a->block->locked = locked;
	return true;
}

bool arena_new(struct arena *a, size_t size)
{
	return map(a, size, false);
}

bool arena_new_secret(struct arena *a, size_t size)
{
	return map(a, size, true);
}

bool arena_is_locked(const struct arena *a)
{
	return a->block && a->block->locked;
}

static void *take(struct arena *a, size_t size)
{
	char *at = a->at;

	if (!a->block || size > (size_t)(a->end - at))
		return NULL;
	a->at = at + size;
	if (a->at > a->block->high)
		a->block->high = a->at;
	return at;
}

void *arena_take(struct arena *a, size_t size)
{
	struct arena before = *a;
	char *at = a->at ? align_up(a->at) : NULL;

	if (!at || at > a->end)
		return NULL;
	a->at = at;
	at = take(a, size);
	if (!at)
		*a = before;
	else
		memset(at, 0, size);
	return at;
}

void *arena_take_many(struct arena *a, size_t count, size_t size)
{
	return arena_take(a, len_mul(count, size));
}

struct str arena_str(struct arena *a, struct str s)
{
	char *at = take(a, len_add(s.len, 1));

	if (!at)
		return (struct str){0};
	if (s.len)
		memcpy(at, s.at, s.len);
	at[s.len] = 0;
	return (struct str){at, s.len};
}

struct str arena_print(struct arena *a, const char *format, ...)
{
	va_list args;
	int len;
	char *at;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	at = len < 0 ? NULL : take(a, (size_t)len + 1);
	if (!at)
		return (struct str){0};
	va_start(args, format);
	vsnprintf(at, (size_t)len + 1, format, args);
	va_end(args);
	return (struct str){at, (size_t)len};
}

bool arena_extend(struct arena *a, const void *at, size_t size, size_t more)
{
	return a->at && (const char *)at + size == a->at && take(a, more);
}

size_t arena_touched(const struct arena *a)
{
	return a->block ? (size_t)(a->block->high - a->block->start) : 0;
}

size_t arena_room(const struct arena *a)
{
	return a->block ? (size_t)(a->end - a->at) : 0;
}

void arena_reset(struct arena *a)
{
	struct arena_block *block = a->block;

	if (!block)
		return;
	secret_wipe(block->start, (size_t)(block->high - block->start));
	block->high = block->start;
	start(a, block);
}

void arena_free(struct arena *a)
{
	struct arena_block *block = a->block;

	arena_reset(a);
	if (block && block->mapped)
		munmap(block, block->mapped);
	*a = (struct arena){0};
}

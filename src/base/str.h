/* str: a borrowed view of bytes, not terminated. Nothing is copied to be cut.
 *
 * A str with at == NULL and one with len == 0 are both empty. Offsets and
 * lengths past the end are clamped, so no call here can point outside. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *at;
	size_t len;
};

/* A str of a string literal. */
#define S(literal) ((struct str){"" literal, sizeof literal - 1})
/* The same for static initialisers. */
#define S_INIT(literal) {"" literal, sizeof literal - 1}
/* Arguments for a printf "%.*s"; longer than INT_MAX is cut. */
#define STR(s) str_printf_len(s), ((s).at ? (s).at : "")

int str_printf_len(struct str s);

/* The bytes of a C string; NULL gives the empty str. */
struct str str_of(const char *text);
/* len bytes at at. */
struct str str_make(const void *at, size_t len);
/* The bytes between two pointers into the same object; empty when end is before start. */
struct str str_between(const char *start, const char *end);
/* s without its first n bytes. */
struct str str_from(struct str s, size_t n);
/* The first n bytes of s. */
struct str str_first(struct str s, size_t n);
/* As many of the first n bytes of s as are whole UTF-8 characters. */
struct str str_first_whole(struct str s, size_t n);
/* s without its last n bytes. */
struct str str_drop_last(struct str s, size_t n);
/* n bytes of s from offset. */
struct str str_span(struct str s, size_t offset, size_t n);

bool str_same(struct str a, struct str b);
/* ASCII letters alike in either case; no locale. */
bool str_same_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Bytewise order: below, at or above zero. */
int str_order(struct str a, struct str b);

/* Offset of the first c, or s.len where there is none. */
size_t str_find(struct str s, char c);
/* Offset of the last c, or s.len where there is none. */
size_t str_find_last(struct str s, char c);
/* Offset of the first needle, or haystack.len. An empty needle is found at 0. */
size_t str_find_str(struct str haystack, struct str needle);
bool str_has(struct str s, char c);

/* Cuts at the first c: before and after it. Without c: false, *before is s, *after is empty.
 * Either pointer may be NULL, or the address of the str that was passed. */
bool str_cut(struct str s, char c, struct str *before, struct str *after);
/* The next word of *rest between separators c; false at the end. Empty words are passed over. */
bool str_word(struct str *rest, char c, struct str *word);

/* s without blanks and tabs at its ends. */
struct str str_trim(struct str s);

/* Decimal digits only, at least one; false on anything else or past UINT64_MAX. */
bool str_to_u64(struct str s, uint64_t *value);

/* True for bytes 0x00-0x1f and 0x7f. */
bool str_is_control(char c);

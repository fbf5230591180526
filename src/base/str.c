#include "base/str.h"

#include <limits.h>
#include <string.h>

#include "base/len.h"

int str_printf_len(struct str s)
{
	return s.len > INT_MAX ? INT_MAX : (int)s.len;
}

struct str str_of(const char *text)
{
	return (struct str){text, text ? strlen(text) : 0};
}

struct str str_make(const void *at, size_t len)
{
	return (struct str){at, at ? len : 0};
}

struct str str_between(const char *start, const char *end)
{
	return str_make(start, end > start ? (size_t)(end - start) : 0);
}

struct str str_from(struct str s, size_t n)
{
	n = len_min(n, s.len);
	return (struct str){s.at ? s.at + n : NULL, s.len - n};
}

struct str str_first(struct str s, size_t n)
{
	return (struct str){s.at, len_min(n, s.len)};
}

struct str str_first_whole(struct str s, size_t n)
{
	if (n >= s.len)
		return s;
	while (n > 0 && ((unsigned char)s.at[n] & 0xc0) == 0x80)
		n--;
	return str_first(s, n);
}

struct str str_drop_last(struct str s, size_t n)
{
	return (struct str){s.at, len_sub(s.len, n)};
}

struct str str_span(struct str s, size_t offset, size_t n)
{
	return str_first(str_from(s, offset), n);
}

bool str_same(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool str_same_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return str_same(str_first(s, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_same(str_from(s, s.len - suffix.len), suffix);
}

int str_order(struct str a, struct str b)
{
	size_t common = len_min(a.len, b.len);
	int order = common ? memcmp(a.at, b.at, common) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

size_t str_find(struct str s, char c)
{
	const char *found = s.len ? memchr(s.at, c, s.len) : NULL;

	return found ? (size_t)(found - s.at) : s.len;
}

size_t str_find_last(struct str s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == c)
			return i - 1;
	return s.len;
}

size_t str_find_str(struct str haystack, struct str needle)
{
	for (size_t i = 0; len_add(i, needle.len) <= haystack.len; i++)
		if (str_same(str_span(haystack, i, needle.len), needle))
			return i;
	return haystack.len;
}

bool str_has(struct str s, char c)
{
	return str_find(s, c) < s.len;
}

bool str_cut(struct str s, char c, struct str *before, struct str *after)
{
	size_t i = str_find(s, c);

	if (before)
		*before = str_first(s, i);
	if (after)
		*after = str_from(s, len_add(i, 1));
	return i < s.len;
}

bool str_word(struct str *rest, char c, struct str *word)
{
	while (rest->len) {
		str_cut(*rest, c, word, rest);
		if (word->len)
			return true;
	}
	return false;
}

struct str str_trim(struct str s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = str_from(s, 1);
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

bool str_to_u64(struct str s, uint64_t *value)
{
	uint64_t sum = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

bool str_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

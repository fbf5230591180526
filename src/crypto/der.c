#include "crypto/der.h"

#include "base/len.h"

static uint8_t byte(struct str s, size_t i)
{
	return i < s.len ? (uint8_t)s.at[i] : 0;
}

/* The length that begins at s, and how many bytes it takes itself (0: it is none). */
static size_t read_length(struct str s, size_t *length)
{
	size_t n = byte(s, 0) & 0x7f;
	size_t sum = 0;

	if (s.len == 0)
		return 0;
	if (byte(s, 0) < 0x80) {
		*length = n;
		return 1;
	}
	if (n == 0 || n > 4 || s.len <= n || byte(s, 1) == 0)
		return 0;
	for (size_t i = 1; i <= n; i++)
		sum = sum << 8 | byte(s, i);
	*length = sum;
	return sum < 0x80 ? 0 : n + 1;
}

bool der_next(struct str *rest, struct der *element)
{
	size_t length;
	size_t head = read_length(str_from(*rest, 1), &length);
	size_t whole;

	if (head == 0 || (byte(*rest, 0) & 0x1f) == 0x1f)
		return false;
	whole = len_add(len_add(head, 1), length);
	if (whole > rest->len)
		return false;
	element->tag = byte(*rest, 0);
	element->whole = str_first(*rest, whole);
	element->body = str_from(element->whole, len_add(head, 1));
	*rest = str_from(*rest, whole);
	return true;
}

static bool take(struct str *rest, uint8_t tag, struct der *element)
{
	struct str after = *rest;

	if (!der_next(&after, element) || element->tag != tag)
		return false;
	*rest = after;
	return true;
}

bool der_take(struct str *rest, uint8_t tag, struct str *body)
{
	struct der element;

	if (!take(rest, tag, &element))
		return false;
	if (body)
		*body = element.body;
	return true;
}

bool der_take_whole(struct str *rest, uint8_t tag, struct str *whole)
{
	struct der element;

	if (!take(rest, tag, &element))
		return false;
	*whole = element.whole;
	return true;
}

void der_pass(struct str *rest, uint8_t tag)
{
	(void)der_take(rest, tag, NULL);
}

bool der_take_bits(struct str *rest, struct str *bytes)
{
	struct str after = *rest;
	struct str body;

	if (!der_take(&after, DER_BITS, &body) || body.len == 0 || body.at[0] != 0)
		return false;
	*bytes = str_from(body, 1);
	*rest = after;
	return true;
}

bool der_take_boolean(struct str *rest, bool *yes)
{
	struct str after = *rest;
	struct str body;

	if (!der_take(&after, DER_BOOLEAN, &body) || body.len != 1)
		return false;
	if (byte(body, 0) != 0 && byte(body, 0) != 0xff)
		return false;
	*yes = byte(body, 0) != 0;
	*rest = after;
	return true;
}

bool der_take_unsigned(struct str *rest, struct str *bytes)
{
	struct str after = *rest;
	struct str body;

	if (!der_take(&after, DER_INTEGER, &body) || body.len == 0 || byte(body, 0) & 0x80)
		return false;
	if (body.len > 1 && byte(body, 0) == 0) {
		if (!(byte(body, 1) & 0x80))
			return false; /* not the shortest form */
		body = str_from(body, 1);
	}
	*bytes = body;
	*rest = after;
	return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years count from March, so
 * that the leap day comes last. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool is_day(int64_t year, int64_t month, int64_t day)
{
	int64_t next_year = month == 12 ? year + 1 : year;
	int64_t next_month = month == 12 ? 1 : month + 1;

	return month >= 1 && month <= 12 && day >= 1 &&
		day <= days_to(next_year, next_month, 1) - days_to(year, month, 1);
}

/* The next n digits. */
static bool digits(struct str *text, size_t n, int64_t *value)
{
	uint64_t number;

	if (text->len < n || !str_to_u64(str_first(*text, n), &number))
		return false;
	*value = (int64_t)number;
	*text = str_from(*text, n);
	return true;
}

bool der_take_time(struct str *rest, int64_t *seconds)
{
	struct str after = *rest;
	struct str text;
	bool is_short = der_take(&after, DER_UTC_TIME, &text);
	int64_t year, month, day, hour, minute, second;

	if (!is_short && !der_take(&after, DER_TIME, &text))
		return false;
	if (!digits(&text, is_short ? 2 : 4, &year) || !digits(&text, 2, &month) || !digits(&text, 2, &day) ||
		!digits(&text, 2, &hour) || !digits(&text, 2, &minute) || !digits(&text, 2, &second) ||
		!str_same(text, S("Z")))
		return false;
	if (is_short)
		year += year < 50 ? 2000 : 1900;
	if (!is_day(year, month, day) || hour > 23 || minute > 59 || second > 59)
		return false;
	*seconds = ((days_to(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
	*rest = after;
	return true;
}

#include "json/number.h"

#include "base/len.h"

/* Exponents beyond this decide nothing: no text is that long. */
enum { EXPONENT_CAP = 1 << 30 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Cuts the digits at the start of *rest off; how many there are. */
static size_t cut_digits(struct str *rest, struct str *digits)
{
	size_t n = 0;

	while (n < rest->len && is_digit(rest->at[n]))
		n++;
	*digits = str_first(*rest, n);
	*rest = str_from(*rest, n);
	return n;
}

static bool cut_char(struct str *rest, char a, char b)
{
	if (!rest->len || (rest->at[0] != a && rest->at[0] != b))
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

struct parts {
	bool is_negative;
	struct str whole;
	struct str fraction;
	bool shrinks; /* the exponent is negative */
	struct str exponent;
};

/* Takes the longest number off *rest; false when there is none. */
static bool cut_number(struct str *rest, struct parts *p)
{
	struct str at;

	*p = (struct parts){0};
	p->is_negative = cut_char(rest, '-', '-');
	if (!cut_digits(rest, &p->whole) || (p->whole.len > 1 && p->whole.at[0] == '0'))
		return false;
	at = *rest;
	if (cut_char(&at, '.', '.') && cut_digits(&at, &p->fraction))
		*rest = at;
	at = *rest;
	if (cut_char(&at, 'e', 'E')) {
		p->shrinks = cut_char(&at, '-', '-');
		if (!p->shrinks)
			cut_char(&at, '+', '+');
		if (cut_digits(&at, &p->exponent))
			*rest = at;
	}
	return true;
}

size_t number_scan(struct str s)
{
	struct str rest = s;
	struct parts p;

	return cut_number(&rest, &p) ? len_sub(s.len, rest.len) : 0;
}

static int64_t exponent_of(const struct parts *p)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->exponent.len && sum < EXPONENT_CAP; i++)
		sum = sum * 10 + (p->exponent.at[i] - '0');
	return p->shrinks ? -sum : sum;
}

/* The i-th digit, of those before and behind the point. */
static uint64_t digit_at(const struct parts *p, size_t i)
{
	char c = i < p->whole.len ? p->whole.at[i] : p->fraction.at[len_sub(i, p->whole.len)];

	return (uint64_t)(c - '0');
}

/* Appends a digit to *sum; false where that does not fit in 64 bits. */
static bool append(uint64_t *sum, uint64_t digit)
{
	if (*sum > (UINT64_MAX - digit) / 10)
		return false;
	*sum = *sum * 10 + digit;
	return true;
}

/* The digits before the point once the exponent has moved it; false when one behind it is
 * not zero, or the number does not fit. */
static bool magnitude(const struct parts *p, uint64_t *sum)
{
	size_t digits = len_add(p->whole.len, p->fraction.len);
	int64_t point = (int64_t)p->whole.len + exponent_of(p);

	*sum = 0;
	for (size_t i = 0; i < digits; i++) {
		uint64_t digit = digit_at(p, i);

		if ((int64_t)i >= point && digit)
			return false;
		if ((int64_t)i < point && !append(sum, digit))
			return false;
	}
	for (int64_t i = (int64_t)digits; *sum && i < point; i++)
		if (!append(sum, 0))
			return false;
	return true;
}

bool number_to_int(struct str number, int64_t *value)
{
	struct parts p;
	uint64_t sum;

	if (!cut_number(&number, &p) || number.len || !magnitude(&p, &sum))
		return false;
	if (sum > (uint64_t)INT64_MAX + p.is_negative)
		return false;
	*value = !p.is_negative ? (int64_t)sum : sum ? -(int64_t)(sum - 1) - 1 : 0;
	return true;
}

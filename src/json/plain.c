#include "json/plain.h"

#include "base/buf.h"
#include "base/hex.h"
#include "json/number.h"

static const struct {
	struct str text;
	enum json_kind kind;
} words[] = {
	{S_INIT(""), JSON_NULL},
	{S_INIT("~"), JSON_NULL},
	{S_INIT("null"), JSON_NULL},
	{S_INIT("Null"), JSON_NULL},
	{S_INIT("NULL"), JSON_NULL},
	{S_INIT("true"), JSON_TRUE},
	{S_INIT("True"), JSON_TRUE},
	{S_INIT("TRUE"), JSON_TRUE},
	{S_INIT("yes"), JSON_TRUE},
	{S_INIT("Yes"), JSON_TRUE},
	{S_INIT("YES"), JSON_TRUE},
	{S_INIT("on"), JSON_TRUE},
	{S_INIT("On"), JSON_TRUE},
	{S_INIT("ON"), JSON_TRUE},
	{S_INIT("false"), JSON_FALSE},
	{S_INIT("False"), JSON_FALSE},
	{S_INIT("FALSE"), JSON_FALSE},
	{S_INIT("no"), JSON_FALSE},
	{S_INIT("No"), JSON_FALSE},
	{S_INIT("NO"), JSON_FALSE},
	{S_INIT("off"), JSON_FALSE},
	{S_INIT("Off"), JSON_FALSE},
	{S_INIT("OFF"), JSON_FALSE},
};

/* 0x1f and 0o17, which JSON writes in decimal. */
static bool resolve_power_of_two(struct str text, struct buf *number)
{
	unsigned shift = str_starts(text, S("0x")) ? 4 : str_starts(text, S("0o")) ? 3 : 0;
	uint64_t sum = 0;

	if (!shift || text.len == 2)
		return false;
	for (size_t i = 2; i < text.len; i++) {
		int digit = hex_digit(text.at[i]);

		if (digit < 0 || digit >> shift || sum >> (64 - shift))
			return false;
		sum = sum << shift | (uint64_t)digit;
	}
	buf_add_u64(number, sum);
	return true;
}

static bool is_digit_at(struct str s, size_t i)
{
	return i < s.len && s.at[i] >= '0' && s.at[i] <= '9';
}

/* Decimal numbers: those of JSON, and those that become one by dropping a leading + or a point
 * with no digit behind it, or by a zero before a leading point. */
static bool resolve_decimal(struct str text, struct buf *number)
{
	size_t start = number->len, point;
	struct str rest = text;

	if (rest.len && (rest.at[0] == '+' || rest.at[0] == '-')) {
		if (rest.at[0] == '-')
			buf_add_char(number, '-');
		rest = str_from(rest, 1);
	}
	point = str_find(rest, '.');
	if (point == 0 && is_digit_at(rest, 1))
		buf_add_char(number, '0');
	else if (!is_digit_at(rest, 0))
		rest = S("x");
	buf_add(number, str_first(rest, point));
	rest = str_from(rest, point);
	if (is_digit_at(rest, 1) || str_starts(rest, S("..")))
		buf_add_char(number, '.');
	buf_add(number, str_from(rest, 1));
	rest = str_from(buf_str(number), start);
	if (!number->full && rest.len && number_scan(rest) == rest.len)
		return true;
	buf_cut(number, start);
	return false;
}

enum json_kind plain_resolve(struct str text, struct buf *number)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_same(text, words[i].text))
			return words[i].kind;
	if (resolve_power_of_two(text, number) || resolve_decimal(text, number))
		return JSON_NUMBER;
	return JSON_STRING;
}

#include "http/host.h"

#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/len.h"

#define LABEL_MAX 63
#define WHOLE_MAX 253

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool are_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.at[i]))
			return false;
	return s.len > 0;
}

/* One decimal number up to max, without leading zeros. */
static bool read_number(struct str text, uint64_t max, uint64_t *value)
{
	if (text.len > 1 && text.at[0] == '0')
		return false;
	return str_to_u64(text, value) && *value <= max;
}

bool host_read_v4(struct str text, uint8_t address[4])
{
	for (int i = 0; i < 4; i++) {
		struct str part;
		uint64_t value;
		bool more = str_cut(text, '.', &part, &text);

		if (more != (i < 3) || !read_number(part, 255, &value))
			return false;
		address[i] = (uint8_t)value;
	}
	return true;
}

/* One to four hex digits. */
static bool read_group(struct str text, uint8_t group[2])
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.at[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	group[0] = (uint8_t)(value >> 8);
	group[1] = (uint8_t)value;
	return true;
}

/* Groups parted by single colons, the last perhaps a v4 address. */
static bool read_groups(struct str text, bool v4_may_end, struct buf *out)
{
	bool more = text.len > 0;

	while (more && !out->full) {
		struct str part;
		uint8_t bytes[4];
		bool v4;

		more = str_cut(text, ':', &part, &text);
		v4 = !more && v4_may_end && str_has(part, '.');
		if (!(v4 ? host_read_v4(part, bytes) : read_group(part, bytes)))
			return false;
		buf_add(out, str_make(bytes, v4 ? 4 : 2));
	}
	return !out->full;
}

bool host_read_v6(struct str text, uint8_t address[16])
{
	uint8_t bytes[2][16];
	struct buf head = buf_over(bytes[0], 16);
	struct buf tail = buf_over(bytes[1], 16);
	size_t gap = str_find_str(text, S("::"));
	bool has_gap = gap < text.len;

	if (!read_groups(str_first(text, gap), !has_gap, &head) || !read_groups(str_from(text, len_add(gap, 2)), true, &tail))
		return false;
	/* "::" stands for at least one group of zeros, so at most seven are written beside it. */
	if (has_gap ? len_add(head.len, tail.len) > 14 : head.len != 16)
		return false;
	memset(address, 0, 16);
	memcpy(address, bytes[0], head.len);
	memcpy(address + len_sub(16, tail.len), bytes[1], tail.len);
	return true;
}

static unsigned group_at(const uint8_t address[16], int i)
{
	return (unsigned)address[2 * i] << 8 | address[2 * i + 1];
}

/* The first longest run of two or more zero groups. */
static void find_zeros(const uint8_t address[16], int *start, int *count)
{
	*start = 8;
	*count = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && group_at(address, i + n) == 0)
			n++;
		if (n > *count) {
			*start = i;
			*count = n;
		}
		i += n;
	}
}

void host_write_v6(struct buf *out, const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool ends_in_v4 = memcmp(address, mapped, sizeof mapped) == 0;
	int start;
	int count;

	find_zeros(address, &start, &count);
	for (int i = 0; i < 8; i++) {
		if (i == start) {
			buf_add(out, S("::"));
			i += count - 1;
			continue;
		}
		if (i > 0 && i != start + count)
			buf_add_char(out, ':');
		if (i == 6 && ends_in_v4) {
			buf_print(out, "%d.%d.%d.%d", address[12], address[13], address[14], address[15]);
			return;
		}
		buf_print(out, "%x", group_at(address, i));
	}
}

/* What a resolver of the old school would read as a number: decimal, octal or hex. */
static bool is_number(struct str label)
{
	if (str_starts(label, S("0x")) || str_starts(label, S("0X"))) {
		for (size_t i = 2; i < label.len; i++)
			if (hex_digit(label.at[i]) < 0)
				return false;
		return true;
	}
	return are_digits(label);
}

static bool is_label(struct str label)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.at[i];

		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' && c != '_')
			return false;
	}
	return label.len > 0 && label.len <= LABEL_MAX;
}

bool host_is_name(struct str text)
{
	uint8_t address[4];
	struct str rest = str_ends(text, S(".")) ? str_drop_last(text, 1) : text;
	struct str label = {0};
	bool more = true;

	if (host_read_v4(text, address))
		return true;
	if (rest.len > WHOLE_MAX)
		return false;
	while (more) {
		more = str_cut(rest, '.', &label, &rest);
		if (!is_label(label))
			return false;
	}
	return !is_number(label);
}

bool host_split(struct str text, struct str *host, bool *is_v6, uint16_t *port)
{
	uint8_t address[16];
	uint64_t number = 0;
	struct str digits;

	*is_v6 = str_starts(text, S("["));
	if (*is_v6) {
		if (!str_cut(str_from(text, 1), ']', host, &digits) || !host_read_v6(*host, address))
			return false;
		if (digits.len && digits.at[0] != ':')
			return false;
		digits = str_from(digits, 1);
	} else {
		str_cut(text, ':', host, &digits);
		if (!host_is_name(*host))
			return false;
	}
	if (digits.len && (digits.len > 5 || !str_to_u64(digits, &number) || number == 0 || number > UINT16_MAX))
		return false;
	*port = (uint16_t)number;
	return true;
}

bool host_is_loopback(struct str host, bool is_v6)
{
	static const uint8_t one[16] = {[15] = 1};
	const struct str above = S(".localhost");
	uint8_t address[16];

	if (is_v6)
		return host_read_v6(host, address) && memcmp(address, one, 16) == 0;
	if (host_read_v4(host, address))
		return address[0] == 127;
	if (str_same_nocase(host, S("localhost")))
		return true;
	return host.len > above.len && str_same_nocase(str_from(host, len_sub(host.len, above.len)), above);
}

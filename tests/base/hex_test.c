#include "support/test.h"

#include "base/buf.h"
#include "base/hex.h"

static void writes_two_lower_case_digits_a_byte(void **state)
{
	char memory[64];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	hex_encode(&out, S("\x00\x01\x9a\xbc\xde\xff"));
	assert_str(buf_str(&out), "00019abcdeff");
	hex_encode(&out, S(""));
	assert_int_equal(out.len, 12);
}

static void reads_back_every_byte_in_either_case(void **state)
{
	char bytes[256], text[512], again[256];
	struct buf out = buf_over(text, sizeof text);
	struct buf back = buf_over(again, sizeof again);

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	hex_encode(&out, str_make(bytes, sizeof bytes));
	assert_true(hex_decode(&back, buf_str(&out)));
	assert_int_equal(back.len, 256);
	assert_memory_equal(back.at, bytes, 256);
	buf_wipe(&back);
	assert_true(hex_decode(&back, S("aAfF0B")));
	assert_str(buf_str(&back), "\xaa\xff\x0b");
}

static void keeps_nothing_of_what_is_no_hex(void **state)
{
	static const char *const bad[] = {"a", "abc", "0g", "g0", "0x10", "00 ", " 00", "00/0", "00:0", "00@0", "00`0", "00G0", "\xb0\xb0"};
	char memory[64];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	buf_add(&out, S("kept"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(hex_decode(&out, str_of(bad[i])));
		assert_str(buf_str(&out), "kept");
	}
	assert_true(hex_decode(&out, S("")));
	assert_str(buf_str(&out), "kept");
}

static void fails_where_there_is_no_room(void **state)
{
	char memory[2];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	assert_false(hex_decode(&out, S("010203")));
	assert_int_equal(out.len, 0);
	buf_wipe(&out);
	hex_encode(&out, S("ab"));
	assert_true(out.full);
}

static void knows_each_digit(void **state)
{
	static const char digits[] = "0123456789abcdef";
	static const char capitals[] = "ABCDEF";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *digit = memchr(digits, c, sizeof digits - 1);
		const char *capital = memchr(capitals, c, sizeof capitals - 1);
		long value = digit ? digit - digits : capital ? 10 + (capital - capitals) : -1;

		assert_int_equal(hex_digit((char)c), value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_two_lower_case_digits_a_byte),
		cmocka_unit_test(reads_back_every_byte_in_either_case),
		cmocka_unit_test(keeps_nothing_of_what_is_no_hex),
		cmocka_unit_test(fails_where_there_is_no_room),
		cmocka_unit_test(knows_each_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

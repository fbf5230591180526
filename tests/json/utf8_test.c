#include "support/test.h"

#include "json/utf8.h"

/* What the number of a character is, from its bytes. */
static uint32_t code_of(const char *at, size_t n)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code = (unsigned char)at[0] & masks[n];

	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)at[i] & 0x3f);
	return code;
}

static void encodes_every_character_so_that_it_is_read_again(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		char bytes[4];
		size_t n = utf8_encode(code, bytes);
		bool is_surrogate = code >= 0xd800 && code <= 0xdfff;

		assert_int_equal(utf8_char(str_make(bytes, n)), is_surrogate ? 0 : n);
		assert_int_equal(code_of(bytes, n), code);
		assert_int_equal(utf8_char(str_make(bytes, n - 1)), 0);
	}
}

/* Of all pairs and triples of bytes, just as many are characters as Unicode has of that length. */
static void accepts_no_other_bytes(void **state)
{
	size_t twos = 0, threes = 0, fours = 0;
	unsigned char b[4];

	(void)state;
	for (unsigned i = 0; i < 0x1000000; i++) {
		b[0] = (unsigned char)(i >> 16);
		b[1] = (unsigned char)(i >> 8);
		b[2] = (unsigned char)i;
		if (b[0] < 0x80)
			continue;
		b[3] = 0x80;
		twos += b[2] == 0 && utf8_char(str_make(b, 2)) == 2;
		threes += utf8_char(str_make(b, 3)) == 3;
		fours += utf8_char(str_make(b, 4)) == 4;
	}
	assert_int_equal(twos, 0x800 - 0x80);
	assert_int_equal(threes, 0x10000 - 0x800 - 0x800);
	assert_int_equal(fours * 64, 0x110000 - 0x10000);
}

static void judges_whole_texts(void **state)
{
	(void)state;
	assert_true(utf8_is_valid(S("")));
	assert_true(utf8_is_valid((struct str){0}));
	assert_true(utf8_is_valid(S("a\0\xc3\xa9\xf4\x8f\xbf\xbf")));
	assert_false(utf8_is_valid(S("a\xc3")));
	assert_false(utf8_is_valid(S("\xc3\xa9\xa9")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_every_character_so_that_it_is_read_again),
		cmocka_unit_test(accepts_no_other_bytes),
		cmocka_unit_test(judges_whole_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "crypto/der.h"

struct bytes {
	const char *at;
	size_t len;
};

#define B(literal) {literal, sizeof literal - 1}

static void takes_elements_in_turn(void **state)
{
	struct str rest = S("\x02\x01\x05\x04\x02hi\x30\x00");
	struct der element;

	(void)state;
	assert_true(der_next(&rest, &element));
	assert_int_equal(element.tag, DER_INTEGER);
	assert_str(element.body, "\5");
	assert_true(der_next(&rest, &element));
	assert_str(element.whole, "\4\2hi");
	assert_false(der_take(&rest, DER_SET, NULL));
	der_pass(&rest, DER_SET);
	assert_int_equal(rest.len, 2);
	der_pass(&rest, DER_SEQUENCE);
	assert_int_equal(rest.len, 0);
	assert_false(der_next(&rest, &element));
}

static void refuses_what_is_not_der(void **state)
{
	static const struct bytes bad[] = {
		B(""),
		B("\x30"),
		B("\x30\x01"),         /* cut short */
		B("\x30\x80\x00\x00"), /* no definite length */
		B("\x04\x81\x05hello"), /* not the shortest length */
		B("\x04\x82\x00\x85"),
		B("\x04\x81"),
		B("\x04\x82\x01"),
		B("\x04\x85\x01\x00\x00\x00\x00"), /* longer than anything here */
		B("\x04\x84\xff\xff\xff\xff"),
		B("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"),
		B("\x1f\x20\x00"), /* a tag of more than one byte */
		B("\xbf\x20\x00"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str rest = str_make(bad[i].at, bad[i].len);
		struct der element;

		if (der_next(&rest, &element))
			fail_msg("case %zu", i);
		assert_int_equal(rest.len, bad[i].len);
	}
}

static void reads_long_lengths(void **state)
{
	static char bytes[70000];
	static const struct {
		unsigned char head[5];
		size_t head_len, body;
	} cases[] = {
		{{4, 0x7f}, 2, 127},
		{{4, 0x81, 0x80}, 3, 128},
		{{4, 0x82, 0x01, 0x00}, 4, 256},
		{{4, 0x83, 0x01, 0x00, 0x00}, 5, 65536},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str rest = str_make(bytes, cases[i].head_len + cases[i].body);
		struct str body;

		memcpy(bytes, cases[i].head, cases[i].head_len);
		assert_true(der_take(&rest, DER_OCTETS, &body));
		assert_int_equal(body.len, cases[i].body);
		assert_int_equal(rest.len, 0);
		rest = str_make(bytes, cases[i].head_len + cases[i].body - 1);
		assert_false(der_take(&rest, DER_OCTETS, &body));
	}
}

static void reads_numbers_bits_and_truth(void **state)
{
	static const struct {
		struct bytes der;
		const char *value; /* NULL: refused */
	} numbers[] = {
		{B("\x02\x01\x05"), "\5"},
		{B("\x02\x02\x00\x80"), "\x80"},
		{B("\x02\x00"), NULL},
		{B("\x02\x01\x80"), NULL},     /* below zero */
		{B("\x02\x02\x00\x7f"), NULL}, /* not the shortest */
		{B("\x04\x01\x05"), NULL},
	};
	struct str rest = S("\x02\x01\x00");
	struct str value;
	bool yes;

	(void)state;
	assert_true(der_take_unsigned(&rest, &value));
	assert_int_equal(value.len, 1);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		rest = str_make(numbers[i].der.at, numbers[i].der.len);
		assert_int_equal(der_take_unsigned(&rest, &value), numbers[i].value != NULL);
		if (numbers[i].value)
			assert_str(value, numbers[i].value);
	}
	rest = S("\x03\x03\x00yo");
	assert_true(der_take_bits(&rest, &value));
	assert_str(value, "yo");
	rest = S("\x03\x02\x01y");
	assert_false(der_take_bits(&rest, &value));
	rest = S("\x03\x00");
	assert_false(der_take_bits(&rest, &value));
	rest = S("\x01\x01\xff\x01\x01\x00\x01\x01\x01");
	assert_true(der_take_boolean(&rest, &yes) && yes);
	assert_true(der_take_boolean(&rest, &yes) && !yes);
	assert_false(der_take_boolean(&rest, &yes));
}

static void reads_times_as_certificates_write_them(void **state)
{
	static const struct {
		struct bytes der;
		int64_t seconds;
	} good[] = {
		{B("\x17\x0d" "700101000000Z"), 0},
		{B("\x17\x0d" "491231235959Z"), 2524607999},
		{B("\x17\x0d" "500101000000Z"), -631152000},
		{B("\x18\x0f" "20500101000000Z"), 2524608000},
		{B("\x18\x0f" "20000229120000Z"), 951825600},
		{B("\x18\x0f" "99991231235959Z"), 253402300799},
		{B("\x18\x0f" "19691231235959Z"), -1},
	};
	static const struct bytes bad[] = {
		B("\x17\x0b" "7001010000Z"),
		B("\x17\x0d" "700101000000+"),
		B("\x17\x11" "700101000000+0100"),
		B("\x17\x0d" "701301000000Z"),
		B("\x17\x0d" "700001000000Z"),
		B("\x17\x0d" "700100000000Z"),
		B("\x17\x0d" "700132000000Z"),
		B("\x17\x0d" "010229000000Z"),
		B("\x18\x0f" "19000229000000Z"),
		B("\x17\x0d" "700101240000Z"),
		B("\x17\x0d" "700101006000Z"),
		B("\x17\x0d" "700101000060Z"),
		B("\x17\x0d" "7001010000 0Z"),
		B("\x18\x11" "19700101000000.5Z"),
		B("\x04\x0d" "700101000000Z"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct str rest = str_make(good[i].der.at, good[i].der.len);
		int64_t seconds;

		assert_true(der_take_time(&rest, &seconds));
		assert_true(seconds == good[i].seconds);
		assert_int_equal(rest.len, 0);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str rest = str_make(bad[i].at, bad[i].len);
		int64_t seconds;

		if (der_take_time(&rest, &seconds))
			fail_msg("case %zu", i);
		assert_int_equal(rest.len, bad[i].len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_elements_in_turn),
		cmocka_unit_test(refuses_what_is_not_der),
		cmocka_unit_test(reads_long_lengths),
		cmocka_unit_test(reads_numbers_bits_and_truth),
		cmocka_unit_test(reads_times_as_certificates_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

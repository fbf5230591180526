#include "support/test.h"

#include <bearssl.h>

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/seal.h"

static const uint8_t *count_up(uint8_t key[static SEAL_KEY])
{
	for (uint8_t i = 0; i < SEAL_KEY; i++)
		key[i] = i;
	return key;
}

static void assert_hex(const void *bytes, size_t len, const char *hex)
{
	char memory[1024];
	struct buf out = buf_over(memory, sizeof memory);

	hex_encode(&out, str_make(bytes, len));
	assert_str(buf_str(&out), hex);
}

/* Computed with another implementation: key 00..1f, nonce zero. */
static void matches_another_implementation(void **state)
{
	char data[] = "the quick brown fox, sealed";
	uint8_t key[SEAL_KEY];
	uint8_t tag[SEAL_TAG];

	(void)state;
	seal_close(count_up(key), S("header"), data, sizeof data - 1, tag);
	assert_hex(data, sizeof data - 1, "6cd02711dc93cfb278413e13c03420079ede8bd9c1de3e3d809d98");
	assert_hex(tag, sizeof tag, "64fb90d0cc7adf652efba5e21e87b7bf");
	assert_true(seal_open(key, S("header"), data, sizeof data - 1, tag));
	assert_string_equal(data, "the quick brown fox, sealed");
}

/* The tag depends on every part of the construction, so it alone is compared. The nonce of
 * that example is not zero: this checks what seal is made of. */
static void the_primitive_matches_rfc_8439(void **state)
{
	static const uint8_t nonce[12] = {7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47};
	char data[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
		"sunscreen would be it.";
	br_poly1305_run poly1305 = br_poly1305_ctmulq_get() ? br_poly1305_ctmulq_get() : br_poly1305_ctmul_run;
	uint8_t key[SEAL_KEY];
	uint8_t tag[SEAL_TAG];

	(void)state;
	for (uint8_t i = 0; i < SEAL_KEY; i++)
		key[i] = (uint8_t)(0x80 + i);
	poly1305(key, nonce, data, sizeof data - 1, "\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7", 12, tag,
		br_chacha20_sse2_get() ? br_chacha20_sse2_get() : br_chacha20_ct_run, 1);
	assert_hex(tag, sizeof tag, "1ae10b594f09e26a7e902ecbd0600691");
	assert_hex(data, 8, "d31a8d34648e60db");
}

static void opens_what_it_closed_at_every_length(void **state)
{
	uint8_t key[SEAL_KEY];

	(void)state;
	count_up(key);
	for (size_t len = 0; len < 300; len++) {
		char data[300];
		uint8_t tag[SEAL_TAG];

		memset(data, 'x', sizeof data);
		seal_close(key, str_make("extra", len % 6), data, len, tag);
		assert_true(seal_open(key, str_make("extra", len % 6), data, len, tag));
		for (size_t i = 0; i < sizeof data; i++)
			assert_int_equal(data[i], 'x');
	}
}

static void any_changed_bit_is_seen_and_the_data_wiped(void **state)
{
	enum { LEN = 40 };
	char sealed[LEN + SEAL_TAG + SEAL_KEY + 8];
	uint8_t *bytes = (uint8_t *)sealed;

	(void)state;
	for (size_t bit = 0; bit < sizeof sealed * 8; bit++) {
		memset(sealed, 's', LEN);
		count_up(bytes + LEN + SEAL_TAG);
		memcpy(sealed + LEN + SEAL_TAG + SEAL_KEY, "addition", 8);
		seal_close(bytes + LEN + SEAL_TAG, str_make(sealed + LEN + SEAL_TAG + SEAL_KEY, 8), sealed, LEN, bytes + LEN);
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1U << bit % 8);
		assert_false(seal_open(bytes + LEN + SEAL_TAG, str_make(sealed + LEN + SEAL_TAG + SEAL_KEY, 8), sealed, LEN, bytes + LEN));
		for (size_t i = 0; i < LEN; i++)
			assert_int_equal(sealed[i], 0);
	}
}

static void a_shorter_or_longer_addition_is_seen(void **state)
{
	uint8_t key[SEAL_KEY];
	uint8_t tag[SEAL_TAG];
	char data[] = "data";

	(void)state;
	seal_close(count_up(key), S("ab"), data, 4, tag);
	assert_false(seal_open(key, S("a"), data, 4, tag));
	memcpy(data, "data", 4);
	seal_close(key, S("ab"), data, 4, tag);
	assert_false(seal_open(key, S("ab\0"), data, 4, tag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_another_implementation),
		cmocka_unit_test(the_primitive_matches_rfc_8439),
		cmocka_unit_test(opens_what_it_closed_at_every_length),
		cmocka_unit_test(any_changed_bit_is_seen_and_the_data_wiped),
		cmocka_unit_test(a_shorter_or_longer_addition_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

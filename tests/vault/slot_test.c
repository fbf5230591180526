#include "support/test.h"

#include "support/world.h"
#include "vault/slot.h"

static const uint8_t data_key[SLOT_SECRET] = "0123456789abcdef0123456789abcde";
static const uint8_t secret[SLOT_SECRET] = "a secret of exactly 32 bytes...";

#define VAULT S("vault-id-16bytes")

static struct slot wrapped(enum slot_type type)
{
	struct test_rng rng;
	struct slot s = {.id = 4, .type = type, .log_n = type == SLOT_PASSPHRASE ? 15 : 0, .created_at = 1700000000};

	test_rng_start(&rng, 3);
	slot_wrap(&s, &rng.rng, VAULT, secret, data_key);
	return s;
}

static void a_slot_gives_back_what_was_wrapped(void **state)
{
	static const enum slot_type types[] = {SLOT_KEY, SLOT_PASSPHRASE};
	uint8_t bytes[SLOT_BYTES], opened[SLOT_SECRET];
	struct slot again;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct slot s = wrapped(types[i]);

		slot_write(&s, bytes);
		assert_ok(slot_read(str_make(bytes, sizeof bytes), &again, &e), &e);
		assert_true(slot_unwrap(&again, VAULT, secret, opened));
		assert_memory_equal(opened, data_key, sizeof opened);
	}
}

static void all_that_a_slot_says_is_authenticated(void **state)
{
	uint8_t opened[SLOT_SECRET];
	struct slot s;

	(void)state;
	s = wrapped(SLOT_PASSPHRASE);
	assert_false(slot_unwrap(&s, S("vault-id-16byteS"), secret, opened));
	s.id++;
	assert_false(slot_unwrap(&s, VAULT, secret, opened));
	s = wrapped(SLOT_PASSPHRASE);
	s.log_n++;
	assert_false(slot_unwrap(&s, VAULT, secret, opened));
	s = wrapped(SLOT_PASSPHRASE);
	s.kdf_salt[31] ^= 1;
	assert_false(slot_unwrap(&s, VAULT, secret, opened));
	s = wrapped(SLOT_PASSPHRASE);
	s.created_at++;
	assert_false(slot_unwrap(&s, VAULT, secret, opened));
	s = wrapped(SLOT_KEY);
	s.type = SLOT_PASSPHRASE;
	assert_false(slot_unwrap(&s, VAULT, secret, opened));
	s = wrapped(SLOT_KEY);
	s.wrapped[0] ^= 1;
	assert_false(slot_unwrap(&s, VAULT, secret, opened));
	assert_memory_not_equal(opened, data_key, sizeof opened);
}

static void a_passphrase_is_stretched_with_the_salt_of_its_slot(void **state)
{
	struct slot s = wrapped(SLOT_PASSPHRASE);
	uint8_t one[SLOT_SECRET], two[SLOT_SECRET];
	struct err e = {0};

	(void)state;
	assert_ok(slot_stretch(&s, S("correct horse"), one, &e), &e);
	assert_ok(slot_stretch(&s, S("correct horse"), two, &e), &e);
	assert_memory_equal(one, two, sizeof one);
	s.kdf_salt[0] ^= 1;
	assert_ok(slot_stretch(&s, S("correct horse"), two, &e), &e);
	assert_memory_not_equal(one, two, sizeof one);
	s.log_n = 30;
	assert_false(slot_stretch(&s, S("correct horse"), two, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_gives_back_what_was_wrapped),
		cmocka_unit_test(all_that_a_slot_says_is_authenticated),
		cmocka_unit_test(a_passphrase_is_stretched_with_the_salt_of_its_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <sys/resource.h>

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/kdf.h"

static void matches_another_implementation(void **state)
{
	uint8_t key[64];
	char text[160];
	struct buf hex = buf_over(text, sizeof text);
	struct err e = {0};

	(void)state;
	assert_ok(kdf_scrypt(key, sizeof key, S("a passphrase"), S("0123456789abcdef"), 15, &e), &e);
	hex_encode(&hex, str_make(key, sizeof key));
	assert_str(buf_str(&hex), "bfe41808d2113236afb0674d8876fd99c1eea5a537a3e206b83abd6356f5e9e3"
		"529fb1e62e7f6150cbc97143bb999a1380a1629831afddafd5ccaa5e099c75e3");
}

static void refuses_costs_outside_its_range_before_it_takes_memory(void **state)
{
	static const unsigned bad[] = {0, 14, 19, 20, 31, 63, 64, ~0U};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t key[32];
		struct err e = {0};

		assert_false(kdf_scrypt(key, sizeof key, S("p"), S("s"), bad[i], &e));
		assert_int_equal(e.kind, ERR_LIMIT);
	}
}

static void says_how_much_memory_it_lacks(void **state)
{
	struct rlimit before;
	struct rlimit tight;
	uint8_t key[32];
	struct err e = {0};
	bool done;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	tight = before;
	tight.rlim_cur = 20 << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
	done = kdf_scrypt(key, sizeof key, S("p"), S("s"), 17, &e);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_false(done);
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_non_null(strstr(e.text, "needs 128 MiB"));
	assert_non_null(strstr(e.text, "MiB may be taken here"));
	assert_non_null(strstr(e.text, "key file"));
}

static void tells_the_memory_of_a_cost(void **state)
{
	(void)state;
	assert_in_range(kdf_memory(15), 32 << 20, 33 << 20);
	assert_in_range(kdf_memory(18), 256 << 20, 257 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_another_implementation),
		cmocka_unit_test(refuses_costs_outside_its_range_before_it_takes_memory),
		cmocka_unit_test(says_how_much_memory_it_lacks),
		cmocka_unit_test(tells_the_memory_of_a_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include "crypto/rng.h"

static void fills_the_whole_and_nothing_beside_it(void **state)
{
	static const size_t lengths[] = {0, 1, 31, 256, 257, 5000};
	unsigned char at[5002];

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		memset(at, 0, sizeof at);
		rng_fill(&rng_system, at + 1, lengths[i]);
		assert_int_equal(at[0], 0);
		assert_int_equal(at[lengths[i] + 1], 0);
		if (lengths[i] >= 31) { /* zeroes in all of 31 random bytes do not happen */
			assert_memory_not_equal(at + 1, (unsigned char[31]){0}, 31);
			assert_memory_not_equal(at + 1 + lengths[i] - 31, (unsigned char[31]){0}, 31);
		}
	}
}

static void gives_something_else_each_time(void **state)
{
	char a[32];
	char b[32];

	(void)state;
	rng_fill(&rng_system, a, sizeof a);
	rng_fill(&rng_system, b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_the_whole_and_nothing_beside_it),
		cmocka_unit_test(gives_something_else_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

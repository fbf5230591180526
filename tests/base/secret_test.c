#include "support/test.h"

#include "base/secret.h"

static void wipes_what_it_is_given_and_no_more(void **state)
{
	char memory[] = "--secret--";

	(void)state;
	secret_wipe(memory + 2, 6);
	assert_memory_equal(memory, "--\0\0\0\0\0\0--", 10);
	secret_wipe(memory, 0);
	assert_memory_equal(memory, "--\0\0\0\0\0\0--", 10);
	secret_wipe(NULL, 0);
}

static void compares_every_byte(void **state)
{
	char a[33], b[33];

	(void)state;
	memset(a, 'k', sizeof a);
	memset(b, 'k', sizeof b);
	assert_true(secret_same(str_make(a, sizeof a), str_make(b, sizeof b)));
	for (size_t i = 0; i < sizeof a; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			b[i] = (char)('k' ^ 1 << bit);
			assert_false(secret_same(str_make(a, sizeof a), str_make(b, sizeof b)));
		}
		b[i] = 'k';
	}
}

static void tells_lengths_apart(void **state)
{
	(void)state;
	assert_true(secret_same(S(""), (struct str){0}));
	assert_false(secret_same(S("key"), S("keyf")));
	assert_false(secret_same(S("key"), S("")));
	assert_false(secret_same(S("key"), S("key\0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wipes_what_it_is_given_and_no_more),
		cmocka_unit_test(compares_every_byte),
		cmocka_unit_test(tells_lengths_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

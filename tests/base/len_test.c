#include "support/test.h"

#include "base/len.h"

static void stops_at_the_ends_instead_of_wrapping(void **state)
{
	static const struct {
		size_t a, b, sum, difference, product, least;
	} cases[] = {
		{0, 0, 0, 0, 0, 0},
		{5, 3, 8, 2, 15, 3},
		{3, 5, 8, 0, 15, 3},
		{SIZE_MAX, 0, SIZE_MAX, SIZE_MAX, 0, 0},
		{0, SIZE_MAX, SIZE_MAX, 0, 0, 0},
		{SIZE_MAX, 1, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX, 1},
		{SIZE_MAX - 1, 1, SIZE_MAX, SIZE_MAX - 2, SIZE_MAX - 1, 1},
		{SIZE_MAX - 1, 2, SIZE_MAX, SIZE_MAX - 3, SIZE_MAX, 2},
		{SIZE_MAX / 2, 2, SIZE_MAX / 2 + 2, SIZE_MAX / 2 - 2, SIZE_MAX - 1, 2},
		{SIZE_MAX / 2 + 1, 2, SIZE_MAX / 2 + 3, SIZE_MAX / 2 - 1, SIZE_MAX, 2},
		{SIZE_MAX, SIZE_MAX, SIZE_MAX, 0, SIZE_MAX, SIZE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t a = cases[i].a;
		size_t b = cases[i].b;

		assert_int_equal(len_add(a, b), cases[i].sum);
		assert_int_equal(len_add(b, a), cases[i].sum);
		assert_int_equal(len_sub(a, b), cases[i].difference);
		assert_int_equal(len_mul(a, b), cases[i].product);
		assert_int_equal(len_mul(b, a), cases[i].product);
		assert_int_equal(len_min(a, b), cases[i].least);
		assert_int_equal(len_min(b, a), cases[i].least);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_at_the_ends_instead_of_wrapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdlib.h>

#include "sys/events.h"
#include "sys/timers.h"

enum { MANY = 2000 };

static void fire_in_the_order_of_their_time(void **state)
{
	static struct events_timer t[MANY];
	struct timers q = {0};
	uint32_t seed = 7;
	int64_t last = -1;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		seed = seed * 1664525 + 1013904223;
		timers_set(&q, &t[i], seed % 500);
	}
	for (int i = 0; i < MANY; i += 3)
		timers_clear(&q, &t[i]);
	for (int i = 0; i < MANY; i += 7) {
		seed = seed * 1664525 + 1013904223;
		timers_set(&q, &t[i], 250 + seed % 500);
	}
	for (struct events_timer *due; (due = timers_take_due(&q, 1000)); n++) {
		assert_true(due->at_ms >= last);
		assert_false(due->set);
		last = due->at_ms;
	}
	assert_int_equal(n, MANY - 667 + 96);
	assert_int_equal(q.n, 0);
	assert_null(timers_first(&q));
}

static void those_of_one_moment_fire_in_the_order_they_were_set(void **state)
{
	struct events_timer t[9] = {0};
	struct timers q = {0};

	(void)state;
	for (int i = 0; i < 9; i++)
		timers_set(&q, &t[i], 5);
	timers_set(&q, &t[3], 5);
	for (int i = 0; i < 9; i++) {
		int expected = i < 3 ? i : i < 8 ? i + 1 : 3;

		assert_ptr_equal(timers_take_due(&q, 5), &t[expected]);
	}
}

static void nothing_is_due_before_its_time(void **state)
{
	struct events_timer t = {0};
	struct timers q = {0};

	(void)state;
	timers_set(&q, &t, 10);
	assert_null(timers_take_due(&q, 9));
	timers_set(&q, &t, 20);
	assert_null(timers_take_due(&q, 19));
	assert_ptr_equal(timers_take_due(&q, 20), &t);
	timers_clear(&q, &t);
	timers_clear(&q, &t);
	assert_int_equal(q.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fire_in_the_order_of_their_time),
		cmocka_unit_test(those_of_one_moment_fire_in_the_order_they_were_set),
		cmocka_unit_test(nothing_is_due_before_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

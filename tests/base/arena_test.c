#include "support/test.h"

#include <stdalign.h>

#include "base/arena.h"

static void hands_out_zeroed_aligned_memory_that_does_not_overlap(void **state)
{
	struct arena a;
	char *before = NULL;

	(void)state;
	assert_true(arena_new(&a, 1 << 16));
	for (size_t size = 0; size < 200; size++) {
		char *at = arena_take(&a, size);

		assert_non_null(at);
		assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
		if (before)
			assert_true(at >= before + size - 1);
		for (size_t i = 0; i < size; i++) {
			assert_int_equal(at[i], 0);
			at[i] = 'x';
		}
		before = at;
	}
	arena_free(&a);
}

static void its_size_is_the_limit(void **state)
{
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 1024));
	assert_true(arena_room(&a) >= 1024);
	assert_non_null(arena_take(&a, arena_room(&a)));
	assert_int_equal(arena_room(&a), 0);
	assert_true(arena_touched(&a) >= 1024);
	assert_null(arena_take(&a, 1));
	assert_null(arena_str(&a, S("")).at);
	assert_non_null(arena_take(&a, 0));
	arena_reset(&a);
	assert_int_equal(arena_touched(&a), 0);
	assert_null(arena_take(&a, arena_room(&a) + 1));
	assert_null(arena_take(&a, SIZE_MAX));
	assert_null(arena_take_many(&a, SIZE_MAX / 2, 4));
	assert_null(arena_str(&a, (struct str){"", SIZE_MAX}).at);
	assert_non_null(arena_take(&a, 1000));
	arena_free(&a);
}

static void a_failed_take_costs_nothing(void **state)
{
	struct arena a;
	size_t room;

	(void)state;
	assert_true(arena_new(&a, 256));
	assert_non_null(arena_str(&a, S("x")).at);
	room = arena_room(&a);
	assert_null(arena_take(&a, 100000));
	assert_int_equal(arena_room(&a), room);
	arena_free(&a);
}

static void strings_end_in_a_zero_byte(void **state)
{
	struct arena a;
	struct str s;

	(void)state;
	assert_true(arena_new(&a, 4096));
	s = arena_str(&a, str_first(S("keyfob"), 3));
	assert_int_equal(s.len, 3);
	assert_string_equal(s.at, "key");
	s = arena_str(&a, (struct str){0});
	assert_non_null(s.at);
	assert_string_equal(s.at, "");
	s = arena_print(&a, "%s-%d", "port", 80);
	assert_int_equal(s.len, 7);
	assert_string_equal(s.at, "port-80");
	assert_null(arena_print(&a, "%5000d", 1).at);
	arena_free(&a);
}

static void only_the_last_thing_is_lengthened(void **state)
{
	struct arena a;
	char *first, *last;

	(void)state;
	assert_true(arena_new(&a, 1024));
	first = arena_take(&a, 16);
	last = arena_take(&a, 16);
	assert_false(arena_extend(&a, first, 16, 8));
	assert_false(arena_extend(&a, last, 15, 8));
	assert_true(arena_extend(&a, last, 16, 8));
	assert_false(arena_extend(&a, last, 16, 8));
	assert_true(arena_extend(&a, last, 24, 0));
	assert_false(arena_extend(&a, last, 24, arena_room(&a) + 1));
	assert_true(arena_extend(&a, last, 24, arena_room(&a)));
	assert_int_equal(arena_room(&a), 0);
	arena_free(&a);
}

static void a_scratch_copy_gives_back_what_it_took(void **state)
{
	struct arena a, scratch;
	char *kept;

	(void)state;
	assert_true(arena_new(&a, 1024));
	kept = arena_take(&a, 32);
	scratch = a;
	memset(arena_take(&scratch, 64), 's', 64);
	assert_ptr_equal(arena_take(&a, 1), kept + 32);
	arena_free(&a);
}

static void reset_wipes_what_any_copy_used(void **state)
{
	struct arena a, scratch;
	char *kept, *secret;

	(void)state;
	assert_true(arena_new(&a, 4096));
	kept = arena_take(&a, 16);
	memset(kept, 'k', 16);
	scratch = a;
	secret = arena_take(&scratch, 64);
	memset(secret, 's', 64);
	arena_reset(&a);
	for (int i = 0; i < 16; i++)
		assert_int_equal(kept[i], 0);
	for (int i = 0; i < 64; i++)
		assert_int_equal(secret[i], 0);
	assert_ptr_equal(arena_take(&a, 16), kept);
	arena_free(&a);
}

static void uses_memory_of_the_caller(void **state)
{
	static char memory[256];

	(void)state;
	for (size_t offset = 0; offset < 16; offset++) {
		struct arena a;
		char *at;

		arena_over(&a, memory + offset, sizeof memory - 16);
		at = arena_take(&a, 64);
		assert_non_null(at);
		assert_in_range((uintptr_t)at, (uintptr_t)memory, (uintptr_t)memory + sizeof memory - 64);
		memset(at, 's', 64);
		assert_null(arena_take(&a, 256));
		arena_free(&a);
		assert_int_equal(at[0], 0);
		assert_int_equal(at[63], 0);
	}
}

static void too_little_memory_makes_an_empty_arena(void **state)
{
	char memory[64];
	struct arena a;

	(void)state;
	for (size_t size = 0; size < 8; size++) {
		arena_over(&a, memory, size);
		assert_null(arena_take(&a, 0));
	}
	arena_over(&a, NULL, 64);
	assert_null(arena_take(&a, 0));
	assert_false(arena_new(&a, SIZE_MAX));
	assert_null(arena_take(&a, 0));
	assert_false(arena_new(&a, SIZE_MAX / 2));
	assert_null(arena_take(&a, 0));
}

static void an_empty_arena_refuses_all_and_may_be_freed(void **state)
{
	struct arena a = {0};

	(void)state;
	assert_null(arena_take(&a, 0));
	assert_null(arena_take(&a, 1));
	assert_null(arena_str(&a, S("x")).at);
	assert_null(arena_print(&a, "x").at);
	assert_false(arena_extend(&a, NULL, 0, 0));
	assert_int_equal(arena_room(&a), 0);
	assert_false(arena_is_locked(&a));
	arena_reset(&a);
	arena_free(&a);
	arena_free(&a);
}

static void secret_memory_says_whether_it_is_locked(void **state)
{
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 4096));
	assert_false(arena_is_locked(&a));
	arena_free(&a);
	assert_true(arena_new_secret(&a, 4096));
	memset(arena_take(&a, 4096), 's', 4096);
	(void)arena_is_locked(&a); /* as the limits of this machine have it */
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_aligned_memory_that_does_not_overlap),
		cmocka_unit_test(its_size_is_the_limit),
		cmocka_unit_test(a_failed_take_costs_nothing),
		cmocka_unit_test(strings_end_in_a_zero_byte),
		cmocka_unit_test(only_the_last_thing_is_lengthened),
		cmocka_unit_test(a_scratch_copy_gives_back_what_it_took),
		cmocka_unit_test(reset_wipes_what_any_copy_used),
		cmocka_unit_test(uses_memory_of_the_caller),
		cmocka_unit_test(too_little_memory_makes_an_empty_arena),
		cmocka_unit_test(an_empty_arena_refuses_all_and_may_be_freed),
		cmocka_unit_test(secret_memory_says_whether_it_is_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

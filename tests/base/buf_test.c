#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"

static void grows_in_its_arena_up_to_its_limit(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 100);
	for (int i = 0; i < 100; i++)
		buf_add_char(&b, 'x');
	assert_false(b.full);
	assert_int_equal(b.len, 100);
	buf_add_char(&b, 'y');
	assert_true(b.full);
	assert_int_equal(b.len, 100);
	arena_free(&a);
}

static void keeps_nothing_of_what_does_not_fit(void **state)
{
	char memory[4];
	struct buf b = buf_over(memory, sizeof memory);

	(void)state;
	buf_add(&b, S("abc"));
	buf_add(&b, S("de"));
	assert_true(b.full);
	assert_str(buf_str(&b), "abc");
}

static void moves_when_something_was_taken_behind_it(void **state)
{
	struct arena a;
	struct buf b;
	const char *before;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 0);
	buf_add(&b, S("secret"));
	before = b.at;
	assert_non_null(arena_take(&a, 8));
	for (int i = 0; i < 200; i++)
		buf_add_char(&b, '.');
	assert_ptr_not_equal(before, b.at);
	assert_memory_equal(before, "\0\0\0\0\0\0", 6);
	assert_memory_equal(b.at, "secret.", 7);
	arena_free(&a);
}

static void grows_in_place_while_it_is_last(void **state)
{
	struct arena a;
	struct buf b;
	const char *before;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 0);
	buf_add_char(&b, '.');
	before = b.at;
	for (int i = 0; i < 1000; i++)
		buf_add_char(&b, '.');
	assert_ptr_equal(before, b.at);
	assert_int_equal(b.len, 1001);
	arena_free(&a);
}

static void uses_its_arena_to_the_last_byte(void **state)
{
	struct arena a;
	struct buf b;
	size_t room;

	(void)state;
	assert_true(arena_new(&a, 1024));
	room = arena_room(&a);
	b = buf_in(&a, 0);
	while (!b.full)
		buf_add_char(&b, 'x');
	assert_int_equal(b.len, room);
	arena_free(&a);
}

static void ignores_all_that_comes_after_a_failure(void **state)
{
	char memory[4];
	struct buf b = buf_over(memory, sizeof memory);
	char *at;
	size_t room;

	(void)state;
	buf_add(&b, S("abcde"));
	assert_true(b.full);
	buf_add_char(&b, 'f');
	buf_print(&b, "g");
	buf_add_u64(&b, 1);
	assert_null(buf_cstr(&b));
	assert_false(buf_space(&b, 1, &at, &room));
	assert_int_equal(b.len, 0);
	buf_wipe(&b);
	assert_false(b.full);
	buf_add(&b, S("abcd"));
	assert_str(buf_str(&b), "abcd");
}

static void takes_a_part_of_itself(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 0);
	buf_add(&b, S("keyfob"));
	for (int i = 0; i < 6; i++) {
		assert_non_null(arena_take(&a, 1)); /* so that it must move */
		buf_add(&b, buf_str(&b));
	}
	assert_int_equal(b.len, 384);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(b.at[i], "keyfob"[i % 6]);
	arena_free(&a);
}

static void writes_numbers_and_text(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{9, "9"},
		{10, "10"},
		{1234567890, "1234567890"},
		{UINT64_MAX, "18446744073709551615"},
	};
	char memory[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = buf_over(memory, strlen(cases[i].text));

		buf_add_u64(&b, cases[i].value);
		assert_str(buf_str(&b), cases[i].text);
		b = buf_over(memory, strlen(cases[i].text) - 1);
		buf_add_u64(&b, cases[i].value);
		assert_true(b.full);
		assert_int_equal(b.len, 0);
	}
}

static void prints_with_a_format(void **state)
{
	char memory[8];
	struct buf b = buf_over(memory, sizeof memory);

	(void)state;
	buf_print(&b, "%s", "");
	assert_int_equal(b.len, 0);
	buf_print(&b, "%d-%s", 42, "key");
	assert_str(buf_str(&b), "42-key");
	buf_print(&b, "%d", 10);
	assert_true(b.full);
	assert_str(buf_str(&b), "42-key");
	b = buf_over(memory, 3);
	buf_print(&b, "key"); /* its terminator does not fit */
	assert_true(b.full);
}

static void is_a_c_string_on_request(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 4);
	assert_string_equal(buf_cstr(&b), "");
	buf_add(&b, S("key"));
	assert_string_equal(buf_cstr(&b), "key");
	assert_int_equal(b.len, 3);
	buf_add(&b, S("s"));
	assert_null(buf_cstr(&b));
	arena_free(&a);
}

static void lends_space_to_a_reader(void **state)
{
	struct arena a;
	struct buf b;
	char *at;
	size_t room;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 100);
	assert_true(buf_space(&b, 0, &at, &room));
	assert_int_equal(room, 0);
	assert_true(buf_space(&b, 10, &at, &room));
	assert_in_range(room, 10, 100);
	memset(at, 'r', room);
	buf_grew(&b, 7);
	assert_str(buf_str(&b), "rrrrrrr");
	assert_true(buf_space(&b, 93, &at, &room));
	assert_int_equal(room, 93);
	buf_grew(&b, SIZE_MAX);
	assert_in_range(b.len, 100, b.cap);
	assert_false(buf_space(&b, 1, &at, &room));
	assert_true(b.full);
	arena_free(&a);
}

static void eats_from_the_front_and_cuts_at_the_end(void **state)
{
	char memory[] = "0123456789";
	struct buf b = buf_over(memory, sizeof memory);

	(void)state;
	buf_add(&b, S("0123456789"));
	buf_eat(&b, 0);
	buf_eat(&b, 3);
	assert_str(buf_str(&b), "3456789");
	assert_memory_equal(memory + 7, "\0\0\0", 3);
	buf_cut(&b, 9);
	assert_int_equal(b.len, 7);
	buf_cut(&b, 4);
	assert_str(buf_str(&b), "3456");
	assert_memory_equal(memory + 4, "\0\0\0", 3);
	buf_eat(&b, SIZE_MAX);
	assert_int_equal(b.len, 0);
	assert_memory_equal(memory, "\0\0\0\0", 4);
	buf_eat(&b, 1);
	b = (struct buf){0};
	buf_eat(&b, 1);
	buf_wipe(&b);
}

static void wipe_leaves_no_byte(void **state)
{
	char memory[8] = "";
	struct buf b = buf_over(memory, sizeof memory);

	(void)state;
	buf_add(&b, S("secret"));
	buf_add(&b, S("more"));
	buf_wipe(&b);
	assert_int_equal(b.len, 0);
	assert_false(b.full);
	assert_memory_equal(memory, "\0\0\0\0\0\0\0\0", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_in_its_arena_up_to_its_limit),
		cmocka_unit_test(keeps_nothing_of_what_does_not_fit),
		cmocka_unit_test(moves_when_something_was_taken_behind_it),
		cmocka_unit_test(grows_in_place_while_it_is_last),
		cmocka_unit_test(uses_its_arena_to_the_last_byte),
		cmocka_unit_test(ignores_all_that_comes_after_a_failure),
		cmocka_unit_test(takes_a_part_of_itself),
		cmocka_unit_test(writes_numbers_and_text),
		cmocka_unit_test(prints_with_a_format),
		cmocka_unit_test(is_a_c_string_on_request),
		cmocka_unit_test(lends_space_to_a_reader),
		cmocka_unit_test(eats_from_the_front_and_cuts_at_the_end),
		cmocka_unit_test(wipe_leaves_no_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "support/events_script.h"
#include "sys/input.h"

static struct events_script v;
static struct input input;
static struct err e;
static int ends[2];
static char heard[4096]; /* each line or piece, and "|" behind it; "$" at the end */
static bool over, once;

static int set_up(void **state)
{
	(void)state;
	events_script_start(&v, 0);
	assert_int_equal(pipe(ends), 0);
	input = (struct input){0};
	memset(heard, 0, sizeof heard);
	over = once = false;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	input_stop(&input);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	return 0;
}

static void hear(void *self, struct str text)
{
	assert_ptr_equal(self, &v);
	assert_true(strlen(heard) + text.len < sizeof heard - 2);
	strncat(heard, text.at ? text.at : "", text.len);
	strcat(heard, text.at ? "|" : "$");
	over = over || !text.at;
	if (once)
		input_stop(&input);
}

static void write_all(const char *text)
{
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void end_input(void)
{
	close(ends[1]);
	ends[1] = -1;
}

static void turn(void)
{
	events_turn(&v.events, NULL);
}

static void lines_come_one_by_one_and_the_last_needs_no_line_break(void **state)
{
	(void)state;
	write_all("one\ntwo\r\n\nthree");
	end_input();
	assert_ok(input_listen(&input, &v.events, ends[0], hear, &v, &e), &e);
	assert_true(events_script_turn_until(&v, &over));
	assert_string_equal(heard, "one|two||three|$");
}

static void bytes_come_as_they_come(void **state)
{
	(void)state;
	assert_ok(input_listen_bytes(&input, &v.events, ends[0], hear, &v, &e), &e);
	write_all("one\ntw");
	turn();
	assert_string_equal(heard, "one\ntw|");
	write_all("o\n");
	end_input();
	assert_true(events_script_turn_until(&v, &over));
	assert_string_equal(heard, "one\ntw|o\n|$");
}

static void who_stops_and_listens_again_misses_nothing(void **state)
{
	(void)state;
	once = true;
	for (const char *c = "abc"; *c; c++) {
		write_all((char[]){*c, 0});
		assert_ok(input_listen_bytes(&input, &v.events, ends[0], hear, &v, &e), &e);
		turn();
		turn();
		turn();
	}
	assert_string_equal(heard, "a|b|c|");
	end_input();
	assert_ok(input_listen_bytes(&input, &v.events, ends[0], hear, &v, &e), &e);
	assert_true(events_script_turn_until(&v, &over));
	assert_string_equal(heard, "a|b|c|$");
}

static size_t most, sum;

static void measure(void *self, struct str bytes)
{
	(void)self;
	most = bytes.len > most ? bytes.len : most;
	sum += bytes.len;
	over = !bytes.at;
}

static void large_input_comes_in_bounded_pieces(void **state)
{
	static char large[3 * INPUT_LINE / 2];

	(void)state;
	memset(large, 'x', sizeof large);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, (int)sizeof large) >= 0);
	assert_int_equal(write(ends[1], large, sizeof large), (ssize_t)sizeof large);
	end_input();
	assert_ok(input_listen_bytes(&input, &v.events, ends[0], measure, &v, &e), &e);
	assert_true(events_script_turn_until(&v, &over));
	assert_int_equal(sum, sizeof large);
	assert_int_equal(most, INPUT_LINE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_one_by_one_and_the_last_needs_no_line_break),
		TEST(bytes_come_as_they_come),
		TEST(who_stops_and_listens_again_misses_nothing),
		TEST(large_input_comes_in_bounded_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

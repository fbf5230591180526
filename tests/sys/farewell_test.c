#include "support/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/loop.h"
#include "sys/clock.h"
#include "sys/farewell.h"
#include "sys/spawn.h"
#include "sys/world.h"

static struct loop *loop;
static struct world w;
static struct spawn_child child;

static int begin(void **state)
{
	struct err e = {0};

	(void)state;
	loop = loop_open(&clock_system, &e);
	w = (struct world){.clock = &clock_system, .events = loop ? loop_events(loop) : NULL};
	return loop ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	farewell_finish(&w);
	loop_close(loop);
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

/* Starts it and waits until it says that it is ready; its input has ended. */
static void run(const char *script)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	struct err e = {0};
	char text[64];
	int input;

	assert_ok(spawn_piped(&child, argv, NULL, 0, -1, &input, &e), &e);
	assert_int_equal(poll(&(struct pollfd){.fd = child.output, .events = POLLIN}, 1, 10000), 1);
	assert_true(read(child.output, text, sizeof text) > 0);
	close(input);
}

static int64_t time_to_finish(void)
{
	int64_t began = clock_ms(&clock_system);

	farewell_finish(&w);
	assert_null(w.farewells);
	return clock_ms(&clock_system) - began;
}

static void without_a_farewell_there_is_nothing_to_finish(void **state)
{
	struct world empty = {0};

	(void)state;
	farewell_finish(&empty);
}

static void the_child_is_taken_over(void **state)
{
	(void)state;
	run("echo ready; exec cat");
	farewell_begin(&w, &child);
	assert_int_equal(child.pid, -1);
	assert_int_equal(child.fd, -1);
	assert_int_equal(child.output, -1);
	assert_true(time_to_finish() < FAREWELL_TERM_MS);
}

static void one_that_has_ended_already_is_waited_for_as_the_loop_turns(void **state)
{
	struct spawn_end end;
	struct err e = {0};

	(void)state;
	run("echo ready");
	while (!spawn_ended(&child, &end))
		usleep(1000);
	farewell_begin(&w, &child);
	while (w.farewells)
		assert_ok(events_turn(w.events, &e), &e);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void one_that_has_much_left_to_say_is_let_to_say_it(void **state)
{
	(void)state;
	run("echo ready; cat; head -c 1000000 /dev/zero");
	farewell_begin(&w, &child);
	assert_true(time_to_finish() < FAREWELL_TERM_MS);
}

static void a_stopped_child_is_ended_too(void **state)
{
	int64_t took;

	(void)state;
	run("echo ready; exec sleep 60");
	kill(child.pid, SIGSTOP);
	farewell_begin(&w, &child);
	took = time_to_finish();
	assert_true(took >= FAREWELL_TERM_MS - 100 && took < FAREWELL_KILL_MS);
}

/* The leader goes by itself, what it started will not hear of SIGTERM. */
static void what_outlives_its_leader_is_killed_soon(void **state)
{
	(void)state;
	run("(trap '' TERM; echo ready; while :; do sleep 0.1; done) & cat");
	farewell_begin(&w, &child);
	assert_true(time_to_finish() < FAREWELL_TERM_MS);
}

static void many_take_no_longer_than_one(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		run("trap '' TERM; echo ready; while :; do sleep 0.1; done");
		farewell_begin(&w, &child);
	}
	assert_true(time_to_finish() < 2 * FAREWELL_KILL_MS);
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_farewell_there_is_nothing_to_finish),
		with_loop(the_child_is_taken_over),
		with_loop(one_that_has_ended_already_is_waited_for_as_the_loop_turns),
		with_loop(one_that_has_much_left_to_say_is_let_to_say_it),
		with_loop(a_stopped_child_is_ended_too),
		with_loop(what_outlives_its_leader_is_killed_soon),
		with_loop(many_take_no_longer_than_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/len.h"
#include "client/link.h"
#include "net/loop.h"
#include "sys/clock.h"
#include "sys/farewell.h"
#include "sys/world.h"

/* A real loop, and a user of one link who keeps what it hears. */
struct user {
	struct world world;
	struct loop *loop;
	struct link *link;
	char text[8192]; /* "[message]" each */
	size_t len, messages, bytes;
	bool is_ready, is_closed;
	bool ends_at_message, ends_at_closed;
	struct err why;
	int fds;
};

static struct user u;

static int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int begin(void **state)
{
	struct err e = {0};

	(void)state;
	u = (struct user){.fds = open_fds()};
	u.loop = loop_open(&clock_system, &e);
	u.world.clock = &clock_system;
	u.world.events = u.loop ? loop_events(u.loop) : NULL;
	return u.loop ? 0 : -1;
}

/* Whatever the test did, nothing of it is left: no child, no descriptor. */
static int finish(void **state)
{
	(void)state;
	link_end(u.link);
	farewell_finish(&u.world);
	loop_close(u.loop);
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD || open_fds() != u.fds)
		return -1;
	return 0;
}

static void end_link(void)
{
	link_end(u.link);
	u.link = NULL;
}

static void on_ready(void *self)
{
	((struct user *)self)->is_ready = true;
}

static void on_message(void *self, struct str text)
{
	(void)self;
	assert_false(u.is_closed);
	assert_non_null(u.link);
	u.messages++;
	u.bytes = len_add(u.bytes, text.len);
	u.len += (size_t)snprintf(u.text + u.len, sizeof u.text - u.len, "[%.*s]", STR(str_first(text, 100)));
	if (u.len >= sizeof u.text)
		u.len = sizeof u.text - 1;
	if (u.ends_at_message)
		end_link();
}

static void on_closed(void *self, const struct err *why)
{
	(void)self;
	assert_false(u.is_closed);
	assert_non_null(u.link);
	u.is_closed = true;
	u.why = *why;
	if (u.ends_at_closed)
		end_link();
}

static void run(const char *script)
{
	const char *argv[] = {"sh", "-c", script, "sh", NULL};
	struct err e = {0};

	u.is_ready = false;
	u.link = link_stdio(&u.world, argv, (struct link_ends){.ready = on_ready, .message = on_message, .closed = on_closed, .self = &u}, &e);
	assert_ok(u.link != NULL, &e);
	assert_false(u.is_ready);
}

static void turn(void)
{
	struct err e = {0};

	assert_ok(events_turn(u.world.events, &e), &e);
}

static void turn_until(const bool *done)
{
	while (!*done)
		turn();
}

static void turn_until_closed(const char *why)
{
	turn_until(&u.is_closed);
	assert_non_null(strstr(u.why.text, why));
}

static void send_text(struct str text)
{
	struct err e = {0};

	assert_ok(link_send(u.link, text, &e), &e);
}

/* Ended, though init may not have noticed yet. */
static bool gone(pid_t pid)
{
	char path[64], stat[256];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 100; i++) {
		f = fopen(path, "re");
		if (!f)
			return true;
		n = fread(stat, 1, sizeof stat, f);
		fclose(f);
		if (!n || str_find_str(str_make(stat, n), S(") Z ")) < n)
			return true;
		usleep(10000);
	}
	return false;
}

/* The number that the child wrote as its first message. */
static pid_t pid_told(void)
{
	while (!u.messages)
		turn();
	return atoi(u.text + 1);
}

static void messages_travel_both_ways(void **state)
{
	(void)state;
	run("cat");
	turn_until(&u.is_ready);
	send_text(S("{\"id\":1}"));
	send_text(S("{\n\"id\":\r\n2}"));
	send_text(S("\xc3\xa4\0\xff"));
	while (u.messages < 3)
		turn();
	assert_int_equal(u.bytes, 8 + 11 + 4);
	assert_memory_equal(u.text, "[{\"id\":1}][{ \"id\":  2}][\xc3\xa4", 25);
	link_finish(u.link);
	turn_until_closed("sh ended with status 0");
}

static void lines_end_with_lf_or_crlf_and_empty_ones_are_passed_over(void **state)
{
	(void)state;
	run("printf '{}\\r\\n\\n\\r\\nno json\\n[1]'");
	turn_until_closed("sh ended with status 0");
	assert_string_equal(u.text, "[{}][no json][[1]]");
}

static void says_how_the_child_ended(void **state)
{
	static const struct {
		const char *script, *why;
	} cases[] = {
		{"exit 3", "sh ended with status 3: what it printed may say why"},
		{"exit 137", "sh ended with status 137"},
		{"kill -KILL $$", "sh was ended by signal 9 (Killed)"},
		{"echo last words; exit 1", "sh ended with status 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};

		u.is_closed = u.is_ready = false;
		run(cases[i].script);
		turn_until_closed(cases[i].why);
		assert_int_equal(u.why.kind, ERR_FAILED);
		assert_false(link_send(u.link, S("{}"), &e));
		assert_int_equal(e.kind, ERR_FAILED);
		end_link();
	}
	assert_string_equal(u.text, "[last words]");
}

static void a_program_that_is_not_there_is_an_error_at_once(void **state)
{
	const char *argv[] = {"no-such-program-anywhere", NULL};
	struct err e = {0};

	(void)state;
	assert_null(link_stdio(&u.world, argv, (struct link_ends){.ready = on_ready, .message = on_message, .closed = on_closed, .self = &u}, &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_non_null(strstr(e.text, "no-such-program-anywhere"));
}

static void a_large_message_goes_through_the_queue(void **state)
{
	static char large[3 * 1024 * 1024];

	(void)state;
	memset(large, 'x', sizeof large);
	run("sleep 0.2; exec cat");
	send_text(str_make(large, sizeof large));
	send_text(S("after"));
	while (u.messages < 2)
		turn();
	assert_int_equal(u.bytes, sizeof large + 5);
	assert_non_null(strstr(u.text, "][after]"));
}

static void finishing_sends_first_what_waits(void **state)
{
	static char large[1024 * 1024];

	(void)state;
	memset(large, 'x', sizeof large);
	run("sleep 0.2; exec wc -c");
	send_text(str_make(large, sizeof large));
	link_finish(u.link);
	turn_until_closed("sh ended with status 0");
	assert_string_equal(u.text, "[1048577]");
}

static void a_child_that_never_reads_costs_no_more_than_the_limit(void **state)
{
	struct str large = str_make(calloc(1, LINK_MESSAGE), LINK_MESSAGE);
	struct err e = {0};
	int n = 0;

	(void)state;
	run("exec sleep 60");
	assert_false(link_send(u.link, str_make(large.at, LINK_MESSAGE + 1), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	err_clear(&e);
	while (link_send(u.link, large, &e) && n < 4)
		n++;
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "sh: "));
	assert_int_equal(n, 1);
	free((void *)(uintptr_t)large.at);
}

static void a_child_that_closes_its_input_ends_the_link(void **state)
{
	struct err e = {0};

	(void)state;
	run("exec <&-; echo closed; exec sleep 60");
	while (!u.messages)
		turn();
	link_send(u.link, S("{}"), &e);
	turn_until_closed("sh does not read its standard input any more");
	assert_false(link_send(u.link, S("{}"), &e));
}

static void a_child_that_closes_its_output_ends_the_link(void **state)
{
	(void)state;
	run("exec >&-; exec sleep 60");
	turn_until_closed("sh closed its standard output");
}

static void what_a_child_said_before_it_ended_is_heard_though_it_took_no_more(void **state)
{
	struct err e = {0};

	(void)state;
	run("exec <&-; echo one; sleep 0.3; echo two; exit 4");
	while (!u.messages)
		turn();
	link_send(u.link, S("{}"), &e);
	turn_until_closed("sh ended with status 4");
	assert_string_equal(u.text, "[one][two]");
}

static void a_grandchild_that_holds_the_output_keeps_nobody_waiting(void **state)
{
	int64_t began = clock_ms(&clock_system);
	pid_t stray;

	(void)state;
	run("sleep 60 & echo $!; echo more; exit 2");
	turn_until_closed("sh ended with status 2");
	stray = pid_told();
	assert_non_null(strstr(u.text, "[more]"));
	end_link();
	farewell_finish(&u.world);
	assert_true(gone(stray));
	assert_true(clock_ms(&clock_system) - began < FAREWELL_TERM_MS);
}

static void a_flood_leaves_the_others_their_turn_and_a_line_without_end_ends_the_link(void **state)
{
	(void)state;
	run("yes x | tr -d '\\n'");
	turn_until_closed("sh: a message is longer than");
	assert_int_equal(u.why.kind, ERR_LIMIT);
	assert_int_equal(u.messages, 0);
}

static void note(void *self)
{
	*(bool *)self = true;
}

static void a_flood_of_messages_does_not_keep_timers_from_firing(void **state)
{
	bool fired = false;
	struct events_timer t = {.fire = note, .self = &fired};

	(void)state;
	run("exec yes '{}'");
	events_timer_set(u.world.events, &t, 20);
	turn_until(&fired);
	assert_true(u.messages > 0);
}

static void the_link_may_be_ended_from_within_a_message(void **state)
{
	(void)state;
	u.ends_at_message = true;
	run("exec yes '{}'");
	while (u.link)
		turn();
	farewell_finish(&u.world);
	assert_int_equal(u.messages, 1);
	assert_false(u.is_closed);
}

static void the_link_may_be_ended_from_within_closed(void **state)
{
	(void)state;
	u.ends_at_closed = true;
	run("exit 1");
	while (u.link)
		turn();
	assert_true(u.is_closed);
}

static void a_child_that_goes_when_its_input_ends_is_gone_soon(void **state)
{
	int64_t began = clock_ms(&clock_system);
	pid_t pid;

	(void)state;
	run("echo $$; exec cat");
	pid = pid_told();
	end_link();
	farewell_finish(&u.world);
	assert_true(gone(pid));
	assert_true(clock_ms(&clock_system) - began < FAREWELL_TERM_MS);
}

static void a_child_that_stays_is_asked_then_killed_while_the_loop_turns(void **state)
{
	static const struct {
		const char *script;
		int at_least, below;
	} cases[] = {
		{"echo $$; exec sleep 60", FAREWELL_TERM_MS, FAREWELL_KILL_MS},
		{"trap '' TERM; echo $$; while :; do sleep 0.1; done", FAREWELL_KILL_MS, 60000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t began, passed;
		pid_t pid;

		u.messages = u.len = 0;
		run(cases[i].script);
		pid = pid_told();
		began = clock_ms(&clock_system);
		end_link();
		assert_true(clock_ms(&clock_system) - began < 500);
		while (u.world.farewells)
			turn();
		passed = clock_ms(&clock_system) - began;
		assert_true(gone(pid));
		assert_true(passed >= cases[i].at_least - 50 && passed < cases[i].below);
	}
}

static void a_whole_group_is_gone_when_the_program_ends_right_after(void **state)
{
	pid_t pids[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		u.messages = u.len = 0;
		run("sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done'");
		pids[i] = pid_told();
		end_link();
	}
	farewell_finish(&u.world);
	for (int i = 0; i < 3; i++)
		assert_true(gone(pids[i]));
	assert_null(u.world.farewells);
}

static void the_child_has_none_of_our_secrets(void **state)
{
	(void)state;
	setenv("KEYFOB_KEY", "hunter2", 1);
	run("echo \"[$KEYFOB_KEY]\"; [ -e /proc/$$/fd/3 ] || echo no more");
	unsetenv("KEYFOB_KEY");
	turn_until_closed("sh ended with status 0");
	assert_string_equal(u.text, "[[]][no more]");
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_loop(messages_travel_both_ways),
		with_loop(lines_end_with_lf_or_crlf_and_empty_ones_are_passed_over),
		with_loop(says_how_the_child_ended),
		with_loop(a_program_that_is_not_there_is_an_error_at_once),
		with_loop(a_large_message_goes_through_the_queue),
		with_loop(finishing_sends_first_what_waits),
		with_loop(a_child_that_never_reads_costs_no_more_than_the_limit),
		with_loop(a_child_that_closes_its_input_ends_the_link),
		with_loop(a_child_that_closes_its_output_ends_the_link),
		with_loop(what_a_child_said_before_it_ended_is_heard_though_it_took_no_more),
		with_loop(a_grandchild_that_holds_the_output_keeps_nobody_waiting),
		with_loop(a_flood_leaves_the_others_their_turn_and_a_line_without_end_ends_the_link),
		with_loop(a_flood_of_messages_does_not_keep_timers_from_firing),
		with_loop(the_link_may_be_ended_from_within_a_message),
		with_loop(the_link_may_be_ended_from_within_closed),
		with_loop(a_child_that_goes_when_its_input_ends_is_gone_soon),
		with_loop(a_child_that_stays_is_asked_then_killed_while_the_loop_turns),
		with_loop(a_whole_group_is_gone_when_the_program_ends_right_after),
		with_loop(the_child_has_none_of_our_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

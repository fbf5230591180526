#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/world.h"
#include "sys/clock.h"
#include "sys/events.h"

static struct test_world t;

static void says_what_the_flags_let_it(void **state)
{
	static const struct {
		bool quiet, verbose;
		const char *out, *log;
	} cases[] = {
		{false, false, "result 1", "progress 1\nwarning 1\n"},
		{true, false, "result 1", "warning 1\n"},
		{false, true, "result 1", "progress 1\nwarning 1\ndetail 1\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		test_world_start(&t);
		t.world.options.quiet = cases[i].quiet;
		t.world.options.verbose = cases[i].verbose;
		world_print(&t.world, "result %d", 1);
		world_say(&t.world, "progress %d", 1);
		world_warn(&t.world, "warning %d", 1);
		world_detail(&t.world, "detail %d", 1);
		assert_string_equal(t.out, cases[i].out);
		assert_string_equal(t.log, cases[i].log);
		test_world_end(&t);
	}
}

static void prints_whole_whatever_the_length(void **state)
{
	static char text[20001];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	for (size_t n = 1018; n < 1030; n++) {
		test_world_start(&t);
		world_warn(&t.world, "%.*s", (int)n, text);
		assert_int_equal(strlen(t.log), n + 1);
		assert_int_equal(t.log[n], '\n');
		test_world_end(&t);
	}
	test_world_start(&t);
	world_print(&t.world, "<%s>", text);
	assert_int_equal(strlen(t.out), 20002);
	assert_int_equal(t.out[20001], '>');
	test_world_end(&t);
}

static void the_environment_is_asked_by_name(void **state)
{
	(void)state;
	test_world_start(&t);
	test_world_env(&t, "A", "one");
	test_world_env(&t, "B", "");
	test_world_env(&t, "A", "two");
	assert_str(world_env(&t.world, "A"), "two");
	assert_str(world_env(&t.world, "B"), "");
	assert_null(world_env(&t.world, "C").at);
	test_world_end(&t);
}

/* Runs in a child whose standard output is fd. */
static int print_to(int fd)
{
	struct world w = {0};

	dup2(fd, STDOUT_FILENO);
	world_use_system(&w);
	world_print(&w, "%0200000d", 7);
	return w.out_failed;
}

static void standard_output_that_is_lost_is_noticed(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), null = open("/dev/null", O_WRONLY | O_CLOEXEC), kept = dup(STDOUT_FILENO);
	int lost, fine;

	(void)state;
	fflush(stdout);
	lost = print_to(full);
	fine = print_to(null);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(full);
	close(null);
	assert_true(lost);
	assert_false(fine);
}

static void time_goes_forward(void **state)
{
	int64_t before = clock_ms(&clock_system);

	(void)state;
	usleep(3000);
	assert_true(clock_ms(&clock_system) >= before + 2);
	assert_true(clock_now(&clock_system) > 1700000000);
}

/* --- The scripted world itself, since everybody believes it ---------------------------- */

struct heard {
	char text[256];
	bool over;
};

static bool head(void *self, const struct fetch_head *h, struct err *e)
{
	struct heard *x = self;

	(void)e;
	snprintf(x->text, sizeof x->text, "%d %.*s:", h->status, STR(fetch_field(h->fields, h->fields_n, S("kind"), NULL)));
	return true;
}

static bool piece(void *self, struct str bytes, struct err *e)
{
	struct heard *x = self;
	size_t n = strlen(x->text);

	snprintf(x->text + n, sizeof x->text - n, " [%.*s]", STR(bytes));
	return !str_has(bytes, '!') || err_set(e, ERR_INPUT, "no shouting");
}

static void end(void *self, const struct err *failure)
{
	struct heard *x = self;
	size_t n = strlen(x->text);

	snprintf(x->text + n, sizeof x->text - n, " %s", failure ? failure->text : "end");
	x->over = true;
}

static struct fetch_exchange *ask(struct heard *x, const char *url)
{
	static struct fetch_request r[8];
	static int n;
	struct fetch_request *one = &r[n++ % 8];
	struct err e = {0};

	*x = (struct heard){0};
	*one = (struct fetch_request){.method = S("GET")};
	assert_ok(url_read(str_of(url), &t.arena, &one->url, &e), &e);
	return fetch_start(&t.fetch.fetch, one, (struct fetch_sink){.head = head, .piece = piece, .end = end, .self = x}, &e);
}

static void a_script_answers_in_pieces_fails_and_hangs(void **state)
{
	static const struct {
		struct fetch_script_step step;
		const char *heard;
		int64_t ms;
	} cases[] = {
		{{.status = 200, .answer_fields = {"Kind: plain"}, .answer = S_INIT("abcde"), .piece = 2, .delay_ms = 100, .piece_ms = 10}, "200 plain: [ab] [cd] [e] end", 130},
		{{.status = 204}, "204 : end", 0},
		{{.fails = ERR_NETWORK, .failure = "refused"}, " refused", 0},
		{{.status = 200, .answer = S_INIT("ab"), .fails = ERR_NETWORK, .failure = "cut"}, "200 : [ab] cut", 0},
		{{.status = 200, .answer = S_INIT("ab!c"), .piece = 3}, "200 : [ab!] no shouting", 0},
		{{.hangs = true}, " timed out while waiting for the answer's head", 30000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct heard x;

		test_world_start(&t);
		fetch_script_expect(&t.fetch, cases[i].step);
		ask(&x, "https://a.example/x");
		assert_string_equal(x.text, "");
		assert_true(events_script_turn_until(&t.events, &x.over));
		assert_string_equal(x.text, cases[i].heard);
		assert_int_equal(t.events.ms, cases[i].ms);
		assert_int_equal(clock_now(t.world.clock), TEST_WORLD_NOW + cases[i].ms / 1000);
		assert_string_equal(t.fetch.seen[0], "GET https://a.example/x\n\n");
		test_world_end(&t);
	}
}

static void a_script_streams_and_is_cancelled(void **state)
{
	struct heard x;
	struct fetch_exchange *open;

	(void)state;
	test_world_start(&t);
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.status = 200, .stays_open = true, .times = 2});
	ask(&x, "https://a.example/x");
	events_script_drain(&t.events);
	assert_string_equal(x.text, "200 :");
	fetch_script_push(&t.fetch, S("one"));
	fetch_script_push(&t.fetch, S("two"));
	fetch_script_finish(&t.fetch, NULL);
	assert_string_equal(x.text, "200 : [one] [two] end");
	open = ask(&x, "https://a.example/y");
	assert_int_equal(t.fetch.open_n, 1);
	fetch_cancel(&t.fetch.fetch, open);
	events_script_drain(&t.events);
	assert_string_equal(x.text, "");
	test_world_end(&t);
}

static void work(void *self)
{
	*(int *)self += 1;
}

static void done(void *self)
{
	*(int *)self += 10;
}

static void scripted_jobs_wait_for_a_turn_and_stops_come_once(void **state)
{
	int n = 0;
	struct events_job job = {.work = work, .done = done, .self = &n};
	struct err e = {0};

	(void)state;
	test_world_start(&t);
	events_job_start(t.world.events, &job);
	assert_int_equal(n, 0);
	t.events.stop = true;
	assert_false(events_turn(t.world.events, &e));
	assert_int_equal(e.kind, ERR_STOPPED);
	assert_true(events_turn(t.world.events, &e));
	assert_int_equal(n, 11);
	assert_false(events_turn(t.world.events, &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
	test_world_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_flags_let_it),
		cmocka_unit_test(prints_whole_whatever_the_length),
		cmocka_unit_test(the_environment_is_asked_by_name),
		cmocka_unit_test(standard_output_that_is_lost_is_noticed),
		cmocka_unit_test(time_goes_forward),
		cmocka_unit_test(a_script_answers_in_pieces_fails_and_hangs),
		cmocka_unit_test(a_script_streams_and_is_cancelled),
		cmocka_unit_test(scripted_jobs_wait_for_a_turn_and_stops_come_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

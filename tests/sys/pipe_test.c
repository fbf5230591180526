#include "support/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/len.h"
#include "net/loop.h"
#include "sys/clock.h"
#include "sys/pipe.h"

static struct loop *loop;
static struct pipe p;
static int reader = -1;
static int overs;
static struct err over_why;
static bool ends_when_over;

static void note_over(void *self, const struct err *why)
{
	(void)self;
	overs++;
	over_why = why ? *why : (struct err){0};
	if (ends_when_over)
		pipe_end(&p);
}

static int begin(void **state)
{
	struct err e = {0};

	(void)state;
	overs = 0;
	ends_when_over = false;
	loop = loop_open(&clock_system, &e);
	return loop ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	pipe_end(&p);
	if (reader >= 0)
		close(reader);
	reader = -1;
	loop_close(loop);
	return 0;
}

static void open_pipe(size_t limit, int flags)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
	reader = ends[0];
	p = (struct pipe){.over = note_over};
	pipe_open(&p, loop_events(loop), ends[1], limit);
}

static void turn(void)
{
	struct err e = {0};

	assert_ok(events_turn(loop_events(loop), &e), &e);
}

static void send_ok(struct str text)
{
	struct err e = {0};

	assert_ok(pipe_send_line(&p, text, &e), &e);
}

static struct str read_now(void)
{
	static char text[512];
	size_t n;

	pipe_read(reader, text, sizeof text, &n);
	return str_make(text, n);
}

static void a_line_is_one_line_whatever_is_in_it(void **state)
{
	(void)state;
	open_pipe(100, O_NONBLOCK);
	send_ok(S("{\"a\":\r\n1,\n\"b\":\"\xc3\xa4\"}"));
	send_ok(S(""));
	send_ok(S("a\0b"));
	assert_true(str_same(read_now(), S("{\"a\":  1, \"b\":\"\xc3\xa4\"}\n\na\0b\n")));
}

static void what_was_given_away_may_be_changed(void **state)
{
	static char text[200 * 1024];
	size_t n, all = 0;
	enum pipe_read what;

	(void)state;
	open_pipe(sizeof text + 1, O_NONBLOCK);
	memset(text, 'x', sizeof text);
	send_ok(str_make(text, sizeof text));
	memset(text, 'y', sizeof text);
	while (all < sizeof text + 1) {
		what = pipe_read(reader, text, sizeof text, &n);
		assert_int_not_equal(what, PIPE_END);
		assert_null(memchr(text, 'y', n));
		all = len_add(all, n);
		memset(text, 'z', n);
		if (what == PIPE_EMPTY)
			turn();
	}
	assert_int_equal(pipe_read(reader, text, sizeof text, &n), PIPE_EMPTY);
	assert_int_equal(overs, 0);
}

static void takes_all_of_a_line_or_nothing(void **state)
{
	static char fill[64 * 1024];
	struct err e = {0};

	(void)state;
	memset(fill, 'f', sizeof fill);
	open_pipe(10, O_NONBLOCK);
	assert_int_equal(write(p.watch.fd, fill, sizeof fill), sizeof fill); /* the kernel's share is full */
	send_ok(S("1234"));
	send_ok(S("6789"));
	assert_false(pipe_send_line(&p, S(""), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(read(reader, fill, sizeof fill), sizeof fill);
	turn();
	assert_str(read_now(), "1234\n6789\n");
	send_ok(S("123456789"));
	assert_str(read_now(), "123456789\n");
	err_clear(&e);
	assert_false(pipe_send_line(&p, S("1234567890"), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(overs, 0);
}

static void finishing_closes_when_all_is_out(void **state)
{
	struct err e = {0};
	char c;
	size_t n;

	(void)state;
	open_pipe(100, O_NONBLOCK);
	send_ok(S("last"));
	pipe_finish(&p);
	pipe_finish(&p);
	assert_int_equal(overs, 0);
	assert_false(pipe_send_line(&p, S("late"), &e));
	assert_int_equal(e.kind, ERR_FAILED);
	assert_str(read_now(), "last\n");
	assert_int_equal(pipe_read(reader, &c, 1, &n), PIPE_END);
	turn();
	assert_int_equal(overs, 1);
	assert_int_equal(over_why.kind, ERR_NONE);
}

static void says_once_that_nobody_reads(void **state)
{
	struct err e = {0};

	(void)state;
	open_pipe(100, O_NONBLOCK);
	ends_when_over = true;
	close(reader);
	reader = -1;
	send_ok(S("to nobody"));
	assert_int_equal(overs, 0);
	turn();
	assert_int_equal(overs, 1);
	assert_int_equal(over_why.kind, ERR_FAILED);
	assert_false(pipe_send_line(&p, S("late"), &e));
}

static void hears_of_a_reader_that_goes_while_lines_wait(void **state)
{
	static char large[300 * 1024];

	(void)state;
	open_pipe(sizeof large + 1, O_NONBLOCK);
	send_ok(str_make(large, sizeof large));
	close(reader);
	reader = -1;
	while (!overs)
		turn();
	assert_int_equal(over_why.kind, ERR_FAILED);
}

static void a_descriptor_that_blocks_is_never_waited_for(void **state)
{
	static char large[300 * 1024];
	size_t n, all = 0;

	(void)state;
	open_pipe(2 * sizeof large, 0);
	alarm(10);
	send_ok(str_make(large, sizeof large));
	while (all < sizeof large + 1)
		if (pipe_read(reader, large, sizeof large, &n) == PIPE_BYTES)
			all = len_add(all, n);
		else
			turn();
	alarm(0);
	assert_false(fcntl(p.watch.fd, F_GETFL) & O_NONBLOCK);
}

static void a_file_takes_lines_too(void **state)
{
	char path[] = "/tmp/pipe_test.XXXXXX";
	char text[64];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	reader = dup(fd);
	unlink(path);
	p = (struct pipe){.over = note_over};
	pipe_open(&p, loop_events(loop), fd, 100);
	send_ok(S("one"));
	send_ok(S("two"));
	pipe_finish(&p);
	turn();
	assert_int_equal(overs, 1);
	assert_int_equal(pread(reader, text, sizeof text, 0), 8);
	assert_memory_equal(text, "one\ntwo\n", 8);
}

static void tells_how_much_waits_to_be_read(void **state)
{
	char text[8];
	size_t n;

	(void)state;
	open_pipe(100, O_NONBLOCK);
	assert_int_equal(pipe_waiting(reader), 0);
	assert_int_equal(pipe_read(reader, text, sizeof text, &n), PIPE_EMPTY);
	send_ok(S("12345678"));
	assert_int_equal(pipe_waiting(reader), 9);
	assert_int_equal(pipe_read(reader, text, sizeof text, &n), PIPE_BYTES);
	assert_int_equal(n, 8);
	assert_int_equal(pipe_waiting(reader), 1);
	assert_int_equal(pipe_waiting(9999), 0);
}

static int drains;

static void note_drained(void *self)
{
	(void)self;
	drains++;
}

static void tells_how_much_waits_to_be_written_and_when_it_is_out(void **state)
{
	static char fill[64 * 1024];

	(void)state;
	memset(fill, 'f', sizeof fill);
	open_pipe(100, O_NONBLOCK);
	p.drained = note_drained;
	drains = 0;
	assert_int_equal(write(p.watch.fd, fill, sizeof fill), sizeof fill);
	send_ok(S("1234"));
	assert_int_equal(pipe_held(&p), 5);
	assert_int_equal(drains, 0);
	assert_int_equal(read(reader, fill, sizeof fill), sizeof fill);
	turn();
	assert_int_equal(pipe_held(&p), 0);
	assert_int_equal(drains, 1);
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_loop(a_line_is_one_line_whatever_is_in_it),
		with_loop(what_was_given_away_may_be_changed),
		with_loop(takes_all_of_a_line_or_nothing),
		with_loop(finishing_closes_when_all_is_out),
		with_loop(says_once_that_nobody_reads),
		with_loop(hears_of_a_reader_that_goes_while_lines_wait),
		with_loop(a_descriptor_that_blocks_is_never_waited_for),
		with_loop(a_file_takes_lines_too),
		with_loop(tells_how_much_waits_to_be_read),
		with_loop(tells_how_much_waits_to_be_written_and_when_it_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

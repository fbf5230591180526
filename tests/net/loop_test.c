#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"
#include "sys/clock.h"

static struct loop *loop;
static struct events *v;

static int open_loop(void **state)
{
	struct err e = {0};

	(void)state;
	loop = loop_open(&clock_system, &e);
	v = loop ? loop_events(loop) : NULL;
	return loop ? 0 : -1;
}

static int close_loop(void **state)
{
	(void)state;
	loop_close(loop);
	return 0;
}

static int fired[16];
static int fired_n;

static void note(void *self)
{
	fired[fired_n++ % 16] = (int)(intptr_t)self;
}

static struct events_timer timer(int number)
{
	return (struct events_timer){.fire = note, .self = (void *)(intptr_t)number};
}

static void turn(void)
{
	struct err e = {0};

	assert_ok(events_turn(v, &e), &e);
}

static void timers_fire_in_order_and_cleared_ones_never(void **state)
{
	struct events_timer a = timer(1), b = timer(2), c = timer(3), d = timer(4);
	int64_t start = clock_ms(&clock_system);

	(void)state;
	fired_n = 0;
	events_timer_set(v, &a, 30);
	events_timer_set(v, &b, 10);
	events_timer_set(v, &c, 20);
	events_timer_set(v, &d, 0);
	events_timer_clear(v, &c);
	while (fired_n < 3)
		turn();
	assert_int_equal(fired[0], 4);
	assert_int_equal(fired[1], 2);
	assert_int_equal(fired[2], 1);
	assert_true(clock_ms(&clock_system) - start >= 29);
}

static void says_so_when_nothing_is_left(void **state)
{
	struct err e = {0};

	(void)state;
	assert_false(events_turn(v, &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
}

/* --- Jobs -------------------------------------------------------------------------- */

struct job {
	struct events_job job;
	pthread_t worked_on;
	int *order;
	int place;
	bool done;
};

static void work(void *self)
{
	struct job *j = self;

	usleep(1000);
	j->worked_on = pthread_self();
	j->place = (*j->order)++;
}

static void done(void *self)
{
	((struct job *)self)->done = true;
}

static void jobs_are_done_in_order_on_another_thread(void **state)
{
	struct job jobs[5];
	int order = 0;

	(void)state;
	for (int i = 0; i < 5; i++) {
		jobs[i] = (struct job){.order = &order};
		jobs[i].job = (struct events_job){.work = work, .done = done, .self = &jobs[i]};
		events_job_start(v, &jobs[i].job);
		assert_false(jobs[i].done);
	}
	while (!jobs[4].done)
		turn();
	for (int i = 0; i < 5; i++) {
		assert_true(jobs[i].done);
		assert_int_equal(jobs[i].place, i);
		assert_false(pthread_equal(jobs[i].worked_on, pthread_self()));
	}
}

static void closing_finishes_work_that_was_started(void **state)
{
	struct job j = {0};
	int order = 0;

	(void)state;
	j.order = &order;
	j.job = (struct events_job){.work = work, .done = done, .self = &j};
	events_job_start(v, &j.job);
	loop_close(loop);
	loop = NULL;
	assert_int_equal(order, 1);
	assert_false(j.done);
}

/* --- Signals ----------------------------------------------------------------------- */

static void signals_end_a_turn_once(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM};
	struct events_timer t = timer(1);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct err e = {0};

		events_timer_set(v, &t, 60000);
		kill(getpid(), signals[i]);
		assert_false(events_turn(v, &e));
		assert_int_equal(e.kind, ERR_STOPPED);
		events_timer_set(v, &t, 0);
		turn();
	}
}

static void a_closed_loop_gives_the_signals_back(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGPIPE};
	struct sigaction before, during, after;

	close_loop(state);
	for (int i = 0; i < 3; i++) {
		sigaction(signals[i], NULL, &before);
		assert_int_equal(open_loop(state), 0);
		sigaction(signals[i], NULL, &during);
		close_loop(state);
		sigaction(signals[i], NULL, &after);
		assert_true(before.sa_handler == SIG_IGN || before.sa_handler != during.sa_handler);
		assert_true(before.sa_handler == after.sa_handler);
	}
	loop = NULL;
}

static void an_ignored_signal_stays_ignored(void **state)
{
	struct events_timer t = timer(1);
	struct err e = {0};

	(void)state;
	signal(SIGINT, SIG_IGN);
	loop = loop_open(&clock_system, &e);
	assert_non_null(loop);
	v = loop_events(loop);
	kill(getpid(), SIGINT);
	events_timer_set(v, &t, 1);
	turn();
	loop_close(loop);
	signal(SIGINT, SIG_DFL);
}

/* --- Watches ----------------------------------------------------------------------- */

struct reader {
	struct events_watch watch;
	char text[64];
	size_t len;
	bool ended;
};

static void read_some(void *self)
{
	struct reader *r = self;
	ssize_t n = read(r->watch.fd, r->text + r->len, sizeof r->text - r->len - 1);

	if (n > 0) {
		r->len += (size_t)n;
		return;
	}
	r->ended = true;
	events_watch_clear(v, &r->watch);
}

static void watch(struct reader *r, int fd)
{
	struct err e = {0};

	*r = (struct reader){.watch = {.fd = fd, .ready = read_some, .self = r}};
	assert_ok(events_watch_set(v, &r->watch, &e), &e);
}

static void watches_pipes_files_and_dev_null_alike(void **state)
{
	struct reader r[3];
	char path[] = "/tmp/loop_test.XXXXXX";
	int ends[2];
	int file = mkstemp(path);

	(void)state;
	assert_true(file >= 0);
	unlink(path);
	assert_int_equal(write(file, "from a file", 11), 11);
	lseek(file, 0, SEEK_SET);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	watch(&r[0], ends[0]);
	watch(&r[1], file);
	watch(&r[2], open("/dev/null", O_RDONLY | O_CLOEXEC));
	assert_int_equal(write(ends[1], "from a pipe", 11), 11);
	close(ends[1]);
	while (!r[0].ended || !r[1].ended || !r[2].ended)
		turn();
	assert_string_equal(r[0].text, "from a pipe");
	assert_string_equal(r[1].text, "from a file");
	assert_string_equal(r[2].text, "");
	for (int i = 0; i < 3; i++)
		close(r[i].watch.fd);
}

static void a_watch_for_writing_waits_for_room_and_hears_of_the_end(void **state)
{
	static char fill[64 * 1024];
	struct events_watch w = {.ready = note, .self = (void *)(intptr_t)1, .writes = true};
	struct events_timer t = timer(2);
	struct err e = {0};
	int ends[2];

	(void)state;
	fired_n = 0;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	w.fd = ends[1];
	assert_int_equal(write(ends[1], fill, sizeof fill), sizeof fill);
	assert_ok(events_watch_set(v, &w, &e), &e);
	events_timer_set(v, &t, 10);
	while (!fired_n)
		turn();
	assert_int_equal(fired[0], 2);
	assert_int_equal(read(ends[0], fill, sizeof fill), sizeof fill);
	turn();
	assert_int_equal(fired[1], 1);
	assert_int_equal(write(ends[1], fill, sizeof fill), sizeof fill);
	close(ends[0]);
	turn();
	assert_int_equal(fired[2], 1);
	events_watch_clear(v, &w);
	close(ends[1]);
}

static void a_file_does_not_starve_timers(void **state)
{
	struct reader r;
	struct events_timer t = timer(9);
	int zero = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	fired_n = 0;
	watch(&r, zero);
	events_timer_set(v, &t, 0);
	turn();
	assert_int_equal(fired_n, 1);
	assert_true(r.ended);
	close(zero);
}

static void a_bad_descriptor_is_refused(void **state)
{
	struct events_watch w = {.fd = 9999, .ready = note};
	struct err e = {0};

	(void)state;
	assert_false(events_watch_set(v, &w, &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
	events_watch_clear(v, &w);
}

/* --- Sockets ----------------------------------------------------------------------- */

struct end {
	struct loop_source source;
	struct end *other;
	int times;
	unsigned what;
};

static void remove_the_other(void *self, unsigned what)
{
	struct end *s = self;

	s->times++;
	s->what = what;
	loop_remove(loop, &s->other->source);
	loop_remove(loop, &s->source);
}

static void a_source_removed_in_a_batch_hears_nothing(void **state)
{
	int a[2], b[2];
	struct end x = {0}, y = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b), 0);
	x = (struct end){.source = {.fd = a[0], .ready = remove_the_other, .self = &x}, .other = &y};
	y = (struct end){.source = {.fd = b[0], .ready = remove_the_other, .self = &y}, .other = &x};
	assert_ok(loop_add(loop, &x.source, LOOP_READ, &e), &e);
	assert_ok(loop_add(loop, &y.source, LOOP_READ, &e), &e);
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "y", 1), 1);
	turn();
	assert_int_equal(x.times + y.times, 1);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void count(void *self, unsigned what)
{
	struct end *s = self;

	s->times++;
	s->what = what;
}

static void a_source_that_wants_nothing_is_left_alone(void **state)
{
	int a[2];
	struct end x = {0};
	struct events_timer t = timer(1);
	struct err e = {0};

	(void)state;
	fired_n = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a), 0);
	x = (struct end){.source = {.fd = a[0], .ready = count, .self = &x}};
	assert_ok(loop_add(loop, &x.source, 0, &e), &e);
	close(a[1]);
	events_timer_set(v, &t, 10);
	turn();
	assert_int_equal(x.times, 0);
	assert_int_equal(fired_n, 1);
	loop_want(loop, &x.source, LOOP_WRITE);
	turn();
	assert_int_equal(x.times, 1);
	assert_int_equal(x.what, LOOP_WRITE);
	loop_remove(loop, &x.source);
	close(a[0]);
}

/* As where the kernel has no memory for a moment: here the descriptor is not there yet. */
static void what_the_kernel_could_not_be_told_it_is_told_later(void **state)
{
	int a[2], later = fcntl(2, F_DUPFD_CLOEXEC, 100);
	struct end x = {0}, y = {0};
	struct events_timer t = timer(1);
	struct err e = {0};

	(void)state;
	fired_n = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a), 0);
	close(later);
	x = (struct end){.source = {.fd = later, .ready = count, .self = &x}};
	y = (struct end){.source = {.fd = later, .ready = count, .self = &y}};
	assert_ok(loop_add(loop, &x.source, 0, &e), &e);
	assert_ok(loop_add(loop, &y.source, 0, &e), &e);
	loop_want(loop, &x.source, LOOP_READ);
	loop_want(loop, &y.source, LOOP_READ);
	loop_remove(loop, &y.source);
	loop_want(loop, &x.source, LOOP_READ | LOOP_WRITE);
	turn();
	assert_int_equal(x.times, 0);
	assert_int_equal(dup3(a[0], later, O_CLOEXEC), later);
	turn();
	assert_int_equal(x.times, 1);
	assert_int_equal(x.what, LOOP_WRITE);
	loop_want(loop, &x.source, 0);
	events_timer_set(v, &t, 10);
	turn();
	assert_int_equal(x.times, 1);
	assert_int_equal(fired_n, 1);
	assert_int_equal(y.times, 0);
	loop_remove(loop, &x.source);
	close(later);
	close(a[0]);
	close(a[1]);
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, open_loop, close_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_loop(timers_fire_in_order_and_cleared_ones_never),
		with_loop(says_so_when_nothing_is_left),
		with_loop(jobs_are_done_in_order_on_another_thread),
		with_loop(closing_finishes_work_that_was_started),
		with_loop(signals_end_a_turn_once),
		with_loop(a_closed_loop_gives_the_signals_back),
		cmocka_unit_test(an_ignored_signal_stays_ignored),
		with_loop(watches_pipes_files_and_dev_null_alike),
		with_loop(a_watch_for_writing_waits_for_room_and_hears_of_the_end),
		with_loop(a_file_does_not_starve_timers),
		with_loop(a_bad_descriptor_is_refused),
		with_loop(a_source_removed_in_a_batch_hears_nothing),
		with_loop(a_source_that_wants_nothing_is_left_alone),
		with_loop(what_the_kernel_could_not_be_told_it_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

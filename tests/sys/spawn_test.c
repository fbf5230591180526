#include "support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/harden.h"
#include "sys/spawn.h"

static char path[] = "/tmp/spawn_test.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int remove_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

/* What the shell wrote into the file, once it ends with "end\n". */
static struct str written(void)
{
	static char text[4096];

	for (int i = 0; i < 500; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, text, sizeof text);

		close(fd);
		if (n >= 4 && str_ends(str_make(text, (size_t)n), S("end\n")))
			return str_make(text, (size_t)n);
		usleep(10000);
	}
	return (struct str){0};
}

static void an_apart_program_has_no_secrets_and_no_parent(void **state)
{
	char script[400];
	const char *argv[] = {"sh", "-c", script, "argv 0", "an argument; with $(tricks)", NULL};
	struct err e = {0};
	struct str text;

	(void)state;
	snprintf(script, sizeof script, "{ echo \"[$KEYFOB_KEY][$KEYFOB_PASSPHRASE][$KEYFOB_HOME]\"; echo \"$1\"; readlink /proc/self/fd/0 /proc/self/fd/1;"
		" cat; [ -e /proc/$$/fd/77 ] || echo no 77; echo end; } >%s", path);
	setenv("KEYFOB_KEY", "hunter2", 1);
	setenv("KEYFOB_PASSPHRASE", "hunter2", 1);
	setenv("KEYFOB_HOME", "/home/of/it", 1);
	assert_int_equal(dup2(2, 77), 77);
	assert_ok(spawn_apart(argv, false, &e), &e);
	close(77);
	text = written();
	unsetenv("KEYFOB_KEY");
	assert_true(str_starts(text, S("[][][/home/of/it]\nan argument; with $(tricks)\n")));
	assert_true(str_find_str(text, S("/dev/null\n")) < text.len);
	assert_true(str_find_str(text, S("no 77\n")) < text.len);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void says_which_program_is_missing(void **state)
{
	const char *argv[] = {"no-such-program-anywhere", NULL};
	struct spawn_child c;
	struct err e = {0};

	(void)state;
	assert_false(spawn_apart(argv, false, &e));
	assert_non_null(strstr(e.text, "no-such-program-anywhere"));
	err_clear(&e);
	assert_false(spawn_child(&c, argv, NULL, 0, &e));
	assert_non_null(strstr(e.text, "no-such-program-anywhere"));
	assert_int_equal(c.pid, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_child_gets_what_is_given_and_its_status_comes_back(void **state)
{
	const char *argv[] = {"sh", "-c", "[ \"$TOKEN\" = 'new one' ] && [ \"$SPAWN_TEST\" = kept ] && exit 42", NULL};
	const char *more[] = {"TOKEN=new one"};
	struct spawn_child c;
	struct err e = {0};

	(void)state;
	setenv("TOKEN", "old", 1);
	setenv("SPAWN_TEST", "kept", 1);
	assert_ok(spawn_child(&c, argv, more, 1, &e), &e);
	if (c.fd >= 0)
		assert_int_equal(poll(&(struct pollfd){.fd = c.fd, .events = POLLIN}, 1, 10000), 1);
	assert_int_equal(spawn_wait(&c), 42);
	assert_int_equal(c.fd, -1);
}

static void a_signal_ends_a_child(void **state)
{
	const char *argv[] = {"sleep", "60", NULL};
	struct spawn_child c;
	struct err e = {0};

	(void)state;
	assert_ok(spawn_child(&c, argv, NULL, 0, &e), &e);
	spawn_signal(&c, SIGTERM);
	assert_int_equal(spawn_wait(&c), 128 + SIGTERM);
}

/* All that comes out of a child, until its end. */
static struct str all_of(int fd)
{
	static char text[1024];
	size_t len = 0;

	for (;;) {
		ssize_t n;

		assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 10000), 1);
		n = read(fd, text + len, sizeof text - len);
		if (n <= 0)
			return str_make(text, len);
		len += (size_t)n;
	}
}

static void a_piped_child_has_streams_and_a_group_of_its_own(void **state)
{
	const char *argv[] = {"sh", "-c", "cat; echo errors >&2; ps=$(cut -d' ' -f5 /proc/$$/stat); [ \"$ps\" = $$ ] && echo leads; exit 5", NULL};
	struct spawn_child c;
	struct spawn_end end;
	struct err e = {0};
	int errors[2];
	int input;

	(void)state;
	assert_int_equal(pipe2(errors, O_CLOEXEC), 0);
	assert_ok(spawn_piped(&c, argv, NULL, 0, errors[1], &input, &e), &e);
	close(errors[1]);
	assert_int_equal(getpgid(c.pid), c.pid);
	assert_false(spawn_ended(&c, &end));
	assert_int_equal(write(input, "in\n", 3), 3);
	close(input);
	assert_str(all_of(c.output), "in\nleads\n");
	assert_str(all_of(errors[0]), "errors\n");
	if (c.fd >= 0)
		assert_int_equal(poll(&(struct pollfd){.fd = c.fd, .events = POLLIN}, 1, 10000), 1);
	while (!spawn_ended(&c, &end))
		usleep(1000);
	assert_int_equal(end.code, 5);
	assert_false(end.by_signal);
	assert_int_equal(spawn_wait(&c), 5);
	assert_int_equal(c.output, -1);
	assert_false(spawn_ended(&c, &end));
	close(errors[0]);
}

static void a_piped_child_that_is_missing_leaves_no_descriptor(void **state)
{
	const char *argv[] = {"no-such-program-anywhere", NULL};
	struct spawn_child c;
	struct err e = {0};
	int input, next = dup(2);

	(void)state;
	close(next);
	assert_false(spawn_piped(&c, argv, NULL, 0, -1, &input, &e));
	assert_non_null(strstr(e.text, "no-such-program-anywhere"));
	assert_int_equal(c.pid, -1);
	assert_int_equal(dup(2), next);
	close(next);
}

/* Pipes then get the numbers of standard streams. */
static void a_piped_child_can_be_had_where_standard_streams_are_closed(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	if (pid == 0) {
		const char *argv[] = {"sh", "-c", "cat; cat >&2", NULL};
		struct spawn_child c;
		struct err e = {0};
		char text[8];
		int input;

		close(0);
		close(1);
		close(2);
		if (!spawn_piped(&c, argv, NULL, 0, -1, &input, &e) || write(input, "in", 2) != 2)
			_exit(1);
		close(input);
		poll(&(struct pollfd){.fd = c.output, .events = POLLIN}, 1, 10000);
		_exit(read(c.output, text, sizeof text) == 2 && memcmp(text, "in", 2) == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void tells_a_signal_from_a_status(void **state)
{
	const char *argv[] = {"sh", "-c", "kill -TERM $$", NULL};
	struct spawn_child c;
	struct spawn_end end;
	struct err e = {0};

	(void)state;
	assert_ok(spawn_child(&c, argv, NULL, 0, &e), &e);
	assert_int_equal(c.output, -1);
	while (!spawn_ended(&c, &end))
		usleep(1000);
	assert_int_equal(end.code, SIGTERM);
	assert_true(end.by_signal);
	spawn_wait(&c);
}

static void hardening_does_not_reach_a_child(void **state)
{
	const char *argv[] = {"sh", "-c", "[ \"$(umask)\" = 0022 ] && exit 7", NULL};
	struct rlimit cores;
	struct spawn_child c;
	struct err e = {0};

	(void)state;
	umask(022);
	assert_ok(harden_start(&e), &e);
	getrlimit(RLIMIT_CORE, &cores);
	assert_int_equal(cores.rlim_cur, 0);
	assert_int_equal(umask(077), 077);
	assert_ok(spawn_child(&c, argv, NULL, 0, &e), &e);
	assert_int_equal(spawn_wait(&c), 7);
}

static void hardening_fills_closed_descriptors(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	if (pid == 0) {
		struct err e = {0};

		close(0);
		close(2);
		_exit(harden_start(&e) && fcntl(0, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_apart_program_has_no_secrets_and_no_parent),
		cmocka_unit_test(says_which_program_is_missing),
		cmocka_unit_test(a_child_gets_what_is_given_and_its_status_comes_back),
		cmocka_unit_test(a_signal_ends_a_child),
		cmocka_unit_test(a_piped_child_has_streams_and_a_group_of_its_own),
		cmocka_unit_test(a_piped_child_that_is_missing_leaves_no_descriptor),
		cmocka_unit_test(a_piped_child_can_be_had_where_standard_streams_are_closed),
		cmocka_unit_test(tells_a_signal_from_a_status),
		cmocka_unit_test(hardening_does_not_reach_a_child),
		cmocka_unit_test(hardening_fills_closed_descriptors),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

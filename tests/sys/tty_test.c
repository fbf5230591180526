#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/events_script.h"
#include "sys/tty.h"

/* A child with a terminal of its own; we sit before it. */
struct seat {
	int fd;
	pid_t pid;
	char seen[65536]; /* what the terminal showed */
	size_t seen_n;
};

/* The child tells by its exit status; 0 is good. Assertions of cmocka do not cross a fork. */
static void sit_down(struct seat *s, int (*child)(struct tty *t))
{
	char name[64];

	*s = (struct seat){.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
	assert_true(s->fd >= 0);
	assert_int_equal(grantpt(s->fd), 0);
	assert_int_equal(unlockpt(s->fd), 0);
	assert_int_equal(ptsname_r(s->fd, name, sizeof name), 0);
	s->pid = fork();
	if (s->pid == 0) {
		struct tty *t;
		int slave;

		setsid();
		slave = open(name, O_RDWR);
		ioctl(slave, TIOCSCTTY, 0);
		t = tty_open(S(""), S("xterm"));
		_exit(t->present ? child(t) : 99);
	}
}

static void type(struct seat *s, const char *text)
{
	assert_int_equal(write(s->fd, text, strlen(text)), strlen(text));
}

static void see(struct seat *s, const char *text)
{
	while (!strstr(s->seen, text)) {
		ssize_t n = read(s->fd, s->seen + s->seen_n, sizeof s->seen - 1 - s->seen_n);

		if (n <= 0)
			fail_msg("the terminal shows \"%s\", not \"%s\"", s->seen, text);
		s->seen_n += (size_t)n;
		s->seen[s->seen_n] = 0;
	}
}

static int stand_up(struct seat *s)
{
	int status = 0;

	waitpid(s->pid, &status, 0);
	close(s->fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static bool echoes(void)
{
	struct termios now;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	bool good = fd >= 0 && tcgetattr(fd, &now) == 0 && (now.c_lflag & (ECHO | ICANON)) == (ECHO | ICANON);

	close(fd);
	return good;
}

static int ask_two(struct tty *t)
{
	char memory[2][256];
	struct buf name = buf_over(memory[0], 256), secret = buf_over(memory[1], 256);

	if (!tty_ask(t, S("Name: "), &name, NULL) || !str_same(buf_str(&name), S("ann")))
		return 1;
	if (!tty_ask_secret(t, S("Passphrase: "), &secret, NULL) || !str_same(buf_str(&secret), S("hunter2")))
		return 2;
	return echoes() ? 0 : 3;
}

static void a_passphrase_does_not_show(void **state)
{
	static struct seat s;

	(void)state;
	sit_down(&s, ask_two);
	see(&s, "Name: ");
	type(&s, "ann\n");
	see(&s, "ann");
	see(&s, "Passphrase: ");
	type(&s, "hunter2\n");
	assert_int_equal(stand_up(&s), 0);
	assert_null(strstr(s.seen, "hunter2"));
}

static int ask_and_be_stopped(struct tty *t)
{
	char memory[256];
	struct buf secret = buf_over(memory, 256);
	struct err e = {0};

	if (tty_ask_secret(t, S("Passphrase: "), &secret, &e))
		return 1;
	if (e.kind != ERR_STOPPED)
		return 2;
	return echoes() ? 0 : 3;
}

static void ctrl_c_gives_the_echo_back(void **state)
{
	static struct seat s;

	(void)state;
	sit_down(&s, ask_and_be_stopped);
	see(&s, "Passphrase: ");
	type(&s, "\003");
	assert_int_equal(stand_up(&s), 0);
	sit_down(&s, ask_and_be_stopped);
	see(&s, "Passphrase: ");
	type(&s, "\004");
	assert_int_equal(stand_up(&s), 0);
	sit_down(&s, ask_and_be_stopped);
	see(&s, "Passphrase: ");
	kill(s.pid, SIGTERM);
	assert_int_equal(stand_up(&s), 0);
}

static int confirm_all(struct tty *t)
{
	static const bool expected[] = {true, true, false, false, false};
	bool yes;

	for (int i = 0; i < 5; i++)
		if (!tty_confirm(t, S("Sure?"), &yes, NULL) || yes != expected[i])
			return i + 1;
	return 0;
}

static void only_yes_is_yes(void **state)
{
	static struct seat s;

	(void)state;
	sit_down(&s, confirm_all);
	see(&s, "Sure? [y/N] ");
	type(&s, "y\nYES\nn\n\nyep\n");
	assert_int_equal(stand_up(&s), 0);
}

/* --- Listening --------------------------------------------------------------------- */

enum { LONG = 9000 };

static struct str heard[4];
static size_t heard_n;
static bool enough;

static void hear(void *self, struct str line)
{
	static char memory[4][16384];

	(void)self;
	if (line.len)
		memcpy(memory[heard_n], line.at, line.len);
	heard[heard_n] = str_make(line.at ? memory[heard_n] : NULL, line.len);
	heard_n++;
	enough = heard_n == 3 || !line.at;
}

static int listen_for_three(struct tty *t)
{
	static struct events_script s;

	events_script_start(&s, 0);
	if (!tty_listen(t, &s.events, hear, NULL, NULL))
		return 1;
	if (write(open("/dev/tty", O_RDWR | O_CLOEXEC), "listening", 9) != 9)
		return 2;
	for (int i = 0; i < 5000 && !enough; i++) {
		events_turn(&s.events, NULL);
		usleep(1000);
	}
	tty_unlisten(t);
	if (heard_n != 3 || heard[0].len != LONG || !str_same(heard[1], S("ab\xc3\xa9")) || heard[2].at)
		return 3;
	return echoes() ? 0 : 4;
}

static void hears_lines_longer_than_a_terminal_gives(void **state)
{
	static struct seat s;
	static char line[LONG + 2];

	(void)state;
	sit_down(&s, listen_for_three);
	see(&s, "listening");
	memset(line, 'x', LONG);
	line[LONG] = '\r';
	for (size_t i = 0; i < LONG + 1; i += 1000) {
		char part[1001] = {0};

		memcpy(part, line + i, LONG + 1 - i < 1000 ? LONG + 1 - i : 1000);
		type(&s, part);
		see(&s, "xxx");
	}
	type(&s, "abcd\x7f\x7f\xc3\xa9\xc3\xa9\x7f\n\004");
	assert_int_equal(stand_up(&s), 0);
}

static void without_a_terminal_the_error_says_what_was_asked(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	if (pid == 0) {
		struct err e = {0};
		struct tty *t;
		char memory[16];
		struct buf out = buf_over(memory, sizeof memory);

		setsid();
		close(0);
		(void)!open("/dev/null", O_RDONLY);
		t = tty_open(S("1"), S("xterm"));
		_exit(!t->present && !t->colour && !tty_ask(t, S("Passphrase: "), &out, &e) && strstr(e.text, "Passphrase") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passphrase_does_not_show),
		cmocka_unit_test(ctrl_c_gives_the_echo_back),
		cmocka_unit_test(only_yes_is_yes),
		cmocka_unit_test(hears_lines_longer_than_a_terminal_gives),
		cmocka_unit_test(without_a_terminal_the_error_says_what_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

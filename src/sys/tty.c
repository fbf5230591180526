#include "sys/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "sys/events.h"

enum { LINE_MAX_BYTES = 16384 };

/* The machine's terminal; there is one. */
struct machine {
	struct tty tty;
	int fd;                /* -1: none */
	struct termios before; /* as it was found */
	bool changed;
	struct events *events;
	struct events_watch watch;
	void (*line)(void *self, struct str line);
	void *self;
	struct buf typed;
};

static struct machine machine = {.fd = -1};
static char typed_memory[LINE_MAX_BYTES]; /* apart, so that it takes no room in the binary */

bool tty_ask(struct tty *t, struct str prompt, struct buf *answer, struct err *e)
{
	return t->ops->ask(t, prompt, false, answer, e);
}

bool tty_ask_secret(struct tty *t, struct str prompt, struct buf *answer, struct err *e)
{
	return t->ops->ask(t, prompt, true, answer, e);
}

bool tty_confirm(struct tty *t, struct str question, bool *yes, struct err *e)
{
	char memory[2][512];
	struct buf prompt = buf_over(memory[0], sizeof memory[0]);
	struct buf answer = buf_over(memory[1], sizeof memory[1]);
	struct str said;

	*yes = false;
	buf_add(&prompt, str_first(question, sizeof memory[0] - 16));
	buf_add(&prompt, S(" [y/N] "));
	if (!tty_ask(t, buf_str(&prompt), &answer, e))
		return false;
	said = str_trim(buf_str(&answer));
	*yes = str_same_nocase(said, S("y")) || str_same_nocase(said, S("yes"));
	return true;
}

bool tty_listen(struct tty *t, struct events *v, void (*line)(void *self, struct str line), void *self, struct err *e)
{
	return t->ops->listen(t, v, line, self, e);
}

void tty_unlisten(struct tty *t)
{
	t->ops->unlisten(t);
}

void tty_show(struct tty *t, struct str text)
{
	t->ops->show(t, text);
}

/* --- Asking, with signals that give the terminal back ------------------------------ */

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

enum { CAUGHT = sizeof caught / sizeof *caught };

static volatile sig_atomic_t came;

static void note(int signal)
{
	came = signal;
}

struct signals {
	struct sigaction old[CAUGHT];
	sigset_t mask;
};

/* They are held back but while we wait, so that none slips in between looking and waiting. */
static void catch_signals(struct signals *s)
{
	struct sigaction catch = {.sa_handler = note};
	sigset_t hold;

	came = 0;
	sigemptyset(&catch.sa_mask);
	sigemptyset(&hold);
	for (int i = 0; i < CAUGHT; i++) {
		sigaction(caught[i], &catch, &s->old[i]);
		sigaddset(&hold, caught[i]);
	}
	sigprocmask(SIG_BLOCK, &hold, &s->mask);
}

static void uncatch_signals(const struct signals *s)
{
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
	for (int i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &s->old[i], NULL);
}

static void restore(struct machine *m)
{
	if (m->changed)
		tcsetattr(m->fd, TCSAFLUSH, &m->before);
	m->changed = false;
}

static bool change(struct machine *m, tcflag_t drop)
{
	struct termios now;

	if (tcgetattr(m->fd, &m->before) != 0)
		return false;
	now = m->before;
	now.c_lflag &= ~drop;
	if (drop & ICANON) {
		now.c_cc[VMIN] = 1;
		now.c_cc[VTIME] = 0;
	}
	m->changed = tcsetattr(m->fd, TCSADRAIN, &now) == 0;
	return m->changed;
}

static void show(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.at, text.len);

		if (n < 0 && errno != EINTR)
			return;
		text = str_from(text, n > 0 ? (size_t)n : 0);
	}
}

/* One canonical line; the kernel bounds it at 4095 bytes. */
static bool read_line(struct machine *m, const sigset_t *mask, struct buf *answer, struct err *e)
{
	struct pollfd p = {.fd = m->fd, .events = POLLIN};
	char line[4096];
	ssize_t n = 0;
	struct str s;

	while (!came && ppoll(&p, 1, NULL, mask) < 0 && errno == EINTR)
		;
	if (!came)
		n = read(m->fd, line, sizeof line);
	if (came || n == 0)
		return err_set(e, ERR_STOPPED, "stopped at the prompt");
	if (n < 0)
		return err_set(e, ERR_SYSTEM, "the terminal gives no answer: %s", strerror(errno));
	s = str_make(line, (size_t)n);
	if (str_ends(s, S("\n")))
		s = str_drop_last(s, 1);
	buf_add(answer, s);
	secret_wipe(line, sizeof line);
	return !answer->full || err_set(e, ERR_LIMIT, "the answer is too long");
}

static bool ask_once(struct machine *m, struct str prompt, bool hidden, struct buf *answer, struct err *e)
{
	struct signals signals;
	bool good;

	catch_signals(&signals);
	if (hidden && !change(m, ECHO)) {
		uncatch_signals(&signals);
		return err_set(e, ERR_SYSTEM, "the terminal cannot hide what is typed: %s", strerror(errno));
	}
	show(m->fd, prompt);
	good = read_line(m, &signals.mask, answer, e);
	restore(m);
	if (hidden || !good)
		show(m->fd, S("\n"));
	uncatch_signals(&signals);
	return good;
}

/* A signal whose doing is not an error of ours goes on as it would have gone, once the echo is back;
 * whoever suspended us is asked again. */
static bool ask(struct tty *t, struct str prompt, bool hidden, struct buf *answer, struct err *e)
{
	struct machine *m = (struct machine *)(void *)t;
	bool good;

	if (m->fd < 0)
		return err_set(e, ERR_SYSTEM, "there is no terminal to ask at (%.*s)", STR(str_first(str_trim(prompt), 80)));
	do {
		good = ask_once(m, prompt, hidden, answer, e);
		if (came == SIGTSTP || came == SIGQUIT || came == SIGHUP)
			raise(came);
	} while (came == SIGTSTP && !good);
	return good;
}

/* --- Listening, with the loop ------------------------------------------------------ */

/* Without the line discipline, which cuts a line at 4095 bytes: what it did is done here. */
static void take(struct machine *m, char c)
{
	if (c == '\n' || c == '\r') {
		show(m->fd, S("\n"));
		m->line(m->self, buf_str(&m->typed));
		buf_wipe(&m->typed);
	} else if (c == 0x7f || c == '\b') {
		if (m->typed.len)
			show(m->fd, S("\b \b"));
		while (m->typed.len && ((unsigned char)m->typed.at[len_sub(m->typed.len, 1)] & 0xc0) == 0x80)
			buf_cut(&m->typed, len_sub(m->typed.len, 1));
		buf_cut(&m->typed, len_sub(m->typed.len, 1));
	} else if (c == 0x04 && !m->typed.len) { /* Ctrl-D */
		m->line(m->self, (struct str){0});
	} else if (c == 0x15) { /* Ctrl-U */
		buf_wipe(&m->typed);
		show(m->fd, S("\r\033[K"));
	} else if (!str_is_control(c)) {
		buf_add_char(&m->typed, c);
		if (!m->typed.full)
			show(m->fd, str_make(&c, 1));
	}
}

static void ready(void *self)
{
	struct machine *m = self;
	char some[512];
	ssize_t n = read(m->fd, some, sizeof some);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		m->line(m->self, (struct str){0});
		return;
	}
	for (ssize_t i = 0; i < n && m->events; i++)
		take(m, some[i]);
	secret_wipe(some, sizeof some);
}

static void unlisten(struct tty *t)
{
	struct machine *m = (struct machine *)(void *)t;

	if (!m->events)
		return;
	events_watch_clear(m->events, &m->watch);
	m->events = NULL;
	restore(m);
	secret_wipe(typed_memory, sizeof typed_memory);
}

static bool listen(struct tty *t, struct events *v, void (*line)(void *self, struct str line), void *self, struct err *e)
{
	struct machine *m = (struct machine *)(void *)t;

	if (m->fd < 0)
		return err_set(e, ERR_SYSTEM, "there is no terminal to listen to");
	if (!change(m, ICANON | ECHO))
		return err_set(e, ERR_SYSTEM, "the terminal cannot be listened to: %s", strerror(errno));
	m->watch = (struct events_watch){.fd = m->fd, .ready = ready, .self = m};
	m->typed = buf_over(typed_memory, sizeof typed_memory);
	m->line = line;
	m->self = self;
	if (!events_watch_set(v, &m->watch, e)) {
		restore(m);
		return false;
	}
	m->events = v;
	return true;
}

/* --- Finding it -------------------------------------------------------------------- */

static void show_text(struct tty *t, struct str text)
{
	struct machine *m = (struct machine *)(void *)t;

	if (m->fd >= 0)
		show(m->fd, text);
}

static const struct tty_ops ops = {ask, listen, unlisten, show_text};

static unsigned columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

struct tty *tty_open(struct str no_color, struct str term)
{
	struct machine *m = &machine;

	m->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (m->fd < 0 && isatty(STDIN_FILENO))
		m->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	m->tty.ops = &ops;
	m->tty.present = m->fd >= 0;
	m->tty.out = isatty(STDOUT_FILENO);
	m->tty.err = isatty(STDERR_FILENO);
	m->tty.colour = m->tty.out && no_color.len == 0 && !str_same(term, S("dumb"));
	m->tty.width = columns();
	return &m->tty;
}

void tty_close(struct tty *t)
{
	struct machine *m = (struct machine *)(void *)t;

	unlisten(t);
	restore(m);
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	t->present = false;
}

#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/environment.h"
#include "sys/harden.h"

extern char **environ;

enum { DESCRIPTORS = 65536 }; /* looked at one by one, on kernels that cannot do better */

/* --- Between fork and exec ---------------------------------------------------------- */

static void restore_signals(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;

	sigemptyset(&plain.sa_mask);
	sigemptyset(&none);
	/* exec resets what is caught; what is ignored by our own doing is this. */
	sigaction(SIGPIPE, &plain, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Nothing that takes memory may be called here: another thread may have held its lock when we forked. */
static void keep_descriptors_to_ourselves(void)
{
	struct rlimit most;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur > DESCRIPTORS)
		most.rlim_cur = DESCRIPTORS;
	for (int fd = 3; fd < (int)most.rlim_cur; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Returns only on failure. */
static void execute(const char *const argv[], char **env)
{
	harden_undo();
	restore_signals();
	keep_descriptors_to_ourselves();
	environ = env;
	execvp(argv[0], (char *const *)(uintptr_t)argv);
}

static bool cannot(const char *program, int error, struct err *e)
{
	if (error == ENOENT)
		return err_set(e, ERR_SYSTEM, "there is no program %.200s: give its path, or put it where PATH looks", program);
	return err_set(e, ERR_SYSTEM, "%.200s cannot be started: %s", program, strerror(error));
}

/* Tells the parent why there is no program; its silence is success. */
static void report(int fd, int error)
{
	(void)!write(fd, &error, sizeof error);
	_exit(127);
}

static int heard(int fd)
{
	int error = 0;
	ssize_t n;

	do
		n = read(fd, &error, sizeof error);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof error ? error : 0;
}

static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* --- Apart -------------------------------------------------------------------------- */

static void use_dev_null(bool keep_stderr)
{
	int fd = open("/dev/null", O_RDWR);

	for (int i = 0; i <= (keep_stderr ? 1 : 2); i++)
		if (fd >= 0)
			dup2(fd, i);
		else
			close(i);
	if (fd > 2)
		close(fd);
}

/* The first child ends at once, so that the second has no parent that must wait for it. */
static void live_apart(const char *const argv[], char **env, bool keep_stderr, int fd)
{
	pid_t pid;

	setsid();
	pid = fork();
	if (pid != 0)
		_exit(pid < 0 ? 127 : 0);
	use_dev_null(keep_stderr);
	execute(argv, env);
	report(fd, errno);
}

bool spawn_apart(const char *const argv[], bool keep_stderr, struct err *e)
{
	char **env = environment_for(NULL, 0);
	int ends[2];
	int error;
	pid_t pid;

	if (!env || pipe2(ends, O_CLOEXEC) != 0) {
		free(env);
		return cannot(argv[0], errno, e);
	}
	pid = fork();
	if (pid == 0)
		live_apart(argv, env, keep_stderr, ends[1]);
	error = pid < 0 ? errno : 0;
	close(ends[1]);
	if (pid > 0)
		error = reap(pid) ? EAGAIN : heard(ends[0]);
	close(ends[0]);
	free(env);
	return !error || cannot(argv[0], error, e);
}

/* --- A child ------------------------------------------------------------------------ */

#define SPAWN_NONE ((struct spawn_child){.pid = -1, .fd = -1, .output = -1})

static int open_pid(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

/* In the child, whose own are 0 to 2; a stream that is one of these already must not be lost on the way. */
static bool use_streams(const int streams[3])
{
	int kept[3];

	for (int i = 0; i < 3; i++)
		kept[i] = streams[i] < 0 ? i : fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
	for (int i = 0; i < 3; i++)
		if (kept[i] < 0 || (kept[i] != i && dup2(kept[i], i) < 0))
			return false;
	return true;
}

/* What tells one child of ours from another. */
struct manner {
	int streams[3]; /* -1: ours */
	bool leads;     /* a group of its own */
};

static void become_child(const char *const argv[], char **env, struct manner m)
{
	if (m.leads)
		setpgid(0, 0);
	if (use_streams(m.streams))
		execute(argv, env);
}

static bool start_child(struct spawn_child *c, const char *const argv[], char **env, struct manner m, struct err *e)
{
	int ends[2];
	int error;

	*c = SPAWN_NONE;
	if (!env || pipe2(ends, O_CLOEXEC) != 0)
		return cannot(argv[0], errno, e);
	c->pid = fork();
	if (c->pid == 0) {
		become_child(argv, env, m);
		report(ends[1], errno);
	}
	error = c->pid < 0 ? errno : 0;
	close(ends[1]);
	if (c->pid > 0)
		error = heard(ends[0]);
	close(ends[0]);
	if (!error) {
		c->fd = open_pid(c->pid);
		return true;
	}
	if (c->pid > 0)
		reap(c->pid);
	c->pid = -1;
	return cannot(argv[0], error, e);
}

bool spawn_child(struct spawn_child *c, const char *const argv[], const char *const more[], size_t more_n, struct err *e)
{
	char **env = environment_for(more, more_n);
	bool started = start_child(c, argv, env, (struct manner){.streams = {-1, -1, -1}}, e);

	free(env);
	return started;
}

static void close_pair(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

bool spawn_piped(struct spawn_child *c, const char *const argv[], const char *const more[], size_t more_n, int errors,
	int *input, struct err *e)
{
	char **env;
	int in[2], out[2];
	bool started;

	*c = SPAWN_NONE;
	if (pipe2(in, O_CLOEXEC) != 0)
		return cannot(argv[0], errno, e);
	if (pipe2(out, O_CLOEXEC) != 0) {
		cannot(argv[0], errno, e);
		close_pair(in);
		return false;
	}
	env = environment_for(more, more_n);
	started = start_child(c, argv, env, (struct manner){.streams = {in[0], out[1], errors}, .leads = true}, e);
	free(env);
	close(in[0]);
	close(out[1]);
	if (!started) {
		close(in[1]);
		close(out[0]);
		return false;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	*input = in[1];
	c->output = out[0];
	return true;
}

void spawn_signal(const struct spawn_child *c, int signal)
{
	if (c->pid > 0)
		kill(c->pid, signal);
}

bool spawn_ended(const struct spawn_child *c, struct spawn_end *end)
{
	siginfo_t info = {0};

	*end = (struct spawn_end){0};
	if (c->pid <= 0 || waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || !info.si_pid)
		return false;
	*end = (struct spawn_end){info.si_status, info.si_code != CLD_EXITED};
	return true;
}

void spawn_forget(struct spawn_child *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->output >= 0)
		close(c->output);
	*c = SPAWN_NONE;
}

int spawn_wait(struct spawn_child *c)
{
	int status;

	if (c->pid <= 0)
		return 127;
	status = reap(c->pid);
	spawn_forget(c);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool spawn_become(const char *const argv[], const char *const more[], size_t more_n, struct err *e)
{
	char **env = environment_for(more, more_n);
	char **before = environ;
	int error;

	if (!env)
		return cannot(argv[0], ENOMEM, e);
	execute(argv, env);
	error = errno;
	environ = before;
	free(env);
	return cannot(argv[0], error, e);
}

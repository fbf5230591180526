#include "net/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"

static const int caught[] = {SIGINT, SIGTERM};

enum { CAUGHT = sizeof caught / sizeof *caught };

static struct sigaction before[CAUGHT], pipe_before;
static volatile sig_atomic_t came;
static volatile sig_atomic_t wake = -1;

static void note(int signal)
{
	int kept = errno;
	uint64_t one = 1;

	came = signal;
	(void)!write(wake, &one, sizeof one);
	errno = kept;
}

bool signals_open(int *fd, struct err *e)
{
	struct sigaction catch = {.sa_handler = note, .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	if (wake >= 0)
		return err_set(e, ERR_SYSTEM, "two loops cannot both wait for signals");
	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake < 0)
		return err_set(e, ERR_SYSTEM, "no event descriptor can be had: %s", strerror(errno));
	came = 0;
	sigemptyset(&catch.sa_mask);
	sigemptyset(&ignore.sa_mask);
	for (int i = 0; i < CAUGHT; i++) {
		sigaction(caught[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(caught[i], &catch, NULL);
	}
	sigaction(SIGPIPE, &ignore, &pipe_before);
	*fd = wake;
	return true;
}

int signals_take(void)
{
	uint64_t count;
	int signal;

	(void)!read(wake, &count, sizeof count);
	signal = came;
	came = 0;
	return signal;
}

void signals_close(void)
{
	if (wake < 0)
		return;
	for (int i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &before[i], NULL);
	sigaction(SIGPIPE, &pipe_before, NULL);
	close(wake);
	wake = -1;
}

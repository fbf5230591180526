#include "sys/harden.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

/* An empty root has no /dev/null: a pipe whose other end is closed serves as well. */
static int open_nothing(void)
{
	int ends[2];
	int fd = open("/dev/null", O_RDWR);

	if (fd >= 0 || pipe(ends) != 0)
		return fd;
	close(ends[1]);
	return ends[0];
}

/* open() gives the lowest free number. */
static bool fill_standard_descriptors(struct err *e)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open_nothing() != fd)
			return err_set(e, ERR_SYSTEM, "descriptor %d is closed and cannot be opened: %s", fd, strerror(errno));
	return true;
}

static struct rlimit cores;
static mode_t mask;
static bool hardened;

/* The hard limit stays: children may want theirs. */
bool harden_start(struct err *e)
{
	struct rlimit none;

	mask = umask(077);
	hardened = getrlimit(RLIMIT_CORE, &cores) == 0;
	none = (struct rlimit){.rlim_max = cores.rlim_max};
	if (hardened)
		setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGXFSZ, SIG_IGN); /* a file above the limit is an error of the write, not our end */
	return fill_standard_descriptors(e);
}

void harden_undo(void)
{
	if (!hardened)
		return;
	umask(mask);
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_CORE, &cores);
}

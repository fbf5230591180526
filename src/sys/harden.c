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

static struct rlimit cores, descriptors;
static mode_t mask;
static bool hardened, raised;

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

/* Programs that use select() break where they are given descriptors beyond 1023: children get the limit that we had. */
void harden_want_descriptors(size_t wanted)
{
	struct rlimit more;

	if (raised || getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur >= wanted)
		return;
	more = descriptors;
	more.rlim_cur = descriptors.rlim_max < wanted ? descriptors.rlim_max : wanted;
	raised = setrlimit(RLIMIT_NOFILE, &more) == 0;
}

void harden_undo(void)
{
	if (raised)
		setrlimit(RLIMIT_NOFILE, &descriptors);
	if (!hardened)
		return;
	umask(mask);
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_CORE, &cores);
}

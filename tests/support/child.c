#include "support/child.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

pid_t child_start(void (*work)(void *self), void *self)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	work(self);
	_exit(0);
}

int child_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) + 256 : WEXITSTATUS(status);
}

int child_run(void (*work)(void *self), void *self)
{
	return child_wait(child_start(work, self));
}

void child_become_nobody(void)
{
	child_check(setresgid(65534, 65534, 65534) == 0);
	child_check(setresuid(65534, 65534, 65534) == 0);
}

bool child_own_mounts(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/file.h"

static bool open_file(struct lock *l, struct err *e)
{
	l->fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (file_fault)
		file_fault("open of the lock");
	return l->fd >= 0 || file_error(e, l->path, "opened", errno);
}

bool lock_open(struct lock *l, struct str path, struct err *e)
{
	*l = (struct lock){.fd = -1};
	if (snprintf(l->path, sizeof l->path, "%.*s", STR(path)) >= (int)sizeof l->path)
		return file_error(e, l->path, "opened", ENAMETOOLONG);
	return open_file(l, e);
}

/* Open file description locks: closing another descriptor of the file does not drop them, as it
 * would the older kind, and they know no process numbers. */
static int set(struct lock *l, uint32_t byte, short type)
{
	struct flock f = {.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1};

	return fcntl(l->fd, F_OFD_SETLK, &f);
}

/* Somebody may have removed the lock file and others made a new one: a lock on the old one guards nothing. */
static bool is_current(const struct lock *l)
{
	struct stat ours, there;

	return fstat(l->fd, &ours) == 0 && stat(l->path, &there) == 0 && ours.st_dev == there.st_dev &&
		ours.st_ino == there.st_ino;
}

static bool open_again(struct lock *l, struct err *e)
{
	if (l->held)
		return err_set(e, ERR_SYSTEM, "%.200s was removed while it was in use: start again, and leave lock files alone",
			l->path);
	close(l->fd);
	return open_file(l, e);
}

bool lock_try(struct lock *l, uint32_t byte, bool *got, struct err *e)
{
	*got = false;
	for (int tries = 0; tries < 3; tries++) {
		if (set(l, byte, F_WRLCK) != 0)
			return errno == EAGAIN || errno == EACCES || file_error(e, l->path, "locked", errno);
		if (is_current(l)) {
			l->held++;
			*got = true;
			return true;
		}
		set(l, byte, F_UNLCK);
		if (!open_again(l, e))
			return false;
	}
	return true;
}

/* Waiting by F_OFD_SETLKW could not be ended. The pauses grow, so that a crowd does not spin. */
bool lock_wait(struct lock *l, uint32_t byte, int64_t wait_ms, bool *got, struct err *e)
{
	int64_t pause_ms = 1;

	for (;;) {
		if (!lock_try(l, byte, got, e))
			return false;
		if (*got || wait_ms <= 0)
			return true;
		nanosleep(&(struct timespec){.tv_nsec = (long)pause_ms * 1000000}, NULL);
		wait_ms -= pause_ms;
		if (pause_ms < 16)
			pause_ms *= 2;
	}
}

void lock_release(struct lock *l, uint32_t byte)
{
	if (l->fd < 0 || !l->held)
		return;
	set(l, byte, F_UNLCK);
	l->held--;
}

void lock_close(struct lock *l)
{
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct lock){.fd = -1};
}

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { LINKS_MAX = 40 /* as the kernel has it */ };

static const char *cure(int why)
{
	switch (why) {
	case ENOSPC:
	case EDQUOT:
		return ": free some space, or choose another folder";
	case EROFS:
		return ": make it writable, or choose another folder";
	case EACCES:
	case EPERM:
		return ": see who owns it and its folder";
	case EFBIG:
		return ": raise the limit on file sizes (ulimit -f)";
	case EMFILE:
	case ENFILE:
		return ": raise the limit on open files (ulimit -n)";
	case EBUSY:
		return ": it is a mount point of its own and cannot be replaced; mount the folder that holds it instead";
	}
	return "";
}

bool file_error(struct err *e, const char *path, const char *doing, int why)
{
	return err_set(e, ERR_SYSTEM, "%.200s cannot be %s: %s%s", path, doing, strerror(why), cure(why));
}

static bool check(const struct stat *s, enum file_check wanted, const char *path, struct err *e)
{
	uid_t us = geteuid();

	if (!S_ISREG(s->st_mode))
		return err_set(e, ERR_SYSTEM, "%.200s is not a regular file", path);
	if (wanted == FILE_ANY)
		return true;
	if (s->st_uid != us && s->st_uid != 0)
		return err_set(e, ERR_SYSTEM, "%.200s belongs to user %lu, and we are user %lu: run as its owner, or chown it",
			path, (unsigned long)s->st_uid, (unsigned long)us);
	if (s->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, ERR_SYSTEM, "%.200s may be written by others: chmod go-w it", path);
	if (wanted == FILE_PRIVATE && s->st_mode & (S_IRGRP | S_IROTH))
		return err_set(e, ERR_SYSTEM, "%.200s may be read by others: chmod 600 it", path);
	return true;
}

bool file_is_plain(const char *path, struct err *e)
{
	struct stat s;

	if (lstat(path, &s) != 0)
		return errno == ENOENT || file_error(e, path, "written", errno);
	return check(&s, FILE_ANY, path, e);
}

static ssize_t read_some(int fd, void *at, size_t len)
{
	ssize_t n;

	do
		n = read(fd, at, len);
	while (n < 0 && errno == EINTR);
	return n;
}

/* One byte more than fits is asked for, to tell the end from a file that is too long. */
bool file_read_fd(int fd, const char *name, struct buf *out, struct err *e)
{
	char *at, one;
	size_t room;
	ssize_t n;

	for (;;) {
		if (!buf_space(out, 1, &at, &room)) {
			n = read_some(fd, &one, 1);
			out->full = false;
			if (n > 0)
				return err_set(e, ERR_LIMIT, "%.200s is longer than the %zu bytes that are accepted", name, out->len);
		} else {
			n = read_some(fd, at, room);
		}
		if (n < 0)
			return file_error(e, name, "read", errno);
		if (n == 0)
			return true;
		buf_grew(out, (size_t)n);
	}
}

static bool read_open(int fd, const char *path, enum file_check wanted, struct buf *out, struct err *e)
{
	struct stat s;
	char *at;
	size_t room;

	if (fstat(fd, &s) != 0)
		return file_error(e, path, "read", errno);
	if (!check(&s, wanted, path, e))
		return false;
	if (!buf_space(out, (size_t)s.st_size, &at, &room)) {
		out->full = false;
		return err_set(e, ERR_LIMIT, "%.200s is %lld bytes long, more than is accepted", path, (long long)s.st_size);
	}
	return file_read_fd(fd, path, out, e);
}

/* O_NONBLOCK: the open of a FIFO returns at once, and then it is refused. */
bool file_read(const char *path, enum file_check wanted, struct buf *out, bool *found, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool ok;

	if (found)
		*found = fd >= 0;
	if (fd < 0 && errno == ENOENT && found)
		return true;
	if (fd < 0)
		return file_error(e, path, "read", errno);
	ok = read_open(fd, path, wanted, out, e);
	close(fd);
	return ok;
}

struct file_stamp file_stamp(const char *path)
{
	struct timespec now;
	struct stat s;

	if (stat(path, &s) != 0)
		return (struct file_stamp){.settled = true};
	clock_gettime(CLOCK_REALTIME, &now);
	return (struct file_stamp){
		.there = true,
		.device = s.st_dev,
		.node = s.st_ino,
		.size = s.st_size,
		.changed_s = s.st_ctim.tv_sec,
		.changed_ns = s.st_ctim.tv_nsec,
		.settled = now.tv_sec - s.st_ctim.tv_sec > 2,
	};
}

bool file_stamp_same(struct file_stamp before, struct file_stamp after)
{
	return before.settled && before.there == after.there && before.device == after.device &&
		before.node == after.node && before.size == after.size && before.changed_s == after.changed_s &&
		before.changed_ns == after.changed_ns;
}

struct str file_folder(struct str path, struct arena *a)
{
	size_t slash = str_find_last(path, '/');

	if (slash == path.len)
		return arena_str(a, S("."));
	return arena_str(a, slash == 0 ? S("/") : str_first(path, slash));
}

/* The path that a link at `path` with this text leads to. */
static struct str follow(struct str path, struct str link, struct arena *a)
{
	struct str folder;

	if (str_starts(link, S("/")) || !str_has(path, '/'))
		return arena_str(a, link);
	folder = file_folder(path, a);
	return folder.at ? arena_print(a, "%.*s/%.*s", STR(folder), STR(link)) : folder;
}

bool file_resolve(const char *path, struct arena *a, struct str *out, struct err *e)
{
	char link[PATH_MAX];
	ssize_t len;

	*out = arena_str(a, str_of(path));
	for (int links = 0; out->at; links++) {
		len = readlink(out->at, link, sizeof link);
		if (len < 0 && (errno == EINVAL || errno == ENOENT))
			return true;
		if (len < 0)
			return file_error(e, out->at, "found", errno);
		if (links == LINKS_MAX || (size_t)len == sizeof link)
			return file_error(e, path, "found", ELOOP);
		*out = follow(*out, str_make(link, (size_t)len), a);
	}
	return err_set(e, ERR_LIMIT, "%.200s is too long a path", path);
}

bool file_absolute(const char *path, struct arena *a, struct str *out, struct err *e)
{
	char here[PATH_MAX];

	if (path[0] == '/') {
		*out = arena_str(a, str_of(path));
	} else {
		if (!getcwd(here, sizeof here))
			return file_error(e, path, "found", errno);
		*out = arena_print(a, "%s/%s", here, path);
	}
	return out->at || err_set(e, ERR_LIMIT, "%.200s is too long a path", path);
}

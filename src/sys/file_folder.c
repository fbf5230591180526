#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

static void did(const char *call)
{
	int why = errno;

	if (file_fault)
		file_fault(call);
	errno = why;
}

/* A new name lasts once its folder is synced. */
static void sync_parent(const char *path)
{
	char parent[4096];
	size_t slash = str_find_last(str_of(path), '/');
	int fd;

	snprintf(parent, sizeof parent, "%.*s", STR(str_first(str_of(path), slash ? slash : 1)));
	fd = open(slash == strlen(path) ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	did("fsync of the folder");
	close(fd);
}

static bool make_one(const char *path)
{
	bool made = mkdir(path, 0700) == 0;

	did("mkdir");
	if (!made)
		return errno == EEXIST;
	sync_parent(path);
	return true;
}

/* Every folder on the way down; those that are there already are passed over. */
static bool make_all(const char *path)
{
	char part[4096];
	size_t len = strlen(path);

	if (len >= sizeof part) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != 0)
			continue;
		part[i] = 0;
		if (access(part, F_OK) != 0 && !make_one(part))
			return false;
		part[i] = path[i];
	}
	return true;
}

/* A volume in a container often is root's and open to all: that is for root to say. */
bool file_make_folder(const char *path, struct err *e)
{
	struct stat s;

	if (!make_all(path) || stat(path, &s) != 0)
		return file_error(e, path, "made", errno);
	if (!S_ISDIR(s.st_mode))
		return err_set(e, ERR_SYSTEM, "%.200s is not a folder", path);
	if (s.st_uid != 0 && s.st_uid != geteuid())
		return err_set(e, ERR_SYSTEM, "%.200s belongs to user %lu, and we are user %lu: run as its owner, or choose another "
			"folder", path, (unsigned long)s.st_uid, (unsigned long)geteuid());
	if (s.st_uid == geteuid() && geteuid() != 0 && s.st_mode & S_IWOTH)
		return err_set(e, ERR_SYSTEM, "%.200s may be written by everybody: chmod 700 it", path);
	return true;
}

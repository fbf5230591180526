#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/len.h"

/* What musl does not name yet. */
enum { NO_REPLACE = 1 /* RENAME_NOREPLACE */, MOUNT_ROOT = 0x2000 /* STATX_ATTR_MOUNT_ROOT */ };

struct extended_stat {
	uint32_t mask;
	uint32_t block;
	uint64_t attributes;
	uint8_t rest[240];
};

void (*file_fault)(const char *call);

/* A file to be, its folder, and the temporary file that becomes it. */
struct place {
	const char *path;
	int folder;
	int fd;
	char name[224];
	char temporary[256]; /* empty: there is none */
};

/* Passes a call's result through; its errno too. */
static long did(const char *call, long result)
{
	int why = errno;

	if (file_fault)
		file_fault(call);
	errno = why;
	return result;
}

/* .NAME.0123456789abcdef.tmp */
#define TEMPORARY ".%s.%016llx.tmp"

static bool is_temporary(const char *entry, const char *name)
{
	unsigned long long number;
	char again[256];
	size_t head = len_add(strlen(name), 2);

	if (strlen(entry) <= head || sscanf(entry + head, "%16llx", &number) != 1)
		return false;
	return snprintf(again, sizeof again, TEMPORARY, name, number) < (int)sizeof again && strcmp(entry, again) == 0;
}

/* It need not be secret, only another one each time. */
static unsigned long long draw_number(void)
{
	unsigned long long number = 0;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (getrandom(&number, sizeof number, GRND_NONBLOCK) < 0)
		number = (unsigned long long)getpid() << 32;
	return number ^ (unsigned long long)t.tv_nsec;
}

static bool open_folder(struct place *p, const char *path, struct err *e)
{
	struct str whole = str_of(path);
	size_t slash = str_find_last(whole, '/');
	struct str name = slash == whole.len ? whole : str_from(whole, len_add(slash, 1));
	char folder[4096];
	int len;

	*p = (struct place){.path = path, .folder = -1, .fd = -1};
	if (slash == whole.len)
		len = snprintf(folder, sizeof folder, ".");
	else
		len = snprintf(folder, sizeof folder, "%.*s", STR(str_first(whole, slash ? slash : 1)));
	if (len < 0 || len >= (int)sizeof folder ||
			snprintf(p->name, sizeof p->name, "%.*s", STR(name)) >= (int)sizeof p->name)
		return file_error(e, path, "written", ENAMETOOLONG);
	p->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->folder >= 0 || file_error(e, folder, "opened", errno);
}

/* fchmod: neither umask nor a default ACL has a say. */
static bool open_temporary(struct place *p)
{
	snprintf(p->temporary, sizeof p->temporary, TEMPORARY, p->name, draw_number());
	p->fd = openat(p->folder, p->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (did("open", p->fd) < 0) {
		p->temporary[0] = 0;
		return false;
	}
	return did("fchmod", fchmod(p->fd, 0600)) == 0;
}

static bool write_all(struct place *p, struct str bytes)
{
	ssize_t n;

	while (bytes.len) {
		n = did("write", write(p->fd, bytes.at, bytes.len));
		if (n < 0 && errno != EINTR)
			return false;
		bytes = str_from(bytes, n < 0 ? 0 : (size_t)n);
	}
	return true;
}

static bool write_zeroes(struct place *p, size_t size)
{
	static char zeroes[16384]; /* not const: it takes no room in the binary */

	for (; size; size = len_sub(size, sizeof zeroes))
		if (!write_all(p, str_make(zeroes, len_min(size, sizeof zeroes))))
			return false;
	return true;
}

/* Some file systems tell only here that there was no room. */
static bool finish_temporary(struct place *p)
{
	int fd = p->fd;
	bool synced = did("fsync", fsync(fd)) == 0;
	int why = errno;

	p->fd = -1;
	if (did("close", close(fd)) != 0 && errno != EINTR)
		return false;
	errno = why;
	return synced;
}

static bool sync_folder(struct place *p)
{
	/* EINVAL: the file system has no such thing, and needs none. */
	return did("fsync of the folder", fsync(p->folder)) == 0 || errno == EINVAL;
}

/* Ends the place. The temporary file goes if there still is one. */
static bool leave(struct place *p, bool ok, struct err *e)
{
	int why = errno;

	if (p->fd >= 0)
		did("close", close(p->fd));
	if (p->temporary[0])
		did("unlink", unlinkat(p->folder, p->temporary, 0));
	close(p->folder);
	return ok || file_error(e, p->path, "written", why);
}

bool file_replace(const char *path, struct str bytes, struct err *e)
{
	struct place p;
	bool ok;

	if (!open_folder(&p, path, e))
		return false;
	ok = open_temporary(&p) && write_all(&p, bytes) && finish_temporary(&p) &&
		did("rename", renameat(p.folder, p.temporary, p.folder, p.name)) == 0;
	if (ok) {
		p.temporary[0] = 0;
		ok = sync_folder(&p);
	}
	return leave(&p, ok, e);
}

static bool is_missing(int why)
{
	return why == ENOSYS || why == EINVAL || why == EOPNOTSUPP || why == EPERM;
}

/* Gives the temporary file its name unless that is taken (EEXIST). Where the file system knows neither
 * this rename nor links, the caller's lock has to do. */
static bool name_it(struct place *p)
{
	if (did("rename", syscall(SYS_renameat2, p->folder, p->temporary, p->folder, p->name, NO_REPLACE)) == 0) {
		p->temporary[0] = 0;
		return true;
	}
	if (!is_missing(errno))
		return false;
	if (did("link", linkat(p->folder, p->temporary, p->folder, p->name, 0)) == 0)
		return true;
	if (!is_missing(errno))
		return false;
	if (faccessat(p->folder, p->name, F_OK, 0) == 0) {
		errno = EEXIST;
		return false;
	}
	if (did("rename", renameat(p->folder, p->temporary, p->folder, p->name)) != 0)
		return false;
	p->temporary[0] = 0;
	return true;
}

bool file_make(const char *path, struct str bytes, bool *made, struct err *e)
{
	struct place p;
	bool ok;

	*made = false;
	if (!open_folder(&p, path, e))
		return false;
	ok = open_temporary(&p) && write_all(&p, bytes) && finish_temporary(&p);
	if (ok) {
		*made = name_it(&p);
		ok = *made ? sync_folder(&p) : errno == EEXIST;
	}
	return leave(&p, ok, e);
}

/* A file that is mounted by itself cannot be renamed over. Older kernels than 5.8 do not tell. */
static bool is_mount_point(const struct place *p)
{
	struct extended_stat s = {0};

	return syscall(SYS_statx, p->folder, p->name, AT_SYMLINK_NOFOLLOW, 0, &s) == 0 && s.attributes & MOUNT_ROOT;
}

bool file_can_replace(const char *path, size_t size, struct err *e)
{
	struct place p;
	bool ok;

	if (!open_folder(&p, path, e))
		return false;
	if (is_mount_point(&p)) {
		errno = EBUSY;
		return leave(&p, false, e);
	}
	ok = open_temporary(&p) && write_zeroes(&p, size) && finish_temporary(&p);
	return leave(&p, ok, e);
}

void file_sweep(const char *path)
{
	struct place p;
	struct dirent *entry;
	DIR *folder;
	int fd;

	if (!open_folder(&p, path, NULL))
		return;
	fd = dup(p.folder);
	folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder && fd >= 0)
		close(fd);
	while (folder && (entry = readdir(folder)))
		if (is_temporary(entry->d_name, p.name))
			did("unlink", unlinkat(p.folder, entry->d_name, 0));
	if (folder)
		closedir(folder);
	close(p.folder);
}

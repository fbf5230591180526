#include "support/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test.h"

void folder_start(struct folder *f)
{
	const char *where = getenv("TMPDIR");

	snprintf(f->path, sizeof f->path, "%s/keyfob-test-XXXXXX", where && *where ? where : "/tmp");
	assert_non_null(mkdtemp(f->path));
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *walk)
{
	(void)s;
	(void)kind;
	(void)walk;
	remove(path);
	return 0;
}

void folder_end(struct folder *f)
{
	nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *folder_path(struct folder *f, const char *name)
{
	assert_true(snprintf(f->text, sizeof f->text, "%s/%s", f->path, name) < (int)sizeof f->text);
	return f->text;
}

void folder_write(struct folder *f, const char *name, struct str bytes, unsigned mode)
{
	int fd = open(folder_path(f, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.at ? bytes.at : "", bytes.len), bytes.len);
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
	close(fd);
}

struct str folder_read(struct folder *f, const char *name)
{
	int fd = open(folder_path(f, name), O_RDONLY | O_CLOEXEC);
	struct stat s;
	char *bytes;

	if (fd < 0)
		return (struct str){0};
	assert_int_equal(fstat(fd, &s), 0);
	bytes = malloc((size_t)s.st_size + 1);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, (size_t)s.st_size), s.st_size);
	close(fd);
	return str_make(bytes, (size_t)s.st_size);
}

size_t folder_count(struct folder *f, const char *name, const char *part)
{
	DIR *d = opendir(folder_path(f, name));
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)))
		n += strstr(entry->d_name, part) != NULL;
	closedir(d);
	return n;
}

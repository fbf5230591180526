#include "crypto/headroom.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/len.h"
#include "base/str.h"

/* A small kernel file: as much of it as fits. */
struct page {
	char text[16 * 1024];
};

/* The two kinds of memory cgroup say the same in other words. */
struct kind {
	const char *mount;
	const char *limit;
	const char *used;
	const char *cache[2]; /* in memory.stat */
};

static const struct kind v2 = {"/sys/fs/cgroup", "memory.max", "memory.current", {"inactive_file", "active_file"}};
static const struct kind v1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
	{"total_inactive_file", "total_active_file"}};

static struct str read_page(const char *path, struct page *page)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n = 1;

	if (fd < 0)
		return (struct str){0};
	while (n > 0 && have < sizeof page->text) {
		n = read(fd, page->text + have, sizeof page->text - have);
		have = len_add(have, n > 0 ? (size_t)n : 0);
	}
	close(fd);
	return str_make(page->text, have);
}

/* The number in a file that holds nothing else; false for "max", absence and nonsense. */
static bool read_number(const char *folder, const char *name, uint64_t *number)
{
	char path[1024];
	struct page page;
	struct str line;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	str_cut(read_page(path, &page), '\n', &line, NULL);
	return str_to_u64(line, number);
}

/* The number of "NAME: 123 kB" or "NAME 123". */
static uint64_t field(struct str text, struct str name)
{
	struct str line;
	struct str word;
	uint64_t number = 0;

	while (str_word(&text, '\n', &line)) {
		if (!str_word(&line, ' ', &word) || !str_same(word, name))
			continue;
		if (str_word(&line, ' ', &word) && str_to_u64(word, &number))
			return number;
	}
	return 0;
}

static size_t as_size(uint64_t n)
{
	return n > SIZE_MAX ? SIZE_MAX : (size_t)n;
}

/* What one cgroup leaves. */
static size_t left_in(const char *folder, const struct kind *kind)
{
	char path[1024];
	struct page page;
	struct str stat;
	uint64_t limit;
	uint64_t used;
	size_t cache;

	if (!read_number(folder, kind->limit, &limit))
		return SIZE_MAX;
	if (!read_number(folder, kind->used, &used))
		used = 0;
	snprintf(path, sizeof path, "%s/memory.stat", folder);
	stat = read_page(path, &page);
	cache = len_add(as_size(field(stat, str_of(kind->cache[0]))), as_size(field(stat, str_of(kind->cache[1]))));
	return len_min(as_size(limit), len_add(len_sub(as_size(limit), as_size(used)), cache));
}

/* A cgroup and all above it, up to the mount. Within a container the path may name folders
 * that are not there; the mount's own files are then those of the container. */
static size_t left_above(const char *root, const struct kind *kind, struct str path)
{
	size_t least = SIZE_MAX;
	char folder[768];

	for (;;) {
		snprintf(folder, sizeof folder, "%s%s%.*s", root, kind->mount, STR(path));
		least = len_min(least, left_in(folder, kind));
		if (path.len == 0)
			return least;
		path = str_first(path, str_find_last(path, '/') < path.len ? str_find_last(path, '/') : 0);
	}
}

/* /proc/self/cgroup: lines "0::/path" for version 2 and "N:memory:/path" for version 1. */
static size_t left_in_cgroups(const char *root)
{
	struct page page;
	char path[512];
	struct str text;
	struct str line;
	size_t least = SIZE_MAX;

	snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
	text = read_page(path, &page);
	while (str_word(&text, '\n', &line)) {
		struct str controllers;
		struct str where;

		str_cut(line, ':', NULL, &controllers);
		str_cut(controllers, ':', &controllers, &where);
		if (where.len > 256)
			where = S("");
		if (controllers.len == 0)
			least = len_min(least, left_above(root, &v2, where));
		else if (str_same(controllers, S("memory")))
			least = len_min(least, left_above(root, &v1, where));
	}
	return least;
}

static size_t left_of_machine(const char *root)
{
	struct page page;
	char path[512];
	uint64_t kib;

	snprintf(path, sizeof path, "%s/proc/meminfo", root);
	kib = field(read_page(path, &page), S("MemAvailable:"));
	return kib ? len_mul(as_size(kib), 1024) : SIZE_MAX;
}

static size_t left_of_address_space(const char *root)
{
	struct rlimit limit;
	struct page page;
	struct str pages;
	char path[512];
	uint64_t used = 0;

	if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	snprintf(path, sizeof path, "%s/proc/self/statm", root);
	str_cut(read_page(path, &page), ' ', &pages, NULL);
	if (!str_to_u64(pages, &used))
		used = 0;
	return len_sub(as_size(limit.rlim_cur), len_mul(as_size(used), (size_t)sysconf(_SC_PAGESIZE)));
}

size_t headroom_bytes(const char *root)
{
	size_t least = left_in_cgroups(root);

	least = len_min(least, left_of_machine(root));
	return len_min(least, left_of_address_space(root));
}

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/headroom.h"

/* A folder that stands for the machine. */
static char root[] = "/tmp/headroom-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s%s", root, name);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/headroom-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command);
}

static void nothing_known_is_no_limit(void **state)
{
	(void)state;
	assert_int_equal(headroom_bytes(root), SIZE_MAX);
}

static void the_machine_has_what_it_calls_available(void **state)
{
	(void)state;
	put("/proc/meminfo", "MemTotal:       8000000 kB\nMemFree:        1000 kB\nMemAvailable:   2048 kB\n");
	assert_int_equal(headroom_bytes(root), 2048 * 1024);
}

static void a_cgroup_leaves_its_limit_less_what_is_used(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/box\n");
	put("/sys/fs/cgroup/box/memory.max", "1000000\n");
	put("/sys/fs/cgroup/box/memory.current", "400000\n");
	assert_int_equal(headroom_bytes(root), 600000);
	put("/sys/fs/cgroup/box/memory.stat", "anon 300000\ninactive_file 60000\nactive_file 40000\n");
	assert_int_equal(headroom_bytes(root), 700000);
	put("/sys/fs/cgroup/box/memory.current", "2000000\n");
	put("/sys/fs/cgroup/box/memory.stat", "anon 2000000\n");
	assert_int_equal(headroom_bytes(root), 0);
}

static void the_tightest_cgroup_above_counts(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/outer/inner\n");
	put("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
	put("/sys/fs/cgroup/outer/memory.max", "5000\n");
	put("/sys/fs/cgroup/memory.max", "9000\n");
	assert_int_equal(headroom_bytes(root), 5000);
}

static void a_path_of_the_host_falls_back_on_the_mount(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "12:cpu,cpuacct:/x\n7:memory:/docker/0123\n0::/\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "70000\n");
	put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "30000\n");
	put("/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 500\ntotal_active_file 500\n");
	assert_int_equal(headroom_bytes(root), 41000);
}

static void nonsense_is_passed_over(void **state)
{
	(void)state;
	put("/proc/meminfo", "MemAvailable: lots\n\n:::\n");
	put("/proc/self/cgroup", "\n:\n::\nmemory\n0::/../../..\n5:memory:\n");
	put("/sys/fs/cgroup/memory.max", "99999999999999999999999\n");
	assert_int_equal(headroom_bytes(root), SIZE_MAX);
}

static void this_machine_has_some(void **state)
{
	(void)state;
	assert_true(headroom_bytes("") > 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_known_is_no_limit, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_machine_has_what_it_calls_available, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_cgroup_leaves_its_limit_less_what_is_used, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_tightest_cgroup_above_counts, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_path_of_the_host_falls_back_on_the_mount, make_root, remove_root),
		cmocka_unit_test_setup_teardown(nonsense_is_passed_over, make_root, remove_root),
		cmocka_unit_test(this_machine_has_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

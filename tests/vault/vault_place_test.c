/* Folders, disks and rights as they are found outside: what can be read is served, what cannot be
 * written is refused before it matters, and every error names its cure. */
#include "support/test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child.h"
#include "support/vault_box.h"

static struct vault_box b;

#define A "https://a.example"
#define B "https://b.example"

static int start(void **state)
{
	(void)state;
	vault_box_start(&b);
	vault_box_put(&b, A, "t1");
	return 0;
}

static int end(void **state)
{
	(void)state;
	vault_box_end(&b);
	return 0;
}

/* Work that needs rights which are not there ends with 77. */
static void run_or_skip(void (*work)(void *self))
{
	int status = child_run(work, NULL);

	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

/* The vault serves what it has; a change is refused with this cure, before and when it is made. */
static void check_read_only(const char *cure)
{
	struct profile p = vault_box_profile(B, "t2");
	const struct profile *kept;
	struct vault v;
	struct err e = {0};

	child_check(vault_open(&v, &b.t.world, &e));
	kept = vault_find(&v, S(A));
	child_check(kept && str_same(kept->grant.access_token, S("t1")));
	child_check(!vault_can_write(&v, &e));
	child_check(v.trouble == VAULT_UNWRITABLE && e.kind == ERR_VAULT);
	if (!strstr(e.text, cure))
		fprintf(stderr, "\"%s\" does not say \"%s\"\n", e.text, cure);
	child_check(strstr(e.text, cure));
	e = (struct err){0};
	child_check(!vault_put(&v, &p, NULL, &e));
	child_check(v.trouble == VAULT_UNWRITABLE && e.kind == ERR_VAULT);
	child_check(v.count == 1);
	child_check(vault_refresh(&v, NULL, &e));
	vault_close(&v);
}

/* --- Read-only, full, limited --------------------------------------------------------------- */

static void work_read_only(void *self)
{
	(void)self;
	if (!child_own_mounts() || mount(b.f.path, b.f.path, NULL, MS_BIND, NULL) != 0 ||
			mount(NULL, b.f.path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0)
		_exit(77);
	check_read_only("make it writable");
	child_check(unlink(folder_path(&b.f, "home/profiles.keyfob.lock")) != 0);
}

static void a_read_only_file_system_serves_what_is_there(void **state)
{
	(void)state;
	run_or_skip(work_read_only);
}

/* Without even a lock file: it was never written from here. */
static void a_read_only_file_system_needs_no_lock_file_to_be_read(void **state)
{
	(void)state;
	assert_int_equal(unlink(folder_path(&b.f, "home/profiles.keyfob.lock")), 0);
	run_or_skip(work_read_only);
}

static void work_without_rights(void *self)
{
	(void)self;
	child_become_nobody();
	check_read_only("Permission denied");
}

static void a_folder_without_rights_serves_what_may_be_read(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(b.f.path, 0755), 0);
	assert_int_equal(chmod(folder_path(&b.f, "home"), 0755), 0);
	assert_int_equal(chmod(folder_path(&b.f, "home/profiles.keyfob"), 0644), 0);
	assert_int_equal(chown(folder_path(&b.f, "home/key"), 65534, 65534), 0);
	run_or_skip(work_without_rights);
}

static void fill_up(const char *name)
{
	static const char page[4096];
	int fd = open(folder_path(&b.f, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	child_check(fd >= 0);
	while (write(fd, page, sizeof page) > 0)
		;
	close(fd);
}

static void work_full(void *self)
{
	struct str file, key;

	(void)self;
	file = folder_read(&b.f, "home/profiles.keyfob");
	key = folder_read(&b.f, "home/key");
	if (!child_own_mounts() || mount("none", folder_path(&b.f, "home"), "tmpfs", 0, "size=128k,mode=700") != 0)
		_exit(77);
	folder_write(&b.f, "home/profiles.keyfob", file, 0600);
	folder_write(&b.f, "home/key", key, 0600);
	folder_write(&b.f, "home/profiles.keyfob.lock", S(""), 0600);
	fill_up("home/ballast");
	check_read_only("free some space");
	child_check(folder_count(&b.f, "home", ".tmp") == 0);
	child_check(unlink(folder_path(&b.f, "home/ballast")) == 0);
	vault_box_put(&b, B, "t2");
	vault_box_has(&b, A, "t1");
	vault_box_has(&b, B, "t2");
}

static void a_full_disk_loses_nothing(void **state)
{
	(void)state;
	run_or_skip(work_full);
}

static void work_limited(void *self)
{
	struct rlimit limit = {64, 64};

	(void)self;
	signal(SIGXFSZ, SIG_IGN);
	child_check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	check_read_only("ulimit -f");
}

static void a_limit_on_file_sizes_loses_nothing(void **state)
{
	(void)state;
	run_or_skip(work_limited);
	vault_box_has(&b, A, "t1");
	assert_int_equal(folder_count(&b.f, "home", ".tmp"), 0);
}

/* --- Links and mounts ------------------------------------------------------------------------- */

static void a_vault_that_is_a_link_stays_one(void **state)
{
	struct stat s;

	(void)state;
	assert_int_equal(mkdir(folder_path(&b.f, "kept"), 0700), 0);
	{
		char from[600];

		snprintf(from, sizeof from, "%s", folder_path(&b.f, "home/profiles.keyfob"));
		assert_int_equal(rename(from, folder_path(&b.f, "kept/real.keyfob")), 0);
		assert_int_equal(symlink("../kept/real.keyfob", from), 0);
	}
	vault_box_has(&b, A, "t1");
	vault_box_put(&b, B, "t2");
	assert_int_equal(lstat(folder_path(&b.f, "home/profiles.keyfob"), &s), 0);
	assert_true(S_ISLNK(s.st_mode));
	assert_int_equal(lstat(folder_path(&b.f, "kept/real.keyfob"), &s), 0);
	assert_true(S_ISREG(s.st_mode));
	assert_int_equal(access(folder_path(&b.f, "kept/real.keyfob.lock"), F_OK), 0); /* others may link to it as well */
	vault_box_has(&b, A, "t1");
	vault_box_has(&b, B, "t2");
}

static void a_link_to_where_no_vault_is_yet_makes_it_there(void **state)
{
	struct stat s;

	(void)state;
	assert_int_equal(mkdir(folder_path(&b.f, "kept"), 0700), 0);
	assert_int_equal(unlink(folder_path(&b.f, "home/profiles.keyfob")), 0);
	assert_int_equal(symlink("../kept/real.keyfob", folder_path(&b.f, "home/profiles.keyfob")), 0);
	vault_box_put(&b, B, "t2");
	assert_int_equal(lstat(folder_path(&b.f, "kept/real.keyfob"), &s), 0);
	assert_true(S_ISREG(s.st_mode));
	vault_box_has(&b, B, "t2");
}

static void work_mounted(void *self)
{
	char to[600];

	(void)self;
	snprintf(to, sizeof to, "%s", folder_path(&b.f, "home/profiles.keyfob"));
	if (!child_own_mounts() || mount(to, to, NULL, MS_BIND, NULL) != 0)
		_exit(77);
	check_read_only("mount the folder");
}

static void a_vault_that_is_mounted_by_itself_says_to_mount_the_folder(void **state)
{
	(void)state;
	run_or_skip(work_mounted);
	vault_box_has(&b, A, "t1");
}

/* --- Owners and modes --------------------------------------------------------------------------- */

static void a_key_that_others_may_read_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(folder_path(&b.f, "home/key"), 0640), 0);
	vault_box_refuses(&b, VAULT_KEY_BAD, "chmod 600");
	assert_int_equal(chmod(folder_path(&b.f, "home/key"), 0600), 0);
	vault_box_has(&b, A, "t1");
}

static void a_key_or_vault_of_somebody_else_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(folder_path(&b.f, "home/key"), 12345, 0), 0);
	vault_box_refuses(&b, VAULT_KEY_BAD, "belongs to user 12345");
	assert_int_equal(chown(folder_path(&b.f, "home/key"), 0, 0), 0);
	assert_int_equal(chown(folder_path(&b.f, "home/profiles.keyfob"), 12345, 0), 0);
	vault_box_refuses(&b, VAULT_UNREADABLE, "belongs to user 12345");
}

static void a_vault_that_others_may_write_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(folder_path(&b.f, "home/profiles.keyfob"), 0622), 0);
	vault_box_refuses(&b, VAULT_UNREADABLE, "chmod go-w");
}

/* --- Locks beyond the namespace -------------------------------------------------------------------- */

static void cannot_refresh(void *self)
{
	struct vault v;
	bool got = true;

	(void)self;
	child_check(vault_open(&v, &b.t.world, NULL));
	child_check(vault_grant_try(&v, S("g"), &got, NULL));
	child_check(!got);
}

static void work_in_another_namespace(void *self)
{
	if (unshare(CLONE_NEWPID) != 0)
		_exit(77);
	_exit(child_run(cannot_refresh, self));
}

static void a_refresh_keeps_out_other_containers(void **state)
{
	struct vault v;
	struct err e = {0};
	bool got;

	(void)state;
	vault_box_open(&b, &v);
	assert_ok(vault_grant_try(&v, S("g"), &got, &e), &e);
	assert_true(got);
	run_or_skip(work_in_another_namespace);
	vault_close(&v);
}

/* --- Memory --------------------------------------------------------------------------------------------- */

static void work_without_locked_memory(void *self)
{
	struct rlimit none = {0, 0};
	struct vault v;
	struct vault_info i;

	(void)self;
	if (geteuid() == 0)
		child_become_nobody();
	child_check(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
	if (mlock(&none, sizeof none) == 0)
		_exit(77); /* the address sanitizer lets it succeed and does nothing */
	child_check(vault_open(&v, &b.t.world, NULL));
	vault_info(&v, &i);
	child_check(i.open && !i.locked);
}

static void work_with_64_kib_of_locked_memory(void *self)
{
	struct rlimit some = {65536, 65536};
	struct vault v;
	struct vault_info i;

	(void)self;
	if (geteuid() == 0)
		child_become_nobody();
	child_check(setrlimit(RLIMIT_MEMLOCK, &some) == 0);
	child_check(vault_open(&v, &b.t.world, NULL));
	vault_info(&v, &i);
	child_check(i.open && i.locked);
}

static void secrets_are_locked_within_64_kib_and_it_is_told(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		static const char *const names[] = {".", "home", "home/key", "home/profiles.keyfob", "home/profiles.keyfob.lock"};

		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			assert_int_equal(chown(folder_path(&b.f, names[i]), 65534, 65534), 0);
	}
	run_or_skip(work_without_locked_memory);
	run_or_skip(work_with_64_kib_of_locked_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_read_only_file_system_serves_what_is_there, start, end),
		cmocka_unit_test_setup_teardown(a_read_only_file_system_needs_no_lock_file_to_be_read, start, end),
		cmocka_unit_test_setup_teardown(a_folder_without_rights_serves_what_may_be_read, start, end),
		cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing, start, end),
		cmocka_unit_test_setup_teardown(a_limit_on_file_sizes_loses_nothing, start, end),
		cmocka_unit_test_setup_teardown(a_vault_that_is_a_link_stays_one, start, end),
		cmocka_unit_test_setup_teardown(a_link_to_where_no_vault_is_yet_makes_it_there, start, end),
		cmocka_unit_test_setup_teardown(a_vault_that_is_mounted_by_itself_says_to_mount_the_folder, start, end),
		cmocka_unit_test_setup_teardown(a_key_that_others_may_read_is_refused, start, end),
		cmocka_unit_test_setup_teardown(a_key_or_vault_of_somebody_else_is_refused, start, end),
		cmocka_unit_test_setup_teardown(a_vault_that_others_may_write_is_refused, start, end),
		cmocka_unit_test_setup_teardown(a_refresh_keeps_out_other_containers, start, end),
		cmocka_unit_test_setup_teardown(secrets_are_locked_within_64_kib_and_it_is_told, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "support/child.h"
#include "support/folder.h"
#include "sys/file.h"

static struct folder f;
static char memory[256];

static int start(void **state)
{
	(void)state;
	folder_start(&f);
	return 0;
}

static int end(void **state)
{
	(void)state;
	folder_end(&f);
	return 0;
}

static void assert_says(const struct err *e, const char *part)
{
	if (!strstr(e->text, part))
		fail_msg("\"%s\" does not say \"%s\"", e->text, part);
}

static void a_file_is_read_up_to_its_end_and_no_further_than_the_bound(void **state)
{
	struct buf out = buf_over(memory, 8);
	struct err e = {0};
	bool found;

	(void)state;
	folder_write(&f, "a", S("12345678"), 0600);
	assert_ok(file_read(folder_path(&f, "a"), FILE_PRIVATE, &out, &found, &e), &e);
	assert_true(found);
	assert_str(buf_str(&out), "12345678");

	out = buf_over(memory, 8);
	folder_write(&f, "a", S("123456789"), 0600);
	assert_false(file_read(folder_path(&f, "a"), FILE_PRIVATE, &out, &found, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

/* procfs says that its files are empty. */
static void a_file_that_lies_about_its_length_is_bounded_too(void **state)
{
	struct buf out = buf_over(memory, 8);
	struct err e = {0};

	(void)state;
	assert_false(file_read("/proc/self/status", FILE_ANY, &out, NULL, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(out.len, 8);
}

static void an_absent_file_is_an_answer_or_an_error_as_asked(void **state)
{
	struct buf out = buf_over(memory, 8);
	struct err e = {0};
	bool found = true;

	(void)state;
	assert_ok(file_read(folder_path(&f, "none"), FILE_ANY, &out, &found, &e), &e);
	assert_false(found);
	assert_false(file_read(folder_path(&f, "none"), FILE_ANY, &out, NULL, &e));
	assert_says(&e, "No such file");
}

static void the_open_descriptor_is_judged_by_kind_owner_and_mode(void **state)
{
	static const struct {
		unsigned mode;
		bool any, trusted, is_private;
	} cases[] = {
		{0600, true, true, true},
		{0400, true, true, true},
		{0644, true, true, false},
		{0640, true, true, false},
		{0620, true, false, false},
		{0602, true, false, false},
	};
	bool found;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = buf_over(memory, 64);

		folder_write(&f, "a", S("x"), cases[i].mode);
		assert_int_equal(file_read(folder_path(&f, "a"), FILE_ANY, &out, &found, NULL), cases[i].any);
		assert_int_equal(file_read(folder_path(&f, "a"), FILE_TRUSTED, &out, &found, NULL), cases[i].trusted);
		assert_int_equal(file_read(folder_path(&f, "a"), FILE_PRIVATE, &out, &found, NULL), cases[i].is_private);
		unlink(folder_path(&f, "a"));
	}
}

static void a_file_of_somebody_else_is_not_trusted(void **state)
{
	struct buf out = buf_over(memory, 64);
	struct err e = {0};

	(void)state;
	if (geteuid() != 0)
		skip();
	folder_write(&f, "a", S("x"), 0600);
	assert_int_equal(chown(folder_path(&f, "a"), 12345, 12345), 0);
	assert_false(file_read(folder_path(&f, "a"), FILE_TRUSTED, &out, NULL, &e));
	assert_says(&e, "belongs to user 12345");
}

static void a_pipe_or_a_folder_is_no_file_and_nothing_waits_for_it(void **state)
{
	struct buf out = buf_over(memory, 64);
	struct err e = {0};

	(void)state;
	assert_int_equal(mkfifo(folder_path(&f, "fifo"), 0600), 0);
	assert_false(file_read(folder_path(&f, "fifo"), FILE_ANY, &out, NULL, &e));
	assert_says(&e, "not a regular file");
	assert_false(file_read(f.path, FILE_ANY, &out, NULL, &e));
	assert_says(&e, "not a regular file");
}

static void a_file_is_replaced_whole_private_and_without_leftovers(void **state)
{
	struct err e = {0};
	struct stat s;
	struct str now;
	mode_t mask = umask(0777);

	(void)state;
	assert_ok(file_replace(folder_path(&f, "a"), S("one"), &e), &e);
	assert_ok(file_replace(folder_path(&f, "a"), S("two"), &e), &e);
	umask(mask);
	now = folder_read(&f, "a");
	assert_str(now, "two");
	free((char *)now.at);
	assert_int_equal(stat(folder_path(&f, "a"), &s), 0);
	assert_int_equal(s.st_mode & 07777, 0600);
	assert_int_equal(folder_count(&f, ".", "tmp"), 0);
}

static void a_file_that_must_be_new_is_made_only_once(void **state)
{
	struct err e = {0};
	struct str now;
	bool made;

	(void)state;
	assert_ok(file_make(folder_path(&f, "k"), S("one"), &made, &e), &e);
	assert_true(made);
	assert_ok(file_make(folder_path(&f, "k"), S("two"), &made, &e), &e);
	assert_false(made);
	now = folder_read(&f, "k");
	assert_str(now, "one");
	free((char *)now.at);
	assert_int_equal(folder_count(&f, ".", "tmp"), 0);
}

/* Makes these calls fail as a file system or a kernel does that lacks them. */
static bool forbid(unsigned call, unsigned other, int why)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)why),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static void make_without(unsigned call, unsigned other, int why)
{
	struct str now;
	bool made;

	if (!forbid(call, other, why))
		_exit(77);
	child_check(file_make(folder_path(&f, "k"), S("one"), &made, NULL) && made);
	child_check(file_make(folder_path(&f, "k"), S("two"), &made, NULL) && !made);
	now = folder_read(&f, "k");
	child_check(str_same(now, S("one")));
	child_check(folder_count(&f, ".", "tmp") == 0);
}

static void make_without_exclusive_rename(void *self)
{
	(void)self;
	make_without(SYS_renameat2, SYS_renameat2, EINVAL);
}

static void make_without_links_either(void *self)
{
	(void)self;
	make_without(SYS_renameat2, SYS_linkat, EPERM);
}

static void a_file_system_that_lacks_the_newer_calls_serves_too(void **state)
{
	static void (*const works[])(void *self) = {make_without_exclusive_rename, make_without_links_either};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int status = child_run(works[i], NULL);

		if (status == 77)
			skip();
		assert_int_equal(status, 0);
		assert_int_equal(unlink(folder_path(&f, "k")), 0);
	}
}

static void only_our_own_temporary_files_are_swept(void **state)
{
	(void)state;
	folder_write(&f, ".a.0123456789abcdef.tmp", S("x"), 0600);
	folder_write(&f, ".a.0123456789abcdeg.tmp", S("x"), 0600);
	folder_write(&f, ".a.0123456789abcde.tmp", S("x"), 0600);
	folder_write(&f, ".b.0123456789abcdef.tmp", S("x"), 0600);
	folder_write(&f, ".a.0123456789abcdef.tmp2", S("x"), 0600);
	folder_write(&f, "a.tmp", S("x"), 0600);
	file_sweep(folder_path(&f, "a"));
	assert_int_equal(folder_count(&f, ".", ".tmp"), 5);
	assert_int_equal(access(folder_path(&f, ".a.0123456789abcdef.tmp"), F_OK), -1);
}

static void links_are_followed_to_where_the_file_is_or_would_be(void **state)
{
	static const struct {
		const char *name, *link, *ends;
	} cases[] = {
		{"plain", NULL, "plain"},
		{"relative", "sub/real", "sub/real"},
		{"twice", "relative", "sub/real"},
		{"up", "sub/../plain", "sub/../plain"},
	};
	char room[65536], whole[600];
	struct arena a;
	struct str out;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		arena_over(&a, room, sizeof room);
		if (cases[i].link)
			assert_int_equal(symlink(cases[i].link, folder_path(&f, cases[i].name)), 0);
		assert_ok(file_resolve(folder_path(&f, cases[i].name), &a, &out, &e), &e);
		assert_str(out, folder_path(&f, cases[i].ends));
	}
	snprintf(whole, sizeof whole, "%s", folder_path(&f, "plain"));
	assert_int_equal(symlink(whole, folder_path(&f, "absolute")), 0);
	assert_ok(file_resolve(folder_path(&f, "absolute"), &a, &out, &e), &e);
	assert_str(out, whole);
	assert_int_equal(symlink("loop", folder_path(&f, "loop")), 0);
	assert_false(file_resolve(folder_path(&f, "loop"), &a, &out, &e));
}

static void folders_are_made_all_the_way_and_private(void **state)
{
	struct err e = {0};
	struct stat s;

	(void)state;
	assert_ok(file_make_folder(folder_path(&f, "x/y/z"), &e), &e);
	assert_int_equal(stat(folder_path(&f, "x"), &s), 0);
	assert_int_equal(s.st_mode & 07777, 0700);
	assert_int_equal(stat(folder_path(&f, "x/y/z"), &s), 0);
	assert_int_equal(s.st_mode & 07777, 0700);
	assert_ok(file_make_folder(folder_path(&f, "x/y/z"), &e), &e);
	folder_write(&f, "file", S(""), 0600);
	assert_false(file_make_folder(folder_path(&f, "file"), &e));
	assert_false(file_make_folder(folder_path(&f, "file/x"), &e));
}

static void use_a_folder_of_others(void *self)
{
	struct err e = {0};

	(void)self;
	child_become_nobody();
	child_check(!file_make_folder(folder_path(&f, "theirs"), &e));
	child_check(strstr(e.text, "belongs to user 12345"));
	child_check(file_make_folder(folder_path(&f, "roots"), &e)); /* a volume in a container */
	child_check(!file_make_folder(folder_path(&f, "open"), &e));
	child_check(strstr(e.text, "chmod 700"));
}

static void a_folder_of_somebody_else_or_open_to_all_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(f.path, 0755), 0);
	assert_int_equal(mkdir(folder_path(&f, "theirs"), 0755), 0);
	assert_int_equal(chown(folder_path(&f, "theirs"), 12345, 12345), 0);
	assert_int_equal(mkdir(folder_path(&f, "roots"), 0777), 0);
	assert_int_equal(chmod(folder_path(&f, "roots"), 0777), 0);
	assert_int_equal(mkdir(folder_path(&f, "open"), 0777), 0);
	assert_int_equal(chown(folder_path(&f, "open"), 65534, 65534), 0);
	assert_int_equal(chmod(folder_path(&f, "open"), 0777), 0);
	assert_int_equal(child_run(use_a_folder_of_others, NULL), 0);
}

static void write_where_we_may_not(void *self)
{
	struct err e = {0};

	(void)self;
	child_become_nobody();
	child_check(!file_replace(folder_path(&f, "a"), S("two"), &e));
	child_check(strstr(e.text, "Permission denied"));
	child_check(!file_can_replace(folder_path(&f, "a"), 10, &e));
	child_check(strstr(e.text, "see who owns it"));
}

static void a_folder_that_is_not_ours_to_write_says_so(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(f.path, 0755), 0);
	folder_write(&f, "a", S("one"), 0644);
	assert_int_equal(child_run(write_where_we_may_not, NULL), 0);
}

static void write_with_a_small_limit(void *self)
{
	static const char big[8192];
	struct rlimit limit = {4096, 4096};
	struct err e = {0};

	(void)self;
	signal(SIGXFSZ, SIG_IGN);
	child_check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	child_check(!file_replace(folder_path(&f, "a"), str_make(big, sizeof big), &e));
	child_check(strstr(e.text, "ulimit -f"));
	child_check(!file_can_replace(folder_path(&f, "a"), sizeof big, &e));
	child_check(!strstr(e.text, "mount"));
}

static void no_room_leaves_the_old_file_and_no_rubbish(void **state)
{
	struct str now;

	(void)state;
	folder_write(&f, "a", S("one"), 0600);
	assert_int_equal(child_run(write_with_a_small_limit, NULL), 0);
	now = folder_read(&f, "a");
	assert_str(now, "one");
	free((char *)now.at);
	assert_int_equal(folder_count(&f, ".", "tmp"), 0);
}

static void write_to_a_full_disk(void *self)
{
	static const char big[262144];
	char folder[300];
	struct err e = {0};

	(void)self;
	if (!child_own_mounts() || mount("none", f.path, "tmpfs", 0, "size=65536") != 0)
		_exit(77);
	snprintf(folder, sizeof folder, "%s", f.path);
	child_check(file_replace(folder_path(&f, "a"), S("one"), &e));
	child_check(file_can_replace(folder_path(&f, "a"), 1000, &e));
	child_check(!file_can_replace(folder_path(&f, "a"), sizeof big, &e));
	child_check(strstr(e.text, "free some space"));
	child_check(!file_replace(folder_path(&f, "a"), str_make(big, sizeof big), &e));
	child_check(strstr(e.text, "free some space"));
	child_check(folder_count(&f, ".", "tmp") == 0);
	child_check(mount("none", f.path, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	child_check(!file_can_replace(folder_path(&f, "a"), 10, &e));
	child_check(strstr(e.text, "make it writable"));
	child_check(!file_replace(folder_path(&f, "a"), S("two"), &e));
}

static void a_full_or_read_only_disk_is_named_with_its_cure(void **state)
{
	int status;

	(void)state;
	status = child_run(write_to_a_full_disk, NULL);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void replace_a_mount_point(void *self)
{
	char from[600], to[600];
	struct err e = {0};

	(void)self;
	snprintf(from, sizeof from, "%s", folder_path(&f, "a"));
	snprintf(to, sizeof to, "%s", folder_path(&f, "b"));
	if (!child_own_mounts() || mount(from, to, NULL, MS_BIND, NULL) != 0)
		_exit(77);
	child_check(!file_replace(to, S("two"), &e));
	child_check(strstr(e.text, "mount the folder"));
	e = (struct err){0};
	child_check(!file_can_replace(to, 10, &e));
	child_check(strstr(e.text, "mount the folder"));
	child_check(folder_count(&f, ".", "tmp") == 0);
}

static void a_file_that_is_mounted_by_itself_is_seen_before_it_is_too_late(void **state)
{
	int status;

	(void)state;
	folder_write(&f, "a", S("one"), 0600);
	folder_write(&f, "b", S("one"), 0600);
	status = child_run(replace_a_mount_point, NULL);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void a_stamp_tells_one_state_from_the_next(void **state)
{
	struct file_stamp none = file_stamp(folder_path(&f, "a")), first, second;

	(void)state;
	assert_true(file_stamp_same(none, none));
	folder_write(&f, "a", S("one"), 0600);
	first = file_stamp(folder_path(&f, "a"));
	assert_false(file_stamp_same(none, first));
	assert_false(file_stamp_same(first, first)); /* too fresh to be sure */
	first.settled = true;
	assert_true(file_stamp_same(first, first));
	assert_true(file_replace(folder_path(&f, "a"), S("two"), NULL));
	second = file_stamp(folder_path(&f, "a"));
	assert_false(file_stamp_same(first, second));
}

static void what_is_written_to_by_wish_is_a_file_and_no_link(void **state)
{
	struct err e = {0};
	char target[512], link[512];

	(void)state;
	folder_write(&f, "plain", S("x"), 0600);
	snprintf(target, sizeof target, "%s", folder_path(&f, "plain"));
	snprintf(link, sizeof link, "%s", folder_path(&f, "link"));
	assert_int_equal(symlink(target, link), 0);
	assert_ok(file_is_plain(target, &e), &e);
	assert_ok(file_is_plain(folder_path(&f, "new"), &e), &e);
	assert_false(file_is_plain(link, &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_false(file_is_plain("/dev/null", &e));
	assert_false(file_is_plain(folder_path(&f, "."), &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_read_up_to_its_end_and_no_further_than_the_bound, start, end),
		cmocka_unit_test_setup_teardown(what_is_written_to_by_wish_is_a_file_and_no_link, start, end),
		cmocka_unit_test_setup_teardown(a_file_that_lies_about_its_length_is_bounded_too, start, end),
		cmocka_unit_test_setup_teardown(an_absent_file_is_an_answer_or_an_error_as_asked, start, end),
		cmocka_unit_test_setup_teardown(the_open_descriptor_is_judged_by_kind_owner_and_mode, start, end),
		cmocka_unit_test_setup_teardown(a_file_of_somebody_else_is_not_trusted, start, end),
		cmocka_unit_test_setup_teardown(a_pipe_or_a_folder_is_no_file_and_nothing_waits_for_it, start, end),
		cmocka_unit_test_setup_teardown(a_file_is_replaced_whole_private_and_without_leftovers, start, end),
		cmocka_unit_test_setup_teardown(a_file_that_must_be_new_is_made_only_once, start, end),
		cmocka_unit_test_setup_teardown(a_file_system_that_lacks_the_newer_calls_serves_too, start, end),
		cmocka_unit_test_setup_teardown(only_our_own_temporary_files_are_swept, start, end),
		cmocka_unit_test_setup_teardown(links_are_followed_to_where_the_file_is_or_would_be, start, end),
		cmocka_unit_test_setup_teardown(folders_are_made_all_the_way_and_private, start, end),
		cmocka_unit_test_setup_teardown(a_folder_of_somebody_else_or_open_to_all_is_refused, start, end),
		cmocka_unit_test_setup_teardown(a_folder_that_is_not_ours_to_write_says_so, start, end),
		cmocka_unit_test_setup_teardown(no_room_leaves_the_old_file_and_no_rubbish, start, end),
		cmocka_unit_test_setup_teardown(a_full_or_read_only_disk_is_named_with_its_cure, start, end),
		cmocka_unit_test_setup_teardown(a_file_that_is_mounted_by_itself_is_seen_before_it_is_too_late, start, end),
		cmocka_unit_test_setup_teardown(a_stamp_tells_one_state_from_the_next, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "support/child.h"
#include "support/folder.h"
#include "sys/lock.h"

static struct folder f;
static struct lock a, b;

static int start(void **state)
{
	struct err e = {0};

	(void)state;
	folder_start(&f);
	assert_ok(lock_open(&a, str_of(folder_path(&f, "lock")), &e), &e);
	assert_ok(lock_open(&b, str_of(folder_path(&f, "lock")), &e), &e);
	return 0;
}

static int end(void **state)
{
	(void)state;
	lock_close(&a);
	lock_close(&b);
	folder_end(&f);
	return 0;
}

static bool takes(struct lock *l, uint32_t byte)
{
	struct err e = {0};
	bool got;

	assert_ok(lock_try(l, byte, &got, &e), &e);
	return got;
}

static void a_byte_has_one_holder_and_bytes_are_apart(void **state)
{
	(void)state;
	assert_true(takes(&a, 1));
	assert_false(takes(&b, 1));
	assert_true(takes(&b, 2));
	assert_false(takes(&a, 2));
	assert_true(takes(&a, 0x40000000));
	assert_false(takes(&b, 0x40000000));
	lock_release(&a, 1);
	assert_true(takes(&b, 1));
}

static void closing_one_descriptor_leaves_the_locks_of_another(void **state)
{
	struct lock c;
	struct err e = {0};

	(void)state;
	assert_true(takes(&a, 1));
	assert_ok(lock_open(&c, str_of(folder_path(&f, "lock")), &e), &e);
	lock_close(&c);
	assert_false(takes(&b, 1));
	lock_close(&a);
	assert_true(takes(&b, 1));
}

static void cannot_take_one(void *self)
{
	struct lock c;
	bool got = true;

	(void)self;
	child_check(lock_open(&c, str_of(folder_path(&f, "lock")), NULL));
	child_check(lock_try(&c, 1, &got, NULL));
	child_check(!got);
}

static void take_one_and_end(void *self)
{
	struct lock c;
	bool got = false;

	(void)self;
	child_check(lock_open(&c, str_of(folder_path(&f, "lock")), NULL));
	child_check(lock_try(&c, 1, &got, NULL));
	child_check(got);
}

static void a_lock_keeps_other_processes_out_and_ends_with_its_holder(void **state)
{
	(void)state;
	assert_true(takes(&a, 1));
	assert_int_equal(child_run(cannot_take_one, NULL), 0);
	lock_release(&a, 1);
	assert_int_equal(child_run(take_one_and_end, NULL), 0);
	assert_true(takes(&a, 1));
}

/* The first child after the unshare is process 1 of the new namespace. */
static void try_from_another_namespace(void *self)
{
	if (unshare(CLONE_NEWPID) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
		_exit(77);
	_exit(child_run(cannot_take_one, self));
}

static void a_lock_holds_across_process_namespaces(void **state)
{
	int status;

	(void)state;
	assert_true(takes(&a, 1));
	status = child_run(try_from_another_namespace, NULL);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void a_lock_file_that_was_replaced_is_opened_again(void **state)
{
	(void)state;
	assert_true(takes(&a, 1));
	lock_release(&a, 1);
	assert_int_equal(unlink(folder_path(&f, "lock")), 0);
	assert_true(takes(&b, 1));  /* makes a new file */
	assert_false(takes(&a, 1)); /* and this one notices */
}

static void a_lock_file_that_vanishes_under_a_holder_is_an_error(void **state)
{
	struct err e = {0};
	bool got;

	(void)state;
	assert_true(takes(&a, 1));
	assert_int_equal(unlink(folder_path(&f, "lock")), 0);
	assert_false(lock_try(&a, 2, &got, &e));
	assert_non_null(strstr(e.text, "was removed"));
}

static void waiting_ends_when_its_time_is_over(void **state)
{
	struct err e = {0};
	bool got;

	(void)state;
	assert_true(takes(&a, 1));
	assert_ok(lock_wait(&b, 1, 30, &got, &e), &e);
	assert_false(got);
	lock_release(&a, 1);
	assert_ok(lock_wait(&b, 1, 30, &got, &e), &e);
	assert_true(got);
}

static void no_link_is_followed_to_a_lock_file(void **state)
{
	struct lock c;
	struct err e = {0};

	(void)state;
	assert_int_equal(symlink("lock", folder_path(&f, "link")), 0);
	assert_false(lock_open(&c, str_of(folder_path(&f, "link")), &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_byte_has_one_holder_and_bytes_are_apart, start, end),
		cmocka_unit_test_setup_teardown(closing_one_descriptor_leaves_the_locks_of_another, start, end),
		cmocka_unit_test_setup_teardown(a_lock_keeps_other_processes_out_and_ends_with_its_holder, start, end),
		cmocka_unit_test_setup_teardown(a_lock_holds_across_process_namespaces, start, end),
		cmocka_unit_test_setup_teardown(a_lock_file_that_was_replaced_is_opened_again, start, end),
		cmocka_unit_test_setup_teardown(a_lock_file_that_vanishes_under_a_holder_is_an_error, start, end),
		cmocka_unit_test_setup_teardown(waiting_ends_when_its_time_is_over, start, end),
		cmocka_unit_test_setup_teardown(no_link_is_followed_to_a_lock_file, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

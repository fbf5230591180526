#include "support/test.h"

#include <sys/resource.h>

#include "sys/harden.h"

static rlim_t now(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur;
}

static void a_process_may_have_more_descriptors_and_its_children_do_not(void **state)
{
	struct rlimit few;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &few), 0);
	few.rlim_cur = 100;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_true(harden_start(NULL));
	harden_want_descriptors(50);
	assert_int_equal(now(), 100);
	harden_want_descriptors(200);
	assert_int_equal(now(), 200);
	harden_undo();
	assert_int_equal(now(), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_may_have_more_descriptors_and_its_children_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdlib.h>

#include "sys/environment.h"

static void secrets_stay_behind_and_places_go_along(void **state)
{
	static const struct {
		const char *variable;
		bool strips;
	} cases[] = {
		{"KEYFOB_KEY=x", true},
		{"KEYFOB_PASSPHRASE=x", true},
		{"KEYFOB_KEY_FD=3", true},
		{"KEYFOB_ANYTHING_NEW=x", true},
		{"KEYFOB_KEY", true},
		{"KEYFOB_HOME=/home", false},
		{"KEYFOB_KEY_FILE=/key", false},
		{"KEYFOB_PASSPHRASE_FILE=/p", false},
		{"KEYFOB_AGENT=/socket", false},
		{"KEYFOBS=x", false},
		{"PATH=KEYFOB_KEY=x", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(environment_strips(cases[i].variable), cases[i].strips);
}

static size_t count(char **list, const char *variable)
{
	size_t n = 0;

	for (; *list; list++)
		n += strcmp(*list, variable) == 0;
	return n;
}

static void what_is_added_replaces_what_was_there(void **state)
{
	const char *more[] = {"ENVIRONMENT_TEST=new", "KEYFOB_KEY=wanted"};
	char **list;

	(void)state;
	setenv("ENVIRONMENT_TEST", "old", 1);
	setenv("ENVIRONMENT_TEST_2", "kept", 1);
	setenv("KEYFOB_KEY", "hunter2", 1);
	list = environment_for(more, 2);
	assert_int_equal(count(list, "ENVIRONMENT_TEST=new"), 1);
	assert_int_equal(count(list, "ENVIRONMENT_TEST=old"), 0);
	assert_int_equal(count(list, "ENVIRONMENT_TEST_2=kept"), 1);
	assert_int_equal(count(list, "KEYFOB_KEY=wanted"), 1);
	assert_int_equal(count(list, "KEYFOB_KEY=hunter2"), 0);
	free(list);
	clearenv();
	list = environment_for(NULL, 0);
	assert_null(list[0]);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_stay_behind_and_places_go_along),
		cmocka_unit_test(what_is_added_replaces_what_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

static void set_writes_one_line_and_says_false(void **state)
{
	struct err e = {0};

	(void)state;
	assert_false(err_set(&e, ERR_NETWORK, "%s does not answer on port %d", "host", 443));
	assert_int_equal(e.kind, ERR_NETWORK);
	assert_string_equal(e.text, "host does not answer on port 443");
	assert_false(err_set(&e, ERR_USAGE, "second"));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, "second");
}

static void foreign_controls_leave_as_question_marks(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"a\nb\r\tc", "a?b??c"},
		{"\033[2J\x7f", "?[2J?"},
		{"c1 \xc2\x9b" "31m", "c1 ??31m"},
		{"\xc2\x80\xc2\x9f\xc2\xa0", "????\xc2\xa0"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"\xc2", "\xc2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};

		err_set(&e, ERR_INPUT, "%s", cases[i].in);
		assert_string_equal(e.text, cases[i].out);
		err_set(&e, ERR_INPUT, "text");
		err_where(&e, "%s", cases[i].in);
		assert_memory_equal(e.text, cases[i].out, strlen(cases[i].out));
		err_set(&e, ERR_INPUT, "text");
		err_hint(&e, "%s", cases[i].in);
		assert_string_equal(e.text + 4, cases[i].out);
	}
}

static void where_goes_before_and_hint_behind(void **state)
{
	struct err e = {0};

	(void)state;
	err_set(&e, ERR_INPUT, "is missing");
	assert_false(err_hint(&e, "; add %s", "it"));
	assert_false(err_where(&e, "line %d", 3));
	assert_string_equal(e.text, "line 3: is missing; add it");
	assert_int_equal(e.kind, ERR_INPUT);
}

static void is_cut_where_it_is_full_and_stays_terminated(void **state)
{
	char text[sizeof ((struct err *)0)->text + 100];
	struct err e = {0};

	(void)state;
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = 0;

	err_set(&e, ERR_LIMIT, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	err_hint(&e, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	err_where(&e, "here");
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_memory_equal(e.text, "here: xxx", 9);

	err_set(&e, ERR_LIMIT, "short");
	err_where(&e, "%s", text);
	assert_true(strlen(e.text) < sizeof e.text);
	assert_non_null(strstr(e.text, "xx: short"));
	err_set(&e, ERR_LIMIT, "short");
	err_hint(&e, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

static void may_be_made_of_its_own_text(void **state)
{
	struct err e = {0};

	(void)state;
	err_set(&e, ERR_INPUT, "abc");
	err_set(&e, ERR_FAILED, "<%s>", e.text);
	assert_string_equal(e.text, "<abc>");
	err_where(&e, "in %s", e.text);
	assert_string_equal(e.text, "in <abc>: <abc>");
	err_hint(&e, " %s", e.text);
	assert_string_equal(e.text, "in <abc>: <abc> in <abc>: <abc>");
}

static void nobody_need_listen(void **state)
{
	(void)state;
	assert_false(err_set(NULL, ERR_INPUT, "%d", 1));
	assert_false(err_where(NULL, "%d", 1));
	assert_false(err_hint(NULL, "%d", 1));
	err_clear(NULL);
}

static void clear_leaves_nothing(void **state)
{
	struct err e = {0};

	(void)state;
	err_set(&e, ERR_INPUT, "text");
	err_clear(&e);
	assert_memory_equal(&e, &(struct err){0}, sizeof e);
}

static void kinds_have_the_statuses_of_the_manual(void **state)
{
	static const struct {
		enum err_kind kind;
		int status;
		const char *name;
	} cases[] = {
		{ERR_NONE, 0, "none"},
		{ERR_FAILED, 1, "failed"},
		{ERR_INPUT, 1, "input"},
		{ERR_LIMIT, 1, "limit"},
		{ERR_SYSTEM, 1, "system"},
		{ERR_USAGE, 2, "usage"},
		{ERR_LOGIN, 3, "login"},
		{ERR_NETWORK, 4, "network"},
		{ERR_VAULT, 5, "vault"},
		{ERR_CONFIG, 6, "config"},
		{ERR_STOPPED, 130, "stopped"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(err_exit_status(cases[i].kind), cases[i].status);
		assert_string_equal(err_kind_name(cases[i].kind), cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_writes_one_line_and_says_false),
		cmocka_unit_test(foreign_controls_leave_as_question_marks),
		cmocka_unit_test(where_goes_before_and_hint_behind),
		cmocka_unit_test(is_cut_where_it_is_full_and_stays_terminated),
		cmocka_unit_test(may_be_made_of_its_own_text),
		cmocka_unit_test(nobody_need_listen),
		cmocka_unit_test(clear_leaves_nothing),
		cmocka_unit_test(kinds_have_the_statuses_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/world.h"
#include "vault/keysearch.h"

static struct test_world t;
static struct folder f;
static char beside[300], mounted[300];

/* 32 times the same letter, and its base64. */
#define RAW(c) c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c
#define BASE64_A "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="

static int start(void **state)
{
	(void)state;
	test_world_start(&t);
	folder_start(&f);
	snprintf(beside, sizeof beside, "%s/key", f.path);
	snprintf(mounted, sizeof mounted, "%s/mounted", f.path);
	return 0;
}

static int end(void **state)
{
	(void)state;
	keysearch_forget(&t.world);
	folder_end(&f);
	test_world_end(&t);
	return 0;
}

static bool look(bool may_ask, struct keysearch_secret *out, struct err *e)
{
	struct keysearch k = {&t.world, str_of(beside), str_of(mounted), may_ask};

	*e = (struct err){0};
	return keysearch(&k, out, e);
}

static void assert_finds(enum keysearch_kind kind, const char *bytes, const char *from)
{
	struct keysearch_secret s;
	struct err e;

	assert_ok(look(true, &s, &e), &e);
	assert_int_equal(s.kind, kind);
	assert_str(str_make(s.bytes, s.len), bytes);
	if (!strstr(s.from, from))
		fail_msg("found in \"%s\", not in \"%s\"", s.from, from);
}

static void assert_refuses(const char *part)
{
	struct keysearch_secret s;
	struct err e;

	assert_false(look(true, &s, &e));
	assert_int_equal(e.kind, ERR_VAULT);
	assert_int_equal(s.kind, KEYSEARCH_NONE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not say \"%s\"", e.text, part);
}

/* Everything is there at once; what wins is taken away each time. */
static void the_order_is_the_documented_one(void **state)
{
	char file[5][300], number[16];
	int fd;
	struct keysearch_secret s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		snprintf(file[i], sizeof file[i], "%s/f%zu", f.path, i);
	folder_write(&f, "f0", S(RAW("0")), 0600);
	folder_write(&f, "f1", S(RAW("1")), 0600);
	folder_write(&f, "f2", S(RAW("2")), 0600);
	folder_write(&f, "f3", S("three\n"), 0600);
	folder_write(&f, "keyfob.key", S(RAW("4")), 0400);
	folder_write(&f, "mounted", S(RAW("5")), 0444);
	folder_write(&f, "key", S(RAW("6")), 0600);
	fd = open(file[2], O_RDONLY);
	snprintf(number, sizeof number, "%d", fd);

	t.world.options.key_file = str_of(file[0]);
	test_world_env(&t, "KEYFOB_KEY_FILE", file[1]);
	test_world_env(&t, "KEYFOB_KEY_FD", number);
	test_world_env(&t, "KEYFOB_KEY", BASE64_A);
	test_world_env(&t, "KEYFOB_PASSPHRASE_FILE", file[3]);
	test_world_env(&t, "KEYFOB_PASSPHRASE", "spoken");
	test_world_env(&t, "CREDENTIALS_DIRECTORY", f.path);
	t.tty.tty.present = true;
	t.tty.answers[0] = "typed";

	assert_finds(KEYSEARCH_IS_KEY, RAW("0"), "--key-file");
	t.world.options.key_file = S("");
	assert_finds(KEYSEARCH_IS_KEY, RAW("1"), "$KEYFOB_KEY_FILE");
	test_world_env(&t, "KEYFOB_KEY_FILE", NULL);
	assert_finds(KEYSEARCH_IS_KEY, RAW("2"), "$KEYFOB_KEY_FD");
	assert_finds(KEYSEARCH_IS_KEY, RAW("2"), "$KEYFOB_KEY_FD"); /* a file gives it twice */
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	test_world_env(&t, "KEYFOB_KEY_FD", NULL);
	close(fd);
	assert_finds(KEYSEARCH_IS_KEY, RAW("A"), "$KEYFOB_KEY");
	test_world_env(&t, "KEYFOB_KEY", NULL);
	assert_finds(KEYSEARCH_IS_PASSPHRASE, "three", "$KEYFOB_PASSPHRASE_FILE");
	test_world_env(&t, "KEYFOB_PASSPHRASE_FILE", NULL);
	assert_finds(KEYSEARCH_IS_PASSPHRASE, "spoken", "$KEYFOB_PASSPHRASE");
	test_world_env(&t, "KEYFOB_PASSPHRASE", NULL);
	assert_finds(KEYSEARCH_IS_KEY, RAW("4"), "keyfob.key");
	test_world_env(&t, "CREDENTIALS_DIRECTORY", NULL);
	assert_finds(KEYSEARCH_IS_KEY, RAW("5"), "mounted");
	unlink(mounted);
	assert_finds(KEYSEARCH_IS_KEY, RAW("6"), "/key");
	unlink(beside);
	assert_int_equal(t.tty.asked, 0); /* until now */
	assert_finds(KEYSEARCH_IS_PASSPHRASE, "typed", "typed");
	assert_non_null(strstr(t.tty.prompts, "(hidden) "));

	assert_ok(look(false, &s, &e), &e); /* no passphrase slot: nobody is asked */
	assert_int_equal(s.kind, KEYSEARCH_NONE);
	t.tty.tty.present = false;
	assert_ok(look(true, &s, &e), &e);
	assert_int_equal(s.kind, KEYSEARCH_NONE);
}

static void a_key_file_is_32_bytes_or_their_base64(void **state)
{
	static const struct {
		struct str content;
		bool good;
	} cases[] = {
		{S_INIT(RAW("A")), true},
		{S_INIT(BASE64_A), true},
		{S_INIT(BASE64_A "\n"), true},
		{S_INIT(BASE64_A "\r\n"), true},
		{S_INIT(BASE64_A "\n\n"), false},
		{S_INIT(" " BASE64_A), false},
		{S_INIT(""), false},
		{S_INIT("\n"), false},
		{S_INIT(RAW("A") "\n"), false},
		{S_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), false},  /* 31 bytes */
		{S_INIT("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="), false}, /* of 31 bytes */
		{S_INIT("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"), false},  /* no padding */
		{S_INIT("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUF="), false}, /* bits left over */
		{S_INIT("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"), false},
	};
	struct keysearch_secret s;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		folder_write(&f, "k", cases[i].content, 0600);
		if (keysearch_key_file(str_of(folder_path(&f, "k")), true, &s, &e) != cases[i].good)
			fail_msg("case %zu: %s", i, e.text);
		if (cases[i].good)
			assert_str(str_make(s.bytes, s.len), RAW("A"));
	}
}

static void a_key_in_the_environment_is_base64_alone(void **state)
{
	(void)state;
	test_world_env(&t, "KEYFOB_KEY", RAW("A"));
	assert_refuses("base64");
	test_world_env(&t, "KEYFOB_KEY", BASE64_A "\n");
	assert_finds(KEYSEARCH_IS_KEY, RAW("A"), "$KEYFOB_KEY");
}

static void no_secret_stands_in_an_error(void **state)
{
	struct keysearch_secret s;
	struct err e;

	(void)state;
	test_world_env(&t, "KEYFOB_KEY", "hunter2hunter2");
	assert_false(look(false, &s, &e));
	assert_null(strstr(e.text, "hunter2"));
	test_world_env(&t, "KEYFOB_KEY", NULL);
	folder_write(&f, "key", S("hunter2hunter2"), 0600);
	assert_false(look(false, &s, &e));
	assert_null(strstr(e.text, "hunter2"));
}

static void a_variable_that_is_set_to_nothing_is_an_accident(void **state)
{
	static const char *const names[] = {
		"KEYFOB_KEY_FILE", "KEYFOB_KEY_FD", "KEYFOB_KEY", "KEYFOB_PASSPHRASE_FILE", "KEYFOB_PASSPHRASE",
	};

	(void)state;
	folder_write(&f, "key", S(RAW("6")), 0600);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		test_world_env(&t, names[i], "");
		assert_refuses(names[i]);
		test_world_env(&t, names[i], NULL);
	}
}

static void what_is_present_but_no_good_is_the_error(void **state)
{
	(void)state;
	folder_write(&f, "key", S(RAW("6")), 0600);
	test_world_env(&t, "KEYFOB_KEY_FILE", "/nowhere/at/all");
	assert_refuses("No such file");
	test_world_env(&t, "KEYFOB_KEY_FILE", NULL);
	test_world_env(&t, "KEYFOB_KEY_FD", "987");
	assert_refuses("not the number of an open descriptor");
	test_world_env(&t, "KEYFOB_KEY_FD", "zero");
	assert_refuses("not the number of an open descriptor");
	test_world_env(&t, "KEYFOB_KEY_FD", NULL);
	folder_write(&f, "mounted", S("short"), 0600);
	assert_refuses("holds no key");
}

static void the_key_beside_the_vault_is_for_us_alone(void **state)
{
	(void)state;
	folder_write(&f, "key", S(RAW("6")), 0640);
	assert_refuses("chmod 600");
	folder_write(&f, "key", S(RAW("6")), 0620);
	assert_refuses("chmod go-w");
	folder_write(&f, "key", S(RAW("6")), 0600);
	assert_finds(KEYSEARCH_IS_KEY, RAW("6"), "key");
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(beside, 12345, 12345), 0);
	assert_refuses("belongs to user 12345");
}

static void a_mounted_secret_may_be_read_by_others_but_not_written(void **state)
{
	(void)state;
	folder_write(&f, "mounted", S(RAW("5")), 0444);
	assert_finds(KEYSEARCH_IS_KEY, RAW("5"), "mounted");
	folder_write(&f, "mounted", S(RAW("5")), 0666);
	assert_refuses("chmod go-w");
}

static void a_pipe_gives_the_key_once(void **state)
{
	int ends[2];
	char number[16];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], BASE64_A "\n", 45), 45);
	close(ends[1]);
	snprintf(number, sizeof number, "%d", ends[0]);
	test_world_env(&t, "KEYFOB_KEY_FD", number);
	assert_finds(KEYSEARCH_IS_KEY, RAW("A"), "$KEYFOB_KEY_FD");
	assert_finds(KEYSEARCH_IS_KEY, RAW("A"), "$KEYFOB_KEY_FD"); /* it is remembered */
	keysearch_forget(&t.world);
	assert_refuses("only once");
	close(ends[0]);
}

static void a_passphrase_loses_one_line_break_and_may_not_be_empty(void **state)
{
	static const struct {
		struct str text;
		const char *is; /* NULL: refused */
	} cases[] = {
		{S_INIT("word"), "word"},
		{S_INIT("word\n"), "word"},
		{S_INIT("word\r\n"), "word"},
		{S_INIT("word\n\n"), "word\n"},
		{S_INIT(" word "), " word "},
		{S_INIT("w\xc3\xb6rd"), "w\xc3\xb6rd"},
		{S_INIT(""), NULL},
		{S_INIT("\n"), NULL},
	};
	static char longest[KEYSEARCH_PASSPHRASE_MAX + 1];
	struct keysearch_secret s;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool good = keysearch_passphrase(cases[i].text, "it", &s, &e);

		assert_int_equal(good, cases[i].is != NULL);
		if (good)
			assert_str(str_make(s.bytes, s.len), cases[i].is);
		folder_write(&f, "p", cases[i].text, 0600);
		assert_int_equal(keysearch_passphrase_file(str_of(folder_path(&f, "p")), &s, &e), good);
	}
	memset(longest, 'x', sizeof longest);
	assert_true(keysearch_passphrase(str_make(longest, sizeof longest - 1), "it", &s, &e));
	assert_false(keysearch_passphrase(str_make(longest, sizeof longest), "it", &s, &e));
}

static void ctrl_c_at_the_prompt_is_not_the_vaults_fault(void **state)
{
	struct keysearch_secret s;
	struct err e;

	(void)state;
	t.tty.tty.present = true;
	assert_false(look(true, &s, &e));
	assert_int_equal(e.kind, ERR_STOPPED);
}

static void nobody_types_a_passphrase_twice(void **state)
{
	(void)state;
	t.tty.tty.present = true;
	t.tty.answers[0] = "typed";
	t.tty.answers[1] = "again";
	assert_finds(KEYSEARCH_IS_PASSPHRASE, "typed", "typed");
	assert_finds(KEYSEARCH_IS_PASSPHRASE, "typed", "typed");
	assert_int_equal(t.tty.asked, 1);
	keysearch_forget(&t.world);
	assert_finds(KEYSEARCH_IS_PASSPHRASE, "again", "typed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_order_is_the_documented_one, start, end),
		cmocka_unit_test_setup_teardown(a_key_file_is_32_bytes_or_their_base64, start, end),
		cmocka_unit_test_setup_teardown(a_key_in_the_environment_is_base64_alone, start, end),
		cmocka_unit_test_setup_teardown(no_secret_stands_in_an_error, start, end),
		cmocka_unit_test_setup_teardown(a_variable_that_is_set_to_nothing_is_an_accident, start, end),
		cmocka_unit_test_setup_teardown(what_is_present_but_no_good_is_the_error, start, end),
		cmocka_unit_test_setup_teardown(the_key_beside_the_vault_is_for_us_alone, start, end),
		cmocka_unit_test_setup_teardown(a_mounted_secret_may_be_read_by_others_but_not_written, start, end),
		cmocka_unit_test_setup_teardown(a_pipe_gives_the_key_once, start, end),
		cmocka_unit_test_setup_teardown(a_passphrase_loses_one_line_break_and_may_not_be_empty, start, end),
		cmocka_unit_test_setup_teardown(nobody_types_a_passphrase_twice, start, end),
		cmocka_unit_test_setup_teardown(ctrl_c_at_the_prompt_is_not_the_vaults_fault, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "support/vault_box.h"

static struct vault_box b;

#define A "https://a.example"
#define KEY_A "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define KEY_B "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="

static int start(void **state)
{
	(void)state;
	vault_box_start(&b);
	test_world_env(&b.t, "KEYFOB_KEY", KEY_A);
	vault_box_put(&b, A, "t1");
	return 0;
}

static int end(void **state)
{
	(void)state;
	vault_box_end(&b);
	return 0;
}

static struct keysearch_secret key(char letter)
{
	struct keysearch_secret s = {.kind = KEYSEARCH_IS_KEY, .len = 32, .from = "a key of the test"};

	memset(s.bytes, letter, 32);
	return s;
}

static struct keysearch_secret passphrase(const char *text)
{
	struct keysearch_secret s;
	struct err e = {0};

	assert_ok(keysearch_passphrase(str_of(text), "a passphrase of the test", &s, &e), &e);
	return s;
}

static uint32_t add(struct vault *v, struct keysearch_secret s)
{
	struct err e = {0};
	uint32_t slot;

	assert_ok(vault_add_key(v, &s, &slot, &e), &e);
	return slot;
}

static void use_key(const char *base64)
{
	test_world_env(&b.t, "KEYFOB_KEY", base64);
}

static void use_passphrase(const char *text)
{
	test_world_env(&b.t, "KEYFOB_KEY", NULL);
	test_world_env(&b.t, "KEYFOB_PASSPHRASE", text);
}

static void every_key_that_was_added_opens_the_vault(void **state)
{
	struct vault v;

	(void)state;
	vault_box_open(&b, &v);
	assert_int_equal(add(&v, key('B')), 2);
	assert_int_equal(add(&v, passphrase("one")), 3);
	assert_int_equal(add(&v, passphrase("two")), 4);
	vault_close(&v);
	vault_box_has(&b, A, "t1");
	use_key(KEY_B);
	vault_box_has(&b, A, "t1");
	vault_box_put(&b, A, "t2"); /* and may write */
	use_passphrase("one");
	vault_box_has(&b, A, "t2");
	use_passphrase("two");
	vault_box_has(&b, A, "t2");
	use_passphrase("three");
	vault_box_refuses(&b, VAULT_WRONG_KEY, "does not open");
}

static void slots_have_their_bounds(void **state)
{
	struct keysearch_secret third = passphrase("three"), same = key('A'), ninth = key('J');
	struct vault v;
	struct err e = {0};

	(void)state;
	vault_box_open(&b, &v);
	assert_false(vault_add_key(&v, &same, NULL, &e));
	assert_non_null(strstr(e.text, "already"));
	add(&v, passphrase("one"));
	add(&v, passphrase("two"));
	assert_false(vault_add_key(&v, &third, NULL, &e));
	assert_non_null(strstr(e.text, "two passphrases"));
	for (char c = 'B'; c <= 'F'; c++)
		add(&v, key(c));
	assert_false(vault_add_key(&v, &ninth, NULL, &e));
	assert_non_null(strstr(e.text, "8 slots"));
	vault_close(&v);
	vault_box_has(&b, A, "t1");
}

static void a_removed_key_opens_nothing_that_is_written_later(void **state)
{
	struct vault v;
	struct str old;
	struct err e = {0};
	uint32_t drop = 1;
	struct keysearch_secret other = key('B');
	uint32_t slot;

	(void)state;
	vault_box_open(&b, &v);
	add(&v, key('B'));
	old = folder_read(&b.f, "home/profiles.keyfob");
	vault_close(&v);

	vault_box_open(&b, &v);
	assert_false(vault_rekey(&v, &drop, 1, &e)); /* key B is not at hand */
	assert_non_null(strstr(e.text, "2 (key)"));
	assert_ok(vault_unlock_also(&v, &other, &slot, &e), &e);
	assert_int_equal(slot, 2);
	assert_ok(vault_rekey(&v, &drop, 1, &e), &e);
	assert_int_equal(v.envelope.slots, 1);
	assert_int_equal(v.count, 1);
	vault_close(&v);

	vault_box_refuses(&b, VAULT_WRONG_KEY, "does not open");
	use_key(KEY_B);
	vault_box_has(&b, A, "t1");
	use_key(KEY_A); /* but a copy from before stays readable to it, as the manual says */
	folder_write(&b.f, "home/profiles.keyfob", old, 0600);
	vault_box_has(&b, A, "t1");
	free((char *)old.at);
}

static void a_new_data_key_is_drawn(void **state)
{
	struct vault v;
	struct envelope before;
	struct err e = {0};

	(void)state;
	vault_box_open(&b, &v);
	before = v.envelope;
	assert_ok(vault_rekey(&v, NULL, 0, &e), &e);
	assert_memory_not_equal(before.slot[0].wrapped, v.envelope.slot[0].wrapped, SLOT_WRAPPED);
	assert_memory_not_equal(before.slot[0].wrap_salt, v.envelope.slot[0].wrap_salt, SLOT_SALT);
	vault_close(&v);
	vault_box_has(&b, A, "t1");
}

static void a_slot_number_is_never_given_again(void **state)
{
	struct vault v;
	struct err e = {0};
	uint32_t two = 2;

	(void)state;
	vault_box_open(&b, &v);
	assert_int_equal(add(&v, key('B')), 2);
	assert_ok(vault_rekey(&v, &two, 1, &e), &e);
	assert_int_equal(add(&v, key('C')), 3);
	vault_close(&v);
}

static void what_cannot_be_dropped_is_refused_and_changes_nothing(void **state)
{
	struct vault v;
	struct err e = {0};
	uint32_t last = 1, none = 7;

	(void)state;
	vault_box_open(&b, &v);
	assert_false(vault_rekey(&v, &last, 1, &e));
	assert_non_null(strstr(e.text, "last slot"));
	assert_false(vault_rekey(&v, &none, 1, &e));
	assert_non_null(strstr(e.text, "no slot 7"));
	assert_int_equal(v.envelope.generation, 1);
	vault_close(&v);
	vault_box_has(&b, A, "t1");
}

static void a_long_lived_process_lives_through_a_rekey_of_another(void **state)
{
	struct vault lives, v;
	struct profile p = vault_box_profile("https://b.example", "t2");
	struct keysearch_secret one = passphrase("one"), first = key('A');
	struct err e = {0};
	uint32_t slot;

	(void)state;
	vault_box_open(&b, &v);
	add(&v, one);
	vault_close(&v);
	use_passphrase("one");
	vault_box_open(&b, &lives);
	test_world_env(&b.t, "KEYFOB_PASSPHRASE", NULL);
	use_key(KEY_A);
	vault_box_open(&b, &v);
	assert_ok(vault_unlock_also(&v, &one, &slot, &e), &e);
	assert_ok(vault_unlock_also(&v, &first, &slot, &e), &e);
	assert_ok(vault_rekey(&v, NULL, 0, &e), &e);
	vault_close(&v);
	assert_ok(vault_refresh(&lives, NULL, &e), &e);
	assert_ok(vault_put(&lives, &p, NULL, &e), &e);
	vault_close(&lives);
	vault_box_has(&b, "https://b.example", "t2");
}

static void a_vault_that_is_not_there_has_no_keys_to_change(void **state)
{
	struct keysearch_secret s = key('B');
	struct vault v;
	struct err e = {0};

	(void)state;
	assert_int_equal(unlink(folder_path(&b.f, "home/profiles.keyfob")), 0);
	vault_box_open(&b, &v);
	assert_false(vault_add_key(&v, &s, NULL, &e));
	assert_false(vault_unlock_also(&v, &s, NULL, &e));
	assert_false(vault_rekey(&v, NULL, 0, &e));
	vault_close(&v);
}

/* The other vault numbers its slots alike, but they are of other keys. */
static void secrets_of_an_older_vault_are_not_wrapped_into_a_new_one(void **state)
{
	struct vault lives, v;
	struct err e = {0};

	(void)state;
	vault_box_open(&b, &lives);
	add(&lives, key('B'));
	assert_int_equal(unlink(folder_path(&b.f, "home/profiles.keyfob")), 0);
	vault_box_put(&b, A, "t9");
	vault_box_open(&b, &v);
	assert_int_equal(add(&v, key('C')), 2);
	vault_close(&v);
	assert_false(vault_rekey(&lives, NULL, 0, &e));
	assert_non_null(strstr(e.text, "2 (key)"));
	vault_close(&lives);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_key_that_was_added_opens_the_vault, start, end),
		cmocka_unit_test_setup_teardown(slots_have_their_bounds, start, end),
		cmocka_unit_test_setup_teardown(a_removed_key_opens_nothing_that_is_written_later, start, end),
		cmocka_unit_test_setup_teardown(a_new_data_key_is_drawn, start, end),
		cmocka_unit_test_setup_teardown(a_slot_number_is_never_given_again, start, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_dropped_is_refused_and_changes_nothing, start, end),
		cmocka_unit_test_setup_teardown(a_long_lived_process_lives_through_a_rekey_of_another, start, end),
		cmocka_unit_test_setup_teardown(a_vault_that_is_not_there_has_no_keys_to_change, start, end),
		cmocka_unit_test_setup_teardown(secrets_of_an_older_vault_are_not_wrapped_into_a_new_one, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

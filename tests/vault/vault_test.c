#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "support/vault_box.h"
#include "vault/pack.h"

static struct vault_box b;

#define A "https://a.example"
#define B "https://b.example"

static int start(void **state)
{
	(void)state;
	vault_box_start(&b);
	return 0;
}

static int end(void **state)
{
	(void)state;
	vault_box_end(&b);
	return 0;
}

static unsigned mode_of(const char *name)
{
	struct stat s;

	assert_int_equal(stat(folder_path(&b.f, name), &s), 0);
	return s.st_mode & 07777;
}

/* --- Making, keeping, finding ----------------------------------------------------------- */

static void asking_an_absent_vault_makes_nothing(void **state)
{
	struct vault v;
	struct err e = {0};
	bool removed;

	(void)state;
	vault_box_open(&b, &v);
	assert_false(v.exists);
	assert_int_equal(v.count, 0);
	assert_ok(vault_refresh(&v, NULL, &e), &e);
	vault_close(&v);
	assert_int_equal(folder_count(&b.f, ".", "home"), 0);

	vault_box_open(&b, &v);
	assert_ok(vault_remove(&v, S("x"), 0, &removed, &e), &e);
	assert_false(removed);
	vault_close(&v);
	assert_int_not_equal(access(folder_path(&b.f, "home/profiles.keyfob"), F_OK), 0);
	assert_int_not_equal(access(folder_path(&b.f, "home/key"), F_OK), 0);
}

static void the_first_login_makes_folder_key_and_vault_for_us_alone(void **state)
{
	struct vault v;
	struct vault_info i;

	(void)state;
	vault_box_put(&b, A, "t1");
	assert_int_equal(mode_of("home"), 0700);
	assert_int_equal(mode_of("home/key"), 0600);
	assert_int_equal(mode_of("home/profiles.keyfob"), 0600);
	assert_int_equal(mode_of("home/profiles.keyfob.lock"), 0600);
	vault_box_has(&b, A, "t1");

	vault_box_open(&b, &v);
	vault_info(&v, &i);
	assert_true(i.exists && i.open);
	assert_int_equal(i.generation, 1);
	assert_int_equal(i.slots, 1);
	assert_int_equal(i.slot[0].type, SLOT_KEY);
	assert_int_equal(i.opened_slot, 1);
	assert_true(str_ends(i.opened_by, S("/home/key")));
	assert_int_equal(i.profiles, 1);
	vault_close(&v);
}

static void a_key_that_is_given_is_used_and_none_is_made(void **state)
{
	(void)state;
	test_world_env(&b.t, "KEYFOB_KEY", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
	vault_box_put(&b, A, "t1");
	assert_int_not_equal(access(folder_path(&b.f, "home/key"), F_OK), 0);
	vault_box_has(&b, A, "t1");
	test_world_env(&b.t, "KEYFOB_KEY", NULL);
	vault_box_refuses(&b, VAULT_KEY_MISSING, "none was found");
}

static void a_passphrase_makes_a_vault_that_asks_for_it(void **state)
{
	struct vault v;

	(void)state;
	test_world_env(&b.t, "KEYFOB_PASSPHRASE", "correct horse");
	vault_box_put(&b, A, "t1");
	test_world_env(&b.t, "KEYFOB_PASSPHRASE", NULL);
	b.t.tty.tty.present = true;
	b.t.tty.answers[0] = "correct horse";
	b.t.tty.answers[1] = "wrong horse";
	b.t.tty.answers[2] = "correct horse";
	vault_box_open(&b, &v);
	assert_int_equal(v.envelope.slot[0].type, SLOT_PASSPHRASE);
	assert_int_equal(v.envelope.slot[0].log_n, 15);
	assert_non_null(vault_find(&v, S(A)));
	vault_close(&v);
	keysearch_forget(&b.t.world);
	vault_box_refuses(&b, VAULT_WRONG_KEY, "passphrase");
	vault_box_has(&b, A, "t1"); /* the wrong one is not remembered */
	vault_box_has(&b, A, "t1"); /* and the right one is */
	assert_int_equal(b.t.tty.asked, 3);
}

static void a_sign_in_gets_a_name_times_and_a_revision(void **state)
{
	struct vault v;
	struct profile p = vault_box_profile(A, "t1");
	const struct profile *kept, *again;
	struct err e = {0};
	char id[64];
	uint64_t revision;

	(void)state;
	vault_box_open(&b, &v);
	assert_ok(vault_put(&v, &p, &kept, &e), &e);
	assert_int_equal(kept->id.len, 32);
	assert_int_equal(kept->created_at, TEST_WORLD_NOW);
	assert_int_equal(kept->updated_at, TEST_WORLD_NOW);
	assert_int_not_equal(kept->revision, 0);
	snprintf(id, sizeof id, "%.*s", STR(kept->id));
	revision = kept->revision;

	events_script_pass(&b.t.events, 5000);
	p = *kept; /* borrows from the vault itself */
	p.grant.access_token = S("t2");
	assert_ok(vault_put(&v, &p, &again, &e), &e);
	assert_str(again->id, id);
	assert_int_equal(again->created_at, TEST_WORLD_NOW);
	assert_int_equal(again->updated_at, TEST_WORLD_NOW + 5);
	assert_int_not_equal(again->revision, revision);
	assert_int_equal(v.count, 1);

	p = vault_box_profile(A, "t3"); /* a new login */
	assert_ok(vault_put(&v, &p, &again, &e), &e);
	assert_str(again->id, id);
	assert_int_equal(v.count, 1);
	vault_close(&v);
	vault_box_has(&b, A, "t3");
}

static void many_sign_ins_are_kept_in_their_order(void **state)
{
	char identity[64], token[64];
	struct vault v;
	struct err e = {0};

	(void)state;
	vault_box_open(&b, &v);
	for (int i = 0; i < 40; i++) {
		struct profile p;

		snprintf(identity, sizeof identity, "https://h%d.example", i);
		snprintf(token, sizeof token, "t%d", i);
		p = vault_box_profile(identity, token);
		assert_ok(vault_put(&v, &p, NULL, &e), &e);
	}
	assert_ok(vault_remove(&v, v.profiles[7].id, 0, NULL, &e), &e);
	vault_close(&v);
	vault_box_open(&b, &v);
	assert_int_equal(v.count, 39);
	for (size_t i = 0; i < v.count; i++) {
		snprintf(token, sizeof token, "t%zu", i < 7 ? i : i + 1);
		assert_str(v.profiles[i].grant.access_token, token);
	}
	vault_close(&v);
}

static void a_large_sign_in_finds_its_room(void **state)
{
	char *token = malloc(1100001);
	struct profile p;
	struct vault v;
	struct err e = {0};

	(void)state;
	memset(token, 'x', 1100000);
	token[1100000] = 0;
	p = vault_box_profile(A, token);
	vault_box_open(&b, &v);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
	vault_box_has(&b, A, token);

	p.identity = S(B);
	vault_box_open(&b, &v);
	for (int i = 0; i < 4 && vault_put(&v, &p, NULL, &e); i++) {
		p.identity = S("https://c.example");
		p.grant.scope = p.grant.access_token;
	}
	assert_non_null(strstr(e.text, "larger than 4 MiB"));
	vault_close(&v);
	vault_box_has(&b, A, token);
	free(token);
}

static void memory_mode_never_reaches_the_vault(void **state)
{
	struct profile p = vault_box_profile(A, "t1");
	struct vault v;
	struct err e = {0};

	(void)state;
	p.persist = PROFILE_IN_MEMORY;
	vault_box_open(&b, &v);
	assert_false(vault_put(&v, &p, NULL, &e));
	vault_close(&v);
	assert_int_equal(folder_count(&b.f, ".", "home"), 0);
}

static void what_a_later_version_wrote_survives_a_refresh(void **state)
{
	struct profile p = vault_box_profile(A, "t1");
	const struct profile *kept;
	struct vault v;
	struct err e = {0};

	(void)state;
	p.extra = S("{\"later\":{\"deep\":[1,2]}}");
	vault_box_open(&b, &v);
	assert_ok(vault_put(&v, &p, &kept, &e), &e);
	p = vault_box_profile(A, "t2");
	p.id = kept->id; /* made from scratch, without what it does not know */
	assert_ok(vault_put(&v, &p, &kept, &e), &e);
	assert_str(kept->extra, "{\"later\":{\"deep\":[1,2]}}");
	vault_close(&v);
	vault_box_open(&b, &v);
	assert_str(vault_find(&v, S(A))->extra, "{\"later\":{\"deep\":[1,2]}}");
	vault_close(&v);
}

/* --- Two at once -------------------------------------------------------------------------- */

static void a_change_is_made_to_what_is_there_now(void **state)
{
	struct vault v;
	struct profile p = vault_box_profile(B, "t2");
	struct err e = {0};

	(void)state;
	vault_box_open(&b, &v); /* sees nothing */
	vault_box_put(&b, A, "t1");
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	assert_int_equal(v.count, 2);
	vault_close(&v);
	vault_box_has(&b, A, "t1");
	vault_box_has(&b, B, "t2");
}

static void a_sign_in_that_somebody_replaced_is_neither_overwritten_nor_removed(void **state)
{
	struct vault v;
	struct profile p;
	char id[64];
	bool swapped = true, removed = true;
	struct err e = {0};

	(void)state;
	vault_box_put(&b, A, "t1");
	vault_box_open(&b, &v);
	p = *vault_find(&v, S(A));
	snprintf(id, sizeof id, "%.*s", STR(p.id));
	p.id = str_of(id);
	p.grant.access_token = S("mine");
	vault_box_put(&b, A, "theirs");
	assert_ok(vault_put_if(&v, &p, p.revision, NULL, &swapped, &e), &e);
	assert_false(swapped);
	assert_str(vault_find(&v, S(A))->grant.access_token, "theirs"); /* and it shows */
	assert_ok(vault_remove(&v, str_of(id), p.revision, &removed, &e), &e);
	assert_false(removed);
	vault_box_has(&b, A, "theirs");

	p = *vault_find(&v, S(A));
	p.grant.access_token = S("mine");
	assert_ok(vault_put_if(&v, &p, p.revision, NULL, &swapped, &e), &e);
	assert_true(swapped);
	vault_box_has(&b, A, "mine");
	p = *vault_find(&v, S(A));
	assert_ok(vault_remove(&v, p.id, p.revision, &removed, &e), &e);
	assert_true(removed);
	vault_box_has(&b, A, NULL);
	p = vault_box_profile(A, "late");
	p.id = str_of(id);
	assert_ok(vault_put_if(&v, &p, 1, NULL, &swapped, &e), &e); /* a refresh that outlived the logout */
	assert_false(swapped);
	vault_box_has(&b, A, NULL);
	vault_close(&v);
}

static void two_first_logins_share_one_vault(void **state)
{
	struct vault one, two;
	struct profile p = vault_box_profile(A, "t1"), q = vault_box_profile(B, "t2");
	struct err e = {0};

	(void)state;
	vault_box_open(&b, &one);
	vault_box_open(&b, &two);
	assert_ok(vault_put(&one, &p, NULL, &e), &e);
	assert_ok(vault_put(&two, &q, NULL, &e), &e);
	assert_ok(vault_refresh(&one, NULL, &e), &e);
	assert_int_equal(one.count, 2);
	vault_close(&one);
	vault_close(&two);
}

static void a_reader_sees_a_change_when_it_looks_again(void **state)
{
	struct vault v;
	struct err e = {0};
	bool changed;

	(void)state;
	vault_box_put(&b, A, "t1");
	vault_box_open(&b, &v);
	assert_ok(vault_refresh(&v, &changed, &e), &e);
	assert_false(changed);
	vault_box_put(&b, A, "t2");
	assert_ok(vault_refresh(&v, &changed, &e), &e);
	assert_true(changed);
	assert_str(vault_find(&v, S(A))->grant.access_token, "t2");
	vault_close(&v);
}

static void a_vault_at_rest_holds_no_token_and_reads_again_with_the_key_it_has(void **state)
{
	struct vault v;
	struct profile p = vault_box_profile(B, "t9");
	struct str old;
	struct err e = {0};

	(void)state;
	vault_box_put(&b, A, "t1");
	old = folder_read(&b.f, "home/profiles.keyfob");
	vault_box_put(&b, A, "t2");
	vault_box_open(&b, &v);
	assert_int_equal(unlink(folder_path(&b.f, "home/key")), 0);
	vault_rest(&v);
	vault_rest(&v);
	assert_null(v.body.block);
	assert_null(vault_find(&v, S(A)));
	assert_ok(vault_refresh(&v, NULL, &e), &e);
	assert_str(vault_find(&v, S(A))->grant.access_token, "t2");

	vault_rest(&v);
	folder_write(&b.f, "home/profiles.keyfob", old, 0600);
	for (int i = 0; i < 2; i++) {
		assert_false(vault_refresh(&v, NULL, &e));
		assert_int_equal(v.trouble, VAULT_OLDER);
		assert_null(vault_find(&v, S(A)));
	}
	assert_false(vault_put(&v, &p, NULL, &e));
	assert_int_equal(v.trouble, VAULT_OLDER);

	assert_int_equal(unlink(folder_path(&b.f, "home/profiles.keyfob")), 0);
	assert_ok(vault_refresh(&v, NULL, &e), &e);
	assert_false(v.exists);
	vault_close(&v);
	free((char *)old.at);
}

static void a_held_file_lock_is_busy_not_a_hang(void **state)
{
	struct vault v;
	struct lock other;
	struct profile p = vault_box_profile(A, "t2");
	struct err e = {0};
	bool got;

	(void)state;
	vault_box_put(&b, A, "t1");
	assert_ok(lock_open(&other, str_of(folder_path(&b.f, "home/profiles.keyfob.lock")), &e), &e);
	assert_ok(lock_try(&other, 0, &got, &e), &e);
	vault_box_open(&b, &v); /* reading needs no lock */
	v.wait_ms = 0;
	assert_false(vault_put(&v, &p, NULL, &e));
	assert_int_equal(v.trouble, VAULT_BUSY);
	lock_close(&other);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
}

static void one_grant_has_one_refresher_and_others_their_own(void **state)
{
	struct vault one, two;
	struct err e = {0};
	bool got;

	(void)state;
	vault_box_put(&b, A, "t1");
	vault_box_open(&b, &one);
	vault_box_open(&b, &two);
	assert_ok(vault_grant_try(&one, S("id1"), &got, &e), &e);
	assert_true(got);
	assert_ok(vault_grant_try(&two, S("id1"), &got, &e), &e);
	assert_false(got);
	assert_ok(vault_grant_try(&two, S("id2"), &got, &e), &e);
	assert_true(got);
	vault_grant_release(&one, S("id1"));
	assert_ok(vault_grant_try(&two, S("id1"), &got, &e), &e);
	assert_true(got);
	vault_close(&two); /* gives back what it holds */
	assert_ok(vault_grant_try(&one, S("id2"), &got, &e), &e);
	assert_true(got);
	vault_close(&one);
}

/* --- Three errors, three cures -------------------------------------------------------------- */

/* Flips a byte of the vault, with or without putting its digest right. */
static enum vault_trouble trouble_of(struct str file, size_t at, bool sign)
{
	char *bytes = malloc(file.len);
	struct vault v;
	struct err e = {0};
	enum vault_trouble trouble;
	struct str left;

	memcpy(bytes, file.at, file.len);
	bytes[at] ^= 0x10;
	if (sign)
		hash_sha256((uint8_t *)bytes + file.len - 32, str_make(bytes, file.len - 32));
	folder_write(&b.f, "home/profiles.keyfob", str_make(bytes, file.len), 0600);
	assert_false(vault_open(&v, &b.t.world, &e));
	assert_int_equal(e.kind, ERR_VAULT);
	assert_int_equal(v.count, 0);
	trouble = v.trouble;
	vault_close(&v);
	left = folder_read(&b.f, "home/profiles.keyfob"); /* nothing ever resets the file */
	assert_true(str_same(left, str_make(bytes, file.len)));
	free((char *)left.at);
	free(bytes);
	return trouble;
}

static enum vault_trouble expected(size_t at, size_t len)
{
	if (at < 8)
		return VAULT_DAMAGED; /* magic */
	if (at < 10)
		return VAULT_NEWER;
	if (at < 16)
		return VAULT_DAMAGED; /* counts */
	if (at < 32)
		return VAULT_WRONG_KEY; /* the vault's id: no slot opens */
	if (at < 72)
		return VAULT_TAMPERED; /* generation, salt */
	if (at < 76)
		return VAULT_TAMPERED; /* next slot */
	if (at < 80)
		return VAULT_DAMAGED; /* zero */
	if (at < 84)
		return VAULT_DAMAGED; /* slot number: 1 becomes larger than the next */
	if (at < 88)
		return VAULT_DAMAGED; /* type and parameters */
	if (at >= 96 && at < 128)
		return VAULT_DAMAGED; /* a key's salt is zero */
	if (at < 80 + SLOT_BYTES)
		return VAULT_WRONG_KEY;
	(void)len;
	return VAULT_TAMPERED;
}

static void every_flipped_byte_gives_the_right_one_of_three_errors(void **state)
{
	struct str file;

	(void)state;
	vault_box_put(&b, A, "t1");
	file = folder_read(&b.f, "home/profiles.keyfob");
	for (size_t i = 0; i < file.len; i++)
		assert_int_equal(trouble_of(file, i, false), VAULT_DAMAGED);
	for (size_t i = 0; i < file.len - 32; i++)
		if (trouble_of(file, i, true) != expected(i, file.len))
			fail_msg("byte %zu: trouble %d, expected %d", i, (int)trouble_of(file, i, true), (int)expected(i, file.len));
	folder_write(&b.f, "home/profiles.keyfob", file, 0600);
	vault_box_has(&b, A, "t1");
	free((char *)file.at);
}

static void the_wrong_key_and_the_missing_key_are_told_apart(void **state)
{
	struct vault v;
	struct vault_info i;
	struct err e = {0};

	(void)state;
	vault_box_put(&b, A, "t1");
	test_world_env(&b.t, "KEYFOB_KEY", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
	vault_box_refuses(&b, VAULT_WRONG_KEY, "does not open with $KEYFOB_KEY");
	test_world_env(&b.t, "KEYFOB_KEY", NULL);
	assert_int_equal(unlink(folder_path(&b.f, "home/key")), 0);
	vault_box_refuses(&b, VAULT_KEY_MISSING, "none was found");

	assert_false(vault_open(&v, &b.t.world, &e)); /* what can be told is told */
	vault_info(&v, &i);
	assert_true(i.exists);
	assert_false(i.open);
	assert_int_equal(i.slots, 1);
	assert_int_equal(i.generation, 1);
	assert_false(vault_can_write(&v, &e));
	vault_close(&v);
}

static void an_empty_or_foreign_file_is_damage_and_stays(void **state)
{
	static const struct str contents[] = {S_INIT(""), S_INIT("{}"), S_INIT("hello, I am no vault")};

	(void)state;
	vault_box_put(&b, A, "t1");
	for (size_t i = 0; i < 3; i++) {
		folder_write(&b.f, "home/profiles.keyfob", contents[i], 0600);
		vault_box_refuses(&b, VAULT_DAMAGED, "damaged");
	}
}

static void a_long_lived_process_refuses_a_lower_generation(void **state)
{
	struct str old;
	struct vault v;
	struct profile p = vault_box_profile(A, "t3");
	struct err e = {0};
	bool changed;

	(void)state;
	vault_box_put(&b, A, "t1");
	old = folder_read(&b.f, "home/profiles.keyfob");
	vault_box_put(&b, A, "t2");
	vault_box_open(&b, &v);
	folder_write(&b.f, "home/profiles.keyfob", old, 0600);
	assert_false(vault_refresh(&v, &changed, &e));
	assert_int_equal(v.trouble, VAULT_OLDER);
	assert_str(vault_find(&v, S(A))->grant.access_token, "t2"); /* the old state stays */
	assert_false(vault_put(&v, &p, NULL, &e));
	assert_int_equal(v.trouble, VAULT_OLDER);
	vault_close(&v);
	vault_box_has(&b, A, "t1"); /* a new process cannot tell */
	free((char *)old.at);
}

static void a_vault_that_was_made_anew_is_no_rollback(void **state)
{
	struct vault v;
	struct err e = {0};

	(void)state;
	vault_box_put(&b, A, "t1");
	vault_box_put(&b, A, "t2");
	vault_box_open(&b, &v);
	assert_int_equal(unlink(folder_path(&b.f, "home/profiles.keyfob")), 0);
	assert_ok(vault_refresh(&v, NULL, &e), &e);
	assert_int_equal(v.count, 0);
	vault_box_put(&b, B, "t3");
	assert_ok(vault_refresh(&v, NULL, &e), &e);
	assert_non_null(vault_find(&v, S(B)));
	vault_close(&v);
}

/* --- Where it is ------------------------------------------------------------------------------ */

static void the_folder_is_found_in_its_order(void **state)
{
	static const struct {
		const char *option, *home, *xdg, *user, *is;
	} cases[] = {
		{"/o", "/k", "/x", "/u", "/o"},
		{"", "/k", "/x", "/u", "/k"},
		{"", NULL, "/x", "/u", "/x/keyfob"},
		{"", NULL, "relative", "/u", "/u/.config/keyfob"},
		{"", NULL, NULL, "/u", "/u/.config/keyfob"},
		{"", "", "", "/u", "/u/.config/keyfob"},
		{"", NULL, NULL, NULL, NULL},
		{"", NULL, NULL, "", NULL},
	};
	struct str home;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		b.t.world.options.home = str_of(cases[i].option);
		test_world_env(&b.t, "KEYFOB_HOME", cases[i].home);
		test_world_env(&b.t, "XDG_CONFIG_HOME", cases[i].xdg);
		test_world_env(&b.t, "HOME", cases[i].user);
		assert_int_equal(vault_home(&b.t.world, b.t.world.arena, &home, &e), cases[i].is != NULL);
		if (cases[i].is)
			assert_str(home, cases[i].is);
		else
			assert_non_null(strstr(e.text, "--persist memory"));
	}
	vault_box_refuses(&b, VAULT_NO_HOME, "--persist memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asking_an_absent_vault_makes_nothing, start, end),
		cmocka_unit_test_setup_teardown(the_first_login_makes_folder_key_and_vault_for_us_alone, start, end),
		cmocka_unit_test_setup_teardown(a_key_that_is_given_is_used_and_none_is_made, start, end),
		cmocka_unit_test_setup_teardown(a_passphrase_makes_a_vault_that_asks_for_it, start, end),
		cmocka_unit_test_setup_teardown(a_sign_in_gets_a_name_times_and_a_revision, start, end),
		cmocka_unit_test_setup_teardown(many_sign_ins_are_kept_in_their_order, start, end),
		cmocka_unit_test_setup_teardown(a_large_sign_in_finds_its_room, start, end),
		cmocka_unit_test_setup_teardown(memory_mode_never_reaches_the_vault, start, end),
		cmocka_unit_test_setup_teardown(what_a_later_version_wrote_survives_a_refresh, start, end),
		cmocka_unit_test_setup_teardown(a_change_is_made_to_what_is_there_now, start, end),
		cmocka_unit_test_setup_teardown(a_sign_in_that_somebody_replaced_is_neither_overwritten_nor_removed, start, end),
		cmocka_unit_test_setup_teardown(two_first_logins_share_one_vault, start, end),
		cmocka_unit_test_setup_teardown(a_reader_sees_a_change_when_it_looks_again, start, end),
		cmocka_unit_test_setup_teardown(a_vault_at_rest_holds_no_token_and_reads_again_with_the_key_it_has, start, end),
		cmocka_unit_test_setup_teardown(a_held_file_lock_is_busy_not_a_hang, start, end),
		cmocka_unit_test_setup_teardown(one_grant_has_one_refresher_and_others_their_own, start, end),
		cmocka_unit_test_setup_teardown(every_flipped_byte_gives_the_right_one_of_three_errors, start, end),
		cmocka_unit_test_setup_teardown(the_wrong_key_and_the_missing_key_are_told_apart, start, end),
		cmocka_unit_test_setup_teardown(an_empty_or_foreign_file_is_damage_and_stays, start, end),
		cmocka_unit_test_setup_teardown(a_long_lived_process_refuses_a_lower_generation, start, end),
		cmocka_unit_test_setup_teardown(a_vault_that_was_made_anew_is_no_rollback, start, end),
		cmocka_unit_test_setup_teardown(the_folder_is_found_in_its_order, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

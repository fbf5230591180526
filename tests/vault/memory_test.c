#include "support/test.h"

#include <pthread.h>
#include <stdio.h>

#include "support/vault_box.h"
#include "vault/memory.h"

static struct vault_box box;
static struct vault one, two;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	vault_box_start(&box);
	box.t.world.options.persist_memory = true;
	e = (struct err){0};
	vault_box_open(&box, &one);
	vault_box_open(&box, &two);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	vault_close(&one);
	vault_close(&two);
	assert_int_equal(folder_count(&box.f, ".", "home"), 0);
	vault_box_end(&box);
	return 0;
}

static void put(struct vault *v, const char *identity, const char *token)
{
	struct profile p = vault_box_profile(identity, token);

	assert_ok(vault_put(v, &p, NULL, &e), &e);
}

static void has(struct vault *v, const char *identity, const char *token)
{
	const struct profile *p;

	assert_ok(vault_refresh(v, NULL, &e), &e);
	p = vault_find(v, str_of(identity));
	if (!token) {
		assert_null(p);
		return;
	}
	assert_non_null(p);
	assert_str(p->grant.access_token, token);
}

static void it_begins_empty_and_can_be_written(void **state)
{
	(void)state;
	assert_int_equal(one.count, 0);
	assert_ok(vault_can_write(&one, &e), &e);
	has(&one, "https://a.example", NULL);
}

static void all_vaults_of_the_process_are_one(void **state)
{
	struct vault three;

	(void)state;
	put(&one, "https://a.example", "a1");
	has(&one, "https://a.example", "a1");
	has(&two, "https://a.example", "a1");
	put(&two, "https://b.example", "b1");
	has(&one, "https://a.example", "a1");
	has(&one, "https://b.example", "b1");
	vault_close(&one);
	vault_box_open(&box, &three);
	has(&three, "https://b.example", "b1");
	vault_close(&three);
	vault_box_open(&box, &one);
	assert_int_equal(one.count, 2);
}

static void what_was_found_stays_until_it_is_looked_for_again(void **state)
{
	const struct profile *p;
	bool changed;

	(void)state;
	put(&one, "https://a.example", "a1");
	p = vault_find(&one, S("https://a.example"));
	put(&two, "https://a.example", "a2");
	assert_str(p->grant.access_token, "a1");
	assert_ok(vault_refresh(&one, &changed, &e), &e);
	assert_true(changed);
	has(&one, "https://a.example", "a2");
	assert_ok(vault_refresh(&one, &changed, &e), &e);
	assert_false(changed);
}

static void at_rest_a_vault_holds_nothing_and_finds_it_again(void **state)
{
	(void)state;
	put(&one, "https://a.example", "a1");
	vault_rest(&one);
	assert_null(vault_find(&one, S("https://a.example")));
	has(&one, "https://a.example", "a1");
	vault_rest(&one);
	put(&one, "https://b.example", "b1");
	has(&one, "https://a.example", "a1");
}

static void the_older_grant_is_not_put_over_the_newer_one(void **state)
{
	const struct profile *p;
	struct profile copy;
	bool swapped;

	(void)state;
	put(&one, "https://a.example", "a1");
	p = vault_find(&one, S("https://a.example"));
	assert_ok(profile_copy(&box.t.arena, p, &copy, &e), &e);
	copy.grant.access_token = S("a2");
	assert_ok(vault_put_if(&two, &copy, copy.revision, NULL, &swapped, &e), &e);
	assert_true(swapped);
	copy.grant.access_token = S("a3");
	assert_ok(vault_put_if(&one, &copy, copy.revision, NULL, &swapped, &e), &e);
	assert_false(swapped);
	has(&one, "https://a.example", "a2");
}

static void a_profile_is_removed_for_all(void **state)
{
	bool removed;

	(void)state;
	put(&one, "https://a.example", "a1");
	put(&one, "https://b.example", "b1");
	assert_ok(vault_refresh(&two, NULL, &e), &e);
	assert_ok(vault_remove(&two, vault_find(&two, S("https://a.example"))->id, 0, &removed, &e), &e);
	assert_true(removed);
	has(&one, "https://a.example", NULL);
	has(&one, "https://b.example", "b1");
}

static void one_vault_at_a_time_refreshes_a_grant(void **state)
{
	bool got;

	(void)state;
	assert_ok(vault_grant_try(&one, S("id-1"), &got, &e), &e);
	assert_true(got);
	assert_ok(vault_grant_try(&one, S("id-1"), &got, &e), &e);
	assert_true(got);
	assert_ok(vault_grant_try(&two, S("id-1"), &got, &e), &e);
	assert_false(got);
	assert_ok(vault_grant_try(&two, S("id-2"), &got, &e), &e);
	assert_true(got);
	vault_grant_release(&one, S("id-1"));
	assert_ok(vault_grant_try(&two, S("id-1"), &got, &e), &e);
	assert_true(got);
	vault_close(&two);
	assert_ok(vault_grant_try(&one, S("id-1"), &got, &e), &e);
	assert_true(got);
	vault_box_open(&box, &two);
}

static void there_is_an_end_of_locks(void **state)
{
	char id[16];
	bool got = true;

	(void)state;
	for (int i = 0; i <= MEMORY_LOCKS; i++) {
		assert_true(got);
		snprintf(id, sizeof id, "id-%d", i);
		assert_ok(vault_grant_try(&one, str_of(id), &got, &e), &e);
	}
	assert_false(got);
}

static void there_are_no_keys(void **state)
{
	struct keysearch_secret secret = {.kind = KEYSEARCH_IS_KEY, .len = KEYSEARCH_KEY};
	struct vault_info info;

	(void)state;
	put(&one, "https://a.example", "a1");
	assert_false(vault_add_key(&one, &secret, NULL, &e));
	assert_non_null(strstr(e.text, "no keys"));
	assert_false(vault_rekey(&one, NULL, 0, &e));
	assert_false(vault_unlock_also(&one, &secret, NULL, &e));
	vault_info(&one, &info);
	assert_true(info.open);
	assert_int_equal(info.profiles, 1);
	assert_int_equal(info.bytes, 0);
	assert_int_equal(info.slots, 0);
}

static void a_vault_on_disk_beside_it_is_not_read(void **state)
{
	struct vault v;

	(void)state;
	box.t.world.options.persist_memory = false;
	box.t.world.options.home = arena_str(&box.t.arena, str_of(folder_path(&box.f, "disk")));
	vault_box_put(&box, "https://disk.example", "d1");
	box.t.world.options.persist_memory = true;
	vault_box_open(&box, &v);
	assert_int_equal(v.count, 0);
	put(&v, "https://a.example", "a1");
	vault_close(&v);
	box.t.world.options.persist_memory = false;
	vault_box_has(&box, "https://a.example", NULL);
	vault_box_has(&box, "https://disk.example", "d1");
	folder_end(&box.f);
	folder_start(&box.f);
}

static void a_large_vault_fits_too(void **state)
{
	static char token[30000];
	char identity[64];

	(void)state;
	memset(token, 'x', sizeof token - 1);
	for (int i = 0; i < 20; i++) {
		snprintf(identity, sizeof identity, "https://n%d.example", i);
		put(i % 2 ? &one : &two, identity, token);
	}
	assert_ok(vault_refresh(&one, NULL, &e), &e);
	assert_int_equal(one.count, 20);
}

static void *put_many(void *at)
{
	char identity[64];

	for (int i = 0; i < 50; i++) {
		struct profile p;

		snprintf(identity, sizeof identity, "https://%c%d.example", at == &one ? 'a' : 'b', i % 5);
		p = vault_box_profile(identity, "t");
		if (!vault_put(at, &p, NULL, NULL) || !vault_refresh(at, NULL, NULL))
			return NULL;
		vault_rest(at);
	}
	return at;
}

static void a_worker_may_write_while_the_loop_does(void **state)
{
	pthread_t other;
	void *result;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, put_many, &one), 0);
	assert_ptr_equal(put_many(&two), &two);
	pthread_join(other, &result);
	assert_ptr_equal(result, &one);
	assert_ok(vault_refresh(&two, NULL, &e), &e);
	assert_int_equal(two.count, 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_begins_empty_and_can_be_written),
		TEST(all_vaults_of_the_process_are_one),
		TEST(what_was_found_stays_until_it_is_looked_for_again),
		TEST(at_rest_a_vault_holds_nothing_and_finds_it_again),
		TEST(the_older_grant_is_not_put_over_the_newer_one),
		TEST(a_profile_is_removed_for_all),
		TEST(one_vault_at_a_time_refreshes_a_grant),
		TEST(there_is_an_end_of_locks),
		TEST(there_are_no_keys),
		TEST(a_vault_on_disk_beside_it_is_not_read),
		TEST(a_large_vault_fits_too),
		TEST(a_worker_may_write_while_the_loop_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

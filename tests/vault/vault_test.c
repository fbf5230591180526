#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/rng.h"
#include "support/folder.h"
#include "support/world.h"
#include "vault/vault.h"

static struct test_world t;
static struct folder f;

static int start(void **state)
{
	(void)state;
	test_world_start(&t);
	t.world.rng = &rng_system;
	folder_start(&f);
	test_world_env(&t, "KEYFOB_HOME", f.path);
	return 0;
}

static int end(void **state)
{
	(void)state;
	folder_end(&f);
	test_world_end(&t);
	return 0;
}

static struct profile sign_in(const char *identity, const char *token)
{
	return (struct profile){
		.identity = str_of(identity),
		.server_url = str_of(identity),
		.grant = {
			.issuer = S("https://issuer.example"),
			.client = GRANT_CLIENT_REGISTERED,
			.client_id = S("c1"),
			.access_token = str_of(token),
			.refresh_token = S("r1"),
			.expires_at = 1700003600,
		},
	};
}

static void open_vault(struct vault *v)
{
	struct err e = {0};

	assert_ok(vault_open(v, &t.world, &e), &e);
}

static void put(struct vault *v, const char *identity, const char *token)
{
	struct profile p = sign_in(identity, token);
	struct err e = {0};

	assert_ok(vault_put(v, &p, NULL, &e), &e);
}

static void the_first_login_makes_folder_key_and_vault(void **state)
{
	struct vault v;
	struct stat s;
	const struct profile *p;

	(void)state;
	open_vault(&v);
	assert_false(v.exists);
	assert_int_equal(folder_count(&f, "key"), 0); /* asking makes nothing */
	put(&v, "https://a.example", "t1");
	vault_close(&v);

	assert_int_equal(stat(folder_path(&f, "key"), &s), 0);
	assert_int_equal(s.st_mode & 07777, 0600);
	assert_int_equal(stat(folder_path(&f, "profiles.keyfob"), &s), 0);
	assert_int_equal(s.st_mode & 07777, 0600);
	assert_int_equal(folder_count(&f, ".tmp"), 0);

	open_vault(&v);
	p = vault_find(&v, S("https://a.example"));
	assert_non_null(p);
	assert_str(p->grant.access_token, "t1");
	assert_int_equal(p->created_at, TEST_WORLD_NOW);
	vault_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_login_makes_folder_key_and_vault, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/vault_box.h"

#include "crypto/kdf.h"
#include "support/test.h"
#include "vault/memory.h"

void vault_box_start(struct vault_box *b)
{
	test_world_start(&b->t);
	b->t.world.rng = &rng_system;
	folder_start(&b->f);
	b->t.world.options.home = arena_str(b->t.world.arena, str_of(folder_path(&b->f, "home")));
}

void vault_box_end(struct vault_box *b)
{
	memory_free(&b->t.world);
	keysearch_forget(&b->t.world);
	folder_end(&b->f);
	test_world_end(&b->t);
}

void vault_box_open(struct vault_box *b, struct vault *v)
{
	struct err e = {0};

	assert_ok(vault_open(v, &b->t.world, &e), &e);
	v->log_n = KDF_LOG_N_MIN;
}

void vault_box_refuses(struct vault_box *b, enum vault_trouble trouble, const char *part)
{
	struct vault v;
	struct err e = {0};

	assert_false(vault_open(&v, &b->t.world, &e));
	assert_int_equal(e.kind, ERR_VAULT);
	if (v.trouble != trouble || !strstr(e.text, part))
		fail_msg("trouble %d, \"%s\"; expected %d, \"%s\"", (int)v.trouble, e.text, (int)trouble, part);
	assert_null(v.root);
	vault_close(&v);
}

struct profile vault_box_profile(const char *identity, const char *token)
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
			.expires_at = TEST_WORLD_NOW + 3600,
		},
	};
}

void vault_box_put(struct vault_box *b, const char *identity, const char *token)
{
	struct profile p = vault_box_profile(identity, token);
	struct vault v;
	struct err e = {0};

	vault_box_open(b, &v);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
}

void vault_box_has(struct vault_box *b, const char *identity, const char *token)
{
	const struct profile *p;
	struct vault v;

	vault_box_open(b, &v);
	p = vault_find(&v, str_of(identity));
	if (!token)
		assert_null(p);
	else if (!p)
		fail_msg("nothing is stored for %s", identity);
	else
		assert_str(p->grant.access_token, token);
	vault_close(&v);
}

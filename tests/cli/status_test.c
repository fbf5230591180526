#include "support/test.h"

#include "cli/args.h"
#include "json/json.h"
#include "support/vault_box.h"

static struct vault_box box;
static struct args a;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	vault_box_start(&box);
	e = (struct err){0};
	a = (struct args){.command = &cmd_status};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_null(strstr(box.t.out, "at-0"));
	assert_null(strstr(box.t.out, "k3y"));
	vault_box_end(&box);
	return 0;
}

static void keep(const char *identity, struct grant more)
{
	struct profile p = vault_box_profile(identity, "at-0");
	struct vault v;

	p.verified = true;
	p.grant.type = more.type;
	p.grant.dpop_key = more.dpop_key;
	p.grant.client_secret = more.client_secret;
	p.grant.token_endpoint = S("https://issuer.example/token");
	if (more.type != GRANT_AUTHORIZATION_CODE)
		p.grant.refresh_token = (struct str){0};
	vault_box_open(&box, &v);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
}

static const char *shows(void)
{
	box.t.out[0] = 0;
	assert_ok(cmd_status.run(&box.t.world, &a, &e), &e);
	return box.t.out;
}

static void what_everybody_has_is_not_told(void **state)
{
	(void)state;
	keep("https://mcp.example", (struct grant){0});
	assert_non_null(strstr(shows(), "https://mcp.example\n"));
	assert_non_null(strstr(box.t.out, "valid for 60m, refreshed when needed"));
	assert_null(strstr(box.t.out, "Grant:"));
}

static void another_grant_and_a_key_are_told(void **state)
{
	(void)state;
	keep("https://mcp.example", (struct grant){.dpop_key = S("k3y")});
	assert_non_null(strstr(shows(), "  Grant:    authorization_code, bound to a key (DPoP)\n"));
	keep("https://mcp.example", (struct grant){.type = GRANT_CLIENT_CREDENTIALS, .client_secret = S("s")});
	assert_non_null(strstr(shows(), "  Grant:    client_credentials\n"));
	assert_non_null(strstr(box.t.out, "refreshed when needed"));
}

static void the_document_says_the_same(void **state)
{
	struct arena arena;
	const struct json *root, *list;
	struct str text;

	(void)state;
	box.t.world.options.json = true;
	keep("https://mcp.example", (struct grant){.type = GRANT_CLIENT_CREDENTIALS, .dpop_key = S("k3y"), .client_secret = S("s")});
	assert_true(arena_new(&arena, 1 << 20));
	assert_ok(json_read(str_of(shows()), &arena, &root, &e), &e);
	assert_ok(json_want_array(root, S("profiles"), &list, &e), &e);
	assert_ok(json_want_str(list->first, S("grantType"), &text, &e), &e);
	assert_str(text, "client_credentials");
	assert_ok(json_want_str(list->first, S("tokenType"), &text, &e), &e);
	assert_str(text, "DPoP");
	assert_true(json_get(list->first, S("refreshable"))->kind == JSON_TRUE);
	arena_free(&arena);
}

static void what_cannot_be_renewed_needs_a_login(void **state)
{
	(void)state;
	keep("https://mcp.example", (struct grant){.type = GRANT_DEVICE_CODE});
	box.t.events.ms = 7200 * 1000;
	a.words[a.words_n++] = S("https://mcp.example/?a&b");
	assert_false(cmd_status.run(&box.t.world, &a, &e));
	assert_int_equal(e.kind, ERR_LOGIN);
	assert_non_null(strstr(e.text, "keyfob login 'https://mcp.example/?a&b'"));
	keep("https://mcp.example", (struct grant){.type = GRANT_CLIENT_CREDENTIALS, .client_secret = S("s")});
	assert_ok(cmd_status.run(&box.t.world, &a, &e), &e);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_everybody_has_is_not_told),
		TEST(another_grant_and_a_key_are_told),
		TEST(the_document_says_the_same),
		TEST(what_cannot_be_renewed_needs_a_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

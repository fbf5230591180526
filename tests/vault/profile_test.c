#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"
#include "vault/profile.h"

static char room[2][65536];
static struct arena a, scratch;

static int start(void **state)
{
	(void)state;
	arena_over(&a, room[0], sizeof room[0]);
	arena_over(&scratch, room[1], sizeof room[1]);
	return 0;
}

static struct profile read_one(struct str text)
{
	const struct json *object;
	struct profile p;
	struct err e = {0};

	assert_ok(json_read(text, &a, &object, &e), &e);
	assert_ok(profile_read(object, &a, &p, &e), &e);
	return p;
}

static struct str write_one(const struct profile *p)
{
	char *at = arena_take(&a, 8192);
	struct buf out = buf_over(at, 8192);
	struct json_write w = json_write_to(&out);
	struct err e = {0};

	assert_ok(profile_write(&w, p, scratch, &e), &e);
	assert_false(out.full);
	return buf_str(&out);
}

static const struct profile whole = {
	.id = S_INIT("i1"),
	.identity = S_INIT("https://a.example"),
	.server_url = S_INIT("https://a.example/mcp"),
	.account = S_INIT("someone"),
	.verified = true,
	.created_at = 1,
	.updated_at = 2,
	.revision = 3,
	.grant = {
		.issuer = S_INIT("https://i.example"),
		.authorization_endpoint = S_INIT("https://i.example/a"),
		.token_endpoint = S_INIT("https://i.example/t"),
		.registration_endpoint = S_INIT("https://i.example/r"),
		.revocation_endpoint = S_INIT("https://i.example/v"),
		.client = GRANT_CLIENT_METADATA,
		.auth = GRANT_AUTH_POST,
		.client_id = S_INIT("c"),
		.client_secret = S_INIT("s\"\\\n"),
		.client_secret_expires_at = 4,
		.redirect_uri = S_INIT("http://127.0.0.1/cb"),
		.client_key = S_INIT("-----BEGIN\n-----END\n"),
		.type = GRANT_ENTERPRISE,
		.assertion_file = S_INIT("/run/a"),
		.id_token_file = S_INIT("/run/i"),
		.idp_token_endpoint = S_INIT("https://idp.example/t"),
		.idp_client_id = S_INIT("ic"),
		.idp_client_secret = S_INIT("is"),
		.dpop_key = S_INIT("dk"),
		.resource = S_INIT("https://a.example/mcp"),
		.access_token = S_INIT("at"),
		.token_type = S_INIT("bearer"),
		.refresh_token = S_INIT("rt"),
		.scope = S_INIT("x y"),
		.expires_at = 5,
		.obtained_at = 6,
	},
};

static void every_member_survives_storing(void **state)
{
	struct str text = write_one(&whole);
	struct profile p = read_one(text);

	(void)state;
	assert_true(str_same(write_one(&p), text));
	assert_str(p.id, "i1");
	assert_str(p.account, "someone");
	assert_true(p.verified);
	assert_int_equal(p.created_at, 1);
	assert_int_equal(p.updated_at, 2);
	assert_int_equal(p.revision, 3);
	assert_int_equal(p.grant.client, GRANT_CLIENT_METADATA);
	assert_int_equal(p.grant.auth, GRANT_AUTH_POST);
	assert_str(p.grant.revocation_endpoint, "https://i.example/v");
	assert_str(p.grant.client_secret, "s\"\\\n");
	assert_int_equal(p.grant.client_secret_expires_at, 4);
	assert_str(p.grant.client_key, "-----BEGIN\n-----END\n");
	assert_int_equal(p.grant.type, GRANT_ENTERPRISE);
	assert_str(p.grant.assertion_file, "/run/a");
	assert_str(p.grant.id_token_file, "/run/i");
	assert_str(p.grant.idp_token_endpoint, "https://idp.example/t");
	assert_str(p.grant.idp_client_id, "ic");
	assert_str(p.grant.idp_client_secret, "is");
	assert_str(p.grant.dpop_key, "dk");
	assert_str(p.grant.token_type, "bearer");
	assert_int_equal(p.grant.expires_at, 5);
	assert_int_equal(p.grant.obtained_at, 6);
	assert_int_equal(p.extra.len, 0);
}

static void every_word_survives_storing(void **state)
{
	for (int i = 0; i <= GRANT_ENTERPRISE; i++) {
		struct profile p = whole;

		start(state);
		p.grant.type = (enum grant_type)i;
		p.grant.auth = (enum grant_auth)(i % (GRANT_AUTH_KEY + 1));
		p.grant.client = (enum grant_client)(i % (GRANT_CLIENT_REGISTERED + 1));
		p = read_one(write_one(&p));
		assert_int_equal(p.grant.type, i);
		assert_int_equal(p.grant.auth, i % (GRANT_AUTH_KEY + 1));
		assert_int_equal(p.grant.client, i % (GRANT_CLIENT_REGISTERED + 1));
		assert_int_equal(p.extra.len, 0);
	}
}

/* As the first version wrote it. */
static void a_profile_of_before_is_read(void **state)
{
	struct profile p = read_one(S("{\"id\":\"a\",\"identity\":\"b\",\"refresh_token\":\"rt\",\"revision\":7,"
		"\"client\":\"registered\",\"auth\":\"post\"}"));

	(void)state;
	assert_int_equal(p.grant.type, GRANT_AUTHORIZATION_CODE);
	assert_int_equal(p.grant.auth, GRANT_AUTH_POST);
	assert_int_equal(p.grant.dpop_key.len, 0);
	assert_str(p.grant.refresh_token, "rt");
}

static void what_a_later_version_wrote_is_kept(void **state)
{
	static const struct {
		const char *in, *kept;
	} cases[] = {
		{"{\"id\":\"a\",\"identity\":\"b\",\"later\":{\"x\":[1,2.50]}}", "\"later\":{\"x\":[1,2.50]}"},
		{"{\"id\":\"a\",\"identity\":\"b\",\"one\":null,\"two\":\"\\u0041\"}", "\"one\":null,\"two\":\"\\u0041\""},
		{"{\"id\":\"a\",\"identity\":\"b\",\"auth\":\"private_key_jwt\"}", "\"auth\":\"private_key_jwt\""},
		{"{\"id\":\"a\",\"identity\":\"b\",\"client\":\"attested\"}", "\"client\":\"attested\""},
		{"{\"id\":\"a\",\"identity\":\"b\",\"grant\":\"ciba\"}", "\"grant\":\"ciba\""},
	};
	struct profile p;
	struct str text;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		start(state);
		p = read_one(str_of(cases[i].in));
		p.grant.access_token = S("new");
		text = write_one(&p);
		assert_true(str_find_str(text, str_of(cases[i].kept)) < text.len);
		p = read_one(text); /* no name stands twice */
		assert_str(p.grant.access_token, "new");
		text = write_one(&p);
		assert_true(str_find_str(text, str_of(cases[i].kept)) < text.len);
	}
}

static void a_new_client_takes_the_place_of_an_unknown_one(void **state)
{
	struct profile p = read_one(S("{\"id\":\"a\",\"identity\":\"b\",\"auth\":\"private_key_jwt\",\"client\":\"attested\","
		"\"grant\":\"ciba\"}"));
	struct str text;

	(void)state;
	p.grant.auth = GRANT_AUTH_BASIC;
	p.grant.client = GRANT_CLIENT_REGISTERED;
	p.grant.type = GRANT_DEVICE_CODE;
	text = write_one(&p);
	p = read_one(text);
	assert_int_equal(p.grant.auth, GRANT_AUTH_BASIC);
	assert_int_equal(p.grant.client, GRANT_CLIENT_REGISTERED);
	assert_int_equal(p.extra.len, 0);
}

static void what_is_no_profile_is_refused(void **state)
{
	static const char *const cases[] = {
		"[]", "\"x\"", "{}", "{\"id\":\"a\"}", "{\"identity\":\"a\"}", "{\"id\":1,\"identity\":\"a\"}",
		"{\"id\":\"a\",\"identity\":\"b\",\"expires_at\":\"soon\"}",
		"{\"id\":\"a\",\"identity\":\"b\",\"access_token\":[]}",
		"{\"id\":\"a\",\"identity\":\"b\",\"verified\":1}",
	};
	const struct json *object;
	struct profile p;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_ok(json_read(str_of(cases[i]), &a, &object, &e), &e);
		assert_false(profile_read(object, &a, &p, &e));
		assert_int_equal(e.kind, ERR_INPUT);
		e = (struct err){0};
	}
}

static void bytes_that_json_would_change_are_not_stored(void **state)
{
	struct profile p = whole;
	char memory[4096];
	struct buf out = buf_over(memory, sizeof memory);
	struct json_write w = json_write_to(&out);
	struct err e = {0};

	(void)state;
	p.grant.access_token = S("\xff\xfe");
	assert_false(profile_write(&w, &p, scratch, &e));
	assert_non_null(strstr(e.text, "access_token"));
}

static void a_copy_stands_on_its_own(void **state)
{
	struct profile copy;
	struct err e = {0};
	char text[] = "secret";
	struct profile p = whole;
	char little[512];
	struct arena small;

	(void)state;
	p.grant.access_token = str_of(text);
	assert_ok(profile_copy(&a, &p, &copy, &e), &e);
	memset(text, 'x', 6);
	assert_str(copy.grant.access_token, "secret");
	assert_str(copy.identity, "https://a.example");
	assert_int_equal(copy.revision, 3);
	arena_over(&small, little, 200);
	assert_false(profile_copy(&small, &whole, &copy, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_member_survives_storing, start),
		cmocka_unit_test_setup(every_word_survives_storing, start),
		cmocka_unit_test_setup(a_profile_of_before_is_read, start),
		cmocka_unit_test_setup(what_a_later_version_wrote_is_kept, start),
		cmocka_unit_test_setup(a_new_client_takes_the_place_of_an_unknown_one, start),
		cmocka_unit_test_setup(what_is_no_profile_is_refused, start),
		cmocka_unit_test_setup(bytes_that_json_would_change_are_not_stored, start),
		cmocka_unit_test_setup(a_copy_stands_on_its_own, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

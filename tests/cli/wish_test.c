#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/wish.h"
#include "client/signin.h"
#include "support/vault_box.h"

/* RFC 7515 A.3 */
#define KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}"

static struct vault_box box;
static struct world *w;
static struct args a;
static struct signin_wish wish;
static struct err e;
static char line[2048];
static char *argv[48];

static int set_up(void **state)
{
	(void)state;
	vault_box_start(&box);
	w = &box.t.world;
	folder_write(&box.f, "secret", S("s3cret\r\n"), 0600);
	folder_write(&box.f, "key", S(KEY "\n"), 0600);
	folder_write(&box.f, "empty", S("\n"), 0600);
	folder_write(&box.f, "open", S("s3cret\n"), 0666);
	assert_int_equal(chdir(box.f.path), 0);
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	vault_box_end(&box);
	return 0;
}

/* Reads the flags of `login https://mcp.example/a/mcp`. */
static bool read_wish(const char *flags)
{
	struct url url;
	int argc = 0;

	snprintf(line, sizeof line, "login https://mcp.example/a/mcp %s", flags);
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	w->options.persist_memory = false;
	assert_ok(args_read(&a, w, argc, argv, &e), &e);
	assert_true(url_read(args_target(&a), w->arena, &url, NULL));
	return wish_read(w, &a, &url, &wish, &e);
}

static void reads(const char *flags)
{
	if (!read_wish(flags))
		fail_msg("%s: %s", flags, e.text);
}

static void refuses(const char *flags, const char *part)
{
	if (read_wish(flags))
		fail_msg("%s: is taken", flags);
	if (!strstr(e.text, part))
		fail_msg("%s: \"%s\" does not say \"%s\"", flags, e.text, part);
	assert_null(strstr(e.text, "s3cret"));
}

static void nothing_said_means_a_browser(void **state)
{
	(void)state;
	reads("");
	assert_int_equal(wish.type, GRANT_AUTHORIZATION_CODE);
	assert_false(wish.type_is_given || wish.dpop || wish.no_browser || wish.ignores_input || w->options.persist_memory);
	assert_str(wish.server.path, "/a/mcp");
	assert_int_equal(wish.wait_ms, 0);
	assert_int_equal(wish.answer_ms, 30000);
}

static void each_grant_has_its_name(void **state)
{
	static const struct {
		const char *flags;
		enum grant_type type;
	} table[] = {
		{"--grant authorization_code", GRANT_AUTHORIZATION_CODE},
		{"--grant authorization-code", GRANT_AUTHORIZATION_CODE},
		{"--grant device_code", GRANT_DEVICE_CODE},
		{"--grant device-code", GRANT_DEVICE_CODE},
		{"--grant client-credentials --client-id c --client-secret-file secret", GRANT_CLIENT_CREDENTIALS},
		{"--grant client_credentials --client-id c --client-key-file key", GRANT_CLIENT_CREDENTIALS},
		{"--grant jwt-bearer --assertion-file t", GRANT_JWT_BEARER},
		{"--grant enterprise --id-token-file t --idp-token-endpoint https://idp.example/t --idp-client-id i", GRANT_ENTERPRISE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		reads(table[i].flags);
		assert_int_equal(wish.type, table[i].type);
		assert_true(wish.type_is_given);
	}
}

static void what_only_one_grant_needs_says_which_it_is(void **state)
{
	(void)state;
	reads("--assertion-file t");
	assert_int_equal(wish.type, GRANT_JWT_BEARER);
	assert_true(wish.type_is_given);
	reads("--id-token-file t --idp-token-endpoint https://idp.example/t --idp-client-id i --idp-client-secret-file secret");
	assert_int_equal(wish.type, GRANT_ENTERPRISE);
	assert_str(wish.idp_token_endpoint, "https://idp.example/t");
	assert_str(wish.idp_client_id, "i");
	assert_str(wish.idp_client_secret, "s3cret");
	reads("--client-id c --client-secret-file secret");
	assert_int_equal(wish.type, GRANT_AUTHORIZATION_CODE);
	assert_false(wish.type_is_given);
	assert_str(wish.client.client_secret, "s3cret");
}

static void what_makes_no_sense_together_is_refused(void **state)
{
	static const struct {
		const char *flags, *part;
	} table[] = {
		{"--grant password", "--grant takes authorization_code, device_code"},
		{"--grant=", "--grant takes"},
		{"--grant device", "--grant takes"},
		{"--grant device_codes", "--grant takes"},
		{"--grant jwt_bearer", "--grant jwt_bearer needs --assertion-file"},
		{"--assertion-file=", "--grant jwt_bearer needs --assertion-file"},
		{"--grant enterprise", "--grant enterprise needs --id-token-file"},
		{"--id-token-file t", "--grant enterprise needs --idp-token-endpoint"},
		{"--id-token-file t --idp-token-endpoint https://i/t", "--grant enterprise needs --idp-client-id"},
		{"--idp-client-id i", "--grant enterprise needs --id-token-file"},
		{"--grant device_code --assertion-file t", "--assertion-file belongs to --grant jwt_bearer, not to device_code"},
		{"--assertion-file t --id-token-file t", "--id-token-file belongs to --grant enterprise, not to jwt_bearer"},
		{"--grant client_credentials", "needs --client-id"},
		{"--grant client_credentials --client-secret-file secret", "needs --client-id"},
		{"--grant client_credentials --client-id c", "needs --client-secret-file or --client-key-file"},
		{"--client-id c --client-secret-file secret --client-key-file secret", "a secret or a key, not both"},
		{"--client-secret-file secret", "--client-secret-file needs --client-id"},
		{"--client-key-file secret", "--client-key-file needs --client-id or --client-metadata-url"},
		{"--browser b --no-browser", "opposite"},
		{"--persist disk", "--persist takes vault or memory, not 'disk'"},
		{"--redirect-port 0", "--redirect-port takes 1 to 65535, not '0'"},
		{"--redirect-port 65536", "--redirect-port takes"},
		{"--redirect-port x", "--redirect-port takes"},
		{"--resource https://other.example", "does not cover https://mcp.example/a/mcp"},
		{"--resource https://mcp.example/b", "does not cover"},
		{"--resource nonsense", "--resource: "},
		{"--id-token-file t --idp-client-id i --idp-token-endpoint http://idp.example/t", "in the clear"},
		{"--id-token-file t --idp-client-id i --idp-token-endpoint nonsense", "--idp-token-endpoint: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		refuses(table[i].flags, table[i].part);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static void secrets_come_from_files_that_only_their_owner_writes(void **state)
{
	(void)state;
	reads("--client-id c --client-secret-file secret");
	assert_str(wish.client.client_secret, "s3cret");
	reads("--client-metadata-url https://c.example/me --client-key-file key");
	assert_str(wish.client.client_key, KEY);
	refuses("--client-id c --client-key-file secret", "--client-key-file: ");
	refuses("--client-id c --client-secret-file absent", "absent");
	refuses("--client-id c --client-secret-file open", "--client-secret-file: ");
	refuses("--client-id c --client-secret-file empty", "empty is empty");
	refuses("--client-id c --client-secret-file=", "needs the name of a file");
}

static void the_paths_of_what_is_read_later_are_absolute(void **state)
{
	char expected[600];

	(void)state;
	reads("--assertion-file here/token");
	snprintf(expected, sizeof expected, "%s/here/token", box.f.path);
	assert_str(wish.assertion_file, expected);
	reads("--assertion-file /var/run/token");
	assert_str(wish.assertion_file, "/var/run/token");
	reads("--id-token-file t --idp-token-endpoint http://127.0.0.1:9/t --idp-client-id i");
	snprintf(expected, sizeof expected, "%s/t", box.f.path);
	assert_str(wish.id_token_file, expected);
}

static void the_rest_is_taken_as_it_stands(void **state)
{
	(void)state;
	w->options.timeout_ms = 5000;
	reads("--scope=a --issuer https://as.example --resource https://mcp.example/a --dpop --browser b --redirect-port 8080 "
		"--callback-host ::1 --client-id c");
	assert_str(wish.scope, "a");
	assert_str(wish.issuer, "https://as.example");
	assert_true(wish.client.issuer_is_pinned);
	assert_str(wish.resource, "https://mcp.example/a");
	assert_true(wish.dpop);
	assert_str(wish.browser, "b");
	assert_int_equal(wish.callback_port, 8080);
	assert_str(wish.callback_host, "::1");
	assert_str(wish.client.client_id, "c");
	assert_int_equal(wish.wait_ms, 5000);
	assert_int_equal(wish.answer_ms, 5000);
	reads("--persist memory");
	assert_true(w->options.persist_memory);
	reads("--persist vault");
	assert_false(w->options.persist_memory);
}

static void without_a_place_for_a_vault_memory_takes_over_and_says_so(void **state)
{
	(void)state;
	w->options.home = (struct str){0};
	assert_ok(wish_fall_back(w, &e), &e);
	assert_true(w->options.persist_memory);
	assert_non_null(strstr(box.t.log, "in memory"));
	box.t.log[0] = 0;
	assert_ok(wish_fall_back(w, &e), &e);
	assert_string_equal(box.t.log, "");
}

static void a_home_that_cannot_be_made_is_none(void **state)
{
	(void)state;
	w->options.home = S("/proc/nobody/keyfob");
	assert_ok(wish_fall_back(w, &e), &e);
	assert_true(w->options.persist_memory);
}

static void a_vault_that_is_there_or_can_be_made_stays_the_vault(void **state)
{
	(void)state;
	assert_ok(wish_fall_back(w, &e), &e);
	assert_false(w->options.persist_memory);
	vault_box_put(&box, "https://mcp.example", "at");
	assert_ok(wish_fall_back(w, &e), &e);
	assert_false(w->options.persist_memory);
	assert_string_equal(box.t.log, "");
}

static void a_vault_that_does_not_open_is_an_error(void **state)
{
	(void)state;
	vault_box_put(&box, "https://mcp.example", "at");
	test_world_env(&box.t, "KEYFOB_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	assert_false(wish_fall_back(w, &e));
	assert_int_equal(e.kind, ERR_VAULT);
	assert_false(w->options.persist_memory);
	folder_write(&box.f, "home/profiles.keyfob", S("garbage"), 0600);
	assert_false(wish_fall_back(w, &e));
	assert_false(w->options.persist_memory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_said_means_a_browser),
		TEST(each_grant_has_its_name),
		TEST(what_only_one_grant_needs_says_which_it_is),
		TEST(what_makes_no_sense_together_is_refused),
		TEST(secrets_come_from_files_that_only_their_owner_writes),
		TEST(the_paths_of_what_is_read_later_are_absolute),
		TEST(the_rest_is_taken_as_it_stands),
		TEST(without_a_place_for_a_vault_memory_takes_over_and_says_so),
		TEST(a_home_that_cannot_be_made_is_none),
		TEST(a_vault_that_is_there_or_can_be_made_stays_the_vault),
		TEST(a_vault_that_does_not_open_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

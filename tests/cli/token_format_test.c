#include "support/test.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/token_format.h"
#include "client/broker.h"
#include "json/json.h"
#include "support/world.h"

#define V1 "client.authentication.k8s.io/v1"
#define ALL_FORMATS 7

static struct test_world t;
static struct err e;
static struct broker_token token;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	e = (struct err){0};
	token = (struct broker_token){.access_token = S("at-1"), .token_type = S("Bearer"), .resource = S("https://mcp.example"),
		.scope = S("a b"), .expires_at = 1700003600};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

static struct str text_in(enum token_format format)
{
	struct str text = {0};

	assert_ok(token_format_text(format, &token, S(V1), &t.arena, &text, &e), &e);
	return text;
}

static void assert_text(enum token_format format, const char *want)
{
	assert_str(text_in(format), want);
}

static void each_format_is_as_its_reader_wants_it(void **state)
{
	(void)state;
	assert_text(TOKEN_RAW, "at-1\n");
	assert_text(TOKEN_HEADER, "Authorization: Bearer at-1\n");
	assert_text(TOKEN_HEADERS, "{\"Authorization\":\"Bearer at-1\"}\n");
	assert_text(TOKEN_ENV, "KEYFOB_TOKEN='at-1'\nKEYFOB_TOKEN_TYPE='Bearer'\nKEYFOB_TOKEN_EXPIRES_AT='1700003600'\n");
	assert_text(TOKEN_JSON, "{\"accessToken\":\"at-1\",\"tokenType\":\"Bearer\",\"expiresAt\":1700003600,\"scope\":\"a b\","
		"\"resource\":\"https://mcp.example\"}\n");
	assert_text(TOKEN_CURL, "header = \"Authorization: Bearer at-1\"\n");
	assert_text(TOKEN_EXEC_CREDENTIAL, "{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"at-1\","
		"\"expirationTimestamp\":\"2023-11-14T23:13:20Z\"}}\n");
}

static void an_end_that_is_not_known_is_left_open(void **state)
{
	(void)state;
	token.expires_at = 0;
	assert_text(TOKEN_ENV, "KEYFOB_TOKEN='at-1'\nKEYFOB_TOKEN_TYPE='Bearer'\nKEYFOB_TOKEN_EXPIRES_AT=''\n");
	assert_text(TOKEN_JSON, "{\"accessToken\":\"at-1\",\"tokenType\":\"Bearer\",\"expiresAt\":null,\"scope\":\"a b\","
		"\"resource\":\"https://mcp.example\"}\n");
	assert_text(TOKEN_EXEC_CREDENTIAL, "{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"at-1\"}}\n");
}

static void the_end_of_a_credential_has_a_year_of_four_digits(void **state)
{
	static const struct {
		int64_t at;
		const char *text;
	} cases[] = {{1, "1970-01-01T00:00:01Z"}, {951782400, "2000-02-29T00:00:00Z"}, {4102444799, "2099-12-31T23:59:59Z"},
		{253402300799, "9999-12-31T23:59:59Z"}, {253402300800, NULL}, {INT64_MAX, NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str text;

		token.expires_at = cases[i].at;
		text = text_in(TOKEN_EXEC_CREDENTIAL);
		assert_int_equal(cases[i].text != NULL, str_find_str(text, S("expirationTimestamp")) < text.len);
		assert_true(!cases[i].text || str_find_str(text, str_of(cases[i].text)) < text.len);
	}
}

/* --- Odd characters ------------------------------------------------------------------------------ */

static const char odd[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aZ09''\\\"$(id)`id`";

static void curl_is_given_its_quotes(void **state)
{
	(void)state;
	token.access_token = S("a\"b\\c'd");
	assert_text(TOKEN_CURL, "header = \"Authorization: Bearer a\\\"b\\\\c'd\"\n");
}

static void json_holds_every_visible_character(void **state)
{
	const struct json *root;
	struct str value = {0};

	(void)state;
	token.access_token = str_of(odd);
	assert_ok(json_read(text_in(TOKEN_HEADERS), &t.arena, &root, &e) && json_want_str(root, S("Authorization"), &value, &e), &e);
	assert_str(str_from(value, 7), odd);
	assert_ok(json_read(text_in(TOKEN_EXEC_CREDENTIAL), &t.arena, &root, &e) &&
		json_want_str(json_get(root, S("status")), S("token"), &value, &e), &e);
	assert_str(value, odd);
	assert_ok(json_read(text_in(TOKEN_JSON), &t.arena, &root, &e) && json_want_str(root, S("accessToken"), &value, &e), &e);
	assert_str(value, odd);
}

/* What sh makes of the lines. */
static void assert_eval(const char *want)
{
	struct str lines = text_in(TOKEN_ENV);
	char said[512] = "";
	const char *script = arena_print(&t.arena, "%.*sprintf %%s \"$KEYFOB_TOKEN\"", STR(lines)).at;
	int ends[2], status;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], 1);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	for (size_t len = 0; (n = read(ends[0], said + len, sizeof said - 1 - len)) > 0; len += (size_t)n)
		;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(said, want);
}

static void a_shell_evaluates_to_the_token(void **state)
{
	static const char *const tokens[] = {"at-1", odd, "'", "''", "a b", "\\", "\\'", "$HOME", "line\nline", "\xc3\xa9\xff", "-n", ""};

	(void)state;
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		token.access_token = str_of(tokens[i]);
		assert_eval(tokens[i]);
	}
}

static void what_no_header_can_carry_is_refused(void **state)
{
	static const struct str tokens[] = {S_INIT("a b"), S_INIT("a\r\nX: y"), S_INIT("a\n"), S_INIT("\ta"), S_INIT("\xc3\xa9"),
		S_INIT("a\x7f"), S_INIT("a\0b"), S_INIT("")};
	static const enum token_format formats[] = {TOKEN_HEADER, TOKEN_HEADERS, TOKEN_CURL, TOKEN_EXEC_CREDENTIAL};

	(void)state;
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
		for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
			struct str text = {0};

			token.access_token = tokens[i];
			assert_false(token_format_text(formats[k], &token, S(V1), &t.arena, &text, &e));
			assert_int_equal(e.kind, ERR_INPUT);
			assert_int_equal(text.len, 0);
		}
	token.access_token = S("a\0b");
	assert_false(token_format_text(TOKEN_ENV, &token, S(V1), &t.arena, &(struct str){0}, &e));
	assert_int_equal(e.kind, ERR_INPUT);
}

static void a_bound_token_makes_no_bearer_header(void **state)
{
	static const bool refused[ALL_FORMATS] = {[TOKEN_HEADER] = true, [TOKEN_HEADERS] = true, [TOKEN_CURL] = true,
		[TOKEN_EXEC_CREDENTIAL] = true};

	(void)state;
	token.dpop_key = S("k3y");
	for (int i = 0; i < ALL_FORMATS; i++) {
		struct str text = {0};

		e = (struct err){0};
		assert_int_equal(token_format_text((enum token_format)i, &token, S(V1), &t.arena, &text, &e), !refused[i]);
		assert_int_equal(e.kind, refused[i] ? ERR_FAILED : ERR_NONE);
		assert_int_equal(strstr(e.text, "DPoP") != NULL, refused[i]);
		assert_null(strstr(e.text, "k3y"));
		assert_null(strstr(e.text, "at-1"));
	}
}

static void no_room_is_an_error(void **state)
{
	char memory[24];
	struct arena small;
	struct str text;

	(void)state;
	for (int i = 0; i < ALL_FORMATS; i++) {
		arena_over(&small, memory, sizeof memory);
		token.access_token = S("a-token-that-is-longer-than-that");
		assert_false(token_format_text((enum token_format)i, &token, S(V1), &small, &text, &e));
		assert_int_equal(e.kind, ERR_LIMIT);
	}
}

/* --- What is asked for --------------------------------------------------------------------------- */

static void a_format_is_found_by_its_whole_name(void **state)
{
	static const char *const names[ALL_FORMATS] = {"raw", "header", "headers", "env", "json", "curl", "exec-credential"};
	static const char *const others[] = {"", "RAW", "head", "yaml", "exec_credential", "raw "};
	enum token_format format;

	(void)state;
	for (int i = 0; i < ALL_FORMATS; i++) {
		assert_ok(token_format_find(str_of(names[i]), &format, &e), &e);
		assert_int_equal(format, i);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_false(token_format_find(str_of(others[i]), &format, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		for (int k = 0; k < ALL_FORMATS; k++)
			assert_non_null(strstr(e.text, names[k]));
	}
}

static void a_cluster_gets_the_version_that_it_asks_for(void **state)
{
	static const struct {
		const char *info, *version;
	} cases[] = {
		{NULL, V1}, {"", V1}, {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}", V1},
		{"{\"apiVersion\":\"" V1 "beta1\"}", V1 "beta1"}, {"{\"apiVersion\":\"" V1 "alpha1\"}", NULL}, {"{\"apiVersion\":\"v1\"}", NULL},
		{"{\"apiVersion\":1}", NULL}, {"{}", NULL}, {"[]", NULL}, {"{", NULL}, {"v1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str version;

		test_world_env(&t, "KUBERNETES_EXEC_INFO", cases[i].info);
		e = (struct err){0};
		assert_int_equal(token_format_api_version(&t.world, &version, &e), cases[i].version != NULL);
		assert_int_equal(e.kind, cases[i].version ? ERR_NONE : ERR_USAGE);
		if (cases[i].version)
			assert_str(version, cases[i].version);
		else
			assert_non_null(strstr(e.text, "KUBERNETES_EXEC_INFO"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_format_is_as_its_reader_wants_it),
		TEST(an_end_that_is_not_known_is_left_open),
		TEST(the_end_of_a_credential_has_a_year_of_four_digits),
		TEST(curl_is_given_its_quotes),
		TEST(json_holds_every_visible_character),
		TEST(a_shell_evaluates_to_the_token),
		TEST(what_no_header_can_carry_is_refused),
		TEST(a_bound_token_makes_no_bearer_header),
		TEST(no_room_is_an_error),
		TEST(a_format_is_found_by_its_whole_name),
		TEST(a_cluster_gets_the_version_that_it_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

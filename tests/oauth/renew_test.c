#include "support/test.h"

#include "base/arena.h"
#include "http/fetch.h"
#include "oauth/renew.h"
#include "support/world.h"

enum { NOW = 1700000000 };

#define GIVES "{\"access_token\":\"new\",\"token_type\":\"Bearer\",\"expires_in\":60}"
#define JAG "{\"access_token\":\"jag\",\"token_type\":\"N_A\",\"issued_token_type\":\"urn:ietf:params:oauth:token-type:id-jag\"}"
#define SPENT "{\"error\":\"invalid_grant\"}"

static char memory[256 * 1024];
static struct arena arena;
static struct test_rng rng;
static struct grant grant;
static struct renew r;

static void begin(enum grant_type type, const char *refresh_token)
{
	arena_over(&arena, memory, sizeof memory);
	test_rng_start(&rng, 1);
	grant = (struct grant){
		.issuer = S("https://as"), .token_endpoint = S("https://as/token"), .client_id = S("me"), .resource = S("https://h"),
		.scope = S("a b"), .type = type, .access_token = S("old"), .refresh_token = str_of(refresh_token),
		.idp_token_endpoint = S("https://idp/token"), .idp_client_id = S("there"),
	};
	r = (struct renew){.grant = &grant, .assertion = S("a.b.c"), .id_token = S("i.d.t"), .rng = &rng.rng, .arena = &arena};
	renew_begin(&r, NOW);
}

/* What goes out next goes to url and holds piece. */
static void sends(const char *url, const char *piece)
{
	if (r.step != RENEW_SEND)
		fail_msg("step %d: %s", (int)r.step, r.err.text);
	assert_str(url_text(&r.request.url, &arena), url);
	if (str_find_str(r.request.body, str_of(piece)) == r.request.body.len)
		fail_msg("sends %.*s", STR(r.request.body));
}

static void gets(int status, const char *body)
{
	static char text[512];
	struct fetch_answer answer = {.status = status, .body = str_make(text, strlen(body))};

	memcpy(text, body, strlen(body));
	renew_answer(&r, &answer, NOW + 1);
	memset(text, '#', sizeof text);
}

static void is_done(const char *refresh_token)
{
	if (r.step != RENEW_DONE)
		fail_msg("step %d: %s", (int)r.step, r.err.text);
	assert_int_equal(r.outcome, TOKEN_OK);
	assert_int_equal(r.err.kind, ERR_NONE);
	assert_str(grant.access_token, "new");
	assert_str(grant.refresh_token, refresh_token);
	assert_int_equal(grant.expires_at, NOW + 61);
	assert_int_equal(grant.obtained_at, NOW + 1);
}

static void is_over(enum token_outcome outcome, enum err_kind kind)
{
	assert_int_equal(r.step, RENEW_FAILED);
	if (r.outcome != outcome || r.err.kind != kind)
		fail_msg("%d %s: %s", (int)r.outcome, err_kind_name(r.err.kind), r.err.text);
	assert_str(grant.access_token, "old");
}

static void a_refresh_token_comes_first(void **state)
{
	(void)state;
	for (int i = 0; i <= GRANT_ENTERPRISE; i++) {
		begin((enum grant_type)i, "rt");
		sends("https://as/token", "grant_type=refresh_token&refresh_token=rt&resource=https%3A%2F%2Fh&client_id=me");
		gets(200, GIVES);
		is_done("rt");
	}
}

static void without_one_the_grant_itself_is_asked_for(void **state)
{
	(void)state;
	begin(GRANT_CLIENT_CREDENTIALS, "");
	sends("https://as/token", "grant_type=client_credentials&scope=a%20b&resource=https%3A%2F%2Fh&client_id=me");
	gets(200, GIVES);
	is_done("");
	begin(GRANT_JWT_BEARER, "");
	sends("https://as/token", "jwt-bearer&assertion=a.b.c&scope=a%20b&resource=https%3A%2F%2Fh&client_id=me");
	gets(200, GIVES);
	is_done("");
	begin(GRANT_ENTERPRISE, "");
	sends("https://idp/token", "&subject_token=i.d.t&");
	gets(200, JAG);
	sends("https://as/token", "jwt-bearer&assertion=jag&scope=a%20b&resource=https%3A%2F%2Fh&client_id=me");
	gets(200, GIVES);
	is_done("");
}

static void a_spent_refresh_token_leaves_the_grant(void **state)
{
	(void)state;
	begin(GRANT_CLIENT_CREDENTIALS, "rt");
	gets(400, SPENT);
	sends("https://as/token", "grant_type=client_credentials");
	assert_str(grant.refresh_token, "");
	gets(200, GIVES);
	is_done("");
	begin(GRANT_ENTERPRISE, "rt");
	gets(400, SPENT);
	sends("https://idp/token", "token-exchange");
	gets(200, JAG);
	sends("https://as/token", "assertion=jag");
	gets(400, SPENT);
	is_over(TOKEN_SPENT, ERR_LOGIN);
	/* A person would have to come back. */
	for (int i = 0; i < 2; i++) {
		begin(i ? GRANT_DEVICE_CODE : GRANT_AUTHORIZATION_CODE, "rt");
		gets(400, SPENT);
		is_over(TOKEN_SPENT, ERR_LOGIN);
		assert_str(grant.refresh_token, "");
		begin(i ? GRANT_DEVICE_CODE : GRANT_AUTHORIZATION_CODE, "");
		is_over(TOKEN_REFUSED, ERR_LOGIN);
	}
}

static void any_other_refusal_is_the_end(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum token_outcome outcome;
		enum err_kind kind;
	} cases[] = {
		{400, "{\"error\":\"unsupported_grant_type\"}", TOKEN_REFUSED, ERR_FAILED},
		{401, "{\"error\":\"invalid_client\"}", TOKEN_CLIENT, ERR_LOGIN},
		{400, "{\"error\":\"use_dpop_nonce\"}", TOKEN_REFUSED, ERR_FAILED},
		{503, "", TOKEN_LATER, ERR_NETWORK},
		{200, "{\"access_token\":\"new\"}", TOKEN_REFUSED, ERR_INPUT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		static const char *const tokens[] = {"rt", ""};

		for (int n = 0; n < 2; n++) {
			begin(GRANT_JWT_BEARER, tokens[n]);
			gets(cases[i].status, cases[i].body);
			is_over(cases[i].outcome, cases[i].kind);
			assert_str(grant.refresh_token, tokens[n]);
		}
		begin(GRANT_ENTERPRISE, "");
		gets(cases[i].status, cases[i].body);
		is_over(cases[i].outcome, cases[i].kind);
	}
}

static void no_answer_means_later(void **state)
{
	const struct err down = {ERR_NETWORK, "the network is down"};

	(void)state;
	begin(GRANT_ENTERPRISE, "");
	renew_failure(&r, &down);
	is_over(TOKEN_LATER, ERR_NETWORK);
	assert_non_null(strstr(r.err.text, "the identity provider: the network is down"));
	begin(GRANT_CLIENT_CREDENTIALS, "");
	renew_failure(&r, &down);
	is_over(TOKEN_LATER, ERR_NETWORK);
	assert_non_null(strstr(r.err.text, "the token endpoint: the network is down"));
	/* What comes behind the end changes nothing. */
	gets(200, GIVES);
	is_over(TOKEN_LATER, ERR_NETWORK);
}

static void knows_what_can_be_renewed(void **state)
{
	static const struct {
		enum grant_type type;
		const char *endpoint, *refresh, *assertion_file, *id_token_file, *idp;
		bool possible;
	} cases[] = {
		{GRANT_AUTHORIZATION_CODE, "e", "rt", "", "", "", true},
		{GRANT_AUTHORIZATION_CODE, "e", "", "f", "f", "i", false},
		{GRANT_AUTHORIZATION_CODE, "", "rt", "", "", "", false},
		{GRANT_DEVICE_CODE, "e", "rt", "", "", "", true},
		{GRANT_DEVICE_CODE, "e", "", "", "", "", false},
		{GRANT_CLIENT_CREDENTIALS, "e", "", "", "", "", true},
		{GRANT_CLIENT_CREDENTIALS, "", "", "", "", "", false},
		{GRANT_JWT_BEARER, "e", "", "f", "", "", true},
		{GRANT_JWT_BEARER, "e", "", "", "f", "i", false},
		{GRANT_JWT_BEARER, "e", "rt", "", "", "", true},
		{GRANT_ENTERPRISE, "e", "", "", "f", "i", true},
		{GRANT_ENTERPRISE, "e", "", "", "f", "", false},
		{GRANT_ENTERPRISE, "e", "", "f", "", "i", false},
		{GRANT_ENTERPRISE, "e", "rt", "", "", "", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct grant g = {
			.type = cases[i].type, .token_endpoint = str_of(cases[i].endpoint), .refresh_token = str_of(cases[i].refresh),
			.assertion_file = str_of(cases[i].assertion_file), .id_token_file = str_of(cases[i].id_token_file),
			.idp_token_endpoint = str_of(cases[i].idp),
		};

		if (renew_is_possible(&g) != cases[i].possible)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refresh_token_comes_first),
		cmocka_unit_test(without_one_the_grant_itself_is_asked_for),
		cmocka_unit_test(a_spent_refresh_token_leaves_the_grant),
		cmocka_unit_test(any_other_refusal_is_the_end),
		cmocka_unit_test(no_answer_means_later),
		cmocka_unit_test(knows_what_can_be_renewed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

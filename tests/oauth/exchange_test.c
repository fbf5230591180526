#include "support/test.h"

#include "base/arena.h"
#include "http/fetch.h"
#include "oauth/exchange.h"

#define JAG "urn:ietf:params:oauth:token-type:id-jag"

static char memory[256 * 1024];
static struct arena arena;
static struct grant grant;
static const struct token_asker q = {.grant = &grant, .now = 1700000000, .arena = &arena};

static int start(void **state)
{
	(void)state;
	arena_over(&arena, memory, sizeof memory);
	grant = (struct grant){
		.issuer = S("https://as/"), .token_endpoint = S("https://as/token"), .auth = GRANT_AUTH_BASIC, .client_id = S("me"),
		.client_secret = S("mine"), .resource = S("https://h/mcp"), .scope = S("a b"), .dpop_key = S("key"),
		.idp_token_endpoint = S("https://idp/token"), .idp_client_id = S("there"),
	};
	return 0;
}

static void asks_the_provider_with_the_client_that_it_knows(void **state)
{
	struct fetch_request r;
	struct err e = {0};
	bool found = true;

	(void)state;
	assert_ok(exchange_request(&q, S("id+token"), &r, &e), &e);
	assert_str(url_text(&r.url, &arena), "https://idp/token");
	assert_str(r.body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
		"&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid-jag&audience=https%3A%2F%2Fas%2F"
		"&resource=https%3A%2F%2Fh%2Fmcp&scope=a%20b&subject_token=id%2Btoken"
		"&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token&client_id=there");
	/* What is ours at the other server is not shown here. */
	fetch_field(r.fields, r.fields_n, S("authorization"), &found);
	assert_false(found);
	fetch_field(r.fields, r.fields_n, S("dpop"), &found);
	assert_false(found);
	grant.idp_client_secret = S("s");
	grant.scope = (struct str){0};
	assert_ok(exchange_request(&q, S("id"), &r, &e), &e);
	assert_true(str_ends(r.body, S("&client_id=there&client_secret=s")));
	assert_int_equal(str_find_str(r.body, S("scope=")), r.body.len);
	assert_false(exchange_request(&q, S(""), &r, &e));
	assert_int_equal(e.kind, ERR_LOGIN);
	grant.idp_token_endpoint = S("nonsense");
	assert_false(exchange_request(&q, S("hunter2"), &r, &e));
	assert_non_null(strstr(e.text, "identity provider"));
	assert_null(strstr(e.text, "hunter2"));
}

static void takes_such_an_assertion_and_nothing_else(void **state)
{
#define WITH(type, issued) "{\"access_token\":\"hunter2\",\"token_type\":\"" type "\",\"issued_token_type\":\"" issued "\"}"
	static const struct {
		int status;
		const char *body;
		enum token_outcome outcome;
		enum err_kind kind;
	} cases[] = {
		{200, WITH("N_A", JAG), TOKEN_OK, ERR_NONE},
		{200, WITH("n_a", JAG), TOKEN_OK, ERR_NONE},
		{200, WITH("Bearer", JAG), TOKEN_REFUSED, ERR_INPUT},
		{200, WITH("N_A", "urn:ietf:params:oauth:token-type:access_token"), TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\",\"token_type\":\"N_A\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2\",\"issued_token_type\":\"" JAG "\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"\",\"token_type\":\"N_A\",\"issued_token_type\":\"" JAG "\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "{\"access_token\":\"hunter2 \",\"token_type\":\"N_A\",\"issued_token_type\":\"" JAG "\"}", TOKEN_REFUSED, ERR_INPUT},
		{200, "", TOKEN_REFUSED, ERR_INPUT},
		{400, "{\"error\":\"invalid_grant\"}", TOKEN_SPENT, ERR_LOGIN},
		{200, "{\"error\":\"invalid_grant\"}", TOKEN_SPENT, ERR_LOGIN},
		{401, "", TOKEN_CLIENT, ERR_LOGIN},
		{400, "{\"error\":\"use_dpop_nonce\"}", TOKEN_REFUSED, ERR_FAILED},
		{503, "", TOKEN_LATER, ERR_NETWORK},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_answer answer = {.status = cases[i].status, .body = str_of(cases[i].body)};
		struct err e = {0};
		struct str assertion;

		start(state);
		if (exchange_read(&q, &answer, &assertion, &e) != cases[i].outcome || e.kind != cases[i].kind)
			fail_msg("%s: %s", cases[i].body, e.text);
		assert_str(assertion, cases[i].outcome == TOKEN_OK ? "hunter2" : "");
		assert_null(strstr(e.text, "hunter2"));
		if (cases[i].outcome != TOKEN_OK)
			assert_non_null(strstr(e.text, "identity provider"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(asks_the_provider_with_the_client_that_it_knows, start),
		cmocka_unit_test(takes_such_an_assertion_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Whole sign-ins once the authorization server is known: clients, scopes, callbacks, tokens. */
#include "support/test.h"

#include <stdio.h>

#include "http/url.h"
#include "oauth/token.h"
#include "support/flow_script.h"

#define SERVER "https://h/mcp"
#define PROBE {"POST " SERVER, 401, "WWW-Authenticate: Bearer resource_metadata=\"https://h/prm\"", "", "\"initialize\""}
#define RESOURCE {"GET https://h/prm", 200, NULL, \
	"{\"resource\":\"" SERVER "\",\"authorization_servers\":[\"https://as\"],\"scopes_supported\":[\"r\",\"w\"]}", NULL}
#define ISSUER(more) {"GET https://as/.well-known/oauth-authorization-server", 200, NULL, \
	"{\"issuer\":\"https://as\",\"authorization_endpoint\":\"https://as/authorize\",\"token_endpoint\":\"https://as/token\"," \
	"\"code_challenge_methods_supported\":[\"S256\"]" more "}", NULL}
#define DCR ",\"registration_endpoint\":\"https://as/register\""
#define REGISTER {"POST https://as/register", 201, NULL, "{\"client_id\":\"reg-1\"}", "http://127.0.0.1:7777/callback"}
#define TOKEN(sent) {"POST https://as/token", 200, NULL, \
	"{\"access_token\":\"at\",\"token_type\":\"bearer\",\"expires_in\":60,\"refresh_token\":\"rt\"}", sent}

static struct flow_script s;

static int start(void **state)
{
	(void)state;
	flow_script_start(&s, SERVER);
	return 0;
}

static int end(void **state)
{
	(void)state;
	flow_script_end(&s);
	return 0;
}

static void done(const struct flow_exchange *x)
{
	enum flow_step step = flow_script_run(&s, x);

	if (step != FLOW_DONE)
		fail_msg("step %d: %s", (int)step, s.flow.err.text);
}

static void failed(const struct flow_exchange *x, enum err_kind kind, const char *words)
{
	assert_int_equal(flow_script_run(&s, x), FLOW_FAILED);
	if (s.flow.err.kind != kind || !strstr(s.flow.err.text, words))
		fail_msg("%s: %s", err_kind_name(s.flow.err.kind), s.flow.err.text);
}

static void a_client_registers_and_gets_its_tokens(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR ",\"revocation_endpoint\":\"https://as/revoke\""), REGISTER,
		TOKEN("grant_type=authorization_code&code=the-code&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&code_verifier="), {0}};
	const struct grant *g = &s.flow.grant;

	(void)state;
	done(x);
	assert_str(flow_script_parameter(&s, "client_id"), "reg-1");
	assert_str(flow_script_parameter(&s, "redirect_uri"), "http://127.0.0.1:7777/callback");
	assert_str(flow_script_parameter(&s, "resource"), SERVER);
	assert_str(flow_script_parameter(&s, "scope"), "r w");
	assert_str(flow_script_parameter(&s, "code_challenge_method"), "S256");
	assert_int_equal(flow_script_parameter(&s, "state").len, PKCE_TEXT);
	assert_str(g->issuer, "https://as");
	assert_str(g->token_endpoint, "https://as/token");
	assert_str(g->revocation_endpoint, "https://as/revoke");
	assert_str(g->client_id, "reg-1");
	assert_int_equal(g->client, GRANT_CLIENT_REGISTERED);
	assert_str(g->redirect_uri, "http://127.0.0.1:7777/callback");
	assert_str(g->resource, SERVER);
	assert_true(s.flow.resource_is_named);
	assert_str(g->access_token, "at");
	assert_str(g->refresh_token, "rt");
	assert_str(g->scope, "r w");
	assert_int_equal(g->expires_at, FLOW_SCRIPT_NOW + 60);
	assert_int_equal(g->obtained_at, FLOW_SCRIPT_NOW);
}

/* As far as FLOW_ASK, without a script. The resource is "https://h". */
static void reach_the_user(void)
{
	const struct fetch_answer answers[] = {
		{.status = 401},
		{.status = 200, .body = S("{\"resource\":\"https://h\",\"authorization_servers\":[\"https://as\"]}")},
		{.status = 200, .body = S("{\"issuer\":\"https://as\",\"authorization_endpoint\":\"https://as/a\","
			"\"token_endpoint\":\"https://as/t\",\"code_challenge_methods_supported\":[\"S256\"]}")},
	};

	s.setup.client.client_id = S("mine");
	s.setup.redirect_uri = S("http://[::1]:9/callback");
	assert_int_equal(flow_begin(&s.flow, &s.setup), FLOW_SEND);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		flow_answer(&s.flow, &answers[i], FLOW_SCRIPT_NOW);
	assert_int_equal(s.flow.step, FLOW_ASK);
}

static void the_resource_and_the_verifier_go_with_the_code(void **state)
{
	struct err e = {0};
	char memory[65536];
	struct arena a;
	struct str rest;
	struct str name;
	struct str value;
	char challenge[PKCE_TEXT];
	struct flow *f = &s.flow;
	char text[64] = "code=c&state=";
	bool has_verifier = false;
	bool has_resource = false;

	(void)state;
	reach_the_user();
	memcpy(text + 13, f->pkce.state, PKCE_TEXT);
	memcpy(challenge, f->pkce.challenge, PKCE_TEXT);
	assert_int_equal(flow_callback(f, str_make(text, 13 + PKCE_TEXT), CALLBACK_LISTENER, FLOW_SCRIPT_NOW, &e), CALLBACK_ACCEPTED);
	arena_over(&a, memory, sizeof memory);
	for (rest = f->request.body; url_form_next(&rest, &a, &name, &value, &e);) {
		char computed[PKCE_TEXT];

		if (str_same(name, S("code_verifier")))
			has_verifier = pkce_challenge_of(computed, value) && memcmp(computed, challenge, PKCE_TEXT) == 0;
		/* Byte for byte: no '/' is put behind it. */
		if (str_same(name, S("resource")))
			has_resource = str_same(value, S("https://h"));
	}
	assert_true(has_verifier);
	assert_true(has_resource);
	/* The same callback once more is nobody's. */
	assert_int_equal(flow_callback(f, str_make(text, 13 + PKCE_TEXT), CALLBACK_LISTENER, FLOW_SCRIPT_NOW, &e), CALLBACK_IGNORED);
	assert_int_equal(f->step, FLOW_SEND);
}

static void a_configured_client_needs_no_registration(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), TOKEN("Basic bWluZTpodW50ZXIy"), {0}};

	(void)state;
	s.setup.client = (struct register_config){.client_id = S("mine"), .client_secret = S("hunter2")};
	done(x);
	assert_str(flow_script_parameter(&s, "client_id"), "mine");
	assert_null(strstr(s.url, "hunter2"));
	assert_int_equal(s.flow.grant.client, GRANT_CLIENT_CONFIGURED);
}

static void a_metadata_document_is_used_where_the_issuer_takes_it(void **state)
{
	const struct flow_exchange takes[] = {PROBE, RESOURCE, ISSUER(DCR ",\"client_id_metadata_document_supported\":true"),
		TOKEN("&client_id=https%3A%2F%2Fc%2Fc.json"), {0}};
	const struct flow_exchange does_not[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN("&client_id=reg-1"), {0}};

	(void)state;
	s.setup.client.metadata_url = S("https://c/c.json");
	done(takes);
	assert_str(flow_script_parameter(&s, "client_id"), "https://c/c.json");
	assert_int_equal(s.flow.grant.client, GRANT_CLIENT_METADATA);
	done(does_not);
	assert_int_equal(s.flow.grant.client, GRANT_CLIENT_REGISTERED);
}

static void without_any_way_the_error_says_what_to_do(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), {0}};

	(void)state;
	failed(x, ERR_FAILED, "--client-id");
}

static void a_refused_registration_is_told(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR),
		{"POST https://as/register", 400, NULL, "{\"error\":\"invalid_redirect_uri\"}", NULL}, {0}};

	(void)state;
	failed(x, ERR_FAILED, "--redirect-uri");
}

static struct grant earlier(void)
{
	return (struct grant){
		.issuer = S("https://as"), .client = GRANT_CLIENT_REGISTERED, .client_id = S("reg-0"),
		.redirect_uri = S("http://127.0.0.1:7777/callback"), .scope = S("r old"),
	};
}

static void an_earlier_registration_is_used_again(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), TOKEN("&client_id=reg-0"), {0}};
	struct grant known = earlier();

	(void)state;
	s.setup.known = &known;
	done(x);
	assert_str(s.flow.redirect_wish, "http://127.0.0.1:7777/callback");
	/* Not a step up: the scope of before does not come back. */
	assert_str(flow_script_parameter(&s, "scope"), "r w");
}

static void a_registration_of_another_issuer_is_never_shown(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN("&client_id=reg-1"), {0}};
	struct grant known = earlier();

	(void)state;
	known.issuer = S("https://as-1");
	s.setup.known = &known;
	done(x);
	assert_str(s.flow.redirect_wish, "");
	assert_str(flow_script_parameter(&s, "client_id"), "reg-1");
}

static void a_forgotten_registration_is_made_anew_once(void **state)
{
	const struct flow_exchange forgotten = {"POST https://as/token", 401, NULL, "{\"error\":\"invalid_client\"}", NULL};
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), forgotten, REGISTER, TOKEN("&client_id=reg-1"), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(DCR), forgotten, REGISTER, forgotten, {0}};
	const struct flow_exchange z[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN(NULL), {0}};
	struct grant known = earlier();

	(void)state;
	s.setup.known = &known;
	s.callbacks[1] = "code=the-second&state=$";
	done(x);
	assert_int_equal(s.asked, 2);
	assert_str(flow_script_parameter(&s, "client_id"), "reg-1");
	failed(y, ERR_LOGIN, "does not accept this client");
	/* Told in the callback already. */
	s.callbacks[0] = "error=unauthorized_client&state=$";
	done(z);
}

static void a_configured_client_that_is_refused_is_named(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR),
		{"POST https://as/token", 401, NULL, "{\"error\":\"invalid_client\"}", NULL}, {0}};

	(void)state;
	s.setup.client = (struct register_config){.client_id = S("mine"), .client_secret = S("hunter2")};
	failed(x, ERR_LOGIN, "--client-id");
	assert_null(strstr(s.flow.err.text, "hunter2"));
}

static void scopes_are_the_least_that_is_asked_for(void **state)
{
	static const struct {
		const char *configured, *challenge, *more, *scope;
	} cases[] = {
		{"", "Bearer resource_metadata=\"https://h/prm\", scope=\"c\"", DCR, "c"},
		{"", "Bearer resource_metadata=\"https://h/prm\", scope=\"c\"", DCR ",\"scopes_supported\":[\"offline_access\"]", "c offline_access"},
		{"", "Bearer resource_metadata=\"https://h/prm\"", DCR ",\"scopes_supported\":[\"offline_access\"]", "r w offline_access"},
		{"u", "Bearer resource_metadata=\"https://h/prm\", scope=\"c\"", DCR ",\"scopes_supported\":[\"offline_access\"]", "u"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char field[256];
		char body[1024];
		struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), REGISTER, TOKEN(NULL), {0}};

		snprintf(field, sizeof field, "WWW-Authenticate: %s", cases[i].challenge);
		snprintf(body, sizeof body, "%.*s%s}", (int)strlen(x[2].body) - 1, x[2].body, cases[i].more);
		x[0].field = field;
		x[2].body = body;
		s.setup.scope = str_of(cases[i].configured);
		done(x);
		assert_str(flow_script_parameter(&s, "scope"), cases[i].scope);
		assert_str(s.flow.grant.scope, cases[i].scope);
	}
}

static void a_step_up_asks_for_the_union(void **state)
{
	const struct flow_exchange x[] = {RESOURCE, ISSUER(DCR), TOKEN("&client_id=reg-0"), {0}};
	const struct challenge challenge = {
		.is_there = true, .resource_metadata = S("https://h/prm"), .scope = S("admin"), .error = S("insufficient_scope"),
	};
	struct grant known = earlier();

	(void)state;
	s.setup.known = &known;
	s.setup.challenge = &challenge;
	done(x);
	assert_str(flow_script_parameter(&s, "scope"), "r old admin");
}

static void a_stray_callback_does_not_end_the_wait(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN("code=right"), {0}};

	(void)state;
	s.callbacks[0] = "code=evil&state=wrong";
	s.callbacks[1] = "error=access_denied&error_description=hunter2";
	s.callbacks[2] = "paste http://127.0.0.1:7777/callback?code=old&state=older";
	s.callbacks[3] = "code=right&state=$";
	done(x);
	assert_int_equal(s.asked, 1);
	assert_int_equal(s.verdicts[0], CALLBACK_IGNORED);
	assert_int_equal(s.verdicts[1], CALLBACK_IGNORED);
	assert_int_equal(s.verdicts[2], CALLBACK_IGNORED);
	assert_int_equal(s.verdicts[3], CALLBACK_ACCEPTED);
}

static void a_flood_of_strays_does_not_end_it_either(void **state)
{
	struct flow *f = &s.flow;
	struct arena before;

	(void)state;
	reach_the_user();
	before = *f->setup.arena;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(flow_callback(f, S("two words"), CALLBACK_PASTE, FLOW_SCRIPT_NOW, NULL), CALLBACK_IGNORED);
		assert_int_equal(flow_callback(f, S("code=c&state=s"), CALLBACK_LISTENER, FLOW_SCRIPT_NOW, NULL), CALLBACK_IGNORED);
	}
	assert_int_equal(f->step, FLOW_ASK);
	assert_ptr_equal(f->setup.arena->at, before.at);
}

static void a_bare_code_that_is_refused_may_be_followed_by_another(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER,
		{"POST https://as/token", 400, NULL, "{\"error\":\"invalid_grant\"}", "code=nonsense"},
		TOKEN("code=right"), {0}};

	(void)state;
	s.callbacks[0] = "paste nonsense";
	s.callbacks[1] = "code=right&state=$";
	done(x);
	assert_int_equal(s.verdicts[0], CALLBACK_ACCEPTED);
	assert_int_equal(s.verdicts[1], CALLBACK_ACCEPTED);
}

static void a_pasted_code_is_taken_from_the_terminal_alone(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN("code=bare%2Fcode"), {0}};

	(void)state;
	s.callbacks[0] = "bare/code";
	s.callbacks[1] = "paste bare/code";
	done(x);
	assert_int_equal(s.verdicts[0], CALLBACK_IGNORED);
}

/* The table of RFC 9207 §2.4 as MCP has it: a code behind a wrong iss goes nowhere. */
static void the_issuer_in_the_answer_decides(void **state)
{
	static const struct {
		bool sends;
		const char *callback;
		bool ok;
	} cases[] = {
		{true, "code=the-code&state=$&iss=https%3A%2F%2Fas", true},
		{true, "code=the-code&state=$", false},
		{true, "code=the-code&state=$&iss=https://evil.example.com", false},
		{true, "code=the-code&state=$&iss=https://as/", false},
		{false, "code=the-code&state=$&iss=https://as", true},
		{false, "code=the-code&state=$", true},
		{false, "code=the-code&state=$&iss=https://evil.example.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange plain[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN(NULL), {0}};
		const struct flow_exchange sends[] = {PROBE, RESOURCE, ISSUER(DCR ",\"authorization_response_iss_parameter_supported\":true"),
			REGISTER, TOKEN(NULL), {0}};
		const struct flow_exchange *all = cases[i].sends ? sends : plain;
		const struct flow_exchange none[] = {all[0], all[1], all[2], all[3], {0}};

		s.callbacks[0] = cases[i].callback;
		if (cases[i].ok)
			done(all);
		else
			failed(none, ERR_INPUT, "nothing was sent on");
	}
}

static void a_refusal_of_the_user_ends_it(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, {0}};

	(void)state;
	s.callbacks[0] = "error=access_denied&error_description=nope&state=$";
	failed(x, ERR_FAILED, "access was denied: access_denied (nope)");
	assert_int_equal(s.verdicts[0], CALLBACK_REFUSED);
}

static void trouble_at_the_token_endpoint_is_told_apart(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{400, "{\"error\":\"invalid_grant\"}", ERR_LOGIN, "log in again"},
		{503, "", ERR_NETWORK, "try again later"},
		{0, NULL, ERR_NETWORK, "the token endpoint: the network is down"},
		{302, "", ERR_FAILED, "status 302"},
		{200, "{\"access_token\":\"hunter2\",\"token_type\":\"mac\"}", ERR_INPUT, "token_type"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER,
			{"POST https://as/token", cases[i].status, "Location: https://as/elsewhere", cases[i].body, NULL}, {0}};

		failed(x, cases[i].kind, cases[i].words);
		assert_null(strstr(s.flow.err.text, "hunter2"));
	}
}

static void a_redirect_uri_must_come_back_here(void **state)
{
	static const char *const bad[] = {"http://evil.example.com/callback", "http://127.0.0.1:1/callback#f", "myapp://callback", ""};
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), {0}};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		s.redirect = bad[i];
		assert_int_equal(flow_script_run(&s, x), FLOW_FAILED);
		assert_non_null(strstr(s.flow.err.text, "redirect URI"));
	}
}

/* A sign-in's grant, and what becomes of it when its access token has run out. */
static void a_grant_is_refreshed(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum token_outcome outcome;
		const char *access, *refresh, *scope;
		int64_t expires_at;
	} cases[] = {
		{200, "{\"access_token\":\"at2\",\"token_type\":\"Bearer\",\"expires_in\":60,\"refresh_token\":\"rt2\",\"scope\":\"r\"}",
			TOKEN_OK, "at2", "rt2", "r", FLOW_SCRIPT_NOW + 160},
		{200, "{\"access_token\":\"at2\",\"token_type\":\"Bearer\"}", TOKEN_OK, "at2", "rt", "r w", 0},
		{400, "{\"error\":\"invalid_grant\"}", TOKEN_SPENT, "at", "rt", "r w", FLOW_SCRIPT_NOW + 60},
		{503, "", TOKEN_LATER, "at", "rt", "r w", FLOW_SCRIPT_NOW + 60},
		{500, "{\"error\":\"server_error\"}", TOKEN_LATER, "at", "rt", "r w", FLOW_SCRIPT_NOW + 60},
	};
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN(NULL), {0}};
	struct token_asker q = {.grant = &s.flow.grant, .now = FLOW_SCRIPT_NOW + 100, .rng = s.setup.rng, .arena = s.setup.arena};
	struct fetch_request r;
	struct err e = {0};

	(void)state;
	done(x);
	assert_false(token_is_fresh(&s.flow.grant, FLOW_SCRIPT_NOW + 60, 0));
	assert_ok(token_refresh(&q, &r, &e), &e);
	assert_str(url_text(&r.url, s.setup.arena), "https://as/token");
	assert_str(r.body, "grant_type=refresh_token&refresh_token=rt&resource=https%3A%2F%2Fh%2Fmcp&client_id=reg-1");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_answer answer = {.status = cases[i].status, .body = str_of(cases[i].body)};
		struct grant g = s.flow.grant;
		struct token t;

		q.grant = &g;
		assert_int_equal(token_read(&q, &answer, &t, &e), cases[i].outcome);
		if (cases[i].outcome == TOKEN_OK)
			token_apply(&t, FLOW_SCRIPT_NOW + 100, &g);
		assert_str(g.access_token, cases[i].access);
		assert_str(g.refresh_token, cases[i].refresh);
		assert_str(g.scope, cases[i].scope);
		assert_int_equal(g.expires_at, cases[i].expires_at);
		assert_str(g.resource, SERVER);
		assert_str(g.client_id, "reg-1");
	}
}

static void verifier_and_state_are_wiped_at_the_end(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REGISTER, TOKEN(NULL), {0}};
	static const struct pkce zero;

	(void)state;
	done(x);
	assert_memory_equal(&s.flow.pkce, &zero, sizeof zero);
}

int main(void)
{
#define flow_test(f) cmocka_unit_test_setup_teardown(f, start, end)
	const struct CMUnitTest tests[] = {
		flow_test(a_client_registers_and_gets_its_tokens),
		flow_test(the_resource_and_the_verifier_go_with_the_code),
		flow_test(a_configured_client_needs_no_registration),
		flow_test(a_metadata_document_is_used_where_the_issuer_takes_it),
		flow_test(without_any_way_the_error_says_what_to_do),
		flow_test(a_refused_registration_is_told),
		flow_test(an_earlier_registration_is_used_again),
		flow_test(a_registration_of_another_issuer_is_never_shown),
		flow_test(a_forgotten_registration_is_made_anew_once),
		flow_test(a_configured_client_that_is_refused_is_named),
		flow_test(scopes_are_the_least_that_is_asked_for),
		flow_test(a_step_up_asks_for_the_union),
		flow_test(a_stray_callback_does_not_end_the_wait),
		flow_test(a_flood_of_strays_does_not_end_it_either),
		flow_test(a_bare_code_that_is_refused_may_be_followed_by_another),
		flow_test(a_pasted_code_is_taken_from_the_terminal_alone),
		flow_test(the_issuer_in_the_answer_decides),
		flow_test(a_refusal_of_the_user_ends_it),
		flow_test(trouble_at_the_token_endpoint_is_told_apart),
		flow_test(a_redirect_uri_must_come_back_here),
		flow_test(a_grant_is_refreshed),
		flow_test(verifier_and_state_are_wiped_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

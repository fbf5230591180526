/* Whole sign-ins without a browser here: client credentials, assertions, an identity provider, a code for a device. */
#include "support/test.h"

#include <stdio.h>

#include "support/flow_script.h"

#define SERVER "https://h/mcp"
#define PROBE {"POST " SERVER, 401, "WWW-Authenticate: Bearer resource_metadata=\"https://h/prm\"", "", "\"initialize\""}
#define RESOURCE {"GET https://h/prm", 200, NULL, \
	"{\"resource\":\"" SERVER "\",\"authorization_servers\":[\"https://as\"],\"scopes_supported\":[\"r\",\"w\"]}", NULL}
/* No authorization endpoint, no PKCE: these grants need neither. */
#define ISSUER(more) {"GET https://as/.well-known/oauth-authorization-server", 200, NULL, \
	"{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/token\"" more "}", NULL}
#define DCR ",\"registration_endpoint\":\"https://as/register\""
#define DEVICE ",\"device_authorization_endpoint\":\"https://as/device\""
#define GIVES "{\"access_token\":\"at\",\"token_type\":\"bearer\",\"expires_in\":60}"
#define TOKEN(sent) {"POST https://as/token", 200, NULL, GIVES, sent}
#define REFUSED(error, sent) {"POST https://as/token", 400, NULL, "{\"error\":\"" error "\"}", sent}
#define CODE_WITH(more) {"POST https://as/device", 200, NULL, "{\"device_code\":\"dc\",\"user_code\":\"ABCD-EFGH\"," \
	"\"verification_uri\":\"https://as/go\",\"verification_uri_complete\":\"https://as/go?c=ABCD-EFGH\",\"expires_in\":900" more "}", \
	"scope=r%20w&resource=https%3A%2F%2Fh%2Fmcp"}
#define CODE CODE_WITH(",\"interval\":2")
#define POLL "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dc&resource=https%3A%2F%2Fh%2Fmcp"

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
	assert_str(s.flow.grant.access_token, "at");
	assert_int_equal(s.flow.grant.type, s.setup.type);
	assert_int_equal(s.asked, 0);
}

static void failed(const struct flow_exchange *x, enum err_kind kind, const char *words)
{
	assert_int_equal(flow_script_run(&s, x), FLOW_FAILED);
	if (s.flow.err.kind != kind || !strstr(s.flow.err.text, words))
		fail_msg("%s: %s", err_kind_name(s.flow.err.kind), s.flow.err.text);
	assert_null(strstr(s.flow.err.text, "hunter2"));
}

/* --- Client credentials --------------------------------------------------------------- */

static void a_client_signs_itself_in(void **state)
{
	const struct flow_exchange basic[] = {PROBE, RESOURCE, ISSUER(DCR),
		TOKEN("grant_type=client_credentials&scope=r%20w&resource=https%3A%2F%2Fh%2Fmcp|Basic bWU6aHVudGVyMg==|!client_id|!@dpop"), {0}};
	const struct flow_exchange post[] = {PROBE, RESOURCE, ISSUER(",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]"),
		TOKEN("&client_id=me&client_secret=hunter2|!@authorization"), {0}};

	(void)state;
	s.setup.type = GRANT_CLIENT_CREDENTIALS;
	s.setup.client = (struct register_config){.client_id = S("me"), .client_secret = S("hunter2")};
	done(basic);
	assert_int_equal(s.flow.grant.client, GRANT_CLIENT_CONFIGURED);
	assert_str(s.flow.grant.scope, "r w");
	done(post);
}

/* A refresh token is of no use to who can ask again, and asking for one is refused here and there. */
static void nobody_offline_is_waited_for(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(",\"scopes_supported\":[\"r\",\"offline_access\"]"),
		TOKEN("&scope=r%20w&|!offline_access"), {0}};

	(void)state;
	s.setup.type = GRANT_CLIENT_CREDENTIALS;
	s.setup.client.client_id = S("me");
	done(x);
}

static void a_machine_is_never_registered_by_itself(void **state)
{
	static const enum grant_type types[] = {GRANT_CLIENT_CREDENTIALS, GRANT_ENTERPRISE};
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR ",\"client_id_metadata_document_supported\":true"), {0}};
	const struct grant known = {.issuer = S("https://as"), .client = GRANT_CLIENT_REGISTERED, .client_id = S("reg-0")};

	(void)state;
	s.setup.client.metadata_url = S("https://c/c.json");
	s.setup.known = &known;
	s.setup.id_token = s.setup.idp_client_id = S("x");
	s.setup.idp_token_endpoint = S("https://idp/t");
	for (size_t i = 0; i < 2; i++) {
		s.setup.type = types[i];
		failed(x, ERR_FAILED, "--client-id");
	}
}

static void a_refused_client_is_named(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), REFUSED("invalid_client", NULL), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(DCR), {"POST https://as/token", 0, NULL, NULL, NULL}, {0}};

	(void)state;
	s.setup.type = GRANT_CLIENT_CREDENTIALS;
	s.setup.client = (struct register_config){.client_id = S("me"), .client_secret = S("hunter2")};
	failed(x, ERR_LOGIN, "--client-id");
	failed(y, ERR_NETWORK, "the token endpoint: the network is down");
}

/* What was configured once serves again where the issuer is the same, and nowhere else. */
static void a_known_client_serves_again(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), TOKEN("Basic bWU6aHVudGVyMg=="), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(""), {0}};
	struct grant known = {.issuer = S("https://as"), .client = GRANT_CLIENT_CONFIGURED, .auth = GRANT_AUTH_BASIC, .client_id = S("me"),
		.client_secret = S("hunter2")};

	(void)state;
	s.setup.type = GRANT_CLIENT_CREDENTIALS;
	s.setup.known = &known;
	done(x);
	known.issuer = S("https://as-1");
	failed(y, ERR_FAILED, "--client-id");
	s.setup.client = (struct register_config){.client_id = S("me"), .client_secret = S("hunter2")};
	failed(y, ERR_FAILED, "\"https://as-1\" and is not shown elsewhere");
}

static void the_users_resource_counts(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), TOKEN("&resource=https%3A%2F%2Fh%2F&client_id=me"), {0}};

	(void)state;
	s.setup.type = GRANT_CLIENT_CREDENTIALS;
	s.setup.client.client_id = S("me");
	s.setup.resource = S("https://h/");
	done(x);
	assert_str(s.flow.grant.resource, "https://h/");
}

/* --- Assertions ------------------------------------------------------------------------ */

static void a_workload_signs_in_by_its_token(void **state)
{
	const struct flow_exchange none[] = {PROBE, RESOURCE, ISSUER(DCR),
		TOKEN("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c&scope=r%20w&resource=https%3A%2F%2Fh%2Fmcp|!client_id|!@authorization"), {0}};
	const struct flow_exchange public[] = {PROBE, RESOURCE, ISSUER(DCR), TOKEN("&client_id=me|!@authorization"), {0}};

	(void)state;
	s.setup.type = GRANT_JWT_BEARER;
	s.setup.assertion = S("a.b.c");
	s.setup.assertion_file = S("/run/token");
	done(none);
	assert_int_equal(s.flow.grant.client, GRANT_CLIENT_NONE);
	assert_str(s.flow.grant.assertion_file, "/run/token");
	s.setup.client.client_id = S("me");
	done(public);
}

static void a_refused_assertion_is_the_end(void **state)
{
	static const struct {
		const char *body;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{"{\"error\":\"invalid_grant\"}", ERR_LOGIN, "the assertion was not taken"},
		{"{\"error\":\"invalid_client\"}", ERR_LOGIN, "--client-id"},
		{"{\"error\":\"unsupported_grant_type\"}", ERR_FAILED, "unsupported_grant_type"},
	};

	(void)state;
	s.setup.type = GRANT_JWT_BEARER;
	s.setup.assertion = S("hunter2.b.c");
	s.setup.client.client_id = S("me");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), {"POST https://as/token", 400, NULL, cases[i].body, NULL}, {0}};

		failed(x, cases[i].kind, cases[i].words);
	}
}

#define EXCHANGED {"POST https://idp.example/token", 200, NULL, "{\"access_token\":\"jag\",\"token_type\":\"N_A\"," \
	"\"issued_token_type\":\"urn:ietf:params:oauth:token-type:id-jag\"}", \
	"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid-jag" \
	"&audience=https%3A%2F%2Fas&resource=https%3A%2F%2Fh%2Fmcp&scope=r%20w&subject_token=id.to.ken" \
	"&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token&client_id=idp-me|!@authorization"}

static void set_enterprise(void)
{
	s.setup.type = GRANT_ENTERPRISE;
	s.setup.client = (struct register_config){.client_id = S("me"), .client_secret = S("hunter2")};
	s.setup.id_token = S("id.to.ken");
	s.setup.id_token_file = S("/run/id");
	s.setup.idp_token_endpoint = S("https://idp.example/token");
	s.setup.idp_client_id = S("idp-me");
}

static void an_identity_provider_vouches(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR), EXCHANGED,
		TOKEN("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=jag&|resource=https%3A%2F%2Fh%2Fmcp|Basic bWU6aHVudGVyMg==|!client_id"), {0}};
	const struct flow_exchange secret[] = {PROBE, RESOURCE, ISSUER(DCR),
		{"POST https://idp.example/token", 503, NULL, "", "&client_id=idp-me&client_secret=is"}, {0}};

	(void)state;
	set_enterprise();
	done(x);
	assert_str(s.flow.grant.id_token_file, "/run/id");
	assert_str(s.flow.grant.idp_token_endpoint, "https://idp.example/token");
	assert_str(s.flow.grant.idp_client_id, "idp-me");
	s.setup.idp_client_secret = S("is");
	failed(secret, ERR_NETWORK, "the identity provider");
}

static void what_an_enterprise_sign_in_lacks_is_said_first(void **state)
{
	static const struct flow_exchange none[] = {{0}};

	(void)state;
	set_enterprise();
	s.setup.idp_token_endpoint = S("http://idp.example/token");
	failed(none, ERR_USAGE, "plain http");
	s.setup.idp_token_endpoint = (struct str){0};
	failed(none, ERR_USAGE, "identity provider");
	set_enterprise();
	s.setup.id_token = (struct str){0};
	failed(none, ERR_USAGE, "ID token");
	s.setup.type = GRANT_JWT_BEARER;
	failed(none, ERR_USAGE, "assertion");
}

/* --- A code for a device ----------------------------------------------------------------- */

static void a_person_enters_a_code_elsewhere(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR DEVICE),
		{"POST https://as/register", 201, NULL, "{\"client_id\":\"reg-1\"}",
			"\"grant_types\":[\"authorization_code\",\"refresh_token\",\"urn:ietf:params:oauth:grant-type:device_code\"]|"
			"\"redirect_uris\":[\"http://127.0.0.1/callback\"]"},
		CODE, REFUSED("authorization_pending", POLL "&client_id=reg-1"), REFUSED("slow_down", POLL), REFUSED("authorization_pending", POLL),
		{"POST https://as/token", 0, NULL, NULL, POLL}, {"POST https://as/token", 503, NULL, "", POLL}, REFUSED("authorization_pending", POLL),
		TOKEN(POLL), {0}};
	static const int64_t waits[] = {2000, 2000, 7000, 7000, 14000, 21000, 7000};

	(void)state;
	s.setup.type = GRANT_DEVICE_CODE;
	done(x);
	assert_int_equal(s.waits_n, 7);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(s.waits[i], waits[i]);
	assert_str(s.flow.device.user_code, "ABCD-EFGH");
	assert_str(s.flow.device.verification_uri, "https://as/go");
	assert_str(s.flow.device.verification_uri_complete, "https://as/go?c=ABCD-EFGH");
	assert_int_equal(s.flow.device.expires_at, FLOW_SCRIPT_NOW + 900);
	assert_int_equal(s.flow.grant.client, GRANT_CLIENT_REGISTERED);
	assert_str(s.flow.grant.redirect_uri, "");
}

static void the_code_is_new_once(void **state)
{
	const struct fetch_answer answers[] = {
		{.status = 401},
		{.status = 200, .body = S("{\"resource\":\"https://h\",\"authorization_servers\":[\"https://as\"]}")},
		{.status = 200, .body = S("{\"issuer\":\"https://as\",\"token_endpoint\":\"https://as/t\"" DEVICE "}")},
		{.status = 200, .body = S("{\"device_code\":\"d\",\"user_code\":\"u\",\"verification_uri\":\"https://as/go\",\"expires_in\":60}")},
	};
	const struct fetch_answer pending = {.status = 400, .body = S("{\"error\":\"authorization_pending\"}")};
	char *before = NULL;

	(void)state;
	s.setup.type = GRANT_DEVICE_CODE;
	s.setup.client.client_id = S("me");
	flow_begin(&s.flow, &s.setup);
	for (size_t i = 0; i < 4; i++)
		flow_answer(&s.flow, &answers[i], FLOW_SCRIPT_NOW);
	assert_int_equal(s.flow.step, FLOW_DEVICE);
	assert_true(s.flow.device.is_new);
	assert_int_equal(s.flow.wait_ms, 5000);
	s.flow.device.is_new = false;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(flow_poll(&s.flow, FLOW_SCRIPT_NOW + i), FLOW_SEND);
		assert_int_equal(flow_poll(&s.flow, FLOW_SCRIPT_NOW + i), FLOW_SEND); /* nothing is waited for */
		assert_int_equal(flow_answer(&s.flow, &pending, FLOW_SCRIPT_NOW + i), FLOW_DEVICE);
		assert_false(s.flow.device.is_new);
		/* However long it goes on, it takes no more memory. */
		assert_true(!before || before == s.setup.arena->at);
		before = s.setup.arena->at;
	}
	assert_int_equal(flow_poll(&s.flow, FLOW_SCRIPT_NOW + 60), FLOW_FAILED);
	assert_int_equal(s.flow.err.kind, ERR_LOGIN);
	assert_non_null(strstr(s.flow.err.text, "in time"));
}

static void the_end_of_a_code_is_told(void **state)
{
	static const struct {
		const char *body;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{"{\"error\":\"access_denied\"}", ERR_LOGIN, "refused where the code was entered"},
		{"{\"error\":\"expired_token\"}", ERR_LOGIN, "in time"},
		{"{\"error\":\"invalid_grant\"}", ERR_LOGIN, "invalid_grant"},
		{"{\"error\":\"invalid_request\"}", ERR_FAILED, "invalid_request"},
		{"{\"error\":\"invalid_client\"}", ERR_LOGIN, "client"},
		{"{\"token_type\":\"Bearer\"}", ERR_FAILED, "status 400"},
	};

	(void)state;
	s.setup.type = GRANT_DEVICE_CODE;
	s.setup.client.client_id = S("me");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DEVICE), CODE, {"POST https://as/token", 400, NULL, cases[i].body, NULL}, {0}};

		failed(x, cases[i].kind, cases[i].words);
	}
}

static void a_device_sign_in_that_cannot_be_is_said_so(void **state)
{
	const struct flow_exchange none[] = {PROBE, RESOURCE, ISSUER(DCR), {0}};
	const struct flow_exchange odd[] = {PROBE, RESOURCE, ISSUER(DEVICE),
		{"POST https://as/device", 200, NULL, "{\"device_code\":\"hunter2\",\"user_code\":\"u\",\"verification_uri\":\"http://as/go\"}", NULL}, {0}};
	const struct flow_exchange refused[] = {PROBE, RESOURCE, ISSUER(DEVICE),
		{"POST https://as/device", 400, NULL, "{\"error\":\"unauthorized_client\"}", NULL}, {0}};
	const struct flow_exchange unknown[] = {
		{"POST " SERVER, 401, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-authorization-server", 404, NULL, "", NULL},
		{"GET https://h/.well-known/openid-configuration", 404, NULL, "", NULL}, {0},
	};
	const struct flow_exchange later[] = {PROBE, RESOURCE, ISSUER(DEVICE), {"POST https://as/device", 503, NULL, "", NULL}, {0}};

	(void)state;
	s.setup.type = GRANT_DEVICE_CODE;
	s.setup.client.client_id = S("me");
	failed(none, ERR_FAILED, "device_authorization_endpoint");
	failed(unknown, ERR_FAILED, "device_authorization_endpoint");
	failed(odd, ERR_INPUT, "verification_uri");
	failed(refused, ERR_LOGIN, "--client-id");
	failed(later, ERR_NETWORK, "try again later");
}

/* Registered for a browser before: the issuer says that this client may not do it, and a new one may. */
static void an_earlier_registration_is_tried_first(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(DCR DEVICE),
		{"POST https://as/device", 400, NULL, "{\"error\":\"unauthorized_client\"}", "&client_id=reg-0"},
		{"POST https://as/register", 201, NULL, "{\"client_id\":\"reg-1\"}", "device_code"},
		CODE, TOKEN("&client_id=reg-1"), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(DCR DEVICE), CODE, TOKEN("&client_id=reg-0"), {0}};
	const struct grant known = {.issuer = S("https://as"), .client = GRANT_CLIENT_REGISTERED, .client_id = S("reg-0"),
		.redirect_uri = S("http://127.0.0.1:7777/callback")};

	(void)state;
	s.setup.type = GRANT_DEVICE_CODE;
	s.setup.known = &known;
	done(x);
	assert_str(s.flow.grant.redirect_uri, "");
	done(y);
	assert_str(s.flow.grant.redirect_uri, "http://127.0.0.1:7777/callback");
}

int main(void)
{
#define flow_test(f) cmocka_unit_test_setup_teardown(f, start, end)
	const struct CMUnitTest tests[] = {
		flow_test(a_client_signs_itself_in),
		flow_test(nobody_offline_is_waited_for),
		flow_test(a_machine_is_never_registered_by_itself),
		flow_test(a_refused_client_is_named),
		flow_test(a_known_client_serves_again),
		flow_test(the_users_resource_counts),
		flow_test(a_workload_signs_in_by_its_token),
		flow_test(a_refused_assertion_is_the_end),
		flow_test(an_identity_provider_vouches),
		flow_test(what_an_enterprise_sign_in_lacks_is_said_first),
		flow_test(a_person_enters_a_code_elsewhere),
		flow_test(the_code_is_new_once),
		flow_test(the_end_of_a_code_is_told),
		flow_test(a_device_sign_in_that_cannot_be_is_said_so),
		flow_test(an_earlier_registration_is_tried_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

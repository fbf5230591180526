/* Whole sign-ins whose tokens are bound to a key (RFC 9449). */
#include "support/test.h"

#include <stdio.h>

#include "oauth/dpop.h"
#include "support/flow_script.h"

#define SERVER "https://h/mcp"
#define REFUSES(challenge) {"POST " SERVER, 401, "WWW-Authenticate: " challenge " resource_metadata=\"https://h/prm\"", "", NULL}
#define PROBE REFUSES("Bearer")
#define RESOURCE_WITH(more) {"GET https://h/prm", 200, NULL, \
	"{\"resource\":\"" SERVER "\",\"authorization_servers\":[\"https://as\"]" more "}", NULL}
#define RESOURCE RESOURCE_WITH("")
#define ISSUER(more) {"GET https://as/.well-known/oauth-authorization-server", 200, NULL, \
	"{\"issuer\":\"https://as\",\"authorization_endpoint\":\"https://as/authorize\",\"token_endpoint\":\"https://as/token\"," \
	"\"device_authorization_endpoint\":\"https://as/device\",\"code_challenge_methods_supported\":[\"S256\"]" more "}", NULL}
#define GIVES(type) "{\"access_token\":\"at\",\"token_type\":\"" type "\"}"
#define TOKEN(sent) {"POST https://as/token", 200, NULL, GIVES("DPoP"), "@dpop|dpop:\"htu\":\"https://as/token\"|" sent}
#define NONCE(status, nonce, sent) {"POST https://as/token", status, "DPoP-Nonce: " nonce, "{\"error\":\"use_dpop_nonce\"}", sent}
#define CODE {"POST https://as/device", 200, NULL, \
	"{\"device_code\":\"dc\",\"user_code\":\"u\",\"verification_uri\":\"https://as/go\",\"expires_in\":900}", "!@dpop"}

static struct flow_script s;

static int start(void **state)
{
	(void)state;
	flow_script_start(&s, SERVER);
	s.setup.client.client_id = S("me");
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
}

static void failed(const struct flow_exchange *x, enum err_kind kind, const char *words)
{
	assert_int_equal(flow_script_run(&s, x), FLOW_FAILED);
	if (s.flow.err.kind != kind || !strstr(s.flow.err.text, words))
		fail_msg("%s: %s", err_kind_name(s.flow.err.kind), s.flow.err.text);
}

static void a_key_is_drawn_where_it_is_wished_or_wanted(void **state)
{
	static const struct {
		const char *name;
		bool wished, bound;
		struct flow_exchange probe, resource;
	} cases[] = {
		{"neither", false, false, PROBE, RESOURCE},
		{"by the user", true, true, PROBE, RESOURCE},
		{"by the challenge", false, true, REFUSES("DPoP algs=\"ES256\","), RESOURCE},
		{"by its metadata", false, true, PROBE, RESOURCE_WITH(",\"dpop_bound_access_tokens_required\":true")},
		{"not where a plain token will do", false, false, REFUSES("DPoP algs=\"ES256\", Bearer"), RESOURCE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange bound[] = {cases[i].probe, cases[i].resource, ISSUER(""), TOKEN("!dpop:nonce"), {0}};
		const struct flow_exchange plain[] = {cases[i].probe, cases[i].resource, ISSUER(""),
			{"POST https://as/token", 200, NULL, GIVES("Bearer"), "!@dpop"}, {0}};

		s.setup.dpop = cases[i].wished;
		done(cases[i].bound ? bound : plain);
		if ((s.flow.grant.dpop_key.len > 0) != cases[i].bound)
			fail_msg("%s", cases[i].name);
	}
}

static void the_key_of_before_stays_at_the_same_issuer(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), TOKEN("code=the-code"), {0}};
	const struct flow_exchange plain[] = {PROBE, RESOURCE, ISSUER(""), {"POST https://as/token", 200, NULL, GIVES("Bearer"), "!@dpop"}, {0}};
	const struct challenge challenge = {.is_there = true, .resource_metadata = S("https://h/prm")};
	struct grant known = {.issuer = S("https://as")};
	struct err e = {0};

	(void)state;
	assert_ok(dpop_draw_key(s.setup.rng, s.setup.arena, &known.dpop_key, &e), &e);
	s.setup.known = &known;
	s.setup.dpop = true;
	done(x);
	assert_true(str_same(s.flow.grant.dpop_key, known.dpop_key));
	known.issuer = S("https://as-1");
	done(x);
	assert_false(str_same(s.flow.grant.dpop_key, known.dpop_key));
	/* A request with a bound token led here: what replaces it is bound too. A login by hand says itself what it wants. */
	known.issuer = S("https://as");
	s.setup.dpop = false;
	done(plain);
	s.setup.challenge = &challenge;
	done(x + 1);
	assert_true(str_same(s.flow.grant.dpop_key, known.dpop_key));
	known.issuer = S("https://as-1");
	done(plain + 1);
}

static void an_issuer_that_cannot_is_refused_before_anybody_is_asked(void **state)
{
	const struct flow_exchange none[] = {PROBE, RESOURCE, ISSUER(",\"dpop_signing_alg_values_supported\":[\"RS256\"]"), {0}};
	const struct flow_exchange some[] = {PROBE, RESOURCE, ISSUER(",\"dpop_signing_alg_values_supported\":[\"RS256\",\"ES256\"]"), TOKEN(""), {0}};
	const struct flow_exchange downgrade[] = {PROBE, RESOURCE, ISSUER(""), {"POST https://as/token", 200, NULL, GIVES("Bearer"), "@dpop"}, {0}};

	(void)state;
	s.setup.dpop = true;
	failed(none, ERR_FAILED, "--dpop");
	assert_int_equal(s.asked, 0);
	done(some);
	failed(downgrade, ERR_FAILED, "--dpop");
	assert_int_equal(s.flow.grant.access_token.len, 0);
}

static void a_nonce_costs_one_request_more(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), NONCE(400, "n-1", "code=the-code|!dpop:nonce"),
		TOKEN("code=the-code|code_verifier|dpop:\"nonce\":\"n-1\""), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(""), NONCE(401, "n-1", NULL), NONCE(400, "n-2", "dpop:\"nonce\":\"n-1\""), {0}};
	const struct flow_exchange same[] = {PROBE, RESOURCE, ISSUER(""), NONCE(400, "n-1", NULL), NONCE(400, "n-1", NULL), {0}};
	const struct flow_exchange none[] = {PROBE, RESOURCE, ISSUER(""), NONCE(400, "", NULL), {0}};

	(void)state;
	s.setup.dpop = true;
	done(x);
	assert_int_equal(s.asked, 1);
	failed(y, ERR_FAILED, "another nonce each time");
	failed(same, ERR_FAILED, "use_dpop_nonce");
	failed(none, ERR_FAILED, "use_dpop_nonce");
}

static void grants_without_a_browser_are_bound_too(void **state)
{
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), NONCE(400, "n-1", "client_credentials"),
		TOKEN("client_credentials|dpop:\"nonce\":\"n-1\""), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(""), NONCE(400, "n-1", NULL), NONCE(400, "n-2", NULL), {0}};

	(void)state;
	s.setup.dpop = true;
	s.setup.type = GRANT_CLIENT_CREDENTIALS;
	done(x);
	failed(y, ERR_FAILED, "another nonce each time");
}

static void polls_keep_the_nonce(void **state)
{
	const struct flow_exchange pending = {"POST https://as/token", 400, "DPoP-Nonce: n-2", "{\"error\":\"authorization_pending\"}", "dpop:\"nonce\":\"n-1\""};
	const struct flow_exchange x[] = {PROBE, RESOURCE, ISSUER(""), CODE, NONCE(400, "n-1", "device_code=dc|!dpop:nonce"), pending,
		NONCE(401, "n-3", "dpop:\"nonce\":\"n-2\""), TOKEN("device_code=dc|dpop:\"nonce\":\"n-3\""), {0}};
	const struct flow_exchange y[] = {PROBE, RESOURCE, ISSUER(""), CODE, NONCE(400, "n-1", NULL), NONCE(400, "n-2", NULL), {0}};

	(void)state;
	s.setup.dpop = true;
	s.setup.type = GRANT_DEVICE_CODE;
	done(x);
	/* A nonce is no reason to wait. */
	assert_int_equal(s.waits_n, 2);
	failed(y, ERR_FAILED, "another nonce each time");
}

int main(void)
{
#define flow_test(f) cmocka_unit_test_setup_teardown(f, start, end)
	const struct CMUnitTest tests[] = {
		flow_test(a_key_is_drawn_where_it_is_wished_or_wanted),
		flow_test(the_key_of_before_stays_at_the_same_issuer),
		flow_test(an_issuer_that_cannot_is_refused_before_anybody_is_asked),
		flow_test(a_nonce_costs_one_request_more),
		flow_test(grants_without_a_browser_are_bound_too),
		flow_test(polls_keep_the_nonce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

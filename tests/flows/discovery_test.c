/* How a sign-in finds the authorization server, and what keeps it from believing anything. */
#include "support/test.h"

#include <stdio.h>

#include "support/flow_script.h"

#define CHALLENGE "WWW-Authenticate: Bearer"
#define HINT(url) "WWW-Authenticate: Bearer error=\"invalid_token\", resource_metadata=\"" url "\""
#define RESOURCE(resource, issuer) "{\"resource\":\"" resource "\",\"authorization_servers\":[\"" issuer "\"]}"
#define ENDPOINTS(base) "\"authorization_endpoint\":\"" base "/authorize\",\"token_endpoint\":\"" base "/token\"," \
	"\"registration_endpoint\":\"" base "/register\""
#define ISSUER(issuer, base) "{\"issuer\":\"" issuer "\"," ENDPOINTS(base) ",\"code_challenge_methods_supported\":[\"S256\"]}"
#define SIGN_IN(base) \
	{"POST " base "/register", 201, NULL, "{\"client_id\":\"reg-1\"}", NULL}, \
	{"POST " base "/token", 200, NULL, "{\"access_token\":\"at\",\"token_type\":\"Bearer\"}", NULL}

/* A server that answers whatever is asked. */
#define PASSES \
	{"POST https://h/mcp", 200, "Mcp-Session-Id: s-1", "{}", "\"initialize\""}, \
	{"POST https://h/mcp", 202, NULL, "", "\"notifications/initialized\""}, \
	{"POST https://h/mcp", 200, NULL, "{}", "\"tools/list\",\"params\":{}"}, \
	{"POST https://h/mcp", 200, NULL, "{}", "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\""}

enum { MOST = 12 };

static struct flow_script s;

static void run(const char *server, const struct flow_exchange *x, enum flow_step expected)
{
	enum flow_step step;

	flow_script_start(&s, server);
	step = flow_script_run(&s, x);
	if (step != expected)
		fail_msg("%s: step %d: %s", server, (int)step, s.flow.err.text);
}

static void done(const char *server, const struct flow_exchange *x, const char *issuer, const char *resource)
{
	run(server, x, FLOW_DONE);
	assert_str(s.flow.grant.issuer, issuer);
	assert_str(s.flow.grant.resource, resource);
	assert_str(flow_script_parameter(&s, "resource"), resource);
	flow_script_end(&s);
}

static void failed(const char *server, const struct flow_exchange *x, enum err_kind kind, const char *words)
{
	run(server, x, FLOW_FAILED);
	if (s.flow.err.kind != kind || !strstr(s.flow.err.text, words))
		fail_msg("%s: %s", err_kind_name(s.flow.err.kind), s.flow.err.text);
	assert_int_equal(s.asked, 0);
	flow_script_end(&s);
}

static void the_challenge_names_the_one_place_to_ask(void **state)
{
	const struct flow_exchange found[] = {
		{"POST http://localhost:3000/mcp", 401, HINT("http://localhost:3000/custom/location.json"), "", NULL},
		{"GET http://localhost:3000/custom/location.json", 200, NULL, RESOURCE("http://localhost:3000/mcp", "http://localhost:4000/tenant1"), NULL},
		{"GET http://localhost:4000/.well-known/oauth-authorization-server/tenant1", 404, NULL, "", NULL},
		{"GET http://localhost:4000/.well-known/openid-configuration/tenant1", 200, NULL, "<html>", NULL},
		{"GET http://localhost:4000/tenant1/.well-known/openid-configuration", 200, NULL,
			ISSUER("http://localhost:4000/tenant1", "http://localhost:4000/tenant1"), NULL},
		SIGN_IN("http://localhost:4000/tenant1"), {0},
	};
	const struct flow_exchange lost[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 404, NULL, "", NULL}, {0},
	};

	(void)state;
	done("http://localhost:3000/mcp", found, "http://localhost:4000/tenant1", "http://localhost:3000/mcp");
	failed("https://h/mcp", lost, ERR_FAILED, "https://h/prm");
}

static void else_the_path_then_the_root(void **state)
{
	const struct flow_exchange path[] = {
		{"POST https://h/mcp", 401, CHALLENGE, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 404, NULL, "", NULL},
		{"GET https://as/.well-known/openid-configuration", 200, NULL, ISSUER("https://as", "https://as"), NULL},
		SIGN_IN("https://as"), {0},
	};
	const struct flow_exchange root[] = {
		{"POST https://h/mcp", 401, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 401, CHALLENGE, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 200, NULL, RESOURCE("https://h", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 200, NULL, ISSUER("https://as", "https://as"), NULL},
		SIGN_IN("https://as"), {0},
	};

	(void)state;
	done("https://h/mcp", path, "https://as", "https://h/mcp");
	done("https://h/mcp", root, "https://as", "https://h");
}

/* An issuer that ends in '/' is that string everywhere; the slash only falls away where URLs are built. */
static void the_slash_of_an_issuer_is_kept(void **state)
{
	const struct flow_exchange kept[] = {
		{"POST http://localhost:3000/mcp", 401, CHALLENGE, "", NULL},
		{"GET http://localhost:3000/.well-known/oauth-protected-resource/mcp", 200, NULL, RESOURCE("http://localhost:3000/mcp", "http://localhost:3001/"), NULL},
		{"GET http://localhost:3001/.well-known/oauth-authorization-server", 200, NULL, ISSUER("http://localhost:3001/", "http://localhost:3001"), NULL},
		SIGN_IN("http://localhost:3001"), {0},
	};
	const struct flow_exchange changed[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as/t1"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server/t1", 200, NULL, ISSUER("https://as/t1/", "https://as"), NULL}, {0},
	};

	(void)state;
	done("http://localhost:3000/mcp", kept, "http://localhost:3001/", "http://localhost:3000/mcp");
	failed("https://h/mcp", changed, ERR_INPUT, "https://as/t1/");
}

static void a_document_of_another_ends_the_search(void **state)
{
	static const struct {
		const char *resource, *issuer, *words;
	} cases[] = {
		{RESOURCE("https://evil.example.com/mcp", "https://as"), NULL, "https://evil.example.com/mcp"},
		{RESOURCE("https://h/mcp/deeper", "https://as"), NULL, "use the address"},
		{"{\"resource\":\"https://h/mcp\",\"authorization_servers\":[]}", NULL, "authorization_servers"},
		{RESOURCE("https://h/mcp", "http://as"), NULL, "plain http"},
		{RESOURCE("https://h/mcp", "https://127.0.0.1:8443"), NULL, "nearer"},
		{RESOURCE("https://h/mcp", "https://169.254.169.254"), NULL, "nearer"},
		{RESOURCE("https://h/mcp", "https://as?x"), NULL, "query"},
		{RESOURCE("https://h/mcp", "https://as"), ISSUER("https://attacker.example.com", "https://as/mismatched"), "attacker"},
		{RESOURCE("https://h/mcp", "https://as"), ISSUER("https://as", "http://as"), "authorization_endpoint"},
		{RESOURCE("https://h/mcp", "https://as"), ISSUER("https://as", "https://10.0.0.1"), "authorization_endpoint"},
		{RESOURCE("https://h/mcp", "https://as"), "{\"issuer\":\"https://as\"," ENDPOINTS("https://as") "}", "S256"},
		{RESOURCE("https://h/mcp", "https://as"), "{\"issuer\":\"https://as\"," ENDPOINTS("https://as") ",\"code_challenge_methods_supported\":[\"plain\"]}", "S256"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange x[] = {
			{"POST https://h/mcp", 401, CHALLENGE, "", NULL},
			{"GET https://h/.well-known/oauth-protected-resource/mcp", 200, NULL, cases[i].resource, NULL},
			{cases[i].issuer ? "GET https://as/.well-known/oauth-authorization-server" : NULL, 200, NULL, cases[i].issuer, NULL}, {0},
		};

		failed("https://h/mcp", x, strcmp(cases[i].words, "S256") ? ERR_INPUT : ERR_FAILED, cases[i].words);
	}
}

static void the_challenge_leads_nowhere_near(void **state)
{
	static const char *const urls[] = {
		"http://h/prm", "https://localhost/prm", "https://[::ffff:10.0.0.1]/prm", "file:///etc/passwd", "https://u:p@h/prm",
	};
	char field[256];

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		const struct flow_exchange x[] = {{"POST https://h/mcp", 401, field, "", NULL}, {0}};

		snprintf(field, sizeof field, HINT("%s"), urls[i]);
		failed("https://h/mcp", x, ERR_INPUT, "resource_metadata");
	}
}

static void redirects_of_documents_stay_at_their_origin(void **state)
{
	const struct flow_exchange followed[] = {
		{"POST https://h/mcp", 401, CHALLENGE, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 301, "Location: /a", "", NULL},
		{"GET https://h/a", 302, "Location: b?x", "", NULL},
		{"GET https://h/b?x", 307, "Location: https://H:443/c", "", NULL},
		{"GET https://h/c", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 308, "Location: /meta", "", NULL},
		{"GET https://as/meta", 200, NULL, ISSUER("https://as", "https://as"), NULL},
		SIGN_IN("https://as"), {0},
	};
	static const char *const bad[] = {"Location: https://other/x", "Location: http://h/x", "Location: https://h:8443/x", "Location: javascript:x", "X: y"};

	(void)state;
	done("https://h/mcp", followed, "https://as", "https://h/mcp");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct flow_exchange x[] = {
			{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
			{"GET https://h/prm", 302, bad[i], "", NULL}, {0},
		};

		failed("https://h/mcp", x, ERR_INPUT, "redirect");
	}
}

static void redirects_are_counted_and_only_four_kinds_followed(void **state)
{
	const struct flow_exchange round[] = {
		{"POST https://h/mcp", 401, HINT("https://h/a"), "", NULL},
		{"GET https://h/a", 302, "Location: /a", "", NULL}, {"GET https://h/a", 302, "Location: /a", "", NULL},
		{"GET https://h/a", 302, "Location: /a", "", NULL}, {"GET https://h/a", 302, "Location: /a", "", NULL}, {0},
	};
	const struct flow_exchange other[] = {
		{"POST https://h/mcp", 401, HINT("https://h/a"), "", NULL},
		{"GET https://h/a", 303, "Location: /b", "", NULL}, {0},
	};

	(void)state;
	failed("https://h/mcp", round, ERR_INPUT, "redirect");
	failed("https://h/mcp", other, ERR_FAILED, "303");
}

static void the_first_answer_decides_whether_to_search(void **state)
{
	static const struct {
		int status;
		const char *field, *words;
	} cases[] = {
		{301, "Location: https://h/mcp/", "https://h/mcp/"},
		{403, NULL, "403"},
		{500, NULL, "500"},
		{503, CHALLENGE, "503"},
		{429, NULL, "429"},
		{429, CHALLENGE, "429"},
	};
	const struct flow_exchange open[] = {{"POST https://h/mcp", 200, CHALLENGE, "{}", NULL}, {0}};
	const struct flow_exchange down[] = {{"POST https://h/mcp", 0, NULL, NULL, NULL}, {0}};

	(void)state;
	run("https://h/mcp", open, FLOW_OPEN);
	flow_script_end(&s);
	failed("https://h/mcp", down, ERR_NETWORK, "the server: the network is down");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct flow_exchange x[] = {{"POST https://h/mcp", cases[i].status, cases[i].field, "", NULL}, {0}};

		failed("https://h/mcp", x, ERR_FAILED, cases[i].words);
	}
}

static void an_open_server_may_still_have_a_sign_in(void **state)
{
	const struct flow_exchange has[] = {
		PASSES,
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 200, NULL, ISSUER("https://as", "https://as"), NULL},
		SIGN_IN("https://as"), {0},
	};
	const struct flow_exchange has_none[] = {
		PASSES,
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 200, NULL, "<html>", NULL}, {0},
	};

	(void)state;
	flow_script_start(&s, "https://h/mcp");
	s.setup.insist = true;
	assert_int_equal(flow_script_run(&s, has), FLOW_DONE);
	assert_int_equal(flow_script_run(&s, has_none), FLOW_OPEN);
	flow_script_end(&s);
}

/* The refusal may come with any of the requests; what came before it does not count. */
static void a_server_may_refuse_late(void **state)
{
	static const struct {
		const char *name;
		struct flow_exchange probes[5];
	} cases[] = {
		{"with initialized", {{"POST https://h/mcp", 200, NULL, "", "\"initialize\""},
			{"POST https://h/mcp", 401, HINT("https://h/prm"), "", "/initialized"}}},
		{"with tools/list", {{"POST https://h/mcp", 200, "Mcp-Session-Id: s-1", "", "\"initialize\""},
			{"POST https://h/mcp", 202, NULL, "", "/initialized"},
			{"POST https://h/mcp", 403, HINT("https://h/prm"), "", "\"tools/list\""}}},
		{"in the modern way", {{"POST https://h/mcp", 200, NULL, "", "\"initialize\""},
			{"POST https://h/mcp", 400, NULL, "", "/initialized"}, {"POST https://h/mcp", 400, NULL, "", "\"tools/list\""},
			{"POST https://h/mcp", 401, HINT("https://h/prm"), "", "clientCapabilities"}}},
		{"modern alone, by 400", {{"POST https://h/mcp", 400, NULL, "", "\"initialize\""},
			{"POST https://h/mcp", 401, HINT("https://h/prm"), "", "clientCapabilities"}}},
		{"modern alone, by 404", {{"POST https://h/mcp", 404, NULL, "", "\"initialize\""},
			{"POST https://h/mcp", 401, HINT("https://h/prm"), "", "clientCapabilities"}}},
		{"to the GET of a stream", {{"POST https://h/mcp", 405, NULL, "", "\"initialize\""},
			{"POST https://h/mcp", 405, NULL, "", "clientCapabilities"},
			{"GET https://h/mcp", 401, HINT("https://h/prm"), "", "@accept|!@content-type|!@mcp-method"}}},
	};
	const struct flow_exchange rest[] = {
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 200, NULL, ISSUER("https://as", "https://as"), NULL},
		SIGN_IN("https://as"), {0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct flow_exchange x[MOST];
		size_t n = 0;

		while (cases[i].probes[n].ask) {
			x[n] = cases[i].probes[n];
			n++;
		}
		memcpy(x + n, rest, sizeof rest);
		flow_script_start(&s, "https://h/mcp");
		s.setup.insist = true;
		if (flow_script_run(&s, x) != FLOW_DONE)
			fail_msg("%s: %s", cases[i].name, s.flow.err.text);
		flow_script_end(&s);
	}
}

static struct str sent(const char *name)
{
	return fetch_field(s.flow.request.fields, s.flow.request.fields_n, str_of(name), NULL);
}

static enum flow_step answer(int status, const char *name, const char *value)
{
	char memory[64];
	struct http_field field = {str_of(name), str_make(memory, strlen(value))};
	struct fetch_answer a = {.status = status, .fields = &field, .fields_n = 1};

	memcpy(memory, value, strlen(value));
	flow_answer(&s.flow, &a, FLOW_SCRIPT_NOW);
	memset(memory, '#', sizeof memory);
	return s.flow.step;
}

static void each_probe_says_what_its_era_wants(void **state)
{
	(void)state;
	flow_script_start(&s, "https://h/mcp");
	s.setup.insist = true;
	assert_int_equal(flow_begin(&s.flow, &s.setup), FLOW_SEND);
	assert_true(s.flow.head_is_enough);
	assert_str(sent("mcp-session-id"), "");
	assert_int_equal(answer(200, "Mcp-Session-Id", "abc"), FLOW_SEND);
	assert_str(sent("mcp-session-id"), "abc");
	assert_int_equal(answer(202, "X", ""), FLOW_SEND);
	assert_str(sent("mcp-session-id"), "abc");
	assert_str(sent("mcp-method"), "");
	assert_str(sent("accept"), "application/json, text/event-stream");
	assert_int_equal(answer(200, "X", ""), FLOW_SEND);
	assert_str(sent("mcp-session-id"), "");
	assert_str(sent("mcp-protocol-version"), "2026-07-28");
	assert_str(sent("mcp-method"), "tools/list");
	assert_true(s.flow.head_is_enough);
	/* An identifier that no field takes is none. */
	flow_begin(&s.flow, &s.setup);
	assert_int_equal(answer(200, "Mcp-Session-Id", "a\nb"), FLOW_SEND);
	assert_str(sent("mcp-session-id"), "");
	flow_script_end(&s);
}

static void a_late_probe_that_fails_proves_nothing(void **state)
{
	const struct flow_exchange x[] = {
		{"POST https://h/mcp", 200, NULL, "{}", NULL}, {"POST https://h/mcp", 500, NULL, "", NULL}, {"POST https://h/mcp", 0, NULL, NULL, NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL}, {0},
	};
	const struct flow_exchange stream[] = {
		{"POST https://h/mcp", 404, NULL, "", NULL}, {"POST https://h/mcp", 405, NULL, "", NULL},
		{"GET https://h/mcp", 200, "Content-Type: Text/Event-Stream; charset=utf-8", "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL}, {0},
	};
	const struct flow_exchange wrong[] = {
		{"POST https://h/mcp", 404, NULL, "", NULL}, {"POST https://h/mcp", 405, NULL, "", NULL},
		{"GET https://h/mcp", 200, "Content-Type: text/html", "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL}, {0},
	};

	(void)state;
	flow_script_start(&s, "https://h/mcp");
	s.setup.insist = true;
	assert_int_equal(flow_script_run(&s, x), FLOW_OPEN);
	assert_int_equal(flow_script_run(&s, wrong), FLOW_FAILED);
	assert_non_null(strstr(s.flow.err.text, "status 404"));
	assert_int_equal(flow_script_run(&s, stream), FLOW_OPEN);
	flow_script_end(&s);
}

/* Servers of the 2025-03-26 revision: no resource metadata anywhere, the origin is the issuer. */
static void an_old_server_is_its_own_issuer(void **state)
{
	static const char *const issuers[] = {ISSUER("https://h", "https://h/oauth"), ISSUER("https://h/", "https://h/oauth")};
	const struct flow_exchange assumed[] = {
		{"POST https://h/sub/mcp", 401, CHALLENGE, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/sub/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-authorization-server", 404, NULL, "", NULL},
		{"GET https://h/.well-known/openid-configuration", 404, NULL, "", NULL},
		SIGN_IN("https://h"), {0},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct flow_exchange x[] = {
			{"POST https://h/mcp", 401, NULL, "", NULL},
			{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
			{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL},
			{"GET https://h/.well-known/oauth-authorization-server", 200, NULL, issuers[i], NULL},
			SIGN_IN("https://h/oauth"), {0},
		};

		done("https://h/mcp", x, i ? "https://h/" : "https://h", "https://h");
	}
	done("https://h/sub/mcp", assumed, "https://h", "https://h/sub");
}

static void what_is_not_there_is_told_from_what_is_down(void **state)
{
	const struct flow_exchange resource_down[] = {
		{"POST https://h/mcp", 401, CHALLENGE, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 503, NULL, "", NULL}, {0},
	};
	const struct flow_exchange origin_down[] = {
		{"POST https://h/", 401, CHALLENGE, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-authorization-server", 503, NULL, "", NULL},
		{"GET https://h/.well-known/openid-configuration", 404, NULL, "", NULL}, {0},
	};
	const struct flow_exchange issuer_gone[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 404, NULL, "", NULL},
		{"GET https://as/.well-known/openid-configuration", 500, NULL, "", NULL}, {0},
	};
	const struct flow_exchange issuer_astray[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 302, "Location: https://elsewhere/x", "", NULL},
		{"GET https://as/.well-known/openid-configuration", 404, NULL, "", NULL}, {0},
	};
	const struct flow_exchange issuer_garbled[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 200, NULL, "{\"issuer\":", NULL},
		{"GET https://as/.well-known/openid-configuration", 404, NULL, "", NULL}, {0},
	};
	const struct flow_exchange network_down[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as"), NULL},
		{"GET https://as/.well-known/oauth-authorization-server", 0, NULL, NULL, NULL}, {0},
	};
	const struct flow_exchange no_server[] = {
		{"POST https://h/typo", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/typo", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL}, {0},
	};

	(void)state;
	failed("https://h/mcp", resource_down, ERR_FAILED, "try again later");
	failed("https://h/mcp", issuer_gone, ERR_FAILED, "no metadata of the authorization server \"https://as\"");
	failed("https://h/mcp", issuer_astray, ERR_INPUT, "redirect");
	failed("https://h/mcp", issuer_garbled, ERR_INPUT, "JSON");
	failed("https://h/mcp", network_down, ERR_NETWORK, "the metadata of the authorization server: the network is down");
	failed("https://h/typo", no_server, ERR_FAILED, "is the address right?");
	failed("https://h", origin_down, ERR_FAILED, "no metadata");
}

static void a_pinned_issuer_is_the_only_one(void **state)
{
	const struct flow_exchange second[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, "{\"resource\":\"https://h/mcp\",\"authorization_servers\":[\"https://as1\",\"https://as2\"]}", NULL},
		{"GET https://as2/.well-known/oauth-authorization-server", 200, NULL, ISSUER("https://as2", "https://as2"), NULL},
		SIGN_IN("https://as2"), {0},
	};
	const struct flow_exchange unlisted[] = {
		{"POST https://h/mcp", 401, HINT("https://h/prm"), "", NULL},
		{"GET https://h/prm", 200, NULL, RESOURCE("https://h/mcp", "https://as2/"), NULL}, {0},
	};
	const struct flow_exchange unnamed[] = {
		{"POST https://h/mcp", 401, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource/mcp", 404, NULL, "", NULL},
		{"GET https://h/.well-known/oauth-protected-resource", 404, NULL, "", NULL},
		{"GET https://as2/.well-known/oauth-authorization-server", 200, NULL, ISSUER("https://as2", "https://as2"), NULL},
		SIGN_IN("https://as2"), {0},
	};

	(void)state;
	flow_script_start(&s, "https://h/mcp");
	s.setup.issuer = S("https://as2");
	assert_int_equal(flow_script_run(&s, second), FLOW_DONE);
	assert_int_equal(flow_script_run(&s, unnamed), FLOW_DONE);
	assert_false(s.flow.resource_is_named);
	assert_int_equal(flow_script_run(&s, unlisted), FLOW_FAILED);
	assert_non_null(strstr(s.flow.err.text, "https://as2/"));
	flow_script_end(&s);
}

static void plain_http_needs_the_users_word(void **state)
{
	const struct flow_exchange none[] = {{0}};
	const struct flow_exchange allowed[] = {
		{"POST http://mcp:8080/mcp", 401, HINT("http://mcp:8080/prm"), "", NULL},
		{"GET http://mcp:8080/prm", 200, NULL, RESOURCE("http://mcp:8080/mcp", "http://idp"), NULL},
		{"GET http://idp/.well-known/oauth-authorization-server", 200, NULL, ISSUER("http://idp", "http://idp"), NULL},
		SIGN_IN("http://idp"), {0},
	};

	(void)state;
	failed("http://mcp:8080/mcp", none, ERR_USAGE, "--allow-http mcp");
	flow_script_start(&s, "http://mcp:8080/mcp");
	s.setup.allow_http = S("mcp,idp");
	assert_int_equal(flow_script_run(&s, allowed), FLOW_DONE);
	flow_script_end(&s);
}

static void the_probe_is_the_callers(void **state)
{
	static const struct http_field fields[] = {{S_INIT("X-A"), S_INIT("b")}};
	const struct fetch_request probe = {.method = S("GET"), .fields = fields, .fields_n = 1, .body = S("own bytes")};
	const struct flow_exchange x[] = {{"GET https://h/sse", 200, NULL, "", "own bytes"}, {0}};

	(void)state;
	flow_script_start(&s, "https://h/sse");
	s.setup.probe = &probe;
	assert_int_equal(flow_begin(&s.flow, &s.setup), FLOW_SEND);
	assert_true(s.flow.head_is_enough);
	assert_str(s.flow.request.fields[0].name, "X-A");
	assert_int_equal(flow_script_run(&s, x), FLOW_OPEN);
	flow_script_end(&s);
}

static void the_resource_of_an_unnamed_server_is_its_base(void **state)
{
	static const struct {
		const char *server, *resource;
	} cases[] = {
		{"https://h/mcp", "https://h"},
		{"https://h/mcp/", "https://h"},
		{"https://h/v1/sse", "https://h/v1"},
		{"https://h/", "https://h"},
		{"https://h:8443/api/", "https://h:8443/api"},
		{"https://h/xmcp", "https://h/xmcp"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_answer no = {.status = 404};
		struct fetch_answer first = {.status = 401};

		flow_script_start(&s, cases[i].server);
		s.setup.redirect_uri = S("http://127.0.0.1:1/callback");
		flow_begin(&s.flow, &s.setup);
		flow_answer(&s.flow, &first, FLOW_SCRIPT_NOW);
		for (int n = 0; n < MOST && str_same(s.flow.request.method, S("GET")); n++)
			flow_answer(&s.flow, &no, FLOW_SCRIPT_NOW);
		assert_str(s.flow.grant.resource, cases[i].resource);
		flow_script_end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_challenge_names_the_one_place_to_ask),
		cmocka_unit_test(else_the_path_then_the_root),
		cmocka_unit_test(the_slash_of_an_issuer_is_kept),
		cmocka_unit_test(a_document_of_another_ends_the_search),
		cmocka_unit_test(the_challenge_leads_nowhere_near),
		cmocka_unit_test(redirects_of_documents_stay_at_their_origin),
		cmocka_unit_test(redirects_are_counted_and_only_four_kinds_followed),
		cmocka_unit_test(the_first_answer_decides_whether_to_search),
		cmocka_unit_test(an_open_server_may_still_have_a_sign_in),
		cmocka_unit_test(a_server_may_refuse_late),
		cmocka_unit_test(each_probe_says_what_its_era_wants),
		cmocka_unit_test(a_late_probe_that_fails_proves_nothing),
		cmocka_unit_test(an_old_server_is_its_own_issuer),
		cmocka_unit_test(what_is_not_there_is_told_from_what_is_down),
		cmocka_unit_test(a_pinned_issuer_is_the_only_one),
		cmocka_unit_test(plain_http_needs_the_users_word),
		cmocka_unit_test(the_probe_is_the_callers),
		cmocka_unit_test(the_resource_of_an_unnamed_server_is_its_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

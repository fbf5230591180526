#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "http/fetch.h"
#include "oauth/device.h"
#include "oauth/place.h"

enum { NOW = 1700000000 };

static char memory[256 * 1024];
static struct arena arena;
static struct grant grant;
static struct token_asker q = {.grant = &grant, .now = NOW, .arena = &arena};

static int start(void **state)
{
	(void)state;
	arena_over(&arena, memory, sizeof memory);
	q.now = NOW;
	grant = (struct grant){.token_endpoint = S("https://as/token"), .client_id = S("me"), .scope = S("a b"), .resource = S("https://h/mcp")};
	return 0;
}

static void asks_for_a_code_as_the_client(void **state)
{
	struct fetch_request r;
	struct err e = {0};

	(void)state;
	assert_ok(device_request(&q, S("https://as/device"), &r, &e), &e);
	assert_str(r.method, "POST");
	assert_str(url_text(&r.url, &arena), "https://as/device");
	assert_str(r.body, "scope=a%20b&resource=https%3A%2F%2Fh%2Fmcp&client_id=me");
	grant = (struct grant){.auth = GRANT_AUTH_BASIC, .client_id = S("i"), .client_secret = S("s")};
	assert_ok(device_request(&q, S("https://as/device"), &r, &e), &e);
	assert_str(r.body, "");
	assert_str(fetch_field(r.fields, r.fields_n, S("authorization"), NULL), "Basic aTpz");
	assert_false(device_request(&q, S("nonsense"), &r, &e));
	assert_non_null(strstr(e.text, "device authorization endpoint"));
}

static bool read(int status, const char *body, struct device *d, enum token_outcome *outcome, struct err *e)
{
	static const struct url server = {.scheme = S_INIT("https"), .host = S_INIT("h"), .port = 443, .path = S_INIT("/mcp")};
	const struct place place = place_for(&server, S(""));
	struct fetch_answer answer = {.status = status, .body = str_of(body)};

	return device_read(&q, &answer, &place, d, outcome, e);
}

static void reads_the_code(void **state)
{
	static const struct {
		const char *more, *whole;
		int64_t life, interval;
	} cases[] = {
		{"", "", 600, 5},
		{",\"expires_in\":900,\"interval\":1", "", 900, 1},
		{",\"expires_in\":900,\"interval\":0", "", 900, 5},
		{",\"expires_in\":-1,\"interval\":-7", "", 600, 5},
		{",\"expires_in\":1e9,\"interval\":\"9\"", "", 3600, 5},
		{",\"interval\":1e30,\"expires_in\":null", "", 600, 5},
		{",\"interval\":99999", "", 600, 3600},
		{",\"verification_uri_complete\":\"https://as/go?c=A%20B\"", "https://as/go?c=A%20B", 600, 5},
		{",\"verification_uri_complete\":\"javascript:alert(1)\"", "", 600, 5},
		{",\"verification_uri_complete\":\"http://as/go\"", "", 600, 5},
		{",\"verification_uri_complete\":7", "", 600, 5},
	};
	char body[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct device d;
		enum token_outcome outcome;
		struct err e = {0};

		snprintf(body, sizeof body, "{\"device_code\":\"d/c\",\"user_code\":\"ABCD-EFGH\",\"verification_uri\":\"HTTPS://As/go\"%s}", cases[i].more);
		assert_ok(read(200, body, &d, &outcome, &e), &e);
		memset(body, '#', sizeof body);
		assert_int_equal(outcome, TOKEN_OK);
		assert_str(d.device_code, "d/c");
		assert_str(d.user_code, "ABCD-EFGH");
		assert_str(d.verification_uri, "https://as/go");
		assert_str(d.verification_uri_complete, cases[i].whole);
		assert_int_equal(d.expires_at, NOW + cases[i].life);
		assert_int_equal(d.interval_s, cases[i].interval);
		assert_int_equal(device_wait_ms(&d), cases[i].interval * 1000);
	}
}

static void an_older_name_of_the_uri_will_do(void **state)
{
	struct device d;
	enum token_outcome outcome;
	struct err e = {0};

	(void)state;
	assert_ok(read(200, "{\"device_code\":\"d\",\"user_code\":\"u\",\"verification_url\":\"https://as/go\"}", &d, &outcome, &e), &e);
	assert_str(d.verification_uri, "https://as/go");
}

static void what_is_no_code_is_refused(void **state)
{
#define WITH(code, user, uri) "{\"device_code\":" code ",\"user_code\":" user ",\"verification_uri\":" uri "}"
	static const struct {
		int status;
		const char *body;
		enum token_outcome outcome;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{200, "", TOKEN_REFUSED, ERR_INPUT, "device authorization endpoint"},
		{200, "[]", TOKEN_REFUSED, ERR_INPUT, "device_code"},
		{200, WITH("\"\"", "\"u\"", "\"https://as/go\""), TOKEN_REFUSED, ERR_INPUT, "device_code"},
		{200, WITH("\"hunter2\\n\"", "\"u\"", "\"https://as/go\""), TOKEN_REFUSED, ERR_INPUT, "device_code"},
		{200, WITH("\"hunter2\"", "\"\"", "\"https://as/go\""), TOKEN_REFUSED, ERR_INPUT, "user_code"},
		{200, WITH("\"hunter2\"", "\"a\\u001b[2J\"", "\"https://as/go\""), TOKEN_REFUSED, ERR_INPUT, "user_code"},
		{200, WITH("\"hunter2\"", "\"0123456789012345678901234567890123456789012345678901234567890123X\"", "\"https://as/go\""), TOKEN_REFUSED, ERR_INPUT, "user_code"},
		{200, WITH("\"hunter2\"", "\"u\"", "null"), TOKEN_REFUSED, ERR_INPUT, "verification_ur"},
		{200, WITH("\"hunter2\"", "\"u\"", "\"http://as/go\""), TOKEN_REFUSED, ERR_INPUT, "plain http"},
		{200, WITH("\"hunter2\"", "\"u\"", "\"file:///etc/passwd\""), TOKEN_REFUSED, ERR_INPUT, "verification_uri"},
		{200, WITH("\"hunter2\"", "\"u\"", "\"https://127.0.0.1/go\""), TOKEN_REFUSED, ERR_INPUT, "nearer"},
		{401, "{\"error\":\"invalid_client\"}", TOKEN_CLIENT, ERR_LOGIN, "client"},
		{400, "{\"error\":\"unauthorized_client\"}", TOKEN_CLIENT, ERR_LOGIN, "client"},
		{200, "{\"error\":\"invalid_scope\"}", TOKEN_REFUSED, ERR_FAILED, "invalid_scope"},
		{404, "", TOKEN_REFUSED, ERR_FAILED, "404"},
		{503, "", TOKEN_LATER, ERR_NETWORK, "try again later"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct device d;
		enum token_outcome outcome = TOKEN_OK;
		struct err e = {0};

		if (read(cases[i].status, cases[i].body, &d, &outcome, &e))
			fail_msg("taken: %s", cases[i].body);
		if (outcome != cases[i].outcome || e.kind != cases[i].kind || !strstr(e.text, cases[i].words))
			fail_msg("%s: %d %s: %s", cases[i].body, (int)outcome, err_kind_name(e.kind), e.text);
		assert_null(strstr(e.text, "hunter2"));
		assert_int_equal(d.device_code.len, 0);
	}
}

static enum device_outcome answer(struct device *d, int status, const char *body, struct err *e)
{
	struct fetch_answer a = {.status = status, .body = str_of(body)};
	struct token t;

	return device_answer(d, &q, &a, &t, e);
}

static void trouble_makes_the_polls_rarer_for_a_while(void **state)
{
	struct device d = {.device_code = S("d"), .expires_at = NOW + 600, .interval_s = 5};
	static const int64_t waits[] = {10, 15, 25, 45, 65, 65};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		if (i % 2)
			assert_int_equal(answer(&d, 503, "", &e), DEVICE_WAIT);
		else
			device_failure(&d);
		assert_int_equal(e.kind, ERR_NONE);
		assert_int_equal(device_wait_ms(&d), waits[i] * 1000);
	}
	assert_int_equal(answer(&d, 400, "{\"error\":\"authorization_pending\"}", &e), DEVICE_WAIT);
	assert_int_equal(device_wait_ms(&d), 5000);
	/* But slow_down is for good. */
	assert_int_equal(answer(&d, 429, "{\"error\":\"slow_down\"}", &e), DEVICE_WAIT);
	assert_int_equal(answer(&d, 400, "{\"error\":\"slow_down\"}", &e), DEVICE_WAIT);
	assert_int_equal(answer(&d, 400, "{\"error\":\"authorization_pending\"}", &e), DEVICE_WAIT);
	assert_int_equal(device_wait_ms(&d), 15000);
	assert_int_equal(e.kind, ERR_NONE);
}

static void polls_come_to_an_end(void **state)
{
	struct device d = {.device_code = S("d/c"), .expires_at = NOW + 10, .interval_s = 5};
	struct fetch_request r;
	struct err e = {0};

	(void)state;
	q.now = NOW + 9;
	assert_ok(device_poll(&d, &q, &r, &e), &e);
	assert_str(r.body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=d%2Fc"
		"&resource=https%3A%2F%2Fh%2Fmcp&client_id=me");
	assert_str(url_text(&r.url, &arena), "https://as/token");
	q.now = NOW + 10;
	assert_false(device_poll(&d, &q, &r, &e));
	assert_int_equal(e.kind, ERR_LOGIN);
	d.expires_at = INT64_MAX;
	while (d.polls < DEVICE_POLLS) {
		start(state);
		assert_ok(device_poll(&d, &q, &r, &e), &e);
	}
	assert_false(device_poll(&d, &q, &r, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(asks_for_a_code_as_the_client, start),
		cmocka_unit_test_setup(reads_the_code, start),
		cmocka_unit_test_setup(an_older_name_of_the_uri_will_do, start),
		cmocka_unit_test_setup(what_is_no_code_is_refused, start),
		cmocka_unit_test_setup(trouble_makes_the_polls_rarer_for_a_while, start),
		cmocka_unit_test_setup(polls_come_to_an_end, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

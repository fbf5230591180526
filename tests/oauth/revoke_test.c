#include "support/test.h"

#include "base/arena.h"
#include "http/fetch.h"
#include "oauth/revoke.h"
#include "oauth/token.h"

static char memory[256 * 1024];
static struct arena arena;

static void gives_back_the_refresh_token_first(void **state)
{
	struct grant g = {
		.revocation_endpoint = S("https://as/revoke"), .auth = GRANT_AUTH_BASIC, .client_id = S("i"), .client_secret = S("s"),
		.access_token = S("a&t"), .refresh_token = S("rt"),
	};
	const struct token_asker q = {.grant = &g, .arena = &arena};
	struct fetch_request r[REVOKE_MAX];
	struct err e = {0};
	size_t n;

	(void)state;
	arena_over(&arena, memory, sizeof memory);
	assert_ok(revoke_requests(&q, r, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_str(r[0].body, "token=rt&token_type_hint=refresh_token");
	assert_str(r[1].body, "token=a%26t&token_type_hint=access_token");
	assert_str(url_text(&r[1].url, &arena), "https://as/revoke");
	assert_str(fetch_field(r[1].fields, r[1].fields_n, S("authorization"), NULL), "Basic aTpz");

	g.refresh_token = (struct str){0};
	g.auth = GRANT_AUTH_NONE;
	assert_ok(revoke_requests(&q, r, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_str(r[0].body, "token=a%26t&token_type_hint=access_token&client_id=i");
	g.access_token = (struct str){0};
	assert_ok(revoke_requests(&q, r, &n, &e), &e);
	assert_int_equal(n, 0);
}

static void has_nothing_to_send_where_there_is_no_endpoint(void **state)
{
	struct grant g = {.access_token = S("at"), .refresh_token = S("rt")};
	const struct token_asker q = {.grant = &g, .arena = &arena};
	struct fetch_request r[REVOKE_MAX];
	struct err e = {0};
	size_t n = 7;

	(void)state;
	arena_over(&arena, memory, sizeof memory);
	assert_ok(revoke_requests(&q, r, &n, &e), &e);
	assert_int_equal(n, 0);
	g.revocation_endpoint = S("nonsense");
	assert_false(revoke_requests(&q, r, &n, &e));
	assert_null(strstr(e.text, "rt"));
}

static void reads_the_answer(void **state)
{
	static const struct {
		int status;
		const char *body;
		bool done;
		enum err_kind kind;
	} cases[] = {
		{200, "", true, ERR_NONE},
		{204, "", true, ERR_NONE},
		{400, "{\"error\":\"unsupported_token_type\"}", true, ERR_NONE},
		{400, "{\"error\":\"invalid_request\"}", false, ERR_FAILED},
		{401, "", false, ERR_FAILED},
		{302, "", false, ERR_FAILED},
		{503, "", false, ERR_NETWORK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_answer answer = {.status = cases[i].status, .body = str_of(cases[i].body)};
		struct err e = {0};

		arena_over(&arena, memory, sizeof memory);
		assert_int_equal(revoke_read(&answer, &arena, &e), cases[i].done);
		assert_int_equal(e.kind, cases[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_the_refresh_token_first),
		cmocka_unit_test(has_nothing_to_send_where_there_is_no_endpoint),
		cmocka_unit_test(reads_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

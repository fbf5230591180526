#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "client/credential.h"

/* One request's credential, with an arena of its own. */
static struct arena arena;
static struct credential c;
static struct credential_history history;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	assert_true(arena_new(&arena, 65536));
	history = (struct credential_history){0};
	c = (struct credential){.history = &history, .shown = S("https://mcp.example/mcp"), .arena = &arena};
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static enum credential_action begin(void)
{
	return credential_step(&c, CREDENTIAL_BEGIN, &(struct credential_news){0}, &e);
}

static enum credential_action token(const char *text, const char *scope)
{
	struct credential_news news = {.token = str_of(text), .granted = str_of(scope)};

	return credential_step(&c, CREDENTIAL_TOKEN, &news, &e);
}

static enum credential_action no_token(enum err_kind kind)
{
	struct err failure = {.kind = kind, .text = "the broker's words"};

	return credential_step(&c, CREDENTIAL_NO_TOKEN, &(struct credential_news){.failure = &failure}, &e);
}

static enum credential_action answer(int status, const char *challenge)
{
	struct http_field field = {S("WWW-Authenticate"), str_of(challenge)};
	struct fetch_head head = {.status = status, .fields = &field, .fields_n = challenge ? 1 : 0};

	return credential_step(&c, CREDENTIAL_ANSWER, &(struct credential_news){.head = &head}, &e);
}

static enum credential_action signed_in(void)
{
	return credential_step(&c, CREDENTIAL_SIGNED_IN, &(struct credential_news){0}, &e);
}

static void a_good_token_is_used(void **state)
{
	(void)state;
	assert_int_equal(begin(), CREDENTIAL_WAIT);
	assert_int_equal(token("one", "a"), CREDENTIAL_SEND);
	assert_str(c.token, "one");
	assert_int_equal(answer(200, NULL), CREDENTIAL_USE);
}

static void without_a_sign_in_a_request_goes_bare(void **state)
{
	(void)state;
	begin();
	assert_int_equal(no_token(ERR_LOGIN), CREDENTIAL_SEND);
	assert_int_equal(c.token.len, 0);
	assert_int_equal(answer(401, "Bearer scope=\"a b\""), CREDENTIAL_FAIL);
	assert_int_equal(e.kind, ERR_LOGIN);
	assert_non_null(strstr(e.text, "keyfob login https://mcp.example/mcp"));
}

static void a_broken_vault_is_no_missing_sign_in(void **state)
{
	(void)state;
	begin();
	assert_int_equal(no_token(ERR_VAULT), CREDENTIAL_FAIL);
	assert_int_equal(e.kind, ERR_VAULT);
	assert_string_equal(e.text, "the broker's words");
}

static void a_401_asks_for_another_token_before_a_login(void **state)
{
	(void)state;
	c.may_ask = true;
	begin();
	token("one", "");
	assert_int_equal(answer(401, "Bearer error=\"invalid_token\""), CREDENTIAL_WAIT);
	assert_str(c.rejected, "one");
	assert_int_equal(token("two", ""), CREDENTIAL_SEND);
	assert_str(c.token, "two");
	assert_int_equal(answer(401, "Bearer error=\"invalid_token\""), CREDENTIAL_ASK);
}

static void a_token_that_cannot_be_replaced_means_a_login(void **state)
{
	(void)state;
	begin();
	token("one", "");
	assert_int_equal(answer(401, NULL), CREDENTIAL_WAIT);
	assert_int_equal(no_token(ERR_LOGIN), CREDENTIAL_FAIL);
	assert_int_equal(e.kind, ERR_LOGIN);
}

static void it_does_not_ask_for_a_login_twice(void **state)
{
	(void)state;
	c.may_ask = true;
	begin();
	no_token(ERR_LOGIN);
	assert_int_equal(answer(401, NULL), CREDENTIAL_ASK);
	assert_int_equal(signed_in(), CREDENTIAL_WAIT);
	assert_int_equal(token("new", ""), CREDENTIAL_SEND);
	assert_int_equal(answer(401, NULL), CREDENTIAL_WAIT);
	assert_int_equal(token("newer", ""), CREDENTIAL_SEND);
	assert_int_equal(answer(401, NULL), CREDENTIAL_FAIL);
	assert_int_equal(e.kind, ERR_LOGIN);
}

/* Another request of the same client to the same server. */
static void begin_another(void)
{
	c = (struct credential){.history = &history, .shown = S("https://mcp.example/mcp"), .arena = &arena, .may_ask = true};
	begin();
}

#define LACKS(scope) "Bearer error=\"insufficient_scope\", scope=\"" scope "\""

static void a_step_up_asks_for_the_union(void **state)
{
	(void)state;
	begin_another();
	token("one", "read list");
	assert_int_equal(answer(403, LACKS("write read")), CREDENTIAL_ASK);
	assert_str(c.scope, "read list write");
	assert_int_equal(signed_in(), CREDENTIAL_WAIT);
	assert_int_equal(token("two", "read list write"), CREDENTIAL_SEND);
	assert_int_equal(answer(200, NULL), CREDENTIAL_USE);
}

static void what_a_sign_in_did_not_bring_is_not_asked_for_again(void **state)
{
	(void)state;
	begin_another();
	token("one", "read");
	assert_int_equal(answer(403, LACKS("admin")), CREDENTIAL_ASK);
	signed_in();
	token("two", "read");
	assert_int_equal(answer(403, LACKS("admin")), CREDENTIAL_WAIT);
	assert_int_equal(token("two", "read"), CREDENTIAL_FAIL);
	assert_int_equal(e.kind, ERR_LOGIN);
	begin_another();
	token("two", "read");
	assert_int_equal(answer(403, LACKS("admin")), CREDENTIAL_WAIT);
	assert_int_equal(token("two", "read"), CREDENTIAL_FAIL);
}

static void a_token_that_came_meanwhile_is_tried_first(void **state)
{
	(void)state;
	begin_another();
	token("one", "read");
	assert_int_equal(answer(403, LACKS("write")), CREDENTIAL_ASK);
	begin_another();
	token("one", "read");
	assert_int_equal(answer(403, LACKS("write")), CREDENTIAL_WAIT);
	assert_int_equal(token("two", "read write"), CREDENTIAL_SEND);
	assert_int_equal(answer(200, NULL), CREDENTIAL_USE);
}

static void a_server_that_wants_ever_more_scope_gets_two_sign_ins(void **state)
{
	(void)state;
	begin_another();
	token("one", "a");
	assert_int_equal(answer(403, LACKS("b")), CREDENTIAL_ASK);
	signed_in();
	token("two", "a b");
	assert_int_equal(answer(403, LACKS("c")), CREDENTIAL_ASK);
	assert_str(c.scope, "a b c");
	signed_in();
	token("three", "a b c");
	assert_int_equal(answer(403, LACKS("d")), CREDENTIAL_FAIL);
}

static void a_server_that_takes_no_token_at_all_gets_few_sign_ins(void **state)
{
	(void)state;
	for (int i = 0; i < CREDENTIAL_SIGN_INS; i++) {
		begin_another();
		no_token(ERR_LOGIN);
		assert_int_equal(answer(401, "Bearer"), CREDENTIAL_ASK);
	}
	begin_another();
	no_token(ERR_LOGIN);
	assert_int_equal(answer(401, "Bearer"), CREDENTIAL_FAIL);
	begin_another();
	token("good", "");
	assert_int_equal(answer(200, NULL), CREDENTIAL_USE);
	begin_another();
	no_token(ERR_LOGIN);
	assert_int_equal(answer(401, "Bearer"), CREDENTIAL_ASK);
}

static enum credential_action answer_with_nonce(int status, const char *nonce)
{
	struct http_field field = {S("DPoP-Nonce"), str_of(nonce)};
	struct fetch_head head = {.status = status, .fields = &field, .fields_n = 1};

	return credential_step(&c, CREDENTIAL_ANSWER, &(struct credential_news){.head = &head}, &e);
}

static void a_nonce_is_no_reason_to_doubt_the_token(void **state)
{
	struct credential_news bound = {.token = S("one"), .dpop_key = S("key")};

	(void)state;
	begin_another();
	assert_int_equal(credential_step(&c, CREDENTIAL_TOKEN, &bound, &e), CREDENTIAL_SEND);
	assert_int_equal(answer_with_nonce(401, "n1"), CREDENTIAL_SEND);
	assert_str(c.nonce, "n1");
	assert_str(c.token, "one");
	assert_int_equal(answer_with_nonce(401, "n2"), CREDENTIAL_WAIT);
}

static void a_bearer_token_knows_no_nonce(void **state)
{
	(void)state;
	begin_another();
	token("one", "");
	assert_int_equal(answer_with_nonce(401, "n1"), CREDENTIAL_WAIT);
}

static void another_403_is_the_callers(void **state)
{
	(void)state;
	begin();
	token("one", "");
	assert_int_equal(answer(403, NULL), CREDENTIAL_USE);
	assert_int_equal(answer(403, "Bearer error=\"access_denied\""), CREDENTIAL_USE);
}

static void no_error_text_holds_the_token(void **state)
{
	(void)state;
	begin();
	token("s3cr3t-token", "a");
	answer(403, "Bearer error=\"insufficient_scope\", scope=\"b\"");
	assert_int_equal(e.kind, ERR_LOGIN);
	assert_null(strstr(e.text, "s3cr3t"));
	assert_non_null(strstr(e.text, "--scope 'a b'"));
}

/* What is proposed is pasted into a shell: a server's scope must not break out of its quotes. */
static void no_command_is_proposed_with_a_scope_that_holds_a_quote(void **state)
{
	(void)state;
	begin();
	token("one", "a");
	assert_int_equal(answer(403, "Bearer error=\"insufficient_scope\", scope=\"x';$(reboot)'\""), CREDENTIAL_FAIL);
	assert_int_equal(e.kind, ERR_LOGIN);
	assert_null(strstr(e.text, "reboot"));
	assert_non_null(strstr(e.text, "keyfob login https://mcp.example/mcp"));
}

/* Half a scope would ask for less than what is needed. */
static void no_command_is_proposed_with_half_a_scope(void **state)
{
	char challenge[600] = "Bearer error=\"insufficient_scope\", scope=\"";

	(void)state;
	begin();
	token("one", "a");
	for (char c1 = 'a'; c1 <= 'z'; c1++)
		snprintf(challenge + strlen(challenge), 16, "%s%c:word", c1 == 'a' ? "" : " ", c1);
	strcat(challenge, "\"");
	answer(403, challenge);
	assert_null(strstr(e.text, "--scope"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_good_token_is_used, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_sign_in_a_request_goes_bare, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_broken_vault_is_no_missing_sign_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_401_asks_for_another_token_before_a_login, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_token_that_cannot_be_replaced_means_a_login, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_does_not_ask_for_a_login_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_step_up_asks_for_the_union, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_sign_in_did_not_bring_is_not_asked_for_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_token_that_came_meanwhile_is_tried_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_server_that_wants_ever_more_scope_gets_two_sign_ins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_server_that_takes_no_token_at_all_gets_few_sign_ins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_nonce_is_no_reason_to_doubt_the_token, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bearer_token_knows_no_nonce, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_403_is_the_callers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_error_text_holds_the_token, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_command_is_proposed_with_a_scope_that_holds_a_quote, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_command_is_proposed_with_half_a_scope, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

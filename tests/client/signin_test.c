#include "support/test.h"

#include <stdio.h>

#include "client/signin.h"
#include "support/issuer_script.h"

/* The browser is played by the test. */
static struct test_world t;
static struct issuer_script issuer;
static struct signin s;
static enum signin_result result;
static struct err failure;
static bool over;

static struct str state_of_request(void)
{
	return issuer_script_parameter(s.flow.authorization_url, "state");
}

static void done(void *self, enum signin_result what, const struct err *why)
{
	(void)self;
	over = true;
	result = what;
	if (why)
		failure = *why;
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	issuer_script_start(&issuer, &t);
	over = false;
	failure = (struct err){0};
	s = (struct signin){.world = &t.world, .done = done, .wish = {.no_browser = true}};
	assert_true(url_read(S("https://mcp.example/mcp"), &t.arena, &s.wish.server, NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	signin_end(&s);
	test_world_end(&t);
	return 0;
}

/* Turns until the user is asked. */
static void start(void)
{
	struct err e = {0};

	assert_ok(signin_start(&s, &e), &e);
	for (int i = 0; i < 200 && !over && s.flow.step != FLOW_ASK; i++)
		assert_true(events_turn(t.world.events, &e));
	for (int i = 0; i < 3 && !over; i++) /* until the room is open */
		if (t.tty.line == NULL && !strstr(t.log, "https://as.example/authorize"))
			assert_true(events_turn(t.world.events, &e));
	assert_int_equal(s.flow.step, FLOW_ASK);
	assert_non_null(strstr(t.log, "https://as.example/authorize?"));
}

static int visit(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int visit(const char *format, ...)
{
	char target[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(target, sizeof target, format, args);
	va_end(args);
	return test_world_visit(&t, s.port, target).status;
}

static void the_callback_ends_the_wait(void **state)
{
	(void)state;
	start();
	assert_int_equal(visit("/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 200);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_DONE);
	assert_str(s.flow.grant.access_token, "at-1");
	assert_str(s.flow.grant.refresh_token, "rt-1");
	assert_str(s.flow.grant.client_id, "client-1");
	assert_int_equal(visit("/callback"), 0);
}

static void strangers_do_not_end_it(void **state)
{
	(void)state;
	start();
	assert_int_equal(visit("/callback?code=evil&state=wrong"), 400);
	assert_int_equal(visit("/callback?error=access_denied"), 400);
	assert_int_equal(visit("/callback"), 400);
	assert_int_equal(visit("/favicon.ico"), 404);
	assert_false(over);
	assert_int_equal(s.flow.step, FLOW_ASK);
	assert_int_equal(visit("/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 200);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_DONE);
}

static void the_wrong_issuer_ends_it_without_its_words(void **state)
{
	(void)state;
	start();
	assert_int_equal(visit("/callback?error=foreign_words&state=%.*s&iss=https%%3A%%2F%%2Fevil.example", STR(state_of_request())), 400);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_FAILED);
	assert_null(strstr(failure.text, "foreign_words"));
}

static void a_pasted_address_ends_it(void **state)
{
	char line[2048];

	(void)state;
	t.tty.tty.present = true;
	start();
	assert_non_null(strstr(t.log, "; or paste the address"));
	test_world_type(&t, "what is this?");
	assert_false(over);
	snprintf(line, sizeof line, "  http://127.0.0.1:%u/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example ", s.port, STR(state_of_request()));
	test_world_type(&t, line);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_DONE);
}

static void where_nothing_can_be_pasted_nobody_is_told_to(void **state)
{
	(void)state;
	s.wish.ignores_input = true;
	start();
	assert_non_null(strstr(t.log, "then open it there. Waiting"));
}

static void a_refusal_says_why(void **state)
{
	(void)state;
	start();
	assert_int_equal(visit("/callback?error=access_denied&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 400);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_FAILED);
	assert_non_null(strstr(failure.text, "access_denied"));
}

static void the_wait_has_an_end(void **state)
{
	(void)state;
	s.wish.wait_ms = 5000;
	start();
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_FAILED);
	assert_int_equal(failure.kind, ERR_LOGIN);
}

static void a_code_that_the_issuer_refuses_is_a_failure(void **state)
{
	(void)state;
	issuer.token_status = 400;
	start();
	assert_int_equal(visit("/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 200);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_FAILED);
	assert_null(strstr(t.log, "at-1"));
}

/* --- A registration that is used again ------------------------------------------------------- */

static const struct grant earlier = {
	.issuer = S_INIT("https://as.example"),
	.client = GRANT_CLIENT_REGISTERED,
	.client_id = S_INIT("client-0"),
	.redirect_uri = S_INIT("http://127.0.0.1:45678/callback"),
};

/* Turns until the user is asked for the second time, with a new address. */
static void is_asked_again(void)
{
	struct err e = {0};

	t.log[0] = 0;
	for (int i = 0; i < 50 && !over && !strstr(t.log, "https://as.example/authorize?"); i++)
		assert_true(events_turn(t.world.events, &e));
	assert_false(over);
	assert_int_equal(issuer.registrations, 1);
	assert_non_null(strstr(t.log, "client_id=client-1"));
	assert_null(strstr(t.log, "not taken"));
}

static void finish_signing_in(void)
{
	assert_int_equal(visit("/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 200);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_DONE);
	assert_str(s.flow.grant.client_id, "client-1");
}

static void an_earlier_registration_and_its_port_are_used_again(void **state)
{
	(void)state;
	s.wish.known = &earlier;
	start();
	assert_int_equal(s.port, 45678);
	assert_non_null(strstr(t.log, "client_id=client-0"));
	assert_int_equal(visit("/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 200);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_DONE);
	assert_int_equal(issuer.registrations, 0);
}

static void a_client_that_the_authorization_page_forgot_registers_again(void **state)
{
	(void)state;
	s.wish.known = &earlier;
	start();
	visit("/callback?error=unauthorized_client&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request()));
	is_asked_again();
	finish_signing_in();
}

static void a_client_that_the_token_endpoint_forgot_registers_again(void **state)
{
	(void)state;
	s.wish.known = &earlier;
	issuer.token_status = 401;
	issuer.refusal = "{\"error\":\"invalid_client\"}";
	start();
	assert_int_equal(visit("/callback?code=c&state=%.*s&iss=https%%3A%%2F%%2Fas.example", STR(state_of_request())), 200);
	is_asked_again();
	finish_signing_in();
}

static void a_port_that_is_taken_means_registering_anew(void **state)
{
	(void)state;
	t.listen.taken = 45678;
	s.wish.known = &earlier;
	start();
	assert_int_equal(issuer.registrations, 1);
	assert_int_not_equal(s.port, 45678);
	finish_signing_in();
}

static void a_bare_code_that_is_refused_may_be_pasted_again(void **state)
{
	(void)state;
	t.tty.tty.present = true;
	issuer.sends_iss = false;
	issuer.token_status = 400;
	start();
	test_world_type(&t, "the-wrong-code");
	for (int i = 0; i < 50 && !strstr(t.log, "not taken"); i++)
		assert_true(events_turn(t.world.events, NULL));
	assert_false(over);
	test_world_type(&t, "the-right-code");
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_DONE);
}

static void ending_it_at_any_time_leaves_nothing_behind(void **state)
{
	(void)state;
	for (int n = 0; n < 16; n++) {
		struct signin some = {.world = &t.world, .done = done, .wish = s.wish};
		struct err e = {0};

		over = false;
		assert_ok(signin_start(&some, &e), &e);
		for (int i = 0; i < n && !over && some.flow.step != FLOW_ASK; i++)
			assert_true(events_turn(t.world.events, &e));
		signin_end(&some);
		events_script_drain(&t.events);
		assert_int_equal(t.fetch.open_n, 0);
		assert_null(t.tty.line);
		for (int i = 0; i < TEST_WORLD_DOORS; i++)
			assert_false(t.listen.doors[i].open);
	}
}

static void no_port_no_sign_in(void **state)
{
	struct err e = {0};

	(void)state;
	t.listen.refuses = true;
	assert_ok(signin_start(&s, &e), &e);
	assert_true(events_script_turn_until(&t.events, &over));
	assert_int_equal(result, SIGNIN_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_callback_ends_the_wait),
		TEST(strangers_do_not_end_it),
		TEST(the_wrong_issuer_ends_it_without_its_words),
		TEST(a_pasted_address_ends_it),
		TEST(where_nothing_can_be_pasted_nobody_is_told_to),
		TEST(a_refusal_says_why),
		TEST(the_wait_has_an_end),
		TEST(a_code_that_the_issuer_refuses_is_a_failure),
		TEST(an_earlier_registration_and_its_port_are_used_again),
		TEST(a_client_that_the_authorization_page_forgot_registers_again),
		TEST(a_client_that_the_token_endpoint_forgot_registers_again),
		TEST(a_port_that_is_taken_means_registering_anew),
		TEST(a_bare_code_that_is_refused_may_be_pasted_again),
		TEST(ending_it_at_any_time_leaves_nothing_behind),
		TEST(no_port_no_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

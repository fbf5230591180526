#include "support/test.h"

#include <stdio.h>

#include "client/enrol.h"
#include "support/issuer_script.h"
#include "support/vault_box.h"
#include "sys/file.h"

static struct vault_box box;
static struct issuer_script issuer;
static struct enrol n;
static enum signin_result result;
static struct err failure;
static bool over;
static struct err e;

static void done(void *self, enum signin_result what, const struct err *why)
{
	assert_ptr_equal(self, &n);
	assert_false(over);
	over = true;
	result = what;
	failure = why ? *why : (struct err){0};
}

static int set_up(void **state)
{
	(void)state;
	vault_box_start(&box);
	issuer_script_start(&issuer, &box.t);
	n = (struct enrol){.world = &box.t.world, .done = done, .self = &n, .wish = {.no_browser = true}};
	assert_true(url_read(S("https://mcp.example/mcp"), &box.t.arena, &n.wish.server, NULL));
	over = false;
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	enrol_end(&n);
	vault_box_end(&box);
	return 0;
}

static void turn_until_asked(void)
{
	for (int i = 0; i < 200 && !over && n.signin.flow.step != FLOW_ASK; i++)
		assert_true(events_turn(box.t.world.events, &e));
	for (int i = 0; i < 3 && !over; i++)
		if (!strstr(box.t.log, "https://as.example/authorize"))
			assert_true(events_turn(box.t.world.events, &e));
}

static void turn_until_over(void)
{
	for (int i = 0; i < 400 && !over; i++)
		assert_true(events_turn(box.t.world.events, &e));
	assert_true(over);
}

/* From the beginning to the end, with a user who says yes. */
static void sign_in(const struct challenge *challenge, const char *scope)
{
	over = false;
	box.t.log[0] = 0;
	assert_ok(enrol_start(&n, challenge, str_of(scope), &e), &e);
	assert_false(over);
	turn_until_asked();
	if (!over)
		assert_int_equal(issuer_script_approve(&issuer, n.signin.flow.authorization_url), 200);
	turn_until_over();
}

static void succeeds(void)
{
	if (result != SIGNIN_DONE)
		fail_msg("%s", failure.text);
}

static struct str asked_for(const char *name)
{
	return issuer_script_parameter(n.signin.flow.authorization_url, name);
}

static void what_comes_is_kept_under_the_servers_name(void **state)
{
	const struct profile *p;
	struct vault v;

	(void)state;
	sign_in(NULL, NULL);
	succeeds();
	assert_str(n.profile.grant.access_token, "at-1");
	enrol_end(&n);
	vault_box_open(&box, &v);
	p = vault_find(&v, S("https://mcp.example"));
	assert_non_null(p);
	assert_true(p->verified);
	assert_str(p->server_url, "https://mcp.example/mcp");
	assert_str(p->grant.resource, "https://mcp.example/mcp");
	assert_str(p->grant.access_token, "at-1");
	assert_str(p->grant.refresh_token, "rt-1");
	assert_str(p->grant.client_id, "client-1");
	assert_true(p->grant.obtained_at > 0);
	vault_close(&v);
}

static void a_registration_is_used_again(void **state)
{
	(void)state;
	sign_in(NULL, NULL);
	enrol_end(&n);
	sign_in(NULL, NULL);
	succeeds();
	assert_int_equal(issuer.registrations, 1);
	assert_int_equal(issuer.tokens, 2);
	enrol_end(&n);
	vault_box_has(&box, "https://mcp.example", "at-2");
}

static void the_earlier_tokens_are_not_held_meanwhile(void **state)
{
	(void)state;
	vault_box_put(&box, "https://mcp.example", "old-token");
	assert_ok(enrol_start(&n, NULL, (struct str){0}, &e), &e);
	assert_int_equal(n.known.grant.access_token.len, 0);
	assert_int_equal(n.known.grant.refresh_token.len, 0);
	assert_null(n.vault.root);
}

static void a_challenge_takes_the_place_of_the_probe(void **state)
{
	struct challenge c = {.is_there = true, .scope = S("write")};

	(void)state;
	sign_in(&c, "write");
	succeeds();
	assert_int_equal(issuer.probes, 0);
	assert_str(asked_for("scope"), "write");
}

static void the_users_own_scope_comes_before_a_challenges(void **state)
{
	struct challenge c = {.is_there = true, .scope = S("write")};

	(void)state;
	n.wish.scope = S("mine");
	sign_in(&c, "write");
	succeeds();
	assert_str(asked_for("scope"), "mine");
}

static void a_step_up_asks_for_the_union(void **state)
{
	char words[] = "insufficient_scope";
	struct challenge c = {.is_there = true, .scope = S("write"), .error = str_of(words)};

	(void)state;
	sign_in(NULL, NULL);
	assert_str(asked_for("scope"), "read");
	enrol_end(&n);
	assert_ok(enrol_start(&n, &c, S("extra write"), &e), &e);
	memset(words, 'x', sizeof words - 1); /* what it points to is not needed any more */
	over = false;
	turn_until_asked();
	assert_str(asked_for("scope"), "read%20extra%20write");
	assert_int_equal(issuer.registrations, 1);
}

static void in_memory_the_vault_is_left_alone(void **state)
{
	(void)state;
	n.in_memory = true;
	sign_in(NULL, NULL);
	succeeds();
	assert_str(n.profile.grant.access_token, "at-1");
	assert_str(n.profile.identity, "https://mcp.example");
	assert_int_equal(folder_count(&box.f, ".", "home"), 0);
}

static void a_vault_in_memory_is_a_vault(void **state)
{
	const struct profile *p;
	struct vault v;

	(void)state;
	box.t.world.options.persist_memory = true;
	sign_in(NULL, NULL);
	enrol_end(&n);
	sign_in(NULL, NULL);
	succeeds();
	enrol_end(&n);
	assert_int_equal(issuer.registrations, 1);
	vault_box_open(&box, &v);
	p = vault_find(&v, S("https://mcp.example"));
	assert_non_null(p);
	assert_str(p->grant.access_token, "at-2");
	vault_close(&v);
	assert_int_equal(folder_count(&box.f, ".", "home"), 0);
}

static void that_it_can_be_kept_is_proved_first(void **state)
{
	(void)state;
	box.t.world.options.home = S("/proc/nobody/keyfob");
	assert_false(enrol_start(&n, NULL, (struct str){0}, &e));
	assert_int_equal(e.kind, ERR_VAULT);
	assert_non_null(strstr(e.text, "--persist memory"));
	assert_int_equal(issuer.probes, 0);
	events_script_drain(&box.t.events);
	assert_false(over);
}

static void a_server_that_asks_for_nothing_is_told_so(void **state)
{
	(void)state;
	issuer.open = true;
	sign_in(NULL, NULL);
	assert_int_equal(result, SIGNIN_OPEN);
	assert_int_equal(failure.kind, ERR_NONE);
	enrol_end(&n);
	vault_box_has(&box, "https://mcp.example", NULL);
}

static void a_failure_is_told_and_changes_nothing(void **state)
{
	(void)state;
	vault_box_put(&box, "https://mcp.example", "old");
	issuer.token_status = 400;
	sign_in(NULL, NULL);
	assert_int_equal(result, SIGNIN_FAILED);
	assert_int_not_equal(failure.kind, ERR_NONE);
	enrol_end(&n);
	vault_box_has(&box, "https://mcp.example", "old");
}

static void another_writer_is_waited_for(void **state)
{
	struct lock lock;
	bool got;

	(void)state;
	vault_box_put(&box, "https://other.example", "other");
	assert_ok(lock_open(&lock, str_of(folder_path(&box.f, "home/profiles.keyfob.lock")), &e), &e);
	assert_ok(lock_try(&lock, 0, &got, &e), &e);
	assert_true(got);
	assert_ok(enrol_start(&n, NULL, (struct str){0}, &e), &e);
	turn_until_asked();
	assert_int_equal(issuer_script_approve(&issuer, n.signin.flow.authorization_url), 200);
	for (int i = 0; i < 100 && n.until_ms == 0; i++)
		assert_true(events_turn(box.t.world.events, &e));
	for (int i = 0; i < 5; i++)
		assert_true(events_turn(box.t.world.events, &e));
	assert_false(over);
	lock_close(&lock);
	turn_until_over();
	succeeds();
	enrol_end(&n);
	vault_box_has(&box, "https://mcp.example", "at-1");
	vault_box_has(&box, "https://other.example", "other");
}

static void another_writer_is_not_waited_for_without_end(void **state)
{
	struct lock lock;
	bool got;

	(void)state;
	vault_box_put(&box, "https://other.example", "other");
	assert_ok(lock_open(&lock, str_of(folder_path(&box.f, "home/profiles.keyfob.lock")), &e), &e);
	assert_ok(lock_try(&lock, 0, &got, &e), &e);
	sign_in(NULL, NULL);
	assert_int_equal(result, SIGNIN_FAILED);
	assert_non_null(strstr(failure.text, "could not be kept"));
	lock_close(&lock);
}

/* --- What an earlier sign-in was done with -------------------------------------------------------- */

static void keep_earlier(struct grant g)
{
	struct profile p = vault_box_profile("https://mcp.example", "old");
	struct vault v;

	g.access_token = S("old");
	p.grant = g;
	vault_box_open(&box, &v);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
}

static void a_client_that_was_configured_is_kept_to_at_its_issuer(void **state)
{
	(void)state;
	keep_earlier((struct grant){.issuer = S("https://as.example"), .client = GRANT_CLIENT_CONFIGURED, .client_id = S("by-hand")});
	sign_in(NULL, NULL);
	succeeds();
	assert_int_equal(issuer.registrations, 0);
	assert_str(asked_for("client_id"), "by-hand");
	enrol_end(&n);
	n.wish.client.client_id = S("another");
	sign_in(NULL, NULL);
	succeeds();
	assert_str(asked_for("client_id"), "another");
}

static void a_client_that_was_configured_goes_to_no_other_issuer(void **state)
{
	(void)state;
	keep_earlier((struct grant){.issuer = S("https://elsewhere.example"), .client = GRANT_CLIENT_CONFIGURED, .client_id = S("by-hand")});
	sign_in(NULL, NULL);
	succeeds();
	assert_int_equal(issuer.registrations, 1);
	assert_str(asked_for("client_id"), "client-1");
}

static void a_grant_is_kept_to_unless_another_is_wished(void **state)
{
	(void)state;
	keep_earlier((struct grant){.issuer = S("https://as.example"), .client = GRANT_CLIENT_CONFIGURED, .client_id = S("by-hand"),
		.auth = GRANT_AUTH_BASIC, .client_secret = S("s3cret"), .type = GRANT_CLIENT_CREDENTIALS});
	assert_ok(enrol_start(&n, NULL, (struct str){0}, &e), &e);
	assert_int_equal(n.signin.wish.type, n.known.grant.type);
	enrol_end(&n);
	n.wish.type_is_given = true;
	assert_ok(enrol_start(&n, NULL, (struct str){0}, &e), &e);
	assert_int_equal(n.signin.wish.type, GRANT_AUTHORIZATION_CODE);
}

/* --- Grants that need nobody, or somebody elsewhere ------------------------------------------------- */

static void client_credentials_need_nobody(void **state)
{
	(void)state;
	n.wish.type = GRANT_CLIENT_CREDENTIALS;
	n.wish.client = (struct register_config){.client_id = S("c1"), .client_secret = S("s3cret")};
	sign_in(NULL, NULL);
	succeeds();
	assert_string_equal(box.t.log, "");
	assert_non_null(strstr(issuer.sent, "grant_type=client_credentials"));
	assert_int_equal(n.profile.grant.type, GRANT_CLIENT_CREDENTIALS);
	assert_int_equal(n.profile.grant.refresh_token.len, 0);
	assert_str(n.profile.grant.client_secret, "s3cret");
	for (int i = 0; i < TEST_WORLD_DOORS; i++)
		assert_null(box.t.listen.doors[i].sink.request); /* none was ever opened */
}

static void a_workloads_token_is_read_when_the_sign_in_begins(void **state)
{
	(void)state;
	n.wish.type = GRANT_JWT_BEARER;
	n.wish.assertion_file = arena_str(&box.t.arena, str_of(folder_path(&box.f, "token")));
	assert_false(enrol_start(&n, NULL, (struct str){0}, &e));
	assert_non_null(strstr(e.text, "token"));
	folder_write(&box.f, "token", S(" \n\n"), 0600);
	assert_false(enrol_start(&n, NULL, (struct str){0}, &e));
	assert_non_null(strstr(e.text, "holds no token"));
	folder_write(&box.f, "token", S("head.body.sig\r\n"), 0644);
	sign_in(NULL, NULL);
	succeeds();
	assert_non_null(strstr(issuer.sent, "assertion=head.body.sig"));
	assert_str(n.profile.grant.assertion_file, folder_path(&box.f, "token"));
	assert_null(strstr(box.t.log, "head.body"));
}

static void a_code_is_entered_elsewhere(void **state)
{
	(void)state;
	n.wish.type = GRANT_DEVICE_CODE;
	issuer.pendings = 3;
	sign_in(NULL, NULL);
	succeeds();
	assert_int_equal(n.profile.grant.type, GRANT_DEVICE_CODE);
	assert_str(n.profile.grant.refresh_token, "rt-1");
	assert_non_null(strstr(box.t.log, "Open this address on any device:\n\n  https://as.example/activate\n"));
	assert_non_null(strstr(box.t.log, "and enter this code there:\n\n  WDJB-MJHT\n"));
	assert_non_null(strstr(box.t.log, "https://as.example/activate?user_code=WDJB-MJHT\n"));
	assert_non_null(strstr(box.t.log, "good for 10 minutes"));
	assert_null(strstr(strstr(box.t.log, "Open this address") + 1, "Open this address")); /* shown once */
	assert_true(box.t.events.ms >= 4 * 5000);
	assert_string_equal(box.t.out, "");
	assert_null(strstr(box.t.log, "dc-1"));
}

static void a_code_that_nobody_enters_runs_out(void **state)
{
	(void)state;
	n.wish.type = GRANT_DEVICE_CODE;
	issuer.pendings = 1000;
	issuer.device_s = 60;
	sign_in(NULL, NULL);
	assert_int_equal(result, SIGNIN_FAILED);
	assert_int_equal(failure.kind, ERR_LOGIN);
	assert_non_null(strstr(box.t.log, "good for 60 s"));
	assert_in_range(box.t.events.ms, 55000, 70000);
}

static void the_time_limit_counts_for_codes_too(void **state)
{
	(void)state;
	n.wish.type = GRANT_DEVICE_CODE;
	n.wish.wait_ms = 12000;
	issuer.pendings = 1000;
	sign_in(NULL, NULL);
	assert_int_equal(result, SIGNIN_FAILED);
	assert_non_null(strstr(failure.text, "--timeout"));
	assert_non_null(strstr(box.t.log, "Waiting 12 s."));
	assert_in_range(box.t.events.ms, 12000, 13000);
	events_script_drain(&box.t.events);
}

static void what_an_issuer_shows_does_nothing_else(void **state)
{
	(void)state;
	n.wish.type = GRANT_DEVICE_CODE;
	issuer.user_code = "\\u001b[31mRED\\u202e";
	sign_in(NULL, NULL);
	assert_null(strchr(box.t.log, '\x1b'));
	assert_null(strstr(box.t.log, "\xe2\x80\xae"));
}

/* --- Who can do it ----------------------------------------------------------------------------------- */

static void it_takes_somebody_or_a_grant_that_needs_nobody(void **state)
{
	static const struct {
		enum grant_type type;
		bool terminal;
		const char *browser;
		bool possible;
	} table[] = {
		{GRANT_AUTHORIZATION_CODE, false, NULL, false},
		{GRANT_AUTHORIZATION_CODE, true, NULL, true},
		{GRANT_AUTHORIZATION_CODE, false, "browser", true},
		{GRANT_DEVICE_CODE, false, NULL, false},
		{GRANT_DEVICE_CODE, true, NULL, true},
		{GRANT_CLIENT_CREDENTIALS, false, NULL, true},
		{GRANT_JWT_BEARER, false, NULL, true},
		{GRANT_ENTERPRISE, false, NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		n.wish.type = table[i].type;
		n.wish.browser = str_of(table[i].browser);
		box.t.tty.tty.present = table[i].terminal;
		assert_int_equal(enrol_is_possible(&n), table[i].possible);
	}
}

static void ending_it_at_any_time_leaves_nothing_behind(void **state)
{
	(void)state;
	for (int turns = 0; turns < 30; turns++) {
		over = false;
		assert_ok(enrol_start(&n, NULL, (struct str){0}, &e), &e);
		for (int i = 0; i < turns && !over && n.signin.flow.step != FLOW_ASK; i++)
			assert_true(events_turn(box.t.world.events, &e));
		if (turns > 20 && n.signin.flow.step == FLOW_ASK && n.signin.door)
			issuer_script_approve(&issuer, n.signin.flow.authorization_url);
		for (int i = 20; i < turns && !over; i++)
			assert_true(events_turn(box.t.world.events, &e));
		over = true;
		enrol_end(&n);
		enrol_end(&n);
		events_script_drain(&box.t.events);
		assert_int_equal(box.t.fetch.open_n, 0);
		for (int i = 0; i < TEST_WORLD_DOORS; i++)
			assert_false(box.t.listen.doors[i].open);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_comes_is_kept_under_the_servers_name),
		TEST(a_registration_is_used_again),
		TEST(the_earlier_tokens_are_not_held_meanwhile),
		TEST(a_challenge_takes_the_place_of_the_probe),
		TEST(the_users_own_scope_comes_before_a_challenges),
		TEST(a_step_up_asks_for_the_union),
		TEST(in_memory_the_vault_is_left_alone),
		TEST(a_vault_in_memory_is_a_vault),
		TEST(that_it_can_be_kept_is_proved_first),
		TEST(a_server_that_asks_for_nothing_is_told_so),
		TEST(a_failure_is_told_and_changes_nothing),
		TEST(another_writer_is_waited_for),
		TEST(another_writer_is_not_waited_for_without_end),
		TEST(a_client_that_was_configured_is_kept_to_at_its_issuer),
		TEST(a_client_that_was_configured_goes_to_no_other_issuer),
		TEST(a_grant_is_kept_to_unless_another_is_wished),
		TEST(client_credentials_need_nobody),
		TEST(a_workloads_token_is_read_when_the_sign_in_begins),
		TEST(a_code_is_entered_elsewhere),
		TEST(a_code_that_nobody_enters_runs_out),
		TEST(the_time_limit_counts_for_codes_too),
		TEST(what_an_issuer_shows_does_nothing_else),
		TEST(it_takes_somebody_or_a_grant_that_needs_nobody),
		TEST(ending_it_at_any_time_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <signal.h>
#include <sys/resource.h>

#include "cli/args.h"
#include "support/vault_box.h"

static struct vault_box box;
static struct args a;
static struct err e;
static int status; /* of the revocation endpoint; 0: the network fails */

static void serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	(void)self;
	assert_str(r->url.path, "/revoke");
	assert_int_equal(r->timeout_ms, box.t.world.options.timeout_ms);
	answer->status = status;
	if (!status)
		answer->fails = ERR_NETWORK;
}

static void keep(const char *identity)
{
	struct profile p = vault_box_profile(identity, "at-0");
	struct vault v;

	p.grant.revocation_endpoint = S("https://issuer.example/revoke");
	vault_box_open(&box, &v);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
}

static int set_up(void **state)
{
	(void)state;
	vault_box_start(&box);
	box.t.fetch.serve = serve;
	box.t.world.options.timeout_ms = 7000;
	status = 200;
	e = (struct err){0};
	a = (struct args){.command = &cmd_logout, .words = {S("https://mcp.example/mcp")}, .words_n = 1};
	keep("https://mcp.example");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_null(strstr(e.text, "at-0"));
	vault_box_end(&box);
	return 0;
}

static bool log_out(void)
{
	return cmd_logout.run(&box.t.world, &a, &e);
}

static void both_tokens_are_revoked_and_forgotten(void **state)
{
	(void)state;
	assert_ok(log_out(), &e);
	assert_int_equal(box.t.fetch.seen_n, 2);
	assert_non_null(strstr(box.t.fetch.seen[0], "token=r1"));
	assert_non_null(strstr(box.t.fetch.seen[1], "token=at-0"));
	assert_non_null(strstr(box.t.log, "Logged out of https://mcp.example; its tokens are revoked."));
	vault_box_has(&box, "https://mcp.example", NULL);
	assert_ok(log_out(), &e);
	assert_non_null(strstr(box.t.log, "There was no sign-in to log out of."));
}

static void an_issuer_in_trouble_does_not_keep_anyone(void **state)
{
	static const int statuses[] = {0, 500};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		box.t.log[0] = 0;
		status = statuses[i];
		keep("https://mcp.example");
		assert_ok(log_out(), &e);
		assert_non_null(strstr(box.t.log, "stay valid until they run out"));
		vault_box_has(&box, "https://mcp.example", NULL);
	}
}

static void nothing_is_revoked_that_cannot_be_forgotten(void **state)
{
	struct rlimit before, none;
	bool done;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 64;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	done = log_out();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_false(done);
	assert_int_equal(e.kind, ERR_VAULT);
	assert_int_equal(box.t.fetch.seen_n, 0);
	vault_box_has(&box, "https://mcp.example", "at-0");
}

static void a_refresh_elsewhere_is_waited_for_a_while(void **state)
{
	struct vault other;
	struct str id;
	bool got;

	(void)state;
	vault_box_open(&box, &other);
	id = arena_str(&box.t.arena, other.profiles[0].id);
	assert_ok(vault_grant_try(&other, id, &got, &e), &e);
	assert_false(log_out());
	assert_int_equal(e.kind, ERR_VAULT);
	assert_non_null(strstr(e.text, "another process is refreshing"));
	vault_close(&other);
	assert_ok(log_out(), &e);
	vault_box_has(&box, "https://mcp.example", NULL);
}

static void one_is_logged_out_or_all(void **state)
{
	static const struct command_flag all = {"--all", 0, NULL, ""};

	(void)state;
	keep("https://two.example");
	keep("https://three.example");
	assert_ok(log_out(), &e);
	vault_box_has(&box, "https://two.example", "at-0");
	a.words_n = 0;
	a.flags[a.flags_n++].flag = &all;
	assert_ok(log_out(), &e);
	vault_box_has(&box, "https://two.example", NULL);
	vault_box_has(&box, "https://three.example", NULL);
}

static void it_is_told_which_server_is_meant(void **state)
{
	(void)state;
	a.words_n = 0;
	assert_false(log_out());
	assert_int_equal(e.kind, ERR_USAGE);
	a.words[0] = S("mcp.example");
	a.words_n = 1;
	assert_false(log_out());
	assert_non_null(strstr(e.text, "did you mean https://mcp.example?"));
}

static void a_stop_keeps_the_sign_in(void **state)
{
	(void)state;
	box.t.events.stop = true;
	assert_false(log_out());
	assert_int_equal(e.kind, ERR_STOPPED);
	vault_box_has(&box, "https://mcp.example", "at-0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_tokens_are_revoked_and_forgotten),
		TEST(an_issuer_in_trouble_does_not_keep_anyone),
		TEST(nothing_is_revoked_that_cannot_be_forgotten),
		TEST(a_refresh_elsewhere_is_waited_for_a_while),
		TEST(one_is_logged_out_or_all),
		TEST(it_is_told_which_server_is_meant),
		TEST(a_stop_keeps_the_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

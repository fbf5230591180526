#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "client/broker.h"
#include "client/broker_vault.h"
#include "client/refresh.h"
#include "support/vault_box.h"
#include "sys/file.h"

/* A vault in a folder, an issuer in a few lines, and questions to the broker between them. */
static struct vault_box box;
static struct broker *broker;

/* What the issuer answers to a refresh. */
static struct {
	int asked;
	int status;              /* 0: the network fails */
	bool keeps_refresh;      /* no new refresh token comes */
	int64_t life_s;
	int64_t delay_ms;
	void (*meanwhile)(void); /* what others do before the answer is there */
	char body[512];
	char last[1024];         /* what was sent */
} issuer;

struct question {
	struct broker_ask ask;
	struct arena arena;
	struct broker_token token;
	struct err failure;
	bool over, good;
};

enum { BROKER_GRANTS = 12 };

static struct question q[BROKER_GRANTS];

static void serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	char refresh[64] = "";

	(void)self;
	issuer.asked++;
	snprintf(issuer.last, sizeof issuer.last, "%.*s", STR(r->body));
	if (issuer.meanwhile)
		issuer.meanwhile();
	if (!issuer.keeps_refresh)
		snprintf(refresh, sizeof refresh, ",\"refresh_token\":\"rt-%d\"", issuer.asked);
	snprintf(issuer.body, sizeof issuer.body, "{\"access_token\":\"at-%d\",\"token_type\":\"Bearer\",\"expires_in\":%d%s}",
		issuer.asked, (int)issuer.life_s, refresh);
	answer->answer_fields[0] = "Content-Type: application/json";
	answer->status = issuer.status;
	answer->delay_ms = issuer.delay_ms;
	answer->answer = issuer.status == 200 ? str_of(issuer.body) : S("{\"error\":\"invalid_grant\"}");
	if (issuer.status == 503)
		answer->answer = S("");
	if (issuer.status == 0)
		answer->fails = ERR_NETWORK;
}

static struct profile sign_in(const char *identity, const char *token, const char *refresh, int64_t left_s)
{
	struct profile p = vault_box_profile(identity, token);

	p.grant.token_endpoint = S("https://issuer.example/token");
	p.grant.refresh_token = str_of(refresh);
	p.grant.expires_at = TEST_WORLD_NOW + left_s;
	p.grant.obtained_at = p.grant.expires_at - 3600;
	return p;
}

static void store(struct profile p)
{
	struct vault v;
	struct err e = {0};

	vault_box_open(&box, &v);
	assert_ok(vault_put(&v, &p, NULL, &e), &e);
	vault_close(&v);
}

/* The sign-in that most tests begin with, with so many seconds left. */
static void keep(int64_t left_s)
{
	store(sign_in("https://mcp.example", "at-0", "rt-0", left_s));
}

static void is_kept(const char *identity, const char *token, const char *refresh)
{
	const struct profile *p;
	struct vault v;

	vault_box_open(&box, &v);
	p = vault_find(&v, str_of(identity));
	assert_non_null(p);
	assert_str(p->grant.access_token, token);
	assert_str(p->grant.refresh_token, refresh);
	assert_str(p->grant.client_id, "c1");
	vault_close(&v);
}

static void done(void *self, const struct broker_token *token, const struct err *failure)
{
	struct question *x = self;

	assert_false(x->over);
	x->over = true;
	x->good = token != NULL;
	if (token)
		x->token = *token;
	else
		x->failure = *failure;
}

static void ask(struct question *x, const char *url)
{
	x->ask.arena = &x->arena;
	x->ask.done = done;
	x->ask.self = x;
	assert_true(arena_new(&x->arena, 65536));
	assert_true(url_read(str_of(url), &x->arena, &x->ask.url, NULL));
	broker_ask_start(broker, &x->ask);
	assert_false(x->over);
}

static void gets(struct question *x, const char *token)
{
	assert_true(events_script_turn_until(&box.t.events, &x->over));
	if (!x->good)
		fail_msg("no token: %s", x->failure.text);
	assert_str(x->token.access_token, token);
}

static void fails(struct question *x, enum err_kind kind, const char *part)
{
	assert_true(events_script_turn_until(&box.t.events, &x->over));
	assert_false(x->good);
	if (x->failure.kind != kind || !strstr(x->failure.text, part))
		fail_msg("kind %d, \"%s\"; expected %d, \"%s\"", (int)x->failure.kind, x->failure.text, (int)kind, part);
	assert_null(strstr(x->failure.text, "at-"));
	assert_null(strstr(x->failure.text, "rt-"));
}

static int set_up(void **state)
{
	struct err e = {0};

	(void)state;
	vault_box_start(&box);
	box.t.fetch.serve = serve;
	memset(&issuer, 0, sizeof issuer);
	issuer.status = 200;
	issuer.life_s = 3600;
	memset(q, 0, sizeof q);
	broker = broker_vault_open(&box.t.world, &e);
	assert_non_null(broker);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	broker_vault_close(broker);
	for (size_t i = 0; i < sizeof q / sizeof *q; i++)
		arena_free(&q[i].arena);
	vault_box_end(&box);
	return 0;
}

/* --- Tokens that are kept ----------------------------------------------------------------- */

static void a_fresh_token_is_given_as_it_is(void **state)
{
	(void)state;
	keep(3600);
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-0");
	assert_int_equal(q[0].token.expires_at, TEST_WORLD_NOW + 3600);
	assert_int_equal(issuer.asked, 0);
}

static void a_token_of_unknown_expiry_is_given(void **state)
{
	struct profile p = sign_in("https://mcp.example", "at-0", "", 0);

	(void)state;
	p.grant.expires_at = 0;
	store(p);
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-0");
}

static void nobody_is_signed_in_there(void **state)
{
	(void)state;
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	keep(3600);
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[1], "at-0");
}

static void a_url_that_is_not_covered_gets_no_token(void **state)
{
	struct profile p = sign_in("https://mcp.example", "at-0", "rt-0", 3600);

	(void)state;
	p.grant.resource = S("https://mcp.example/one");
	store(p);
	ask(&q[0], "https://mcp.example/two");
	fails(&q[0], ERR_LOGIN, "does not cover https://mcp.example/two");
	ask(&q[1], "https://mcp.example/one/mcp");
	gets(&q[1], "at-0");
}

static void no_token_travels_in_plain_http_unless_the_host_is_named(void **state)
{
	(void)state;
	store(sign_in("http://mcp.internal", "at-0", "rt-0", 3600));
	ask(&q[0], "http://mcp.internal/mcp");
	fails(&q[0], ERR_USAGE, "--allow-http mcp.internal");
	box.t.world.options.allow_http = S("mcp.internal");
	ask(&q[1], "http://mcp.internal/mcp");
	gets(&q[1], "at-0");
}

static void what_does_not_fit_the_askers_arena_is_not_given(void **state)
{
	static char memory[900];
	static char long_token[1001];

	(void)state;
	memset(long_token, 'x', sizeof long_token - 1);
	store(sign_in("https://mcp.example", long_token, "rt-0", 3600));
	ask(&q[0], "https://mcp.example/mcp");
	arena_over(&q[1].arena, memory, sizeof memory);
	q[0].ask.arena = &q[1].arena;
	fails(&q[0], ERR_LIMIT, "too large");
}

/* --- Refreshing ----------------------------------------------------------------------------- */

static void an_expired_token_is_refreshed_once_for_all_who_ask(void **state)
{
	(void)state;
	keep(-10);
	for (int i = 0; i < 12; i++)
		ask(&q[i], i % 2 ? "https://mcp.example/mcp" : "https://mcp.example/other");
	for (int i = 0; i < 12; i++)
		gets(&q[i], "at-1");
	assert_int_equal(issuer.asked, 1);
	assert_non_null(strstr(issuer.last, "refresh_token=rt-0"));
	is_kept("https://mcp.example", "at-1", "rt-1");
}

static void whoever_asks_while_a_refresh_runs_joins_it(void **state)
{
	struct err e = {0};

	(void)state;
	issuer.delay_ms = 500;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	while (!issuer.asked)
		assert_ok(events_turn(&box.t.events.events, &e), &e);
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[0], "at-1");
	gets(&q[1], "at-1");
	assert_int_equal(issuer.asked, 1);
}

static void a_refresh_token_is_kept_where_no_new_one_comes(void **state)
{
	(void)state;
	issuer.keeps_refresh = true;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-1");
	is_kept("https://mcp.example", "at-1", "rt-0");
}

static void slow_disk(const char *call)
{
	if (strcmp(call, "rename") == 0)
		events_script_pass(&box.t.events, 5000);
}

static void a_token_that_is_over_once_it_is_stored_is_given_all_the_same(void **state)
{
	(void)state;
	issuer.life_s = 2;
	keep(-10);
	file_fault = slow_disk;
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-1");
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[1], "at-2");
	file_fault = NULL;
	assert_int_equal(issuer.asked, 2);
}

static void a_token_that_is_nearly_over_is_refreshed_already(void **state)
{
	(void)state;
	keep(29);
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-1");
}

static void a_rejected_token_is_replaced(void **state)
{
	(void)state;
	keep(3600);
	q[0].ask.rejected = S("at-0");
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-1");
	q[1].ask.rejected = S("at-0");
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[1], "at-1");
	assert_int_equal(issuer.asked, 1);
}

static void a_rejected_token_without_a_refresh_token_means_a_login(void **state)
{
	(void)state;
	store(sign_in("https://mcp.example", "at-0", "", 3600));
	q[0].ask.rejected = S("at-0");
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	assert_int_equal(issuer.asked, 0);
}

static void a_longer_life_may_be_asked_for(void **state)
{
	(void)state;
	keep(600);
	q[0].ask.min_ttl_s = 500;
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-0");
	q[1].ask.min_ttl_s = 700;
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[1], "at-1");
	q[2].ask.min_ttl_s = 7200;
	ask(&q[2], "https://mcp.example/mcp");
	fails(&q[2], ERR_FAILED, "does not live another 7200 s: ask for less");
}

static void a_login_may_bring_a_longer_life_where_nothing_can_be_refreshed(void **state)
{
	(void)state;
	store(sign_in("https://mcp.example", "at-0", "", 600));
	q[0].ask.min_ttl_s = 700;
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_LOGIN, "does not live another 700 s and cannot be refreshed: keyfob login");
}

/* --- Refreshes that fail ---------------------------------------------------------------------- */

static void a_dead_refresh_token_is_buried(void **state)
{
	(void)state;
	issuer.status = 400;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	is_kept("https://mcp.example", "at-0", "");
	ask(&q[1], "https://mcp.example/mcp");
	fails(&q[1], ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	assert_int_equal(issuer.asked, 1);
}

static void a_token_that_still_holds_is_given_all_the_same(void **state)
{
	static const int statuses[] = {400, 503, 0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		issuer.status = statuses[i];
		keep(20);
		ask(&q[i], "https://mcp.example/mcp");
		gets(&q[i], "at-0");
	}
	assert_int_equal(issuer.asked, 3);
}

static void an_issuer_in_trouble_costs_no_sign_in(void **state)
{
	(void)state;
	issuer.status = 503;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_NETWORK, "try again");
	is_kept("https://mcp.example", "at-0", "rt-0");
	issuer.status = 200;
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[1], "at-2");
}

static void a_network_in_trouble_is_said_to_be_that(void **state)
{
	(void)state;
	issuer.status = 0;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_NETWORK, "refreshing the token for https://mcp.example/mcp");
	is_kept("https://mcp.example", "at-0", "rt-0");
}

static void without_room_to_store_nothing_is_spent(void **state)
{
	struct rlimit before, none;

	(void)state;
	keep(-10);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 64;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	ask(&q[0], "https://mcp.example/mcp");
	assert_true(events_script_turn_until(&box.t.events, &q[0].over));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(q[0].failure.kind, ERR_VAULT);
	assert_int_equal(issuer.asked, 0);
	is_kept("https://mcp.example", "at-0", "rt-0");
}

static void where_no_lock_can_be_had_what_holds_is_given_and_nothing_refreshed(void **state)
{
	(void)state;
	keep(20);
	assert_int_equal(remove(folder_path(&box.f, "home/profiles.keyfob.lock")), 0);
	assert_int_equal(mkdir(folder_path(&box.f, "home/profiles.keyfob.lock"), 0700), 0);
	ask(&q[0], "https://mcp.example/mcp");
	gets(&q[0], "at-0");
	events_script_pass(&box.t.events, 30 * 1000);
	ask(&q[1], "https://mcp.example/mcp");
	fails(&q[1], ERR_VAULT, "lock");
	assert_int_equal(issuer.asked, 0);
}

/* --- Others ----------------------------------------------------------------------------------- */

static void log_in_again(void)
{
	store(sign_in("https://mcp.example", "theirs", "rt-theirs", 3600));
}

static void a_grant_that_others_replaced_is_not_overwritten(void **state)
{
	static const int statuses[] = {200, 400};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		issuer.status = statuses[i];
		issuer.meanwhile = log_in_again;
		keep(-10);
		ask(&q[i], "https://mcp.example/mcp");
		gets(&q[i], "theirs");
		is_kept("https://mcp.example", "theirs", "rt-theirs");
	}
	assert_int_equal(issuer.asked, 2);
}

static void log_out(void)
{
	struct vault v;
	struct err e = {0};

	vault_box_open(&box, &v);
	assert_ok(vault_remove(&v, v.profiles[0].id, 0, NULL, &e), &e);
	vault_close(&v);
}

static void a_grant_that_was_removed_meanwhile_stays_removed(void **state)
{
	(void)state;
	issuer.meanwhile = log_out;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_LOGIN, "not signed in");
	vault_box_has(&box, "https://mcp.example", NULL);
}

/* Another process (another vault) holds the lock on the only grant. */
static void hold(struct vault *other, char id[64])
{
	struct err e = {0};
	bool got;

	vault_box_open(&box, other);
	snprintf(id, 64, "%.*s", STR(other->profiles[0].id));
	assert_ok(vault_grant_try(other, str_of(id), &got, &e), &e);
	assert_true(got);
}

static void one_process_refreshes_and_the_others_read_again(void **state)
{
	struct vault other;
	struct err e = {0};
	char id[64];

	(void)state;
	keep(-10);
	hold(&other, id);
	ask(&q[0], "https://mcp.example/mcp");
	for (int i = 0; i < 20; i++)
		assert_ok(events_turn(&box.t.events.events, &e), &e);
	assert_false(q[0].over);
	log_in_again();
	vault_grant_release(&other, str_of(id));
	gets(&q[0], "theirs");
	assert_int_equal(issuer.asked, 0);
	vault_close(&other);
}

static void a_lock_that_is_given_back_is_taken(void **state)
{
	struct vault other;
	struct err e = {0};
	char id[64];

	(void)state;
	keep(-10);
	hold(&other, id);
	ask(&q[0], "https://mcp.example/mcp");
	for (int i = 0; i < 20; i++)
		assert_ok(events_turn(&box.t.events.events, &e), &e);
	vault_close(&other);
	gets(&q[0], "at-1");
}

static void the_wait_for_others_has_an_end(void **state)
{
	struct vault other;
	char id[64];

	(void)state;
	keep(-10);
	hold(&other, id);
	ask(&q[0], "https://mcp.example/mcp");
	fails(&q[0], ERR_VAULT, "another process");
	assert_true(box.t.events.ms >= REFRESH_WAIT_MS && box.t.events.ms < REFRESH_WAIT_MS + 1000);
	vault_close(&other);
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[1], "at-1");
}

/* --- Within the process ----------------------------------------------------------------------- */

static void in_memory_a_token_is_refreshed_as_on_disk(void **state)
{
	(void)state;
	box.t.world.options.persist_memory = true;
	keep(-5);
	ask(&q[0], "https://mcp.example/mcp");
	ask(&q[1], "https://mcp.example/mcp");
	gets(&q[0], "at-1");
	gets(&q[1], "at-1");
	assert_int_equal(issuer.asked, 1);
	is_kept("https://mcp.example", "at-1", "rt-1");
	assert_int_equal(folder_count(&box.f, ".", "home"), 0);
}

static void more_grants_than_are_refreshed_at_once_take_turns(void **state)
{
	static char identities[BROKER_GRANTS][40];
	char url[64];

	(void)state;
	for (int i = 0; i < BROKER_GRANTS; i++) {
		snprintf(identities[i], sizeof *identities, "https://n%d.example", i);
		store(sign_in(identities[i], "at-0", "rt-0", -5));
	}
	issuer.delay_ms = 500;
	for (int i = 0; i < BROKER_GRANTS; i++) {
		snprintf(url, sizeof url, "https://n%d.example/mcp", i);
		ask(&q[i], url);
	}
	broker_ask_cancel(broker, &q[BROKER_GRANTS - 1].ask);
	for (int i = 0; i < BROKER_GRANTS - 1; i++) {
		assert_true(events_script_turn_until(&box.t.events, &q[i].over));
		assert_true(q[i].good);
	}
	assert_int_equal(issuer.asked, BROKER_GRANTS - 1);
	assert_true(box.t.fetch.open_most <= 8);
	assert_false(q[BROKER_GRANTS - 1].over);
}

static void a_question_that_is_taken_back_is_not_answered(void **state)
{
	struct err e = {0};

	(void)state;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	broker_ask_cancel(broker, &q[0].ask);
	events_script_drain(&box.t.events);
	assert_false(q[0].over);
	assert_int_equal(issuer.asked, 0);

	issuer.delay_ms = 100;
	ask(&q[1], "https://mcp.example/mcp");
	ask(&q[2], "https://mcp.example/mcp");
	while (!issuer.asked)
		assert_ok(events_turn(&box.t.events.events, &e), &e);
	broker_ask_cancel(broker, &q[1].ask);
	gets(&q[2], "at-1");
	assert_false(q[1].over);
}

/* While the worker stores one grant, nothing touches the vault: neither another refresh that comes to its end nor
 * a new question. */
static void while_one_grant_is_stored_the_others_wait(void **state)
{
	(void)state;
	keep(-10);
	store(sign_in("https://two.example", "at-0", "rt-0", -10));
	store(sign_in("https://three.example", "at-0", "", 3600));
	box.t.events.hold_jobs = true;
	ask(&q[0], "https://mcp.example/mcp");
	ask(&q[1], "https://two.example/mcp");
	for (int i = 0; i < 50; i++)
		events_turn(&box.t.events.events, NULL);
	assert_int_equal(issuer.asked, 2);
	ask(&q[2], "https://three.example/mcp");
	issuer.status = 0;
	for (int i = 0; i < 50; i++)
		events_turn(&box.t.events.events, NULL);
	assert_false(q[0].over || q[1].over || q[2].over);
	box.t.events.hold_jobs = false;
	gets(&q[0], "at-1");
	gets(&q[1], "at-2");
	gets(&q[2], "at-0");
	is_kept("https://mcp.example", "at-1", "rt-1");
	is_kept("https://two.example", "at-2", "rt-2");
}

static void a_failed_refresh_waits_too_while_another_is_stored(void **state)
{
	(void)state;
	keep(-10);
	store(sign_in("https://two.example", "at-0", "rt-0", -10));
	box.t.events.hold_jobs = true;
	ask(&q[0], "https://mcp.example/mcp");
	while (!issuer.asked)
		events_turn(&box.t.events.events, NULL);
	issuer.status = 503;
	ask(&q[1], "https://two.example/mcp");
	for (int i = 0; i < 50; i++)
		events_turn(&box.t.events.events, NULL);
	assert_false(q[0].over || q[1].over);
	box.t.events.hold_jobs = false;
	gets(&q[0], "at-1");
	fails(&q[1], ERR_NETWORK, "try again");
}

/* Ctrl-C, and once more: a token that came is stored before the end. */
static void what_came_is_stored_even_when_we_are_told_to_stop(void **state)
{
	struct err e = {0};

	(void)state;
	keep(-10);
	box.t.events.hold_jobs = true;
	ask(&q[0], "https://mcp.example/mcp");
	while (!box.t.events.first_job)
		assert_ok(events_turn(&box.t.events.events, &e), &e);
	broker_ask_cancel(broker, &q[0].ask);
	box.t.events.hold_jobs = false;
	box.t.events.stop = true;
	broker_vault_close(broker);
	broker = NULL;
	is_kept("https://mcp.example", "at-1", "rt-1");
}

static void a_refresh_that_is_broken_off_gives_its_lock_back(void **state)
{
	struct vault other;
	struct err e = {0};
	char id[64];

	(void)state;
	issuer.delay_ms = 1000;
	keep(-10);
	ask(&q[0], "https://mcp.example/mcp");
	while (!issuer.asked)
		assert_ok(events_turn(&box.t.events.events, &e), &e);
	broker_ask_cancel(broker, &q[0].ask);
	broker_vault_close(broker);
	broker = NULL;
	hold(&other, id);
	vault_close(&other);
	assert_int_equal(box.t.fetch.open_n, 0);
	is_kept("https://mcp.example", "at-0", "rt-0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fresh_token_is_given_as_it_is),
		TEST(a_token_of_unknown_expiry_is_given),
		TEST(nobody_is_signed_in_there),
		TEST(a_url_that_is_not_covered_gets_no_token),
		TEST(no_token_travels_in_plain_http_unless_the_host_is_named),
		TEST(what_does_not_fit_the_askers_arena_is_not_given),
		TEST(an_expired_token_is_refreshed_once_for_all_who_ask),
		TEST(whoever_asks_while_a_refresh_runs_joins_it),
		TEST(a_refresh_token_is_kept_where_no_new_one_comes),
		TEST(a_token_that_is_over_once_it_is_stored_is_given_all_the_same),
		TEST(a_token_that_is_nearly_over_is_refreshed_already),
		TEST(a_rejected_token_is_replaced),
		TEST(a_rejected_token_without_a_refresh_token_means_a_login),
		TEST(a_longer_life_may_be_asked_for),
		TEST(a_login_may_bring_a_longer_life_where_nothing_can_be_refreshed),
		TEST(a_dead_refresh_token_is_buried),
		TEST(a_token_that_still_holds_is_given_all_the_same),
		TEST(an_issuer_in_trouble_costs_no_sign_in),
		TEST(a_network_in_trouble_is_said_to_be_that),
		TEST(without_room_to_store_nothing_is_spent),
		TEST(where_no_lock_can_be_had_what_holds_is_given_and_nothing_refreshed),
		TEST(a_grant_that_others_replaced_is_not_overwritten),
		TEST(a_grant_that_was_removed_meanwhile_stays_removed),
		TEST(one_process_refreshes_and_the_others_read_again),
		TEST(a_lock_that_is_given_back_is_taken),
		TEST(the_wait_for_others_has_an_end),
		TEST(in_memory_a_token_is_refreshed_as_on_disk),
		TEST(more_grants_than_are_refreshed_at_once_take_turns),
		TEST(a_question_that_is_taken_back_is_not_answered),
		TEST(while_one_grant_is_stored_the_others_wait),
		TEST(a_failed_refresh_waits_too_while_another_is_stored),
		TEST(what_came_is_stored_even_when_we_are_told_to_stop),
		TEST(a_refresh_that_is_broken_off_gives_its_lock_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

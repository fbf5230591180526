/* Renewals that spend no refresh token: what machines are given anew, and what they are read from. The rest is
 * tested at the broker, which they serve. */
#include "support/test.h"

#include <stdio.h>

#include "client/refresh.h"
#include "client/token_file.h"
#include "support/vault_box.h"

static struct vault_box box;
static struct vault vault;
static struct refresh refresh;
static struct err failure;
static bool away, over;

/* What the servers answer, in turn. */
static struct step {
	const char *sent;  /* stands in what is sent */
	const char *nonce; /* and in the answer's field; NULL: none */
	int status;        /* 0: the network fails */
	const char *body;
} steps[8];
static size_t asked;

#define GIVES "{\"access_token\":\"new\",\"token_type\":\"Bearer\",\"expires_in\":60}"
#define JAG "{\"access_token\":\"jag\",\"token_type\":\"N_A\",\"issued_token_type\":\"urn:ietf:params:oauth:token-type:id-jag\"}"
#define SPENT "{\"error\":\"invalid_grant\"}"

static void serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	const struct step *x = &steps[asked];

	(void)self;
	if (asked == sizeof steps / sizeof *steps || !x->sent)
		fail_msg("nothing more was to be sent: %.*s", STR(r->body));
	if (str_find_str(r->body, str_of(x->sent)) == r->body.len)
		fail_msg("sent %.*s, not %s", STR(r->body), x->sent);
	asked++;
	answer->status = x->status;
	answer->answer = str_of(x->body);
	answer->answer_fields[0] = x->nonce;
	if (!x->status)
		answer->fails = ERR_NETWORK;
}

static bool is_fresh(void *self, const struct profile *p)
{
	(void)self;
	return str_same(p->grant.access_token, S("new"));
}

static void done(void *self, const struct err *e)
{
	(void)self;
	over = true;
	failure = e ? *e : (struct err){0};
}

static int set_up(void **state)
{
	(void)state;
	vault_box_start(&box);
	box.t.fetch.serve = serve;
	memset(steps, 0, sizeof steps);
	memset(&refresh, 0, sizeof refresh);
	asked = 0;
	away = over = false;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	vault_box_end(&box);
	return 0;
}

static struct profile machine(enum grant_type type)
{
	struct profile p = vault_box_profile("https://mcp.example", "old");

	p.grant.type = type;
	p.grant.token_endpoint = S("https://as.example/token");
	p.grant.issuer = S("https://as.example");
	p.grant.refresh_token = (struct str){0};
	p.grant.expires_at = TEST_WORLD_NOW - 1;
	p.grant.idp_token_endpoint = S("https://idp.example/token");
	p.grant.idp_client_id = S("there");
	return p;
}

static void renew(struct profile *p)
{
	struct url url;
	struct err e = {0};

	vault_box_open(&box, &vault);
	assert_ok(vault_put(&vault, p, NULL, &e), &e);
	assert_ok(url_read(S("https://mcp.example/mcp"), &box.t.arena, &url, &e), &e);
	refresh = (struct refresh){.world = &box.t.world, .vault = &vault, .away = &away, .is_fresh = is_fresh, .done = done};
	refresh_start(&refresh, vault_find(&vault, S("https://mcp.example"))->id, &url);
	assert_true(events_script_turn_until(&box.t.events, &over));
	assert_false(away);
	vault_close(&vault);
	assert_true(asked == sizeof steps / sizeof *steps || !steps[asked].sent);
}

static void is_kept(const char *token, const char *refresh_token)
{
	const struct profile *p;

	vault_box_open(&box, &vault);
	p = vault_find(&vault, S("https://mcp.example"));
	assert_str(p->grant.access_token, token);
	assert_str(p->grant.refresh_token, refresh_token);
	vault_close(&vault);
}

static void renews(struct profile *p)
{
	renew(p);
	if (failure.kind != ERR_NONE)
		fail_msg("%s", failure.text);
	is_kept("new", "");
}

static void fails(struct profile *p, enum err_kind kind, const char *words)
{
	renew(p);
	if (failure.kind != kind || !strstr(failure.text, words))
		fail_msg("%s: %s", err_kind_name(failure.kind), failure.text);
	assert_null(strstr(failure.text, "hunter2"));
}

static void a_client_is_given_a_new_token_without_anybody(void **state)
{
	struct profile p = machine(GRANT_CLIENT_CREDENTIALS);

	(void)state;
	steps[0] = (struct step){"grant_type=client_credentials&", NULL, 200, GIVES};
	renews(&p);
}

static void a_token_in_a_file_is_read_each_time(void **state)
{
	struct profile p = machine(GRANT_JWT_BEARER);

	(void)state;
	p.grant.assertion_file = str_of(folder_path(&box.f, "token"));
	folder_write(&box.f, "token", S("one.two.three\n"), 0644);
	steps[0] = (struct step){"&assertion=one.two.three&", NULL, 200, GIVES};
	renews(&p);
	folder_write(&box.f, "token", S("four.five.six"), 0644);
	over = false;
	steps[1] = (struct step){"&assertion=four.five.six&", NULL, 200, GIVES};
	p = machine(GRANT_JWT_BEARER);
	p.grant.assertion_file = str_of(folder_path(&box.f, "token"));
	renews(&p);
}

static void an_identity_provider_is_asked_first(void **state)
{
	struct profile p = machine(GRANT_ENTERPRISE);

	(void)state;
	p.grant.id_token_file = str_of(folder_path(&box.f, "id"));
	folder_write(&box.f, "id", S(" i.d.t\r\n\n"), 0600);
	steps[0] = (struct step){"&subject_token=i.d.t&", NULL, 400, SPENT};
	fails(&p, ERR_LOGIN, "the identity provider");
	folder_write(&box.f, "id", S("i.d.t\n"), 0600);
	over = false;
	steps[1] = (struct step){"&subject_token=i.d.t&", NULL, 200, JAG};
	steps[2] = (struct step){"&assertion=jag&", NULL, 200, GIVES};
	p = machine(GRANT_ENTERPRISE);
	p.grant.id_token_file = str_of(folder_path(&box.f, "id"));
	renews(&p);
}

static void a_file_that_is_gone_is_named(void **state)
{
	struct profile p = machine(GRANT_JWT_BEARER);

	(void)state;
	p.grant.assertion_file = str_of(folder_path(&box.f, "gone"));
	fails(&p, ERR_LOGIN, "/gone is not there");
	assert_non_null(strstr(failure.text, "keyfob login"));
	is_kept("old", "");
}

static void a_file_too_long_for_a_token_is_refused(void **state)
{
	struct profile p = machine(GRANT_JWT_BEARER);
	static char text[TOKEN_FILE_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof text);
	p.grant.assertion_file = str_of(folder_path(&box.f, "long"));
	folder_write(&box.f, "long", str_make(text, sizeof text), 0600);
	fails(&p, ERR_LIMIT, "/long");
}

static void a_file_that_is_empty_is_named(void **state)
{
	struct profile p = machine(GRANT_JWT_BEARER);

	(void)state;
	p.grant.assertion_file = str_of(folder_path(&box.f, "empty"));
	folder_write(&box.f, "empty", S(" \n"), 0600);
	fails(&p, ERR_USAGE, "/empty holds no token");
}

/* The file serves only where the refresh token does not. */
static void a_refresh_token_needs_no_file(void **state)
{
	struct profile p = machine(GRANT_JWT_BEARER);

	(void)state;
	p.grant.refresh_token = S("rt");
	p.grant.assertion_file = str_of(folder_path(&box.f, "gone"));
	steps[0] = (struct step){"refresh_token=rt", NULL, 200, GIVES};
	renew(&p);
	assert_int_equal(failure.kind, ERR_NONE);
	is_kept("new", "rt");
}

static void behind_a_spent_refresh_token_stands_the_grant(void **state)
{
	struct profile p = machine(GRANT_CLIENT_CREDENTIALS);

	(void)state;
	p.grant.refresh_token = S("rt");
	steps[0] = (struct step){"refresh_token=rt", NULL, 400, SPENT};
	steps[1] = (struct step){"client_credentials", NULL, 200, GIVES};
	renews(&p);
}

/* Nobody spends it a second time, though nothing came instead. */
static void a_spent_refresh_token_is_buried_whatever_follows(void **state)
{
	struct profile p = machine(GRANT_CLIENT_CREDENTIALS);

	(void)state;
	p.grant.refresh_token = S("rt");
	steps[0] = (struct step){"refresh_token=rt", NULL, 400, SPENT};
	steps[1] = (struct step){"client_credentials", NULL, 503, ""};
	fails(&p, ERR_NETWORK, "try again later");
	is_kept("old", "");
}

static void trouble_is_told_from_the_end(void **state)
{
	struct profile p = machine(GRANT_CLIENT_CREDENTIALS);

	(void)state;
	steps[0] = (struct step){"client_credentials", NULL, 503, ""};
	fails(&p, ERR_NETWORK, "try again later, or keyfob login https://mcp.example/mcp");
	steps[1] = (struct step){"client_credentials", NULL, 401, "{\"error\":\"invalid_client\"}"};
	p = machine(GRANT_CLIENT_CREDENTIALS);
	over = false;
	fails(&p, ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	steps[2] = (struct step){"client_credentials", NULL, 0, ""};
	p = machine(GRANT_CLIENT_CREDENTIALS);
	over = false;
	fails(&p, ERR_NETWORK, "refreshing the token for https://mcp.example/mcp");
	is_kept("old", "");
}

/* The key stays, and so does what is bound to it. */
static void a_bound_token_is_renewed_with_its_key(void **state)
{
	struct profile p = machine(GRANT_AUTHORIZATION_CODE);
	struct err e = {0};

	(void)state;
	p.grant.refresh_token = S("rt");
	assert_ok(dpop_draw_key(box.t.world.rng, &box.t.arena, &p.grant.dpop_key, &e), &e);
	steps[0] = (struct step){"refresh_token=rt", "DPoP-Nonce: n-1", 400, "{\"error\":\"use_dpop_nonce\"}"};
	steps[1] = (struct step){"refresh_token=rt", NULL, 200, "{\"access_token\":\"new\",\"token_type\":\"DPoP\"}"};
	renew(&p);
	assert_int_equal(failure.kind, ERR_NONE);
	is_kept("new", "rt");
}

int main(void)
{
#define refresh_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		refresh_test(a_client_is_given_a_new_token_without_anybody),
		refresh_test(a_token_in_a_file_is_read_each_time),
		refresh_test(an_identity_provider_is_asked_first),
		refresh_test(a_file_that_is_gone_is_named),
		refresh_test(a_file_too_long_for_a_token_is_refused),
		refresh_test(a_file_that_is_empty_is_named),
		refresh_test(a_refresh_token_needs_no_file),
		refresh_test(behind_a_spent_refresh_token_stands_the_grant),
		refresh_test(a_spent_refresh_token_is_buried_whatever_follows),
		refresh_test(trouble_is_told_from_the_end),
		refresh_test(a_bound_token_is_renewed_with_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

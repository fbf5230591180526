#include "support/test.h"

#include <stdio.h>

#include "client/authorized.h"
#include "client/enrol.h"
#include "support/broker_script.h"
#include "support/world.h"

/* --- A sign-in that is over when the test says so; it stands in for client/enrol ------------------- */

static struct sign_in {
	struct enrol *open;
	int started;
	bool possible, cannot_start;
	char scope[64];
} room;

bool enrol_start(struct enrol *n, const struct challenge *challenge, struct str scope, struct err *e)
{
	(void)challenge;
	assert_null(room.open);
	room.started++;
	if (room.cannot_start)
		return err_set(e, ERR_VAULT, "the vault cannot be written");
	room.open = n;
	snprintf(room.scope, sizeof room.scope, "%.*s", STR(scope));
	return true;
}

void enrol_end(struct enrol *n)
{
	(void)n;
	room.open = NULL;
}

bool enrol_is_possible(const struct enrol *n)
{
	(void)n;
	return room.possible;
}

/* --- The requests -------------------------------------------------------------------------------- */

enum { MANY = 30 };

static struct test_world t;
static struct broker_script b;
static struct authorized_server server;
static struct enrol enrol;
static struct one {
	struct authorized request;
	struct arena arena;
	int status;
	bool over;
	struct err failure;
} all[MANY];

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct one *one = self;

	(void)e;
	assert_int_equal(one->status, 0);
	one->status = head->status;
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	(void)self;
	(void)bytes;
	(void)e;
	return true;
}

static void ended(void *self, const struct err *failure)
{
	struct one *one = self;

	assert_false(one->over);
	one->over = true;
	if (failure)
		one->failure = *failure;
}

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	broker_script_start(&b, &t.events.events);
	t.world.broker = &b.broker;
	memset(&room, 0, sizeof room);
	memset(all, 0, sizeof all);
	memset(&server, 0, sizeof server);
	server = (struct authorized_server){.world = &t.world, .enrol = &enrol};
	assert_true(url_read(S("https://mcp.example/mcp"), &t.arena, &server.url, NULL));
	t.fetch.any_order = true;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		authorized_cancel(&all[i].request);
		arena_free(&all[i].arena);
	}
	authorized_server_end(&server);
	test_world_end(&t);
	return 0;
}

static struct one *start(size_t i)
{
	struct one *one = &all[i];

	if (!one->arena.block)
		assert_true(arena_new(&one->arena, AUTHORIZED_ARENA));
	one->over = false;
	one->status = 0;
	one->request = (struct authorized){
		.server = &server, .arena = &one->arena, .request = {.method = S("POST"), .has_body = true, .body = S("{}")},
		.sink = {.head = head_came, .piece = piece_came, .end = ended, .self = one}};
	authorized_start(&one->request, 0);
	assert_false(one->over);
	return one;
}

static void ends_with(struct one *one, int status)
{
	assert_true(events_script_turn_until(&t.events, &one->over));
	if (one->failure.kind != ERR_NONE)
		fail_msg("it failed: %s", one->failure.text);
	assert_int_equal(one->status, status);
}

static void fails_with(struct one *one, enum err_kind kind, const char *part)
{
	assert_true(events_script_turn_until(&t.events, &one->over));
	if (one->failure.kind != kind || !strstr(one->failure.text, part))
		fail_msg("another failure: %d %s", (int)one->failure.kind, one->failure.text);
}

static void expect(const char *field, int status, const char *answer_field, int times)
{
	fetch_script_expect(&t.fetch, (struct fetch_script_step){.method = "POST", .url = "https://mcp.example/mcp",
		.fields = {field}, .status = status, .answer_fields = {answer_field}, .times = times});
}

static void the_token_goes_along(void **state)
{
	(void)state;
	b.tokens[0] = "one";
	expect("Authorization: Bearer one", 200, NULL, 1);
	ends_with(start(0), 200);
}

static void where_nobody_is_signed_in_it_goes_bare(void **state)
{
	(void)state;
	expect("!Authorization", 200, NULL, 1);
	ends_with(start(0), 200);
	assert_int_equal(room.started, 0);
}

static void thirty_refused_tokens_are_each_replaced_once(void **state)
{
	(void)state;
	t.fetch.any_order = false;
	for (size_t i = 0; i < MANY; i++) {
		b.tokens[i] = "old";
		b.tokens[MANY + i] = "new";
		start(i);
	}
	expect("Authorization: Bearer old", 401, "WWW-Authenticate: Bearer error=\"invalid_token\"", MANY);
	expect("Authorization: Bearer new", 200, NULL, MANY);
	for (size_t i = 0; i < MANY; i++)
		ends_with(&all[i], 200);
	assert_string_equal(b.rejected[0], "");
	assert_string_equal(b.rejected[MANY], "old");
}

static void without_a_way_to_sign_in_the_login_is_named(void **state)
{
	(void)state;
	expect("!Authorization", 401, "WWW-Authenticate: Bearer", 1);
	fails_with(start(0), ERR_LOGIN, "keyfob login https://mcp.example/mcp");
	assert_true(authorized_was_refused(&all[0].request));
}

/* One goes through the waiting room; the other waits for what comes of it. */
static void all_who_need_a_sign_in_wait_for_the_same_one(void **state)
{
	struct one *first = start(0), *second = start(1);

	(void)state;
	room.possible = true;
	authorized_cancel(&first->request);
	authorized_cancel(&second->request);
	first = start(0);
	second = start(1);
	b.tokens[2] = b.tokens[3] = "new";
	expect("!Authorization", 401, "WWW-Authenticate: Bearer scope=\"a b\"", 2);
	expect("Authorization: Bearer new", 200, NULL, 2);
	events_script_drain(&t.events);
	assert_int_equal(room.started, 1);
	assert_string_equal(room.scope, "a b");
	room.open->done(room.open->self, SIGNIN_DONE, NULL);
	ends_with(first, 200);
	ends_with(second, 200);
	assert_int_equal(room.started, 1);
}

static void a_sign_in_that_fails_fails_all_who_waited(void **state)
{
	struct err why;

	(void)state;
	room.possible = true;
	start(0);
	start(1);
	expect("!Authorization", 401, "WWW-Authenticate: Bearer", 2);
	events_script_drain(&t.events);
	err_set(&why, ERR_LOGIN, "nobody came");
	room.open->done(room.open->self, SIGNIN_FAILED, &why);
	fails_with(&all[0], ERR_LOGIN, "nobody came");
	fails_with(&all[1], ERR_LOGIN, "nobody came");
}

static void a_sign_in_that_cannot_begin_fails_too(void **state)
{
	(void)state;
	room.possible = room.cannot_start = true;
	expect("!Authorization", 401, "WWW-Authenticate: Bearer", 1);
	fails_with(start(0), ERR_VAULT, "cannot be written");
}

static void who_waits_may_go(void **state)
{
	(void)state;
	room.possible = true;
	start(0);
	start(1);
	expect("!Authorization", 401, "WWW-Authenticate: Bearer", 2);
	events_script_drain(&t.events);
	authorized_cancel(&all[0].request);
	b.tokens[2] = "new";
	expect("Authorization: Bearer new", 200, NULL, 1);
	room.open->done(room.open->self, SIGNIN_DONE, NULL);
	ends_with(&all[1], 200);
	assert_false(all[0].over);
}

static void a_given_token_is_not_replaced(void **state)
{
	(void)state;
	server.token = S("given");
	expect("Authorization: Bearer given", 401, "WWW-Authenticate: Bearer", 1);
	fails_with(start(0), ERR_LOGIN, "rejects the token");
	assert_int_equal(b.asked, 0);
}

static void the_users_own_authorization_takes_its_place(void **state)
{
	static const struct http_field fields[] = {{S_INIT("authorization"), S_INIT("Basic abc")}, {S_INIT("X-Team"), S_INIT("7")}};

	(void)state;
	server.fields = fields;
	server.fields_n = 2;
	fetch_script_expect(&t.fetch, (struct fetch_script_step){
		.method = "POST", .fields = {"authorization: Basic abc", "X-Team: 7"}, .status = 200});
	ends_with(start(0), 200);
	assert_int_equal(b.asked, 0);
}

static void no_token_leaves_the_origin_it_is_for(void **state)
{
	struct one *one = &all[0];

	(void)state;
	start(0);
	authorized_cancel(&one->request);
	one->request = (struct authorized){.server = &server, .arena = &one->arena, .request = {.method = S("GET")},
		.sink = {.head = head_came, .piece = piece_came, .end = ended, .self = one}};
	assert_true(url_read(S("https://elsewhere.example/mcp"), &t.arena, &one->request.request.url, NULL));
	authorized_start(&one->request, 0);
	fails_with(one, ERR_INPUT, "another origin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_token_goes_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_nobody_is_signed_in_it_goes_bare, set_up, tear_down),
		cmocka_unit_test_setup_teardown(thirty_refused_tokens_are_each_replaced_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_way_to_sign_in_the_login_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_who_need_a_sign_in_wait_for_the_same_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_sign_in_that_fails_fails_all_who_waited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_sign_in_that_cannot_begin_fails_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_waits_may_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_given_token_is_not_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_users_own_authorization_takes_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_token_leaves_the_origin_it_is_for, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <unistd.h>

#include "net/loop.h"
#include "net/resolve.h"
#include "sys/clock.h"

static struct loop *loop;
static struct resolve *resolve;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int asked;
static int64_t now_ms;

static int64_t fake_ms(struct clock *c)
{
	(void)c;
	return now_ms;
}

static struct clock minute_hand = {.ms = fake_ms};

static int ask(const char *host, struct resolve_answer *answer)
{
	pthread_mutex_lock(&lock);
	asked++;
	pthread_mutex_unlock(&lock);
	if (strcmp(host, "slow.example") == 0)
		usleep(50000);
	if (strcmp(host, "hangs.example") == 0)
		sleep(2);
	if (strcmp(host, "none.example") == 0)
		return EAI_NONAME;
	if (strcmp(host, "again.example") == 0)
		return EAI_AGAIN;
	answer->addresses[0].v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(0x0a000001)}};
	answer->n = 1;
	return 0;
}

static int start(void **state)
{
	struct err e = {0};

	(void)state;
	asked = 0;
	loop = loop_open(&clock_system, &e);
	resolve = loop ? resolve_open(loop, &minute_hand, ask, &e) : NULL;
	return !resolve;
}

static int stop(void **state)
{
	(void)state;
	resolve_close(resolve);
	loop_close(loop);
	return 0;
}

struct question {
	struct resolve_query query;
	size_t n;
	struct err failure;
	bool done;
};

static void done(void *self, const struct resolve_answer *answer, const struct err *failure)
{
	struct question *q = self;

	assert_true(!answer != !failure);
	q->done = true;
	if (answer)
		q->n = answer->n;
	else
		q->failure = *failure;
}

static void begin(struct question *q, const char *host, int64_t timeout_ms)
{
	struct err e = {0};

	*q = (struct question){.query = {.done = done, .self = q}};
	assert_ok(resolve_start(resolve, &q->query, str_of(host), timeout_ms, &e), &e);
	assert_false(q->done);
}

static void wait_for(struct question *q)
{
	struct err e = {0};

	while (!q->done)
		assert_ok(events_turn(loop_events(loop), &e), &e);
}

static void needs_nobody_for_addresses_and_localhost(void **state)
{
	static const struct {
		const char *host;
		size_t n;
	} cases[] = {
		{"127.0.0.1", 1},
		{"::1", 1},
		{"2001:db8::7", 1},
		{"localhost", 2},
		{"LocalHost", 2},
		{"a.localhost", 2},
		{"notlocalhost", 0},
		{"a.example", 0},
		{"1.2.3", 0},
		{"", 0},
	};
	struct resolve_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(resolve_now(resolve, str_of(cases[i].host), &answer), cases[i].n > 0);
		assert_int_equal(answer.n, cases[i].n);
	}
	assert_true(resolve_now(resolve, S("localhost"), &answer));
	assert_int_equal(answer.addresses[0].v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(answer.addresses[1].v6.sin6_family, AF_INET6);
	assert_int_equal(asked, 0);
}

static void asks_once_for_all_who_wait_and_remembers_a_minute(void **state)
{
	struct question q[3];
	struct resolve_answer answer;

	(void)state;
	for (int i = 0; i < 3; i++)
		begin(&q[i], "slow.example", 5000);
	for (int i = 0; i < 3; i++) {
		wait_for(&q[i]);
		assert_int_equal(q[i].n, 1);
	}
	assert_int_equal(asked, 1);
	now_ms += 59000;
	assert_true(resolve_now(resolve, S("SLOW.example"), &answer));
	resolve_forget(resolve, S("slow.EXAMPLE"));
	assert_false(resolve_now(resolve, S("SLOW.example"), &answer));
	begin(&q[0], "slow.example", 5000);
	wait_for(&q[0]);
	assert_int_equal(asked, 2);
	now_ms += 59000;
	assert_true(resolve_now(resolve, S("slow.example"), &answer));
	now_ms += 2000;
	assert_false(resolve_now(resolve, S("slow.example"), &answer));
}

static void says_why_there_is_no_address(void **state)
{
	struct question q;
	struct resolve_answer answer;

	(void)state;
	begin(&q, "none.example", 5000);
	wait_for(&q);
	assert_non_null(strstr(q.failure.text, "there is no host none.example"));
	assert_false(resolve_now(resolve, S("none.example"), &answer));
	begin(&q, "again.example", 5000);
	wait_for(&q);
	assert_non_null(strstr(q.failure.text, "no name server answers for again.example"));
}

static void a_hanging_lookup_ends_in_time_and_hinders_no_other(void **state)
{
	struct question hung[3], other;

	(void)state;
	for (int i = 0; i < 3; i++)
		begin(&hung[i], "hangs.example", 30);
	begin(&other, "a.example", 1000);
	wait_for(&other);
	assert_int_equal(other.n, 1);
	for (int i = 0; i < 3; i++) {
		wait_for(&hung[i]);
		assert_int_equal(hung[i].failure.kind, ERR_NETWORK);
		assert_non_null(strstr(hung[i].failure.text, "looking up hangs.example"));
	}
}

static void a_cancelled_query_hears_nothing(void **state)
{
	struct question a, b;

	(void)state;
	begin(&a, "slow.example", 5000);
	begin(&b, "slow.example", 5000);
	resolve_cancel(&a.query);
	resolve_cancel(&a.query);
	wait_for(&b);
	assert_false(a.done);
}

static void refuses_what_is_no_name(void **state)
{
	static char longest[300];
	struct question q = {0};
	struct err e = {0};

	(void)state;
	memset(longest, 'a', sizeof longest);
	assert_false(resolve_start(resolve, &q.query, str_make(longest, 256), 1, &e));
	assert_false(resolve_start(resolve, &q.query, S(""), 1, &e));
	assert_false(resolve_start(resolve, &q.query, str_make("a\0b", 3), 1, &e));
}

#define with_resolve(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_resolve(needs_nobody_for_addresses_and_localhost),
		with_resolve(asks_once_for_all_who_wait_and_remembers_a_minute),
		with_resolve(says_why_there_is_no_address),
		with_resolve(a_hanging_lookup_ends_in_time_and_hinders_no_other),
		with_resolve(a_cancelled_query_hears_nothing),
		with_resolve(refuses_what_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

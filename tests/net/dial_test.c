#include "support/test.h"

#include <arpa/inet.h>
#include <unistd.h>

#include "net/dial.h"
#include "sys/clock.h"

struct outcome {
	bool over;
	int fd;
	struct err failure;
};

static void done(void *self, int fd, const struct err *failure)
{
	struct outcome *o = self;

	o->over = true;
	o->fd = fd;
	if (failure)
		o->failure = *failure;
}

/* A listening socket on 127.0.0.1. */
static int listening(uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_return_code(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_return_code(listen(fd, 4), 0);
	assert_return_code(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static struct resolve_answer both_loopbacks(bool v4_first)
{
	struct resolve_answer answer = {.n = 2};

	answer.addresses[v4_first ? 0 : 1].v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	answer.addresses[v4_first ? 1 : 0].v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	return answer;
}

static void turn_until_over(struct loop *l, const struct outcome *o)
{
	struct err e = {0};

	while (!o->over)
		assert_ok(events_turn(loop_events(l), &e), &e);
}

static void an_address_that_was_never_tried_is_left_alone(void **state)
{
	struct err e = {0};
	struct loop *l = loop_open(&clock_system, &e);
	struct resolve_answer answer = both_loopbacks(true);
	struct outcome o = {0};
	struct dial d = {.done = done, .self = &o};
	uint16_t port;
	int server = listening(&port);
	int standard_input = dup(0);

	(void)state;
	dial_start(&d, l, &answer, port, "localhost");
	turn_until_over(l, &o);
	assert_true(o.fd >= 0);
	dial_cancel(&d);
	dial_cancel(&d);
	assert_return_code(close(o.fd), 0);
	assert_return_code(dup2(standard_input, 0), 0); /* it was not closed in place of a socket */
	close(standard_input);
	close(server);
	loop_close(l);
}

static void the_second_address_answers_when_the_first_refuses(void **state)
{
	struct err e = {0};
	struct loop *l = loop_open(&clock_system, &e);
	struct resolve_answer answer = both_loopbacks(false);
	struct outcome o = {0};
	struct dial d = {.done = done, .self = &o};
	uint16_t port;
	int server = listening(&port);

	(void)state;
	dial_start(&d, l, &answer, port, "localhost");
	turn_until_over(l, &o);
	assert_true(o.fd >= 0);
	close(o.fd);
	close(server);
	loop_close(l);
}

static void a_refusal_names_the_place(void **state)
{
	struct err e = {0};
	struct loop *l = loop_open(&clock_system, &e);
	struct resolve_answer answer = both_loopbacks(true);
	struct outcome o = {0};
	struct dial d = {.done = done, .self = &o};
	uint16_t port;

	(void)state;
	close(listening(&port));
	dial_start(&d, l, &answer, port, "localhost:1");
	turn_until_over(l, &o);
	assert_int_equal(o.fd, -1);
	assert_int_equal(o.failure.kind, ERR_NETWORK);
	assert_non_null(strstr(o.failure.text, "localhost:1"));
	assert_non_null(strstr(o.failure.text, "refused"));
	loop_close(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_was_never_tried_is_left_alone),
		cmocka_unit_test(the_second_address_answers_when_the_first_refuses),
		cmocka_unit_test(a_refusal_names_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

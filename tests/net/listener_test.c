#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/listen.h"
#include "net/listener.h"
#include "net/loop.h"
#include "support/wire_world.h"
#include "sys/clock.h"

static struct loop *loop;
static struct listener *listener;
static struct listen *listen_to;
static struct listen_door *door;
static uint16_t port;
static int fds;

static char asked[1024];
static int asked_n;
static bool close_in_call;

static void answer(void *self, const struct listen_request *r, struct listen_reply *reply)
{
	(void)self;
	asked_n++;
	snprintf(asked, sizeof asked, "%.*s %.*s ? %.*s", STR(r->method), STR(r->path), STR(r->query));
	*reply = (struct listen_reply){200, S("text/html"), S("<p>done")};
	if (close_in_call) {
		listen_close(listen_to, door);
		door = NULL;
	}
}

static int start(void **state)
{
	struct err e = {0};
	struct listen_sink sink = {.request = answer};

	(void)state;
	fds = wire_fds();
	asked_n = 0;
	close_in_call = false;
	loop = loop_open(&clock_system, &e);
	listener = loop ? listener_open(loop, &e) : NULL;
	listen_to = listener ? listener_listen(listener) : NULL;
	door = listen_to ? listen_open(listen_to, S("127.0.0.1"), 0, sink, &port, &e) : NULL;
	return !door;
}

static int stop(void **state)
{
	(void)state;
	listener_close(listener);
	loop_close(loop);
	return wire_fds() != fds;
}

static int knock(uint16_t at)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(at), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void fire(void *self)
{
	(void)self;
}

static void turn(void)
{
	struct events_timer soon = {.fire = fire};
	struct err e = {0};

	events_timer_set(loop_events(loop), &soon, 2);
	assert_ok(events_turn(loop_events(loop), &e), &e);
	events_timer_clear(loop_events(loop), &soon);
}

/* Reads to the end, turning meanwhile; closes. */
static void hear(int fd, char *text, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < 2000; i++) {
		ssize_t got;

		turn();
		got = recv(fd, text + n, size - 1 - n, 0);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = 0;
	close(fd);
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void ask(const char *request, char *text, size_t size)
{
	int fd = knock(port);

	assert_true(fd >= 0);
	say(fd, request);
	hear(fd, text, size);
}

static void answers_one_request_and_closes(void **state)
{
	char text[2048];

	(void)state;
	ask("GET /callback?code=1&state=2 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", text, sizeof text);
	assert_string_equal(asked, "GET /callback ? code=1&state=2");
	assert_true(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
	assert_non_null(strstr(text, "\r\nContent-Type: text/html\r\n"));
	assert_non_null(strstr(text, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(text, "\r\nCache-Control: no-store\r\n"));
	assert_non_null(strstr(text, "\r\n\r\n<p>done"));
	ask("HEAD / HTTP/1.1\r\nHost: localhost:1\r\n\r\n", text, sizeof text);
	assert_non_null(strstr(text, "Content-Length: 7"));
	assert_null(strstr(text, "<p>done"));
	assert_int_equal(asked_n, 2);
}

static void answers_by_itself_what_is_no_callback(void **state)
{
	static const struct {
		const char *request, *status;
	} cases[] = {
		{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 405 "},
		{"DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 405 "},
		{"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 413 "},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 421 "},
		{"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", "HTTP/1.1 421 "},
		{"GET / HTTP/1.1\r\nHost: 127.evil.example\r\n\r\n", "HTTP/1.1 421 "},
		{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400 "},
		{"nonsense\r\n\r\n", "HTTP/1.1 400 "},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400 "},
	};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ask(cases[i].request, text, sizeof text);
		if (strncmp(text, cases[i].status, strlen(cases[i].status)) != 0)
			fail_msg("%s: %s", cases[i].request, text);
	}
	assert_int_equal(asked_n, 0);
}

static void a_long_head_is_refused(void **state)
{
	static char request[9000];
	char text[2048];

	(void)state;
	memset(request, 'a', sizeof request - 1);
	memcpy(request, "GET / HTTP/1.1\r\nHost: localhost\r\nA: ", 36);
	ask(request, text, sizeof text);
	assert_true(strncmp(text, "HTTP/1.1 431 ", 13) == 0);
}

static void heads_in_pieces_and_loopback_names(void **state)
{
	static const char *const hosts[] = {"localhost", "LOCALHOST:99", "127.0.0.1", "127.1.2.3:5", "[::1]", "[::1]:80"};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		char request[128];
		int fd = knock(port);

		snprintf(request, sizeof request, "GET /%zu HTTP/1.1\r\nHost: %s\r\n\r\n", i, hosts[i]);
		for (const char *c = request; *c; c++) {
			say(fd, (char[]){*c, 0});
			turn();
		}
		hear(fd, text, sizeof text);
		assert_true(strncmp(text, "HTTP/1.1 200 ", 13) == 0);
	}
}

static void a_full_house_waits_and_is_served_afterwards(void **state)
{
	char text[2048];
	int held[LISTENER_VISITORS], more;

	(void)state;
	for (int i = 0; i < LISTENER_VISITORS; i++) {
		held[i] = knock(port);
		turn();
		turn();
	}
	more = knock(port);
	say(more, "GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(asked_n, 0);
	close(held[0]);
	hear(more, text, sizeof text);
	assert_string_equal(asked, "GET /late ? ");
	for (int i = 1; i < LISTENER_VISITORS; i++)
		close(held[i]);
}

/* Both sides' buffers are filled: what one turn takes of it shows in what is still to be sent. */
static void who_talks_on_after_the_answer_does_not_hold_the_loop(void **state)
{
	static char much[64 * 1024];
	int fd = knock(port), left = 0;

	(void)state;
	say(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	for (int i = 0; i < 200 && !asked_n; i++)
		turn();
	assert_int_equal(asked_n, 1);
	while (send(fd, much, sizeof much, MSG_NOSIGNAL) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	turn();
	assert_int_equal(ioctl(fd, TIOCOUTQ, &left), 0);
	assert_true(left > 0);
	close(fd);
}

static void the_door_may_be_closed_in_the_call_and_the_reply_still_comes(void **state)
{
	char text[2048];
	int idle = knock(port), fd;

	(void)state;
	turn();
	close_in_call = true;
	fd = knock(port);
	say(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	hear(fd, text, sizeof text);
	assert_non_null(strstr(text, "<p>done"));
	assert_int_equal(knock(port), -1);
	hear(idle, text, sizeof text);
	assert_string_equal(text, "");
}

static void a_port_that_is_taken_stays_with_its_holder(void **state)
{
	struct listen_sink sink = {.request = answer};
	struct err e = {0};
	uint16_t bound;

	(void)state;
	assert_null(listen_open(listen_to, S("127.0.0.1"), port, sink, &bound, &e));
	assert_int_equal(e.kind, ERR_NETWORK);
	assert_non_null(strstr(e.text, "another program holds it"));
	assert_null(listen_open(listen_to, S("not an address"), 0, sink, &bound, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void a_port_just_left_can_be_taken_again(void **state)
{
	struct listen_sink sink = {.request = answer};
	struct err e = {0};
	uint16_t bound = 0;
	char text[2048];

	(void)state;
	ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", text, sizeof text);
	listen_close(listen_to, door);
	door = listen_open(listen_to, S("localhost"), port, sink, &bound, &e);
	assert_ok(door != NULL, &e);
	assert_int_equal(bound, port);
}

#define with_door(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_door(answers_one_request_and_closes),
		with_door(answers_by_itself_what_is_no_callback),
		with_door(a_long_head_is_refused),
		with_door(heads_in_pieces_and_loopback_names),
		with_door(a_full_house_waits_and_is_served_afterwards),
		with_door(who_talks_on_after_the_answer_does_not_hold_the_loop),
		with_door(the_door_may_be_closed_in_the_call_and_the_reply_still_comes),
		with_door(a_port_that_is_taken_stays_with_its_holder),
		with_door(a_port_just_left_can_be_taken_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

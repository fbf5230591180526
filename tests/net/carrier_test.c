#include "support/test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/tcp_script.h"
#include "support/wire_world.h"
#include "sys/clock.h"

static struct wire_world w;
static struct tcp_script server;
static struct wire_ask ask;
static char url[256];
static int fds;

/* a.example leads here; others as their names say. */
static int names(const char *host, struct resolve_answer *answer)
{
	static const struct {
		const char *host, *addresses[3];
	} known[] = {
		{"a.example", {"127.0.0.1"}},
		{"second.example", {"127.0.0.9", "127.0.0.1"}},
		{"deaf.example", {"127.0.0.3", "127.0.0.1"}},
		{"nobody.example", {"127.0.0.9", "127.0.0.10"}},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(known[i].host, host) != 0)
			continue;
		for (int k = 0; k < 3 && known[i].addresses[k]; k++) {
			struct sockaddr_in *v4 = &answer->addresses[answer->n++].v4;

			v4->sin_family = AF_INET;
			inet_pton(AF_INET, known[i].addresses[k], &v4->sin_addr);
		}
		return 0;
	}
	if (strcmp(host, "hangs.example") == 0)
		sleep(3);
	return EAI_NONAME;
}

static int start(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	memset(&server, 0, sizeof server);
	memset(&ask, 0, sizeof ask);
	w.options.ask = names;
	return 0;
}

static void serve(void)
{
	fds = wire_fds();
	tcp_script_start(&server);
	wire_world_start(&w);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/path?q=1", server.port);
}

static void stop(void)
{
	wire_world_end(&w);
	tcp_script_stop(&server);
	assert_int_equal(wire_fds(), fds);
}

/* --- One answer after another ------------------------------------------------------ */

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH(n) "Content-Length: " #n "\r\n\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

static const struct answer_case {
	const char *name;
	const char *steps[TCP_SCRIPT_STEPS];
	int status;
	const char *body;
	enum err_kind kind; /* ERR_NONE: it is whole */
	const char *failure;
	int64_t head_ms, idle_ms;
} answers[] = {
	{"by length", {"<", ">" OK LENGTH(5) "hello"}, 200, "hello", 0, NULL, 0, 0},
	{"chunked", {"<", ">" OK CHUNKED "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n"}, 200, "hello world", 0, NULL, 0, 0},
	{"until close", {"<", ">" OK "\r\nhello", "~5", "> world"}, 200, "hello world", 0, NULL, 0, 0},
	{"no body", {"<", ">HTTP/1.1 204 No Content\r\n\r\n", "="}, 204, "", 0, NULL, 0, 0},
	{"empty", {"<", ">" OK LENGTH(0)}, 200, "", 0, NULL, 0, 0},
	{"a head in pieces", {"<", ">HTT", "~5", ">P/1.1 200 OK\r\nA: b\r", "~5", ">\nContent-Len", "~5", ">gth: 2\r\n\r", "~5", ">\nok"}, 200, "ok", 0, NULL, 0, 0},
	{"a body in pieces", {"<", ">" OK CHUNKED, "~5", ">3", "~5", ">\r\nab", "~5", ">c\r", "~5", ">\n0\r\n\r\n"}, 200, "abc", 0, NULL, 0, 0},
	{"interim answers", {"<", ">HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", "~5", ">" OK LENGTH(2) "ok"}, 200, "ok", 0, NULL, 0, 0},
	{"a half closed answer", {"<", ">" OK LENGTH(5) "hello", "/", "="}, 200, "hello", 0, NULL, 0, 0},
	{"an error of the server", {"<", ">HTTP/1.1 503 Busy\r\n" LENGTH(4) "busy"}, 503, "busy", 0, NULL, 0, 0},
	{"a redirect stays one", {"<", ">HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n" LENGTH(0)}, 302, "", 0, NULL, 0, 0},
	{"HTTP/1.0", {"<", ">HTTP/1.0 200 OK\r\n\r\nold"}, 200, "old", 0, NULL, 0, 0},
	{"silence within its bounds", {"<", "~60", ">" OK LENGTH(2) "o", "~60", ">k"}, 200, "ok", 0, NULL, 5000, 5000},

	{"closed at once", {"<"}, 0, "", ERR_NETWORK, "closed before an answer", 0, 0},
	{"reset at once", {"<", "!"}, 0, "", ERR_NETWORK, "before an answer", 0, 0},
	{"closed in the head", {"<", ">HTTP/1.1 200 OK\r\nA:"}, 0, "", ERR_NETWORK, "in the middle of the answer's head", 0, 0},
	{"closed in the body", {"<", ">" OK LENGTH(5) "hel"}, 200, "hel", ERR_NETWORK, "in the middle of", 0, 0},
	{"closed in a chunk", {"<", ">" OK CHUNKED "5\r\nhel"}, 200, "hel", ERR_NETWORK, "in the middle of", 0, 0},
	{"closed between chunks", {"<", ">" OK CHUNKED "3\r\nhel\r\n"}, 200, "hel", ERR_NETWORK, "in the middle of", 0, 0},
	{"reset in the body", {"<", ">" OK "\r\nhel", "~20", "!"}, 200, "hel", ERR_NETWORK, "broke off", 0, 0},
	{"a huge head", {"<", ">" OK "A: ", "*70000", "="}, 0, "", ERR_LIMIT, "", 0, 0},
	{"a head of many fields", {"<", ">" OK "A: ", "*8000", ">\r\nB: ", "*8000", ">\r\nC: ", "*8000", ">\r\n" LENGTH(2) "ok"}, 200, "ok", 0, NULL, 0, 0},
	{"not HTTP", {"<", ">SSH-2.0-OpenSSH\r\n", "="}, 0, "", ERR_INPUT, "", 0, 0},
	{"switching protocols", {"<", ">HTTP/1.1 101 Switching Protocols\r\n\r\n", "="}, 0, "", ERR_INPUT, "", 0, 0},
	{"two lengths", {"<", ">" OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"}, 0, "", ERR_INPUT, "", 0, 0},
	{"a bad chunk", {"<", ">" OK CHUNKED "zz\r\n"}, 200, "", ERR_INPUT, "", 0, 0},
	{"no head in time", {"<", "="}, 0, "", ERR_NETWORK, "waiting for the head", 80, 0},
	{"half a head in time", {"<", ">HTTP/1.1 2", "="}, 0, "", ERR_NETWORK, "waiting for the head", 80, 0},
	{"silence in the body", {"<", ">" OK LENGTH(5) "he", "="}, 200, "he", ERR_NETWORK, "in the middle of the answer", 0, 80},
};

static void reads_every_kind_of_answer(void **state)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		const struct answer_case *c = &answers[i];
		char port[16];

		start(state);
		memcpy(server.scripts[0], c->steps, sizeof c->steps);
		serve();
		ask.request.timeout_ms = c->head_ms;
		ask.request.idle_ms = c->idle_ms;
		wire_get(&w, &ask, url);
		snprintf(port, sizeof port, "127.0.0.1:%u", server.port);
		if (ask.status != c->status || strcmp(ask.body, c->body) != 0 || ask.good != !c->kind || ask.failure.kind != c->kind)
			fail_msg("%s: %d \"%s\" %s", c->name, ask.status, ask.body, ask.failure.text);
		if (c->kind && (!strstr(ask.failure.text, c->failure) || !strstr(ask.failure.text, port)))
			fail_msg("%s: \"%s\"", c->name, ask.failure.text);
		stop();
	}
}

static void an_answer_that_is_wanted_whole_has_one_deadline(void **state)
{
	for (int whole = 0; whole < 2; whole++) {
		start(state);
		memcpy(server.scripts[0], (const char *[]){"<", ">" OK LENGTH(4) "d", "~70", ">r", "~70", ">i", "~70", ">p"}, 8 * sizeof(char *));
		serve();
		ask.whole = whole;
		ask.request.timeout_ms = 150;
		ask.request.idle_ms = 2000;
		wire_get(&w, &ask, url);
		assert_int_equal(ask.good, !whole);
		if (whole)
			assert_non_null(strstr(ask.failure.text, "in the middle of the answer"));
		stop();
	}
}

static void sends_a_whole_request(void **state)
{
	static const struct http_field fields[] = {{S_INIT("Authorization"), S_INIT("Bearer abc")}, {S_INIT("Accept"), S_INIT("*/*")}};
	char expected[512];

	start(state);
	server.scripts[0][0] = "<";
	server.scripts[0][1] = ">" OK LENGTH(0);
	serve();
	ask.request.method = S("POST");
	ask.request.fields = fields;
	ask.request.fields_n = 2;
	ask.request.body = S("a=b");
	ask.request.has_body = true;
	wire_get(&w, &ask, url);
	assert_true(ask.good);
	stop();
	assert_true(strncmp(server.seen, "POST /path?q=1 HTTP/1.1\r\n", 25) == 0);
	snprintf(expected, sizeof expected, "\r\nHost: 127.0.0.1:%u\r\n", server.port);
	assert_non_null(strstr(server.seen, expected));
	assert_non_null(strstr(server.seen, "\r\nAuthorization: Bearer abc\r\n"));
	assert_non_null(strstr(server.seen, "\r\nContent-Length: 3\r\n"));
	assert_non_null(strstr(server.seen, "\r\nUser-Agent: keyfob/"));
	assert_null(strcasestr(server.seen, "gzip"));
	assert_non_null(strstr(server.seen, "\r\n\r\na=b"));
}

static void carries_large_bodies_both_ways(void **state)
{
	enum { SENT = 3000000, GOT = 5000000 };
	char *body = malloc(SENT);

	assert_non_null(body);
	memset(body, 'b', SENT);
	start(state);
	memcpy(server.scripts[0], (const char *[]){"<", ">" OK LENGTH(5000000), "*5000000"}, 3 * sizeof(char *));
	serve();
	ask.request.method = S("POST");
	ask.request.body = str_make(body, SENT);
	ask.request.has_body = true;
	wire_get(&w, &ask, url);
	assert_ok(ask.good, &ask.failure);
	assert_int_equal(ask.body_n, GOT);
	stop();
	free(body);
}

static void hears_an_answer_that_comes_before_the_request_is_sent(void **state)
{
	enum { SENT = 20000000 };
	char *body = malloc(SENT);

	assert_non_null(body);
	memset(body, 'b', SENT);
	start(state);
	memcpy(server.scripts[0], (const char *[]){"~20", ">HTTP/1.1 413 Too Large\r\n" LENGTH(3) "big", "="}, 3 * sizeof(char *));
	serve();
	ask.request.method = S("POST");
	ask.request.body = str_make(body, SENT);
	ask.request.has_body = true;
	wire_get(&w, &ask, url);
	assert_ok(ask.good, &ask.failure);
	assert_int_equal(ask.status, 413);
	assert_string_equal(ask.body, "big");
	stop();
	free(body);
}

/* --- Kept connections -------------------------------------------------------------- */

static void get_again(void)
{
	memset(&ask, 0, sizeof ask);
	wire_get(&w, &ask, url);
}

static void script(int n, const char *a, const char *b, const char *c, const char *d, const char *e)
{
	memcpy(server.scripts[n], (const char *[]){a, b, c, d, e}, 5 * sizeof(char *));
}

static void keeps_a_connection_for_the_next_exchange(void **state)
{
	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", "<", ">" OK LENGTH(1) "b", "=");
	serve();
	get_again();
	assert_string_equal(ask.body, "a");
	get_again();
	assert_string_equal(ask.body, "b");
	stop();
	assert_int_equal(server.connections, 1);
}

static void keeps_none_that_says_close_or_more_than_it_should(void **state)
{
	static const char *const answers_of_no_return[] = {
		">" OK "Connection: close\r\n" LENGTH(1) "a",
		">HTTP/1.0 200 OK\r\n" LENGTH(1) "a",
		">" OK LENGTH(1) "aHTTP/1.1 200 OK\r\n" LENGTH(1) "b",
	};

	for (size_t i = 0; i < 3; i++) {
		start(state);
		script(0, "<", answers_of_no_return[i], "=", NULL, NULL);
		script(1, "<", ">" OK LENGTH(1) "c", "=", NULL, NULL);
		serve();
		get_again();
		assert_string_equal(ask.body, "a");
		get_again();
		assert_string_equal(ask.body, "c");
		stop();
		assert_int_equal(server.connections, 2);
	}
}

static void sends_again_where_a_kept_connection_was_closed_meanwhile(void **state)
{
	static const char *const ends[] = {NULL, "!"};

	for (size_t i = 0; i < 2; i++) {
		start(state);
		script(0, "<", ">" OK LENGTH(1) "a", "<", ends[i], NULL);
		script(1, "<", ">" OK LENGTH(1) "b", NULL, NULL, NULL);
		serve();
		get_again();
		get_again();
		assert_ok(ask.good, &ask.failure);
		assert_string_equal(ask.body, "b");
		stop();
		assert_int_equal(server.connections, 2);
	}
}

static void never_sends_again_once_an_answer_began(void **state)
{
	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", "<", ">H", NULL);
	script(1, "<", ">" OK LENGTH(1) "b", NULL, NULL, NULL);
	serve();
	get_again();
	get_again();
	assert_false(ask.good);
	assert_int_equal(ask.status, 0);
	stop();
	assert_int_equal(server.connections, 1);
}

static void never_sends_again_what_may_have_been_done(void **state)
{
	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", "<", "~1100", NULL);
	script(1, "<", ">" OK LENGTH(1) "b", NULL, NULL, NULL);
	serve();
	get_again();
	get_again();
	assert_false(ask.good);
	assert_int_equal(ask.failure.kind, ERR_NETWORK);
	stop();
	assert_int_equal(server.connections, 1);
}

static void never_sends_again_on_a_fresh_connection(void **state)
{
	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", "<", NULL, NULL);
	script(1, "<", NULL, NULL, NULL, NULL);
	serve();
	get_again();
	get_again();
	assert_false(ask.good);
	stop();
	assert_int_equal(server.connections, 2);
}

static void a_fresh_request_passes_kept_connections_by(void **state)
{
	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", "=", NULL, NULL);
	script(1, "<", ">" OK LENGTH(1) "b", "=", NULL, NULL);
	serve();
	get_again();
	memset(&ask, 0, sizeof ask);
	ask.request.fresh = true;
	wire_get(&w, &ask, url);
	assert_string_equal(ask.body, "b");
	stop();
	assert_int_equal(server.connections, 2);
}

static void keeps_no_more_connections_than_its_share(void **state)
{
	enum { MANY = 40, SHARE = 8 };
	struct wire_ask *asks = calloc(MANY, sizeof *asks);
	int before;

	assert_non_null(asks);
	start(state);
	script(0, "<", "~50", ">" OK LENGTH(1) "a", "=", NULL);
	serve();
	before = wire_fds();
	for (int i = 0; i < MANY; i++)
		wire_ask(&w, &asks[i], url);
	for (int i = 0; i < MANY; i++) {
		wire_wait(&asks[i]);
		assert_ok(asks[i].good, &asks[i].failure);
	}
	/* Both ends of each are in this process; the server's go a moment later. */
	for (int i = 0; i < 500 && wire_fds() > before + 2 * SHARE; i++)
		usleep(10000);
	assert_int_equal(wire_fds(), before + 2 * SHARE);
	stop();
	free(asks);
}

/* --- Ways that lead nowhere -------------------------------------------------------- */

static void expect_failure(const char *address, enum err_kind kind, const char *text)
{
	memset(&ask, 0, sizeof ask);
	wire_get(&w, &ask, address);
	assert_false(ask.good);
	if (ask.failure.kind != kind || !strstr(ask.failure.text, text))
		fail_msg("%s: %s", address, ask.failure.text);
}

/* A port where nobody listens. */
static uint16_t free_port(void)
{
	struct tcp_script s = {.scripts = {{"="}}};

	tcp_script_start(&s);
	tcp_script_stop(&s);
	return s.port;
}

static void names_what_is_wrong_with_the_way(void **state)
{
	char address[128], where[64];
	uint16_t port = free_port();

	start(state);
	wire_world_start(&w);
	snprintf(address, sizeof address, "http://127.0.0.1:%u/", port);
	snprintf(where, sizeof where, "127.0.0.1:%u: the connection was refused", port);
	expect_failure(address, ERR_NETWORK, where);
	snprintf(address, sizeof address, "http://nobody.example:%u/", port);
	expect_failure(address, ERR_NETWORK, "refused: is the server running");
	expect_failure("http://no-such-host.example/", ERR_NETWORK, "there is no host no-such-host.example");
	wire_world_end(&w);
}

static void tries_the_next_address(void **state)
{
	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", NULL, NULL, NULL);
	serve();
	snprintf(url, sizeof url, "http://second.example:%u/", server.port);
	get_again();
	assert_string_equal(ask.body, "a");
	stop();
}

/* A listener whose queue is full, so that nothing answers who knocks: two in the queue, the rest wait. */
static int deaf_port(uint16_t port, int held[4])
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "127.0.0.3", &a.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 0), 0);
	for (int i = 0; i < 4; i++) {
		held[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(held[i], (struct sockaddr *)&a, sizeof a);
	}
	return fd;
}

static void does_not_wait_for_an_address_that_is_deaf(void **state)
{
	int held[4], fd;
	int64_t began;

	start(state);
	script(0, "<", ">" OK LENGTH(1) "a", NULL, NULL, NULL);
	tcp_script_start(&server);
	fd = deaf_port(server.port, held);
	wire_world_start(&w);
	snprintf(url, sizeof url, "http://deaf.example:%u/", server.port);
	began = clock_ms(&clock_system);
	get_again();
	assert_string_equal(ask.body, "a");
	assert_true(clock_ms(&clock_system) - began < 3000);
	wire_world_end(&w);

	memset(&w, 0, sizeof w);
	w.options.timeout_ms = 150;
	wire_world_start(&w);
	snprintf(url, sizeof url, "http://127.0.0.3:%u/", server.port);
	expect_failure(url, ERR_NETWORK, "while connecting to 127.0.0.3:");
	wire_world_end(&w);
	for (int i = 0; i < 4; i++)
		close(held[i]);
	close(fd);
	tcp_script_stop(&server);
}

static void a_name_server_that_hangs_holds_nothing_up(void **state)
{
	int64_t began = clock_ms(&clock_system);

	start(state);
	w.options.timeout_ms = 100;
	wire_world_start(&w);
	expect_failure("http://hangs.example/", ERR_NETWORK, "while looking up hangs.example");
	wire_world_end(&w);
	assert_true(clock_ms(&clock_system) - began < 2000);
}

/* --- Proxies ----------------------------------------------------------------------- */

static void plain_http_goes_whole_to_the_proxy(void **state)
{
	char proxy[64];

	start(state);
	script(0, "<", ">" OK LENGTH(1) "p", NULL, NULL, NULL);
	fds = wire_fds();
	tcp_script_start(&server);
	snprintf(proxy, sizeof proxy, "http://ann:s%%3Acret@127.0.0.1:%u", server.port);
	w.options.proxies.http = str_of(proxy);
	wire_world_start(&w);
	wire_get(&w, &ask, "http://far.example/x");
	assert_ok(ask.good, &ask.failure);
	assert_string_equal(ask.body, "p");
	stop();
	assert_true(strncmp(server.seen, "GET http://far.example/x HTTP/1.1\r\n", 35) == 0);
	assert_non_null(strstr(server.seen, "\r\nHost: far.example\r\n"));
	assert_non_null(strstr(server.seen, "\r\nProxy-Authorization: Basic YW5uOnM6Y3JldA==\r\n"));
}

static void a_proxy_that_refuses_is_named(void **state)
{
	static const struct {
		const char *answer, *text;
	} cases[] = {
		{">HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n" LENGTH(0), "wants another name and password (407)"},
		{">HTTP/1.1 403 Forbidden\r\n" LENGTH(0), "does not let us through to far.example:443: it answered 403"},
		{">HTTP/1.1 200 OK\r\n\r\nspoken too early", "does not let us through"},
		{">garbage\r\n\r\n", "the proxy 127.0.0.1:"},
		{"!", "the proxy 127.0.0.1:"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char proxy[64];

		start(state);
		script(0, "<", cases[i].answer, NULL, NULL, NULL);
		fds = wire_fds();
		tcp_script_start(&server);
		snprintf(proxy, sizeof proxy, "ann:hunter2@127.0.0.1:%u", server.port);
		w.options.proxies.https = str_of(proxy);
		wire_world_start(&w);
		wire_get(&w, &ask, "https://far.example/x");
		assert_false(ask.good);
		if (!strstr(ask.failure.text, cases[i].text) || strstr(ask.failure.text, "hunter2"))
			fail_msg("%s", ask.failure.text);
		stop();
		assert_true(strncmp(server.seen, "CONNECT far.example:443 HTTP/1.1\r\n", 34) == 0);
		assert_non_null(strstr(server.seen, "\r\nProxy-Authorization: Basic YW5uOmh1bnRlcjI=\r\n"));
		assert_null(strstr(server.seen, "/x"));
	}
}

/* --- Ending early ------------------------------------------------------------------ */

/* Turns k times, then cancels, for each k until the exchange ends by itself: every state is met. */
static void can_be_cancelled_in_every_state(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "second.example"};
	bool whole = false;

	for (int h = 0; h < 2; h++) {
		whole = false;
		for (int k = 0; k < 60 && !whole; k++) {
			start(state);
			script(0, "<", ">HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", "~2", ">" CHUNKED "1\r\na\r\n", "~2");
			server.scripts[0][5] = ">1\r\nb\r\n0\r\n\r\n";
			serve();
			snprintf(url, sizeof url, "http://%s:%u/", hosts[h], server.port);
			wire_ask(&w, &ask, url);
			for (int i = 0; i < k && !ask.over; i++)
				assert_ok(events_turn(w.events, &ask.failure), &ask.failure);
			whole = ask.over;
			if (!whole) {
				fetch_cancel(w.fetch, ask.exchange);
				ask.over = true; /* whatever came now would fail the test */
			}
			stop();
		}
		assert_true(whole);
	}
}

static void a_sink_may_cancel_or_refuse(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct err e = {0};

		start(state);
		script(0, "<", ">" OK CHUNKED "5\r\nhello\r\n5\r\nworld\r\n", "=", NULL, NULL);
		serve();
		ask.cancel_at_head = i == 0;
		ask.cancel_at_piece = i == 1;
		ask.refuse_at_head = i == 2;
		ask.refuse_at_piece = i == 3;
		wire_get(&w, &ask, url);
		assert_false(ask.good);
		assert_int_equal(ask.failure.kind, i < 2 ? ERR_NONE : ERR_LIMIT);
		assert_int_equal(ask.pieces, i % 2);
		/* Nothing is left to wait for. */
		assert_false(events_turn(w.events, &e));
		assert_int_equal(e.kind, ERR_SYSTEM);
		stop();
	}
}

static void nothing(void *self)
{
	(void)self;
}

static void turn_shortly(void)
{
	struct events_timer soon = {.fire = nothing};

	events_timer_set(w.events, &soon, 2);
	assert_ok(events_turn(w.events, &ask.failure), &ask.failure);
	events_timer_clear(w.events, &soon);
}

static void a_body_is_not_read_while_it_is_held_up(void **state)
{
	size_t held;

	start(state);
	script(0, "<", ">" OK LENGTH(5000000), "*5000000", NULL, NULL);
	serve();
	ask.request.idle_ms = 60; /* silence of our own is none of the server's */
	wire_ask(&w, &ask, url);
	while (!ask.status)
		turn_shortly();
	fetch_pause(w.fetch, ask.exchange, true);
	fetch_pause(w.fetch, ask.exchange, true);
	held = ask.body_n;
	for (int i = 0; i < 60; i++)
		turn_shortly();
	assert_int_equal(ask.body_n, held);
	assert_false(ask.over);
	fetch_pause(w.fetch, ask.exchange, false);
	wire_wait(&ask);
	assert_ok(ask.good, &ask.failure);
	assert_int_equal(ask.body_n, 5000000);
	stop();
}

static void closing_the_carrier_ends_all_silently(void **state)
{
	static struct wire_ask asks[20];

	start(state);
	script(0, "<", "=", NULL, NULL, NULL);
	serve();
	memset(asks, 0, sizeof asks);
	for (int i = 0; i < 20; i++)
		wire_ask(&w, &asks[i], url);
	for (int i = 0; i < 10; i++)
		turn_shortly();
	stop();
	for (int i = 0; i < 20; i++)
		assert_false(asks[i].over);
}

static void refuses_a_request_that_cannot_be_written(void **state)
{
	static const struct http_field bad = {S_INIT("X"), S_INIT("a\r\nb")};
	struct fetch_request r = {.method = S("GET"), .fields = &bad, .fields_n = 1};
	struct fetch_sink sink = {0};
	struct err e = {0};

	start(state);
	wire_world_start(&w);
	assert_ok(url_read(S("http://127.0.0.1/"), &w.arena, &r.url, &e), &e);
	assert_null(fetch_start(w.fetch, &r, sink, &e));
	assert_int_equal(e.kind, ERR_INPUT);
	wire_world_end(&w);
}

/* --- Many -------------------------------------------------------------------------- */

static void four_hundred_at_once(void **state)
{
	enum { MANY = 400 };
	struct wire_ask *asks = calloc(MANY, sizeof *asks);

	assert_non_null(asks);
	start(state);
	script(0, "<", "~300", ">" OK CHUNKED "3\r\nabc\r\n", "~50", ">0\r\n\r\n");
	serve();
	for (int round = 0; round < 2; round++) {
		memset(asks, 0, MANY * sizeof *asks);
		for (int i = 0; i < MANY; i++)
			wire_ask(&w, &asks[i], url);
		for (int i = 0; i < MANY; i++) {
			wire_wait(&asks[i]);
			assert_ok(asks[i].good, &asks[i].failure);
			assert_string_equal(asks[i].body, "abc");
		}
	}
	stop();
	free(asks);
}

static int clean_up(void **state)
{
	(void)state;
	wire_world_end(&w);
	return 0;
}

#define row(test) cmocka_unit_test_teardown(test, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(reads_every_kind_of_answer),
		row(an_answer_that_is_wanted_whole_has_one_deadline),
		row(sends_a_whole_request),
		row(carries_large_bodies_both_ways),
		row(hears_an_answer_that_comes_before_the_request_is_sent),
		row(keeps_a_connection_for_the_next_exchange),
		row(keeps_none_that_says_close_or_more_than_it_should),
		row(sends_again_where_a_kept_connection_was_closed_meanwhile),
		row(never_sends_again_once_an_answer_began),
		row(never_sends_again_on_a_fresh_connection),
		row(never_sends_again_what_may_have_been_done),
		row(a_body_is_not_read_while_it_is_held_up),
		row(a_fresh_request_passes_kept_connections_by),
		row(keeps_no_more_connections_than_its_share),
		row(names_what_is_wrong_with_the_way),
		row(tries_the_next_address),
		row(does_not_wait_for_an_address_that_is_deaf),
		row(a_name_server_that_hangs_holds_nothing_up),
		row(plain_http_goes_whole_to_the_proxy),
		row(a_proxy_that_refuses_is_named),
		row(can_be_cancelled_in_every_state),
		row(a_sink_may_cancel_or_refuse),
		row(closing_the_carrier_ends_all_silently),
		row(refuses_a_request_that_cannot_be_written),
		row(four_hundred_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

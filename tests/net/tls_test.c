/* Real openssl s_server processes, a row for each thing a server may be. */
#include "support/test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/openssl_peer.h"
#include "support/tcp_script.h"
#include "support/wire_world.h"
#include "sys/clock.h"

static struct wire_world w;
static struct openssl_peer peer;
static struct wire_ask ask;
static const char *certs;
static char ca_file[128];

static int names(const char *host, struct resolve_answer *answer)
{
	if (!strstr(host, ".example"))
		return EAI_NONAME;
	answer->addresses[0].v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	answer->n = 1;
	return 0;
}

static bool read_file(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	struct buf out = buf_in(a, TRUST_FILE_MAX);
	struct str name = arena_str(a, path);
	FILE *f = fopen(name.at, "r");
	char some[4096];
	size_t n;

	(void)self;
	if (!f)
		return err_set(e, ERR_SYSTEM, "%.*s: no such file", STR(path));
	while ((n = fread(some, 1, sizeof some, f)) > 0)
		buf_add(&out, str_make(some, n));
	fclose(f);
	*content = buf_str(&out);
	return true;
}

static bool list_nothing(void *self, struct str path, struct arena *a, struct str **paths, size_t *n, struct err *e)
{
	(void)self;
	(void)path;
	(void)a;
	*paths = NULL;
	*n = 0;
	return err_set(e, ERR_SYSTEM, "no folders here");
}

static bool read_nothing(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	(void)self;
	(void)a;
	(void)content;
	return err_set(e, ERR_SYSTEM, "%.*s: no such file", STR(path));
}

static int make_certs(void **state)
{
	(void)state;
	certs = openssl_certs();
	snprintf(ca_file, sizeof ca_file, "%s/ca.pem", certs);
	return 0;
}

static int remove_certs(void **state)
{
	(void)state;
	openssl_remove_certs();
	return 0;
}

static void prepare(void)
{
	memset(&w, 0, sizeof w);
	memset(&ask, 0, sizeof ask);
	w.options.ask = names;
	trust_init(&w.trust, (struct trust_wish){.ca_file = str_of(ca_file)}, (struct trust_files){read_file, list_nothing, NULL});
}

/* --- One exchange ------------------------------------------------------------------ */

static void tick(void *self)
{
	events_timer_set(w.events, self, 5);
}

/* Turns, and answers once the server has seen the whole request. */
static void wait_and_answer(const char *answer)
{
	struct events_timer timer = {.fire = tick, .self = &timer};
	struct err e = {0};

	tick(&timer);
	while (!ask.over && !openssl_peer_saw(&peer, "\r\n\r\n"))
		assert_ok(events_turn(w.events, &e), &e);
	events_timer_clear(w.events, &timer);
	if (!ask.over && answer)
		openssl_peer_say(&peer, answer);
}

static void begin(const char *host, const char *path)
{
	char url[128];

	snprintf(url, sizeof url, "https://%s:%u%s", host, peer.port, path);
	wire_ask(&w, &ask, url);
}

#define WHOLE "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const struct tls_case {
	const char *name;
	const char *server; /* options of s_server */
	const char *host;   /* NULL: mcp.example */
	const char *failure; /* NULL: it works */
} cases[] = {
	{"ECDSA", "-cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"RSA", "-cert rsa.pem -key rsa.key -cert_chain chain.pem", NULL, NULL},
	{"TLS 1.2 alone", "-tls1_2 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"AES-128-GCM", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"AES-256-GCM", "-cipher ECDHE-ECDSA-AES256-GCM-SHA384 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"ChaCha20", "-cipher ECDHE-ECDSA-CHACHA20-POLY1305 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"RSA AES-128-GCM", "-cipher ECDHE-RSA-AES128-GCM-SHA256 -cert rsa.pem -key rsa.key -cert_chain chain.pem", NULL, NULL},
	{"RSA AES-256-GCM", "-cipher ECDHE-RSA-AES256-GCM-SHA384 -cert rsa.pem -key rsa.key -cert_chain chain.pem", NULL, NULL},
	{"RSA ChaCha20", "-cipher ECDHE-RSA-CHACHA20-POLY1305 -cert rsa.pem -key rsa.key -cert_chain chain.pem", NULL, NULL},
	{"X25519", "-groups X25519 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"P-256", "-groups P-256 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"P-384", "-groups P-384:P-256 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"P-521", "-groups P-521:P-256 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"ALPN http/1.1", "-alpn h2,http/1.1 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, NULL},
	{"a wildcard", "-cert ec.pem -key ec.key -cert_chain chain.pem", "a.wild.example", NULL},
	{"an address", "-cert ip.pem -key ip.key -cert_chain chain.pem", "127.0.0.1", NULL},
	{"a muddled chain", "-cert ec.pem -key ec.key -cert_chain muddled.pem", NULL, NULL},

	{"TLS 1.3 alone", "-tls1_3 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, "TLS 1.3"},
	{"TLS 1.1 alone", "-tls1_1 -cipher DEFAULT@SECLEVEL=0 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, "TLS 1.2"},
	{"CBC alone", "-cipher ECDHE-ECDSA-AES128-SHA -tls1_2 -cert ec.pem -key ec.key -cert_chain chain.pem", NULL, "cipher suites"},
	{"PSS alone", "-tls1_2 -cert pss.pem -key pss.key -cert_chain chain.pem", NULL, "mcp.example"},
	{"no intermediate", "-cert ec.pem -key ec.key", NULL, "mcp.example"},
	{"another host", "-cert ec.pem -key ec.key -cert_chain chain.pem", "other.example", "other.example"},
	{"a wildcard for two labels", "-cert ec.pem -key ec.key -cert_chain chain.pem", "a.b.wild.example", "a.b.wild.example"},
	{"an address that it does not name", "-cert ec.pem -key ec.key -cert_chain chain.pem", "127.0.0.1", "127.0.0.1"},
	{"clientAuth alone", "-cert client.pem -key client.key -cert_chain chain.pem", NULL, "mcp.example"},
	{"a root of its own", "-cert other.pem -key other.key", NULL, "mcp.example"},
};

static void meets_every_kind_of_server(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct tls_case *c = &cases[i];

		prepare();
		openssl_peer_start(&peer, c->server);
		wire_world_start(&w);
		begin(c->host ? c->host : "mcp.example", "/");
		wait_and_answer(WHOLE);
		wire_wait(&ask);
		if (ask.good == (c->failure != NULL))
			fail_msg("%s: %s", c->name, ask.good ? "works" : ask.failure.text);
		if (c->failure && (ask.failure.kind != ERR_NETWORK || !strstr(ask.failure.text, c->failure)))
			fail_msg("%s: %s", c->name, ask.failure.text);
		if (c->failure)
			print_message("    %s: %s\n", c->name, ask.failure.text);
		else
			assert_string_equal(ask.body, "hello");
		wire_world_end(&w);
		openssl_peer_kill(&peer);
	}
}

/* --- Trust ------------------------------------------------------------------------- */

#define EC "-cert ec.pem -key ec.key -cert_chain chain.pem"

static void trusts_what_extra_ca_adds(void **state)
{
	(void)state;
	prepare();
	trust_init(&w.trust, (struct trust_wish){.extra_ca = str_of(ca_file)}, (struct trust_files){read_file, list_nothing, NULL});
	openssl_peer_start(&peer, EC);
	wire_world_start(&w);
	begin("mcp.example", "/");
	wait_and_answer(WHOLE);
	wire_wait(&ask);
	assert_ok(ask.good, &ask.failure);
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

static void has_roots_in_an_empty_world_and_trusts_no_stranger(void **state)
{
	(void)state;
	prepare();
	trust_init(&w.trust, (struct trust_wish){0}, (struct trust_files){read_nothing, list_nothing, NULL});
	openssl_peer_start(&peer, EC);
	wire_world_start(&w);
	begin("mcp.example", "/");
	wait_and_answer(WHOLE);
	wire_wait(&ask);
	assert_false(ask.good);
	assert_true(w.trust.roots > 100);
	assert_non_null(strstr(ask.failure.text, "--extra-ca"));
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

static void a_ca_file_that_is_not_there_is_a_fault_of_configuration(void **state)
{
	(void)state;
	prepare();
	trust_init(&w.trust, (struct trust_wish){.ca_file = S("/nowhere/ca.pem")}, (struct trust_files){read_file, list_nothing, NULL});
	openssl_peer_start(&peer, EC);
	wire_world_start(&w);
	begin("mcp.example", "/");
	wire_wait(&ask);
	assert_int_equal(ask.failure.kind, ERR_CONFIG);
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

static int64_t in_a_year(struct clock *c)
{
	(void)c;
	return clock_now(&clock_system) + (int64_t)365 * 86400;
}

static int64_t system_ms(struct clock *c)
{
	(void)c;
	return clock_ms(&clock_system);
}

static void an_expired_certificate_says_so(void **state)
{
	static struct clock later = {.now = in_a_year, .ms = system_ms};

	(void)state;
	prepare();
	openssl_peer_start(&peer, EC);
	wire_world_start(&w);
	carrier_close(w.carrier);
	w.options.clock = &later;
	w.carrier = carrier_open(&w.options, NULL);
	w.fetch = carrier_fetch(w.carrier);
	begin("mcp.example", "/");
	wire_wait(&ask);
	assert_false(ask.good);
	assert_non_null(strstr(ask.failure.text, "expired"));
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

/* --- The end of an answer ---------------------------------------------------------- */

static void an_end_that_tls_does_not_announce(void **state)
{
	static const struct {
		const char *answer;
		bool good;
	} ends[] = {
		{WHOLE, true},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", true},
		{"HTTP/1.1 200 OK\r\n\r\nhello", false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		prepare();
		openssl_peer_start(&peer, EC);
		wire_world_start(&w);
		begin("mcp.example", "/");
		wait_and_answer(ends[i].answer);
		while (!ask.over && ask.body_n < 5)
			assert_ok(events_turn(w.events, &ask.failure), &ask.failure);
		openssl_peer_kill(&peer);
		wire_wait(&ask);
		assert_string_equal(ask.body, "hello");
		assert_int_equal(ask.good, ends[i].good);
		if (!ends[i].good)
			assert_int_equal(ask.failure.kind, ERR_NETWORK);
		wire_world_end(&w);
	}
}

static void large_answers_that_tls_ends_come_whole(void **state)
{
	(void)state;
	prepare();
	openssl_peer_start(&peer, "-WWW " EC);
	wire_world_start(&w);
	begin("mcp.example", "/big");
	wire_wait(&ask);
	assert_ok(ask.good, &ask.failure);
	assert_int_equal(ask.body_n, 3000000);
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

static void large_requests_go_whole(void **state)
{
	static char body[400000];

	(void)state;
	memset(body, 'b', sizeof body);
	memcpy(body + sizeof body - 8, "the end\n", 8);
	prepare();
	openssl_peer_start(&peer, EC);
	wire_world_start(&w);
	ask.request.method = S("POST");
	ask.request.body = str_make(body, sizeof body);
	ask.request.has_body = true;
	begin("mcp.example", "/");
	while (!openssl_peer_saw(&peer, "the end")) {
		struct events_timer soon = {.fire = tick, .self = &soon};

		if (peer.seen_n > sizeof peer.seen / 2)
			openssl_peer_forget(&peer);
		events_timer_set(w.events, &soon, 1);
		assert_ok(events_turn(w.events, &ask.failure), &ask.failure);
		events_timer_clear(w.events, &soon);
	}
	openssl_peer_say(&peer, WHOLE);
	wire_wait(&ask);
	assert_ok(ask.good, &ask.failure);
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

static void a_kept_connection_carries_the_next_exchange(void **state)
{
	(void)state;
	prepare();
	openssl_peer_start(&peer, "-naccept 1 " EC);
	wire_world_start(&w);
	for (int i = 0; i < 3; i++) {
		memset(&ask, 0, sizeof ask);
		openssl_peer_forget(&peer);
		begin("mcp.example", "/");
		wait_and_answer(WHOLE);
		wire_wait(&ask);
		assert_ok(ask.good, &ask.failure);
		assert_string_equal(ask.body, "hello");
	}
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

static void renegotiation_is_refused_and_the_answer_still_comes(void **state)
{
	(void)state;
	prepare();
	openssl_peer_start(&peer, "-tls1_2 " EC);
	wire_world_start(&w);
	begin("mcp.example", "/");
	wait_and_answer("r\n");
	for (int i = 0; i < 100 && !ask.over; i++) {
		struct events_timer soon = {.fire = tick, .self = &soon};

		if (i == 20)
			openssl_peer_say(&peer, WHOLE);
		events_timer_set(w.events, &soon, 5);
		assert_ok(events_turn(w.events, &ask.failure), &ask.failure);
		events_timer_clear(w.events, &soon);
	}
	/* OpenSSL may take the refusal as a failure of its own; then we must see a clean one. */
	assert_true(ask.over);
	if (!ask.good)
		assert_int_equal(ask.failure.kind, ERR_NETWORK);
	assert_false(openssl_peer_saw(&peer, "RENEGOTIATING\nDONE"));
	wire_world_end(&w);
	openssl_peer_kill(&peer);
}

/* --- Through a proxy ---------------------------------------------------------------- */

static struct {
	int listening;
	uint16_t port, target;
	char head[1024];
	pthread_t thread;
} proxy;

static int connect_to(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

/* Both ways until either side ends. */
static void join_ends(int a, int b)
{
	struct pollfd f[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
	char some[8192];

	while (poll(f, 2, -1) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n = f[i].revents ? recv(f[i].fd, some, sizeof some, 0) : -1;

			if (f[i].revents && (n <= 0 || send(f[1 - i].fd, some, (size_t)n, MSG_NOSIGNAL) != n))
				return;
		}
}

static void *run_proxy(void *self)
{
	int fd = accept(proxy.listening, NULL, NULL);
	size_t n = 0;
	int onward;

	(void)self;
	while (n < sizeof proxy.head - 1 && !strstr(proxy.head, "\r\n\r\n") && recv(fd, proxy.head + n, 1, 0) == 1)
		n++;
	send(fd, "HTTP/1.1 200 Connection established\r\n\r\n", 39, MSG_NOSIGNAL);
	onward = connect_to(proxy.target);
	join_ends(fd, onward);
	close(fd);
	close(onward);
	return NULL;
}

static void start_proxy(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof a;

	proxy.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(proxy.listening, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(proxy.listening, 4), 0);
	assert_int_equal(getsockname(proxy.listening, (struct sockaddr *)&a, &len), 0);
	proxy.port = ntohs(a.sin_port);
	proxy.target = peer.port;
	assert_int_equal(pthread_create(&proxy.thread, NULL, run_proxy, NULL), 0);
}

static void tls_goes_through_a_proxy_that_sees_none_of_it(void **state)
{
	static const struct http_field secret = {S_INIT("Authorization"), S_INIT("Bearer hunter2")};
	char address[64], expected[128];

	(void)state;
	prepare();
	openssl_peer_start(&peer, EC);
	start_proxy();
	snprintf(address, sizeof address, "http://127.0.0.1:%u", proxy.port);
	w.options.proxies.https = str_of(address);
	wire_world_start(&w);
	for (int i = 0; i < 2; i++) {
		memset(&ask, 0, sizeof ask);
		ask.request.fields = &secret;
		ask.request.fields_n = 1;
		openssl_peer_forget(&peer);
		begin("mcp.example", "/secret");
		wait_and_answer(WHOLE);
		wire_wait(&ask);
		assert_ok(ask.good, &ask.failure);
		assert_string_equal(ask.body, "hello");
		assert_true(openssl_peer_saw(&peer, "GET /secret HTTP/1.1"));
		assert_true(openssl_peer_saw(&peer, "Authorization: Bearer hunter2"));
		assert_false(openssl_peer_saw(&peer, "Proxy-"));
	}
	wire_world_end(&w);
	pthread_join(proxy.thread, NULL);
	close(proxy.listening);
	snprintf(expected, sizeof expected, "CONNECT mcp.example:%u HTTP/1.1\r\n", peer.port);
	assert_true(strncmp(proxy.head, expected, strlen(expected)) == 0);
	assert_null(strstr(proxy.head, "secret"));
	assert_null(strstr(proxy.head, "hunter2"));
	openssl_peer_kill(&peer);
}

/* --- Not TLS, or none that goes on ------------------------------------------------- */

static void expect_of_script(const char *step, const char *text)
{
	static struct tcp_script server;

	prepare();
	memset(&server, 0, sizeof server);
	server.scripts[0][0] = "~1";
	server.scripts[0][1] = step;
	server.scripts[0][2] = "=";
	tcp_script_start(&server);
	peer.port = server.port;
	w.options.timeout_ms = 300;
	wire_world_start(&w);
	begin("mcp.example", "/");
	wire_wait(&ask);
	assert_false(ask.good);
	assert_int_equal(ask.failure.kind, ERR_NETWORK);
	if (!strstr(ask.failure.text, text))
		fail_msg("%s", ask.failure.text);
	wire_world_end(&w);
	tcp_script_stop(&server);
}

static void names_what_is_no_tls(void **state)
{
	(void)state;
	expect_of_script(">HTTP/1.1 400 Bad Request\r\n\r\n", "mcp.example");
	expect_of_script("!", "timed out");
	expect_of_script("~1", "in the TLS handshake with mcp.example:");
}

static void names_who_hangs_up(void **state)
{
	static struct tcp_script server;

	(void)state;
	prepare();
	memset(&server, 0, sizeof server);
	server.scripts[0][0] = "~20";
	tcp_script_start(&server);
	peer.port = server.port;
	wire_world_start(&w);
	begin("mcp.example", "/");
	wire_wait(&ask);
	assert_non_null(strstr(ask.failure.text, "hung up during the TLS handshake"));
	wire_world_end(&w);
	tcp_script_stop(&server);
}

static int clean_up(void **state)
{
	(void)state;
	wire_world_end(&w);
	openssl_peer_kill(&peer);
	return 0;
}

#define row(test) cmocka_unit_test_teardown(test, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(meets_every_kind_of_server),
		row(trusts_what_extra_ca_adds),
		row(has_roots_in_an_empty_world_and_trusts_no_stranger),
		row(a_ca_file_that_is_not_there_is_a_fault_of_configuration),
		row(an_expired_certificate_says_so),
		row(an_end_that_tls_does_not_announce),
		row(large_answers_that_tls_ends_come_whole),
		row(large_requests_go_whole),
		row(a_kept_connection_carries_the_next_exchange),
		row(renegotiation_is_refused_and_the_answer_still_comes),
		row(tls_goes_through_a_proxy_that_sees_none_of_it),
		row(names_what_is_no_tls),
		row(names_who_hangs_up),
	};

	if (!openssl_is_there()) {
		const struct CMUnitTest none[] = {row(names_who_hangs_up)};

		print_message("openssl is missing: the servers are not met\n");
		return cmocka_run_group_tests(none, NULL, NULL);
	}
	return cmocka_run_group_tests(tests, make_certs, remove_certs);
}

/* After an exchange its tokens are nowhere in this process, though the connection is kept. The server is another
 * process, and the tokens stand here masked, so that only a leak can be found. */
#include "support/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"
#include "support/openssl_peer.h"
#include "support/wire_world.h"

static struct wire_world w;

enum { TOKEN = 48, WINDOW = 16 };

/* token i, each letter XOR 0x80 */
static volatile unsigned char masked[2][TOKEN];

static void make_tokens(void)
{
	for (int t = 0; t < 2; t++)
		for (int i = 0; i < TOKEN; i++)
			masked[t][i] = (unsigned char)(('a' + (i * 7 + t * 3 + i / 5) % 26) | 0x80);
}

static void unmask(int t, char *out)
{
	for (int i = 0; i < TOKEN; i++)
		out[i] = (char)(masked[t][i] ^ 0x80);
}

/* --- Looking ------------------------------------------------------------------------ */

static bool is_here(const unsigned char *at, int t, int from)
{
	for (int i = 0; i < WINDOW; i++)
		if ((at[i] | 0x80) != masked[t][from + i] || at[i] >= 0x80)
			return false;
	return true;
}

/* Any piece of 16 letters of a token counts. */
static int find_in(const unsigned char *at, size_t n)
{
	for (size_t i = 0; i + WINDOW <= n; i++) {
		if (at[i] < 'a' || at[i] > 'z')
			continue;
		for (int t = 0; t < 2; t++)
			for (int from = 0; from + WINDOW <= TOKEN; from += 8)
				if (is_here(at + i, t, from))
					return t + 1;
	}
	return 0;
}

static bool is_worth_looking(unsigned long from, unsigned long to, const char *line)
{
	return strstr(line, " rw") && !strstr(line, "[vvar") && to - from < (256ul << 20);
}

/* Looks through all memory that this process may write, but for the piece that it is copied to. */
static int look(char *where, size_t size)
{
	enum { PIECE = 1 << 20, OVERLAP = 64 };
	unsigned char *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char line[512];
	int found = 0, looked = 0;

	assert_true(piece != MAP_FAILED && maps && memory >= 0);
	while (!found && fgets(line, sizeof line, maps)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx", &from, &to) != 2 || !is_worth_looking(from, to, line))
			continue;
		if ((uintptr_t)piece >= from && (uintptr_t)piece < to)
			continue;
		looked++;
		for (; from < to && !found; from += PIECE - OVERLAP) {
			size_t want = to - from < PIECE ? to - from : PIECE;
			ssize_t n = pread(memory, piece, want, (off_t)from);

			found = n > 0 ? find_in(piece, (size_t)n) : 0;
			if (found)
				snprintf(where, size, "%s", line);
		}
	}
	assert_true(looked >= 2);
	memset(piece, 0, PIECE);
	munmap(piece, PIECE);
	fclose(maps);
	close(memory);
	return found;
}

static void look_for_nothing(const char *when)
{
	char where[512] = {0};
	int found = look(where, sizeof where);

	if (found)
		fail_msg("%s: the token of the %s is still at %s", when, found == 1 ? "request" : "answer", where);
}

static int clean_up(void **state)
{
	(void)state;
	wire_world_end(&w);
	return 0;
}

static void would_find_one(void **state)
{
	char *kept = malloc(100);
	char where[512];

	(void)state;
	make_tokens();
	assert_non_null(kept);
	memset(kept, '.', 100);
	unmask(1, kept + 33);
	assert_int_equal(look(where, sizeof where), 2);
	secret_wipe(kept, 100);
	free(kept);
	look_for_nothing("before anything");
}

/* --- A server of its own ------------------------------------------------------------ */

static uint16_t port;

static void answer_for_ever(int listening)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listening, NULL, NULL);
		char text[8192], token[TOKEN];
		ssize_t n;

		unmask(1, token);
		while ((n = recv(fd, text, sizeof text, 0)) > 0) {
			n = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nX-Token: %.*s\r\nContent-Length: %d\r\n\r\n%.*s", TOKEN, token, TOKEN, TOKEN, token);
			if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
				break;
		}
		close(fd);
	}
}

static pid_t serve_plain(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0)
		answer_for_ever(fd);
	close(fd);
	return pid;
}

/* --- One exchange ------------------------------------------------------------------- */

struct careful {
	struct fetch_request request;
	struct http_field field;
	char header[TOKEN + 8], body[2 * TOKEN];
	int status;
	size_t body_n;
	bool over, good, wrong;
};

static bool take_head(void *self, const struct fetch_head *h, struct err *e)
{
	(void)e;
	((struct careful *)self)->status = h->status;
	return true;
}

/* Compares without keeping. */
static bool take_piece(void *self, struct str bytes, struct err *e)
{
	struct careful *c = self;

	(void)e;
	for (size_t i = 0; i < bytes.len; i++, c->body_n++)
		if (c->body_n < TOKEN && (unsigned char)(bytes.at[i] | 0x80) != masked[1][c->body_n])
			c->wrong = true;
	return true;
}

static void take_end(void *self, const struct err *failure)
{
	struct careful *c = self;

	c->over = true;
	c->good = !failure;
	if (failure)
		print_error("%s\n", failure->text);
}

static void nothing(void *self)
{
	(void)self;
}

static void turn(void)
{
	struct events_timer soon = {.fire = nothing};
	struct err e = {0};

	events_timer_set(w.events, &soon, 5);
	assert_ok(events_turn(w.events, &e), &e);
	events_timer_clear(w.events, &soon);
}

/* The request is wiped as its owner would wipe it once the head has come. */
static void exchange(struct careful *c, const char *url, struct openssl_peer *peer, const char *answer)
{
	struct fetch_sink sink = {.head = take_head, .piece = take_piece, .end = take_end, .self = c};
	struct err e = {0};

	memset(c, 0, sizeof *c);
	memcpy(c->header, "Bearer ", 7);
	unmask(0, c->header + 7);
	unmask(0, c->body);
	c->field = (struct http_field){S("Authorization"), str_make(c->header, 7 + TOKEN)};
	c->request = (struct fetch_request){.method = S("POST"), .fields = &c->field, .fields_n = 1, .has_body = true};
	c->request.body = str_make(c->body, TOKEN);
	assert_ok(url_read(str_of(url), &w.arena, &c->request.url, &e), &e);
	assert_ok(fetch_start(w.fetch, &c->request, sink, &e) != NULL, &e);
	while (!c->over) {
		if (peer && openssl_peer_saw(peer, "\r\n\r\n")) {
			openssl_peer_say(peer, answer);
			peer = NULL;
		}
		turn();
	}
	secret_wipe(c->header, sizeof c->header);
	secret_wipe(c->body, sizeof c->body);
	assert_true(c->good);
	assert_int_equal(c->status, 200);
	assert_int_equal(c->body_n, TOKEN);
	assert_false(c->wrong);
}

static void a_plain_exchange_leaves_no_token(void **state)
{
	struct careful c;
	char url[64];
	pid_t pid;

	(void)state;
	make_tokens();
	pid = serve_plain();
	memset(&w, 0, sizeof w);
	wire_world_start(&w);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
	for (int i = 0; i < 2; i++) {
		exchange(&c, url, NULL, NULL);
		look_for_nothing("with a kept connection");
	}
	wire_world_end(&w);
	look_for_nothing("at the end");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool read_file(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	char *at = arena_take(a, 65536);
	FILE *f = fopen(path.at, "r");

	(void)self;
	(void)e;
	assert_non_null(f);
	*content = str_make(at, fread(at, 1, 65536, f));
	fclose(f);
	return true;
}

static void a_tls_exchange_leaves_no_token(void **state)
{
	static struct openssl_peer peer;
	struct careful c;
	char url[64], ca[128], answer[256], token[TOKEN];

	(void)state;
	make_tokens();
	snprintf(ca, sizeof ca, "%s/ca.pem", openssl_certs());
	memset(&w, 0, sizeof w);
	trust_init(&w.trust, (struct trust_wish){.ca_file = str_of(ca)}, (struct trust_files){.read = read_file});
	openssl_peer_start(&peer, "-cert ip.pem -key ip.key -cert_chain chain.pem");
	wire_world_start(&w);
	snprintf(url, sizeof url, "https://127.0.0.1:%u/", peer.port);
	for (int i = 0; i < 2; i++) {
		unmask(1, token);
		snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%.*s", TOKEN, TOKEN, token);
		exchange(&c, url, &peer, answer);
		/* What the test itself knows: the answer, and what the server printed. */
		secret_wipe(answer, sizeof answer);
		secret_wipe(token, sizeof token);
		turn();
		openssl_peer_saw(&peer, "");
		secret_wipe(peer.seen, sizeof peer.seen);
		peer.seen_n = 0;
		look_for_nothing("with a kept connection");
	}
	wire_world_end(&w);
	look_for_nothing("at the end");
	openssl_peer_kill(&peer);
	openssl_remove_certs();
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(would_find_one),
		cmocka_unit_test_teardown(a_plain_exchange_leaves_no_token, clean_up),
		cmocka_unit_test_teardown(a_tls_exchange_leaves_no_token, clean_up),
	};

	(void)argc;
#ifdef __GLIBC__
	/* Its lazy binder saves vector registers, with the last bytes that were copied, on the stack. */
	if (!getenv("LD_BIND_NOW")) {
		setenv("LD_BIND_NOW", "1", 1);
		execv("/proc/self/exe", argv);
	}
#else
	(void)argv;
#endif
	if (openssl_is_there())
		return cmocka_run_group_tests(tests, NULL, NULL);
	print_message("openssl is missing: only the plain exchange is looked at\n");
	return cmocka_run_group_tests(((const struct CMUnitTest[]){tests[0], tests[1]}), NULL, NULL);
}

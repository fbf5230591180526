/* peer: a small MCP server for the tests of the binary, over HTTP or TLS, a process a connection.
 *
 * usage: peer TOKEN [CHAIN.pem KEY.pem]
 * Listens on a port of 127.0.0.1 that the system chooses and prints that port. Requests that
 * carry TOKEN are answered as an MCP server without tools does, all others with 401. Each request
 * is one line on standard error: method, path, "known" or "unknown". */
#include <arpa/inet.h>
#include <bearssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/pem.h"
#include "json/json.h"
#include "json/json_write.h"

enum { CERTS_MAX = 4, REQUEST_MAX = 65536 };

struct identity {
	br_x509_certificate chain[CERTS_MAX];
	size_t chain_n;
	br_skey_decoder_context key;
};

/* One connection; tls is NULL on a plain one. */
struct line {
	int fd;
	br_sslio_context *tls;
};

static _Noreturn void die(const char *why)
{
	fprintf(stderr, "peer: %s\n", why);
	exit(1);
}

static struct str read_file(struct arena *a, const char *path)
{
	FILE *file = fopen(path, "rb");
	char *at = arena_take(a, REQUEST_MAX);
	size_t n;

	if (!file || !at)
		die(path);
	n = fread(at, 1, REQUEST_MAX, file);
	fclose(file);
	return str_make(at, n);
}

static void read_identity(struct identity *i, struct arena *a, const char *chain, const char *key)
{
	struct str text = read_file(a, chain);
	struct buf der = buf_in(a, 0);
	struct str label;

	while (i->chain_n < CERTS_MAX && pem_next(&text, &label, &der, NULL)) {
		struct str copy = arena_str(a, buf_str(&der));

		i->chain[i->chain_n++] = (br_x509_certificate){(unsigned char *)(uintptr_t)copy.at, copy.len};
	}
	text = read_file(a, key);
	br_skey_decoder_init(&i->key);
	while (pem_next(&text, &label, &der, NULL))
		if (str_ends(label, S("PRIVATE KEY")))
			br_skey_decoder_push(&i->key, der.at, der.len);
	if (i->chain_n == 0 || br_skey_decoder_last_error(&i->key) != 0 || br_skey_decoder_key_type(&i->key) != BR_KEYTYPE_EC)
		die("a chain and an EC key are wanted");
}

/* --- Bytes ------------------------------------------------------------------------------- */

static int receive(void *fd, unsigned char *at, size_t len)
{
	ssize_t n = read(*(int *)fd, at, len);

	return n > 0 ? (int)n : -1;
}

static int transmit(void *fd, const unsigned char *at, size_t len)
{
	ssize_t n = write(*(int *)fd, at, len);

	return n > 0 ? (int)n : -1;
}

static int line_read(struct line *l, char *at, size_t len)
{
	return l->tls ? br_sslio_read(l->tls, at, len) : receive(&l->fd, (unsigned char *)at, len);
}

static void line_write(struct line *l, struct str s)
{
	if (l->tls && (br_sslio_write_all(l->tls, s.at, s.len) != 0 || br_sslio_flush(l->tls) != 0))
		exit(0);
	while (!l->tls && s.len) {
		int n = transmit(&l->fd, (const unsigned char *)s.at, s.len);

		if (n < 0)
			exit(0);
		s = str_from(s, (size_t)n);
	}
}

/* --- One request --------------------------------------------------------------------------- */

/* The value of a field of the head; empty when it is not there. */
static struct str field(struct str head, struct str name)
{
	struct str one;

	while (str_cut(head, '\n', &one, &head)) {
		struct str called, value;

		if (str_cut(one, ':', &called, &value) && str_same_nocase(called, name))
			return str_trim(str_first(value, str_find(value, '\r')));
	}
	return (struct str){0};
}

/* Reads on until a whole request is there. False at the end of the connection. */
static bool read_request(struct line *l, struct buf *in, struct str *head, struct str *body)
{
	for (;;) {
		size_t end = str_find_str(buf_str(in), S("\r\n\r\n"));
		uint64_t length = 0;
		char *at;
		size_t room;
		int n;

		if (end < in->len) {
			*head = str_first(buf_str(in), end + 2);
			str_to_u64(field(*head, S("content-length")), &length);
			*body = str_span(buf_str(in), end + 4, (size_t)length);
			if (body->len == length)
				return true;
		}
		if (!buf_space(in, 1, &at, &room) || (n = line_read(l, at, room)) <= 0)
			return false;
		buf_grew(in, (size_t)n);
	}
}

static void answer(struct line *l, struct arena scratch, const char *status, const char *fields, struct str body)
{
	struct buf out = buf_in(&scratch, 0);

	buf_print(&out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, body.len, fields);
	buf_add(&out, body);
	line_write(l, buf_str(&out));
}

static void answer_known(struct line *l, struct arena scratch, struct str body)
{
	struct buf out = buf_in(&scratch, 0);
	struct json_write w = json_write_to(&out);
	const struct json *call, *id;

	if (!json_read(body, &scratch, &call, NULL)) {
		answer(l, scratch, "400 Bad Request", "", (struct str){0});
		return;
	}
	id = json_get(call, S("id"));
	if (!id) {
		answer(l, scratch, "202 Accepted", "", (struct str){0});
		return;
	}
	json_write_object(&w);
	json_write_str_as(&w, S("jsonrpc"), S("2.0"));
	json_write_tree_as(&w, S("id"), id);
	json_write_name(&w, S("result"));
	json_write_raw(&w, S("{\"tools\":[],\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"}"));
	json_write_end_object(&w);
	answer(l, scratch, "200 OK", "Content-Type: application/json\r\n", buf_str(&out));
}

static void serve(struct line *l, struct str token)
{
	struct arena a;

	if (!arena_new(&a, 4 * REQUEST_MAX))
		die("no memory");
	for (;;) {
		struct buf in = buf_in(&a, REQUEST_MAX);
		struct str head, body, given;

		if (!read_request(l, &in, &head, &body))
			return;
		given = str_from(field(head, S("authorization")), 7); /* behind "Bearer " */
		fprintf(stderr, "%.*s %s\n", STR(str_first(head, str_find_str(head, S(" HTTP/1")))),
			str_same(given, token) ? "known" : "unknown");
		if (str_same(given, token))
			answer_known(l, a, body);
		else
			answer(l, a, "401 Unauthorized", "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n", (struct str){0});
		arena_reset(&a);
	}
}

/* --- Connections --------------------------------------------------------------------------- */

static void serve_tls(struct line *l, struct str token, struct identity *i)
{
	static unsigned char records[BR_SSL_BUFSIZE_BIDI];
	static br_ssl_server_context server;
	br_sslio_context io;
	unsigned char seed[32];

	if (getrandom(seed, sizeof seed, 0) != sizeof seed)
		die("no randomness");
	br_ssl_server_init_minf2g(&server, i->chain, i->chain_n, br_skey_decoder_get_ec(&i->key));
	br_ssl_engine_inject_entropy(&server.eng, seed, sizeof seed);
	br_ssl_engine_set_buffer(&server.eng, records, sizeof records, 1);
	br_ssl_server_reset(&server);
	br_sslio_init(&io, &server.eng, receive, &l->fd, transmit, &l->fd);
	l->tls = &io;
	serve(l, token);
	br_sslio_close(&io);
}

static int listen_here(void)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof here;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, len) != 0 || listen(fd, 64) != 0 ||
		getsockname(fd, (struct sockaddr *)&here, &len) != 0)
		die("no port to listen on");
	printf("%d\n", ntohs(here.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char *argv[])
{
	static struct identity identity;
	struct arena a;
	int door;

	if ((argc != 2 && argc != 4) || !arena_new(&a, 1 << 20))
		die("usage: peer TOKEN [CHAIN.pem KEY.pem]");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* nobody waits for the children */
	if (argc == 4)
		read_identity(&identity, &a, argv[2], argv[3]);
	door = listen_here();
	for (;;) {
		struct line l = {.fd = accept(door, NULL, NULL)};

		if (l.fd >= 0 && fork() == 0) {
			if (argc == 4)
				serve_tls(&l, str_of(argv[1]), &identity);
			else
				serve(&l, str_of(argv[1]));
			_exit(0);
		}
		close(l.fd);
	}
}

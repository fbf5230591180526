/* Whole handshakes, in memory, with a BearSSL server that is told what to speak. */
#include "support/test.h"

#include "base/arena.h"
#include "crypto/profile.h"
#include "crypto/rng.h"
#include "crypto/trust.h"
#include "crypto/x509.h"
#include "support/certs.h"

struct server {
	br_ssl_server_context context;
	unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
	br_x509_certificate chain[2];
	br_skey_decoder_context key;
};

struct client {
	br_ssl_client_context context;
	unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
	struct trust trust;
	struct x509 x509;
	struct arena memory;
};

struct pair {
	struct server server;
	struct client client;
	struct arena arena;
};

static br_x509_certificate certificate(const char *name, struct arena *a)
{
	struct str der = certs_der(name, a);

	return (br_x509_certificate){(unsigned char *)(uintptr_t)der.at, der.len};
}

static void start_server(struct server *s, struct arena *a)
{
	struct str key = certs_der("server.key", a);

	br_skey_decoder_init(&s->key);
	br_skey_decoder_push(&s->key, key.at, key.len);
	s->chain[0] = certificate("server", a);
	s->chain[1] = certificate("between", a);
	br_ssl_server_init_full_ec(&s->context, s->chain, 2, BR_KEYTYPE_EC, br_skey_decoder_get_ec(&s->key));
	br_ssl_engine_set_buffer(&s->context.eng, s->buffer, sizeof s->buffer, 1);
	br_ssl_engine_inject_entropy(&s->context.eng, "not random, but enough for a test", 33);
}

static void start_client(struct client *c, const char *roots, const char *host)
{
	struct err e = {0};

	certs_trust(&c->trust, roots);
	assert_true(arena_new(&c->memory, X509_MEMORY));
	assert_ok(x509_begin(&c->x509, &c->trust, str_of(host), CERTS_NOW, &c->memory, &e), &e);
	profile_client(&c->context, &c->x509.vtable, &rng_system);
	br_ssl_engine_set_buffer(&c->context.eng, c->buffer, sizeof c->buffer, 1);
	assert_int_equal(br_ssl_client_reset(&c->context, x509_server_name(&c->x509), 0), 1);
}

static struct pair *start(const char *host)
{
	static struct pair p;

	memset(&p, 0, sizeof p);
	assert_true(arena_new(&p.arena, 1 << 20));
	start_server(&p.server, &p.arena);
	start_client(&p.client, "root", host);
	return &p;
}

static void end(struct pair *p)
{
	arena_free(&p->arena);
	arena_free(&p->client.memory);
	trust_free(&p->client.trust);
}

/* Moves what one has to send to the other; false when there was nothing. */
static bool carry(br_ssl_engine_context *from, br_ssl_engine_context *to)
{
	size_t have;
	size_t room;
	unsigned char *out = br_ssl_engine_sendrec_buf(from, &have);
	unsigned char *in = br_ssl_engine_recvrec_buf(to, &room);
	size_t n = have < room ? have : room;

	if (!out || !in)
		return false;
	memcpy(in, out, n);
	br_ssl_engine_sendrec_ack(from, n);
	br_ssl_engine_recvrec_ack(to, n);
	return true;
}

/* The client's error, 0 when the handshake came to its end. */
static int shake_hands(struct pair *p)
{
	br_ssl_engine_context *client = &p->client.context.eng;
	br_ssl_engine_context *server = &p->server.context.eng;

	br_ssl_server_reset(&p->server.context);
	while (carry(client, server) || carry(server, client))
		;
	if (br_ssl_engine_last_error(client))
		return br_ssl_engine_last_error(client);
	assert_true(br_ssl_engine_current_state(client) & BR_SSL_SENDAPP);
	return 0;
}

static void shakes_hands_with_a_server_of_1_2(void **state)
{
	struct pair *p = start("server.example");
	br_ssl_session_parameters session;
	unsigned char *at;
	size_t len;

	(void)state;
	assert_int_equal(shake_hands(p), 0);
	br_ssl_engine_get_session_parameters(&p->client.context.eng, &session);
	assert_int_equal(session.version, BR_TLS12);
	assert_string_equal(br_ssl_engine_get_server_name(&p->server.context.eng), "server.example");
	at = br_ssl_engine_sendapp_buf(&p->client.context.eng, &len);
	assert_true(at && len > 5);
	memcpy(at, "hello", 5);
	br_ssl_engine_sendapp_ack(&p->client.context.eng, 5);
	br_ssl_engine_flush(&p->client.context.eng, 0);
	while (carry(&p->client.context.eng, &p->server.context.eng))
		;
	at = br_ssl_engine_recvapp_buf(&p->server.context.eng, &len);
	assert_int_equal(len, 5);
	assert_memory_equal(at, "hello", 5);
	end(p);
}

static void every_offered_suite_works_and_no_other_does(void **state)
{
	static const struct {
		uint16_t suite;
		bool works;
	} cases[] = {
		{BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true},
		{BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, true},
		{BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, true},
		{BR_TLS_ECDHE_ECDSA_WITH_AES_128_CCM, false},
		{BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, false},
		{BR_TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA, false},
		{BR_TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair *p = start("server.example");
		struct err e = {0};
		int error;

		br_ssl_engine_set_suites(&p->server.context.eng, &cases[i].suite, 1);
		error = shake_hands(p);
		if ((error == 0) != cases[i].works)
			fail_msg("suite %04x: error %d", cases[i].suite, error);
		if (error) {
			assert_false(x509_refused(&p->client.x509, NULL));
			assert_false(profile_explain(error, "server.example", &e));
			assert_non_null(strstr(e.text, "server.example accepts none of the TLS 1.2 cipher suites"));
		}
		end(p);
	}
}

static void an_older_version_is_refused(void **state)
{
	struct pair *p = start("server.example");
	int error;

	(void)state;
	br_ssl_engine_set_versions(&p->server.context.eng, BR_TLS10, BR_TLS11);
	error = shake_hands(p);
	assert_int_equal(error, BR_ERR_RECV_FATAL_ALERT + 40); /* our suites begin with 1.2 */
	end(p);
}

static void an_answer_that_is_not_tls_is_told_as_that(void **state)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct pair *p = start("server.example");
	br_ssl_engine_context *client = &p->client.context.eng;
	unsigned char *at;
	size_t len;
	struct err e = {0};

	(void)state;
	while (br_ssl_engine_sendrec_buf(client, &len))
		br_ssl_engine_sendrec_ack(client, len);
	for (size_t done = 0; (at = br_ssl_engine_recvrec_buf(client, &len)) && done < sizeof answer - 1; done += len) {
		len = len < sizeof answer - 1 - done ? len : sizeof answer - 1 - done;
		memcpy(at, answer + done, len);
		br_ssl_engine_recvrec_ack(client, len);
	}
	assert_false(profile_explain(br_ssl_engine_last_error(client), "server.example", &e));
	assert_non_null(strstr(e.text, "this port is not for TLS"));
	end(p);
}

static void a_refused_certificate_ends_the_handshake_with_its_reason(void **state)
{
	struct pair *p = start("other.example");
	struct err e = {0};

	(void)state;
	assert_int_not_equal(shake_hands(p), 0);
	assert_true(x509_refused(&p->client.x509, &e));
	assert_string_equal(e.text, "the certificate of other.example is for server.example, *.wild.example, not for other.example");
	end(p);
}

static void a_certificate_of_another_key_is_noticed(void **state)
{
	struct pair *p = start("server.example");

	(void)state;
	p->server.chain[0] = certificate("server-p521", &p->arena);
	assert_int_not_equal(shake_hands(p), 0);
	end(p);
}

static void errors_are_told_in_words(void **state)
{
	static const struct {
		int error;
		const char *text;
	} cases[] = {
		{BR_ERR_RECV_FATAL_ALERT + 70, "h.example requires TLS 1.3, and keyfob speaks 1.2"},
		{BR_ERR_RECV_FATAL_ALERT + 112, "h.example serves no site of this name"},
		{BR_ERR_RECV_FATAL_ALERT + 80, "it answered with alert 80"},
		{BR_ERR_SEND_FATAL_ALERT + 42, "it was refused with alert 42"},
		{BR_ERR_BAD_VERSION, "h.example changed its TLS version"},
		{BR_ERR_BAD_HELLO_DONE, "BearSSL error 22"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {0};

		assert_false(profile_explain(cases[i].error, "h.example", &e));
		assert_int_equal(e.kind, ERR_NETWORK);
		if (!strstr(e.text, cases[i].text))
			fail_msg("\"%s\" instead of \"%s\"", e.text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shakes_hands_with_a_server_of_1_2),
		cmocka_unit_test(every_offered_suite_works_and_no_other_does),
		cmocka_unit_test(an_older_version_is_refused),
		cmocka_unit_test(an_answer_that_is_not_tls_is_told_as_that),
		cmocka_unit_test(a_refused_certificate_ends_the_handshake_with_its_reason),
		cmocka_unit_test(a_certificate_of_another_key_is_noticed),
		cmocka_unit_test(errors_are_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

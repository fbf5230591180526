#include "net/tls.h"

#include <bearssl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "crypto/profile.h"
#include "crypto/trust.h"
#include "crypto/x509.h"
#include "sys/clock.h"

struct tls {
	br_ssl_client_context client;
	struct x509 x509;
	struct arena arena; /* the presented chain, until hands were shaken */
	char host[X509_HOST_MAX + 1];
	/* One buffer for each direction. Records are decrypted and encrypted in place here. */
	unsigned char in[BR_SSL_BUFSIZE_INPUT];
	unsigned char out[BR_SSL_BUFSIZE_OUTPUT];
};

static struct tls *begin(const struct tls_settings *s, struct str host, struct err *e)
{
	struct tls *t = calloc(1, sizeof *t);

	if (!t || !arena_new(&t->arena, X509_MEMORY)) {
		err_set(e, ERR_SYSTEM, "there is no memory for a TLS connection");
		free(t);
		return NULL;
	}
	if (!x509_begin(&t->x509, s->trust, host, clock_now(s->clock), &t->arena, e)) {
		tls_free(t);
		return NULL;
	}
	memcpy(t->host, host.at, len_min(host.len, X509_HOST_MAX));
	return t;
}

struct tls *tls_open(const struct tls_settings *s, struct str host, struct err *e)
{
	struct tls *t;

	if (!trust_load(s->trust, e))
		return NULL;
	t = begin(s, host, e);
	if (!t)
		return NULL;
	profile_client(&t->client, &t->x509.vtable, s->rng);
	br_ssl_engine_set_buffers_bidi(&t->client.eng, t->in, sizeof t->in, t->out, sizeof t->out);
	if (br_ssl_client_reset(&t->client, x509_server_name(&t->x509), 0))
		return t;
	profile_explain(br_ssl_engine_last_error(&t->client.eng), t->host, e);
	tls_free(t);
	return NULL;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	arena_free(&t->arena);
	secret_wipe(t, sizeof *t);
	free(t);
}

static unsigned state(const struct tls *t)
{
	return br_ssl_engine_current_state(&t->client.eng);
}

/* A socket that fails under TLS. */
static enum wire broke_off(const struct tls *t, struct err *e)
{
	err_set(e, ERR_NETWORK, "the connection to %s broke off: %s", t->host, strerror(errno));
	return WIRE_CUT;
}

static enum wire send_record(struct tls *t, int fd, struct err *e)
{
	size_t len;
	unsigned char *at = br_ssl_engine_sendrec_buf(&t->client.eng, &len);
	ssize_t n;

	do
		n = send(fd, at, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? WIRE_WANT_WRITE : broke_off(t, e);
	br_ssl_engine_sendrec_ack(&t->client.eng, (size_t)n);
	return WIRE_DONE;
}

static enum wire receive_record(struct tls *t, int fd, struct err *e)
{
	size_t len;
	unsigned char *at = br_ssl_engine_recvrec_buf(&t->client.eng, &len);
	ssize_t n;

	do
		n = recv(fd, at, len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? WIRE_WANT_READ : broke_off(t, e);
	if (n == 0) {
		err_set(e, ERR_NETWORK, "%s closed the connection without ending TLS: the answer may be cut short", t->host);
		return WIRE_CUT;
	}
	br_ssl_engine_recvrec_ack(&t->client.eng, (size_t)n);
	return WIRE_DONE;
}

/* The engine is closed: by the peer in good order, or by a fault of either side. */
static enum wire ended(struct tls *t, struct err *e)
{
	int error = br_ssl_engine_last_error(&t->client.eng);

	if (error == BR_ERR_OK) {
		err_set(e, ERR_NETWORK, "%s ended the connection", t->host);
		return WIRE_CLOSED;
	}
	if (!x509_refused(&t->x509, e))
		profile_explain(error, t->host, e);
	return WIRE_BAD;
}

/* A peer that hangs up in the middle often means a version or port that does not fit. */
static enum wire hung_up(const struct tls *t, struct err *e)
{
	err_set(e, ERR_NETWORK, "%s hung up during the TLS handshake: does this port speak TLS, and version 1.2?", t->host);
	return WIRE_BAD;
}

enum wire tls_shake(struct tls *t, int fd, struct err *e)
{
	for (;;) {
		unsigned now = state(t);
		enum wire w;

		if (now & BR_SSL_CLOSED) {
			w = ended(t, e);
			return w == WIRE_CLOSED ? hung_up(t, e) : w;
		}
		if (now & BR_SSL_SENDAPP) {
			arena_free(&t->arena);
			return WIRE_DONE;
		}
		w = now & BR_SSL_SENDREC ? send_record(t, fd, e) : receive_record(t, fd, e);
		if (w == WIRE_CUT)
			return x509_refused(&t->x509, e) ? WIRE_BAD : hung_up(t, e);
		if (w != WIRE_DONE)
			return w;
	}
}

enum wire tls_read(struct tls *t, int fd, void *at, size_t room, size_t *n, struct err *e)
{
	*n = 0;
	for (;;) {
		unsigned now = state(t);
		enum wire w;
		size_t len;

		if (now & BR_SSL_RECVAPP) {
			const void *from = br_ssl_engine_recvapp_buf(&t->client.eng, &len);

			*n = len_min(len, room);
			memcpy(at, from, *n);
			br_ssl_engine_recvapp_ack(&t->client.eng, *n);
			return WIRE_DONE;
		}
		if (now & BR_SSL_CLOSED)
			return ended(t, e);
		w = now & BR_SSL_RECVREC ? receive_record(t, fd, e) : send_record(t, fd, e);
		/* What the engine itself has to say (it refuses to renegotiate) must not wait for our next word. */
		if (w == WIRE_WANT_READ && (now & BR_SSL_SENDREC) && send_record(t, fd, NULL) == WIRE_WANT_WRITE)
			return WIRE_WANT_WRITE;
		if (w != WIRE_DONE)
			return w;
	}
}

enum wire tls_write(struct tls *t, int fd, struct str bytes, size_t *n, struct err *e)
{
	*n = 0;
	for (;;) {
		unsigned now = state(t);
		enum wire w;
		size_t len;

		if (now & BR_SSL_CLOSED)
			return ended(t, e);
		if (now & BR_SSL_SENDAPP) {
			void *to = br_ssl_engine_sendapp_buf(&t->client.eng, &len);

			*n = len_min(len, bytes.len);
			memcpy(to, bytes.at, *n);
			br_ssl_engine_sendapp_ack(&t->client.eng, *n);
			return WIRE_DONE;
		}
		if (!(now & BR_SSL_SENDREC))
			return WIRE_WANT_READ;
		w = send_record(t, fd, e);
		if (w != WIRE_DONE)
			return w;
	}
}

enum wire tls_flush(struct tls *t, int fd, struct err *e)
{
	br_ssl_engine_flush(&t->client.eng, 0);
	while (state(t) & BR_SSL_SENDREC) {
		enum wire w = send_record(t, fd, e);

		if (w != WIRE_DONE)
			return w;
	}
	return state(t) & BR_SSL_CLOSED ? ended(t, e) : WIRE_DONE;
}

/* Nothing is in the buffers that counts when the engine waits for the first byte of a record
 * and has none to send. */
bool tls_rest(struct tls *t)
{
	unsigned now = state(t);
	size_t len;

	if ((now & (BR_SSL_RECVAPP | BR_SSL_SENDREC | BR_SSL_CLOSED)) || !(now & BR_SSL_SENDAPP))
		return false;
	if (br_ssl_engine_recvrec_buf(&t->client.eng, &len) != t->in)
		return false;
	secret_wipe(t->in, sizeof t->in);
	secret_wipe(t->out, sizeof t->out);
	return true;
}

void tls_bye(struct tls *t, int fd)
{
	size_t len;

	while (br_ssl_engine_recvapp_buf(&t->client.eng, &len))
		br_ssl_engine_recvapp_ack(&t->client.eng, len);
	br_ssl_engine_close(&t->client.eng);
	while (state(t) & BR_SSL_SENDREC)
		if (send_record(t, fd, NULL) != WIRE_DONE)
			return;
}

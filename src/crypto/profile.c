#include "crypto/profile.h"

#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "crypto/rng.h"

static const uint16_t aes_first[] = {
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

static const uint16_t chacha_first[] = {
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

static bool has_aes_instructions(void)
{
	return br_aes_x86ni_ctr_get_vtable() || br_aes_pwr8_ctr_get_vtable();
}

/* The defaults of these are the fastest code that takes constant time. No CBC, no CCM, no RSA key
 * exchange, no MD5 or SHA-1 is registered, so none of it can be chosen. */
static void set_algorithms(br_ssl_engine_context *eng)
{
	br_ssl_engine_set_default_aes_gcm(eng);
	br_ssl_engine_set_default_chapol(eng);
	br_ssl_engine_set_default_rsavrfy(eng);
	br_ssl_engine_set_default_ecdsa(eng); /* with it the curves: X25519, P-256, P-384, P-521 */
	br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(eng, &br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, &br_tls12_sha384_prf);
}

static void seed(br_ssl_engine_context *eng, struct rng *rng)
{
	uint8_t bytes[64];

	rng_fill(rng, bytes, sizeof bytes);
	br_ssl_engine_inject_entropy(eng, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

void profile_client(br_ssl_client_context *cc, const br_x509_class **x509, struct rng *rng)
{
	static const char *protocols[] = {"http/1.1"};

	br_ssl_client_zero(cc);
	br_ssl_engine_set_versions(&cc->eng, BR_TLS12, BR_TLS12);
	if (has_aes_instructions())
		br_ssl_engine_set_suites(&cc->eng, aes_first, sizeof aes_first / sizeof *aes_first);
	else
		br_ssl_engine_set_suites(&cc->eng, chacha_first, sizeof chacha_first / sizeof *chacha_first);
	set_algorithms(&cc->eng);
	br_ssl_engine_set_x509(&cc->eng, x509);
	br_ssl_engine_set_protocol_names(&cc->eng, protocols, 1);
	br_ssl_engine_add_flags(&cc->eng, BR_OPT_NO_RENEGOTIATION);
	seed(&cc->eng, rng);
}

static const struct {
	int error;
	const char *text;
} known[] = {
	{BR_ERR_RECV_FATAL_ALERT + 70, "requires TLS 1.3, and keyfob speaks 1.2: allow 1.2 there, or put a proxy that ends TLS in front of it"},
	{BR_ERR_RECV_FATAL_ALERT + 40, "accepts none of the TLS 1.2 cipher suites that keyfob offers (ECDHE with AES-GCM or ChaCha20-Poly1305)"},
	{BR_ERR_RECV_FATAL_ALERT + 71, "finds the TLS 1.2 that keyfob offers too weak for its rules"},
	{BR_ERR_RECV_FATAL_ALERT + 112, "serves no site of this name (TLS alert unrecognized_name)"},
	{BR_ERR_RECV_FATAL_ALERT + 120, "does not speak HTTP/1.1 here (TLS alert no_application_protocol)"},
	{BR_ERR_UNSUPPORTED_VERSION, "does not speak TLS 1.2 here: its version is older, or this port is not for TLS"},
	{BR_ERR_BAD_VERSION, "changed its TLS version within the handshake"},
	{BR_ERR_UNEXPECTED, "broke the order of the TLS handshake"},
	{BR_ERR_BAD_CIPHER_SUITE, "chose a cipher suite that was not offered"},
	{BR_ERR_BAD_SIGNATURE, "signed the key exchange with another key than its certificate's"},
	{BR_ERR_BAD_MAC, "sent a TLS record that was damaged on the way"},
	{BR_ERR_IO, "closed the connection without ending TLS"},
	{BR_ERR_NO_RANDOM, "could not be reached: there are no random bytes"},
};

bool profile_explain(int error, const char *host, struct err *e)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].error == error)
			return err_set(e, ERR_NETWORK, "%.100s %s", host, known[i].text);
	if (error >= BR_ERR_SEND_FATAL_ALERT)
		return err_set(e, ERR_NETWORK, "the TLS handshake with %.100s failed: it was refused with alert %d",
			host, error - BR_ERR_SEND_FATAL_ALERT);
	if (error >= BR_ERR_RECV_FATAL_ALERT)
		return err_set(e, ERR_NETWORK, "the TLS handshake with %.100s failed: it answered with alert %d",
			host, error - BR_ERR_RECV_FATAL_ALERT);
	return err_set(e, ERR_NETWORK, "TLS with %.100s failed (BearSSL error %d)", host, error);
}

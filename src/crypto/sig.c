#include "crypto/sig.h"

#include <bearssl.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "crypto/der.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

/* An RSA key for BearSSL, with its modulus and public exponent, so that what was signed can be looked at before it leaves. */
struct rsa {
	br_rsa_private_key secret;
	br_rsa_public_key open;
};

/* The order of P-256 (FIPS 186-4, D.1.2.3). */
static const uint8_t order[SIG_SCALAR] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* BearSSL's structures are not const, but nothing writes through them. */
static unsigned char *bytes_of(struct str s)
{
	return (unsigned char *)(uintptr_t)s.at;
}

/* --- P-256 ------------------------------------------------------------------------------------- */

/* 0 < d < order, in time that tells nothing of d. */
static bool is_in_range(const uint8_t d[static SIG_SCALAR])
{
	unsigned borrow = 0, any = 0;

	for (size_t i = SIG_SCALAR; i-- > 0;) {
		unsigned difference = (unsigned)d[i] - order[i] - borrow;

		borrow = difference >> 8 & 1;
		any |= d[i];
	}
	return borrow & (any != 0);
}

static br_ec_private_key ec_of(const struct sig_key *k)
{
	return (br_ec_private_key){BR_EC_secp256r1, (unsigned char *)(uintptr_t)k->scalar, sizeof k->scalar};
}

/* The public point, from the private number. */
static bool find_point(struct sig_key *k)
{
	br_ec_private_key secret = ec_of(k);
	br_ec_public_key open;
	unsigned char point[1 + 2 * SIG_POINT + 8];

	if (br_ec_compute_pub(br_ec_get_default(), NULL, NULL, &secret) > sizeof point ||
		br_ec_compute_pub(br_ec_get_default(), &open, point, &secret) != 1 + 2 * SIG_POINT)
		return false;
	memcpy(k->x, point + 1, SIG_POINT);
	memcpy(k->y, point + 1 + SIG_POINT, SIG_POINT);
	return true;
}

void sig_draw(struct sig_key *k, struct rng *rng)
{
	*k = (struct sig_key){.alg = SIG_ES256};
	do
		rng_fill(rng, k->scalar, sizeof k->scalar);
	while (!is_in_range(k->scalar) || !find_point(k));
}

bool sig_of_scalar(struct sig_key *k, struct str scalar, struct err *e)
{
	*k = (struct sig_key){.alg = SIG_ES256};
	if (scalar.len != sizeof k->scalar)
		return err_set(e, ERR_INPUT, "a P-256 key has %d bytes, not %zu", SIG_SCALAR, scalar.len);
	memcpy(k->scalar, scalar.at, scalar.len);
	if (is_in_range(k->scalar) && find_point(k))
		return true;
	sig_wipe(k);
	return err_set(e, ERR_INPUT, "the number is no P-256 key: it is zero or too large");
}

/* --- RSA --------------------------------------------------------------------------------------- */

static struct str without_zeroes(struct str n)
{
	while (n.len && !n.at[0])
		n = str_from(n, 1);
	return n;
}

static uint32_t bits_of(struct str n)
{
	uint32_t bits = (uint32_t)len_mul(n.len, 8);

	for (unsigned top = n.len ? (unsigned char)n.at[0] : 0xff; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

static bool check_size(uint32_t bits, struct err *e)
{
	if (bits < SIG_RSA_MIN)
		return err_set(e, ERR_INPUT, "an RSA key of %u bits is too short: %d is the least", bits, SIG_RSA_MIN);
	if (bits > SIG_RSA_MAX)
		return err_set(e, ERR_INPUT, "an RSA key of %u bits is too long: %d is the most", bits, SIG_RSA_MAX);
	return true;
}

/* Halves of one length, as BearSSL's CRT wants them. */
static bool fits(struct str part, size_t half)
{
	return part.len > 0 && part.len <= half;
}

bool sig_of_rsa(struct sig_key *k, struct str n, struct str e_, struct str p, struct str q, struct str dp, struct str dq, struct str qi,
	struct arena *a, struct err *e)
{
	struct str *const parts[] = {&n, &e_, &p, &q, &dp, &dq, &qi};
	struct rsa *rsa = arena_one(a, struct rsa);
	size_t half;

	*k = (struct sig_key){.alg = SIG_RS256, .rsa = rsa};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		*parts[i] = arena_str(a, without_zeroes(*parts[i]));
		if (!rsa || !parts[i]->at)
			return err_set(e, ERR_LIMIT, "the RSA key does not fit in memory");
	}
	if (!check_size(bits_of(n), e))
		return false;
	half = len_add(n.len / 2, 8);
	if (!fits(p, half) || !fits(q, half) || !fits(dp, half) || !fits(dq, half) || !fits(qi, half) || !e_.len || e_.len > 8)
		return err_set(e, ERR_INPUT, "the parts of the RSA key do not fit together");
	rsa->secret = (br_rsa_private_key){bits_of(n), bytes_of(p), p.len, bytes_of(q), q.len, bytes_of(dp), dp.len, bytes_of(dq), dq.len,
		bytes_of(qi), qi.len};
	rsa->open = (br_rsa_public_key){bytes_of(n), n.len, bytes_of(e_), e_.len};
	return true;
}

/* --- DER --------------------------------------------------------------------------------------- */

static bool take_ec(struct sig_key *k, const br_ec_private_key *ec, struct err *e)
{
	struct str scalar = str_make(ec->x, ec->xlen);
	uint8_t whole[SIG_SCALAR] = {0};
	bool good;

	if (ec->curve != BR_EC_secp256r1)
		return err_set(e, ERR_INPUT, "the key is on another curve than P-256, the only one that is used here (ES256)");
	scalar = without_zeroes(scalar);
	if (scalar.len > sizeof whole)
		return err_set(e, ERR_INPUT, "the number is no P-256 key: it is too large");
	if (scalar.len)
		memcpy(whole + (sizeof whole - scalar.len), scalar.at, scalar.len);
	good = sig_of_scalar(k, str_make(whole, sizeof whole), e);
	secret_wipe(whole, sizeof whole);
	return good;
}

/* The modulus and the public exponent, which stand in PKCS#1 (RFC 8017 §A.1.2), alone or within PKCS#8 (RFC 5958 §2). */
static bool read_public_half(struct str der, struct str *modulus, struct str *exponent)
{
	struct str key, inner;

	if (!der_take(&der, DER_SEQUENCE, &key) || !der_take(&key, DER_INTEGER, NULL))
		return false;
	if (der_take(&key, DER_SEQUENCE, NULL) &&
		!(der_take(&key, DER_OCTETS, &inner) && der_take(&inner, DER_SEQUENCE, &key) && der_take(&key, DER_INTEGER, NULL)))
		return false;
	return der_take_unsigned(&key, modulus) && der_take_unsigned(&key, exponent);
}

/* BearSSL decodes the private half alone, and finds the other only for primes of one kind. */
static bool take_rsa(struct sig_key *k, struct str der, const br_rsa_private_key *r, struct arena *a, struct err *e)
{
	struct str modulus, exponent;

	if (!read_public_half(der, &modulus, &exponent))
		return err_set(e, ERR_INPUT, "the RSA key lacks its modulus or its public exponent");
	return sig_of_rsa(k, modulus, exponent, str_make(r->p, r->plen), str_make(r->q, r->qlen),
		str_make(r->dp, r->dplen), str_make(r->dq, r->dqlen), str_make(r->iq, r->iqlen), a, e);
}

bool sig_read_der(struct sig_key *k, struct str der, struct arena *a, struct err *e)
{
	br_skey_decoder_context decoder;
	bool good;

	*k = (struct sig_key){0};
	br_skey_decoder_init(&decoder);
	br_skey_decoder_push(&decoder, der.at, der.len);
	switch (br_skey_decoder_key_type(&decoder)) {
	case BR_KEYTYPE_EC:
		good = take_ec(k, br_skey_decoder_get_ec(&decoder), e);
		break;
	case BR_KEYTYPE_RSA:
		good = take_rsa(k, der, br_skey_decoder_get_rsa(&decoder), a, e);
		break;
	default:
		good = err_set(e, ERR_INPUT, "this is no private key that can be used: EC on P-256, or RSA of %d to %d bits, as PKCS#8, SEC 1 or PKCS#1",
			SIG_RSA_MIN, SIG_RSA_MAX);
	}
	secret_wipe(&decoder, sizeof decoder);
	return good;
}

/* --- Signing ----------------------------------------------------------------------------------- */

/* A fault in the computation would give the key away: nothing leaves that the public half does not confirm. */
static bool is_right(const br_rsa_public_key *open, const uint8_t *hash, const uint8_t *signature, size_t n)
{
	uint8_t found[HASH_SHA256];

	return br_rsa_pkcs1_vrfy_get_default()(signature, n, BR_HASH_OID_SHA256, HASH_SHA256, open, found) &&
		memcmp(found, hash, HASH_SHA256) == 0;
}

static bool sign_rsa(const struct rsa *rsa, const uint8_t *hash, uint8_t *out, size_t *n)
{
	*n = rsa->open.nlen;
	return br_rsa_pkcs1_sign_get_default()(BR_HASH_OID_SHA256, hash, HASH_SHA256, &rsa->secret, out) && is_right(&rsa->open, hash, out, *n);
}

static bool sign_ec(const struct sig_key *k, const uint8_t *hash, uint8_t *out, size_t *n)
{
	br_ec_private_key secret = ec_of(k);

	*n = br_ecdsa_sign_raw_get_default()(br_ec_get_default(), &br_sha256_vtable, hash, &secret, out);
	return *n == 2 * SIG_SCALAR;
}

bool sig_sign(const struct sig_key *k, struct str message, uint8_t out[static SIG_MAX], size_t *n, struct err *e)
{
	uint8_t hash[HASH_SHA256];

	hash_sha256(hash, message);
	if (k->alg == SIG_RS256 ? k->rsa && sign_rsa(k->rsa, hash, out, n) : sign_ec(k, hash, out, n))
		return true;
	secret_wipe(out, SIG_MAX);
	*n = 0;
	return err_set(e, ERR_INPUT, "the private key does not fit together: nothing can be signed with it");
}

void sig_wipe(struct sig_key *k)
{
	secret_wipe(k, sizeof *k);
}

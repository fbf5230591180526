#include "crypto/sig.h"

#include <bearssl.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

/* An RSA key for BearSSL, with its modulus and public exponent, so that what was signed can be looked at before it leaves. */
struct sig_rsa {
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

static bool sign_ec(const struct sig_key *k, const uint8_t *hash, uint8_t *out, size_t *n)
{
	br_ec_private_key secret = ec_of(k);

	*n = br_ecdsa_sign_raw_get_default()(br_ec_get_default(), &br_sha256_vtable, hash, &secret, out);
	return *n == 2 * SIG_SCALAR;
}

/* --- RSA --------------------------------------------------------------------------------------- */

/* How long a number is, is no secret: BearSSL does not hide it either. */
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

static bool copy(const struct sig_rsa_parts *r, struct arena *a, struct sig_rsa_parts *own)
{
	const struct str *from[] = {&r->n, &r->e, &r->p, &r->q, &r->dp, &r->dq, &r->qi};
	struct str *to[] = {&own->n, &own->e, &own->p, &own->q, &own->dp, &own->dq, &own->qi};

	for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
		*to[i] = arena_str(a, without_zeroes(*from[i]));
		if (!to[i]->at)
			return false;
	}
	return true;
}

static void lend(struct sig_rsa *rsa, const struct sig_rsa_parts *r)
{
	rsa->secret = (br_rsa_private_key){bits_of(r->n), bytes_of(r->p), r->p.len, bytes_of(r->q), r->q.len,
		bytes_of(r->dp), r->dp.len, bytes_of(r->dq), r->dq.len, bytes_of(r->qi), r->qi.len};
	rsa->open = (br_rsa_public_key){bytes_of(r->n), r->n.len, bytes_of(r->e), r->e.len};
}

/* Halves of one length, more or less, as BearSSL's CRT wants them; the public exponent is odd and at least 3. */
static bool may_fit(const struct sig_rsa_parts *r)
{
	const struct str halves[] = {r->p, r->q, r->dp, r->dq, r->qi};
	size_t half = len_add(r->n.len / 2, 8);

	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
		if (halves[i].len == 0 || halves[i].len > half)
			return false;
	return r->e.len > 0 && r->e.len <= 8 && r->e.at[r->e.len - 1] & 1 && !str_same(r->e, S("\1"));
}

/* A fault in the computation would give the key away: nothing leaves that the public half does not confirm. */
static bool is_right(const br_rsa_public_key *open, const uint8_t *hash, const uint8_t *signature, size_t n)
{
	uint8_t found[HASH_SHA256];

	return br_rsa_pkcs1_vrfy_get_default()(signature, n, BR_HASH_OID_SHA256, HASH_SHA256, open, found) &&
		memcmp(found, hash, HASH_SHA256) == 0;
}

static bool sign_rsa(const struct sig_rsa *rsa, const uint8_t *hash, uint8_t *out, size_t *n)
{
	*n = rsa->open.nlen;
	return br_rsa_pkcs1_sign_get_default()(BR_HASH_OID_SHA256, hash, HASH_SHA256, &rsa->secret, out) && is_right(&rsa->open, hash, out, *n);
}

/* A key that cannot sign is found out now, not when it is needed. */
static bool does_sign(const struct sig_rsa *rsa)
{
	static const uint8_t hash[HASH_SHA256];
	uint8_t out[SIG_MAX];
	size_t n;
	bool good = sign_rsa(rsa, hash, out, &n);

	secret_wipe(out, sizeof out); /* one that is wrong would give the key away */
	return good;
}

bool sig_of_rsa(struct sig_key *k, const struct sig_rsa_parts *parts, struct arena *a, struct err *e)
{
	struct sig_rsa_parts own = {0};
	bool good;

	*k = (struct sig_key){.alg = SIG_RS256};
	if (!check_size(bits_of(without_zeroes(parts->n)), e))
		return false;
	k->rsa = arena_one(a, struct sig_rsa);
	good = k->rsa && copy(parts, a, &own);
	if (k->rsa)
		lend(k->rsa, &own);
	if (!good)
		err_set(e, ERR_LIMIT, "the RSA key does not fit in memory");
	else if (!may_fit(&own) || !does_sign(k->rsa))
		good = err_set(e, ERR_INPUT, "the parts of the RSA key do not fit together: the file is damaged");
	if (!good)
		sig_wipe(k);
	return good;
}

/* --- Signing ----------------------------------------------------------------------------------- */

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

static void wipe_rsa(struct sig_rsa *rsa)
{
	br_rsa_private_key *secret = &rsa->secret;

	secret_wipe(secret->p, secret->plen);
	secret_wipe(secret->q, secret->qlen);
	secret_wipe(secret->dp, secret->dplen);
	secret_wipe(secret->dq, secret->dqlen);
	secret_wipe(secret->iq, secret->iqlen);
	secret_wipe(rsa->open.n, rsa->open.nlen);
	secret_wipe(rsa->open.e, rsa->open.elen);
	secret_wipe(rsa, sizeof *rsa);
}

void sig_wipe(struct sig_key *k)
{
	if (k->rsa)
		wipe_rsa(k->rsa);
	secret_wipe(k, sizeof *k);
}

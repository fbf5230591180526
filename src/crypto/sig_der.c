/* The files that private keys come in (sig.h: sig_read_der). */
#include "crypto/sig.h"

#include <bearssl.h>
#include <string.h>

#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "crypto/der.h"

enum {
	TAG_POINT = 0xa1, /* [1] of an ECPrivateKey, constructed */
	TAG_PLAIN = 0x04, /* a point with both of its coordinates (SEC 1 §2.3.3) */
};

/* What PKCS#8 wraps (RFC 5958 §2), or what stands there without it: the fields behind the version. */
static bool open_key(struct str der, struct str *fields)
{
	struct str inner;

	if (!der_take(&der, DER_SEQUENCE, fields) || !der_take(fields, DER_INTEGER, NULL))
		return false;
	if (!der_take(fields, DER_SEQUENCE, NULL))
		return true;
	return der_take(fields, DER_OCTETS, &inner) && der_take(&inner, DER_SEQUENCE, fields) && der_take(fields, DER_INTEGER, NULL);
}

/* --- P-256 ------------------------------------------------------------------------------------- */

/* RFC 5915 §3 has 32 bytes, but some leave leading zeroes away, and others put more of them in front. In time that
 * tells nothing of the number. */
static bool settle(struct str d, uint8_t scalar[static SIG_SCALAR])
{
	size_t extra = len_sub(d.len, SIG_SCALAR);
	struct str low = str_from(d, extra);
	unsigned any = 0;

	for (size_t i = 0; i < extra; i++)
		any |= (unsigned char)d.at[i];
	memset(scalar, 0, SIG_SCALAR);
	if (low.len)
		memcpy(scalar + len_sub(SIG_SCALAR, low.len), low.at, low.len);
	return any == 0;
}

/* The public point may stand there too (RFC 5915 §3): a damaged private number is told by it. */
static bool fits_its_point(const struct sig_key *k, struct str der)
{
	struct str fields, tagged, point;

	if (!open_key(der, &fields) || !der_take(&fields, DER_OCTETS, NULL))
		return false;
	while (!der_take(&fields, TAG_POINT, &tagged)) {
		struct der other;

		if (!der_next(&fields, &other))
			return true;
	}
	if (!der_take_bits(&tagged, &point))
		return false;
	if (point.len != 1 + 2 * SIG_POINT || point.at[0] != TAG_PLAIN)
		return true; /* another way to write it */
	return str_same(str_span(point, 1, SIG_POINT), str_make(k->x, SIG_POINT)) &&
		str_same(str_from(point, 1 + SIG_POINT), str_make(k->y, SIG_POINT));
}

static bool take_ec(struct sig_key *k, struct str der, const br_ec_private_key *ec, struct err *e)
{
	uint8_t scalar[SIG_SCALAR];
	bool good;

	if (ec->curve != BR_EC_secp256r1)
		return err_set(e, ERR_INPUT, "the key is on another curve than P-256, the only one that is used here (ES256)");
	good = settle(str_make(ec->x, ec->xlen), scalar) ? sig_of_scalar(k, str_make(scalar, sizeof scalar), e)
							 : err_set(e, ERR_INPUT, "the number is no P-256 key: it is too large");
	secret_wipe(scalar, sizeof scalar);
	if (!good || fits_its_point(k, der))
		return good;
	sig_wipe(k);
	return err_set(e, ERR_INPUT, "the two halves of the key do not belong together: the file is damaged");
}

/* --- RSA --------------------------------------------------------------------------------------- */

/* BearSSL decodes the private half alone, and finds the other only for primes of one kind: it is read here
 * (RFC 8017 §A.1.2). */
static bool read_public_half(struct str der, struct sig_rsa_parts *parts)
{
	struct str fields;

	return open_key(der, &fields) && der_take_unsigned(&fields, &parts->n) && der_take_unsigned(&fields, &parts->e);
}

static bool take_rsa(struct sig_key *k, struct sig_rsa_parts *parts, const br_rsa_private_key *r, struct arena *a, struct err *e)
{
	parts->p = str_make(r->p, r->plen);
	parts->q = str_make(r->q, r->qlen);
	parts->dp = str_make(r->dp, r->dplen);
	parts->dq = str_make(r->dq, r->dqlen);
	parts->qi = str_make(r->iq, r->iqlen);
	return sig_of_rsa(k, parts, a, e);
}

/* BearSSL has no room for a key that is far too long: what it is, is told all the same. */
static bool is_none(struct sig_key *k, const struct sig_rsa_parts *parts, struct arena *a, struct err *e)
{
	if (parts->n.len > SIG_RSA_MAX / 8)
		return sig_of_rsa(k, parts, a, e);
	return err_set(e, ERR_INPUT, "this is no private key that can be used: EC on P-256, or RSA of %d to %d bits, as PKCS#8, SEC 1 or PKCS#1",
		SIG_RSA_MIN, SIG_RSA_MAX);
}

bool sig_read_der(struct sig_key *k, struct str der, struct arena *a, struct err *e)
{
	br_skey_decoder_context decoder;
	struct sig_rsa_parts parts = {0};
	bool is_rsa = read_public_half(der, &parts);
	bool good;

	*k = (struct sig_key){0};
	br_skey_decoder_init(&decoder);
	br_skey_decoder_push(&decoder, der.at, der.len); /* at once: between two pushes an error would be forgotten */
	if (br_skey_decoder_key_type(&decoder) == BR_KEYTYPE_EC)
		good = take_ec(k, der, br_skey_decoder_get_ec(&decoder), e);
	else if (br_skey_decoder_key_type(&decoder) == BR_KEYTYPE_RSA && is_rsa)
		good = take_rsa(k, &parts, br_skey_decoder_get_rsa(&decoder), a, e);
	else
		good = is_none(k, &parts, a, e);
	secret_wipe(&decoder, sizeof decoder);
	return good;
}

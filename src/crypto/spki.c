#include "crypto/spki.h"

#include "base/err.h"
#include "base/len.h"
#include "crypto/der.h"

static const struct {
	struct str oid;
	int curve;
	size_t point; /* bytes of an uncompressed one */
} curves[] = {
	{S_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"), BR_EC_secp256r1, 65},
	{S_INIT("\x2b\x81\x04\x00\x22"), BR_EC_secp384r1, 97},
	{S_INIT("\x2b\x81\x04\x00\x23"), BR_EC_secp521r1, 133},
};

/* BearSSL's structures are not const, but nothing writes through them. */
static unsigned char *bytes_of(struct str s)
{
	return (unsigned char *)(uintptr_t)s.at;
}

/* n has no leading zero byte, unless it is zero. */
static size_t bits_of(struct str n)
{
	size_t bits = len_mul(len_sub(n.len, 1), 8);

	for (unsigned top = n.len ? (unsigned char)n.at[0] : 0; top; top >>= 1)
		bits = len_add(bits, 1);
	return bits;
}

static bool read_rsa(struct str bytes, br_x509_pkey *key, struct err *e)
{
	struct str pair;
	struct str n;
	struct str exponent;

	if (!der_take(&bytes, DER_SEQUENCE, &pair) || bytes.len || !der_take_unsigned(&pair, &n) ||
		!der_take_unsigned(&pair, &exponent) || pair.len)
		return err_set(e, ERR_INPUT, "its RSA key is malformed");
	if (bits_of(n) < SPKI_RSA_BITS_MIN)
		return err_set(e, ERR_INPUT, "its RSA key of %zu bits is too short: %d is the least", bits_of(n), SPKI_RSA_BITS_MIN);
	if (bits_of(n) > SPKI_RSA_BITS_MAX)
		return err_set(e, ERR_INPUT, "its RSA key of %zu bits is too long: %d is the most", bits_of(n), SPKI_RSA_BITS_MAX);
	if (exponent.len > 8)
		return err_set(e, ERR_INPUT, "its RSA key has an exponent of %zu bytes: 8 are the most", exponent.len);
	key->key_type = BR_KEYTYPE_RSA;
	key->key.rsa = (br_rsa_public_key){bytes_of(n), n.len, bytes_of(exponent), exponent.len};
	return true;
}

static bool read_ec(struct str curve, struct str point, br_x509_pkey *key, struct err *e)
{
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
		if (!str_same(curve, curves[i].oid))
			continue;
		if (point.len != curves[i].point || point.at[0] != 4)
			return err_set(e, ERR_INPUT, "its elliptic-curve key is malformed");
		key->key_type = BR_KEYTYPE_EC;
		key->key.ec = (br_ec_public_key){curves[i].curve, bytes_of(point), point.len};
		return true;
	}
	return err_set(e, ERR_INPUT, "its key is on a curve other than P-256, P-384 and P-521");
}

bool spki_read(struct str spki, br_x509_pkey *key, struct err *e)
{
	static const struct str rsa = S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
	static const struct str ec = S_INIT("\x2a\x86\x48\xce\x3d\x02\x01");
	struct str outer;
	struct str algorithm;
	struct str oid;
	struct str curve;
	struct str bits;

	if (!der_take(&spki, DER_SEQUENCE, &outer) || spki.len || !der_take(&outer, DER_SEQUENCE, &algorithm) ||
		!der_take(&algorithm, DER_OID, &oid) || !der_take_bits(&outer, &bits) || outer.len)
		return err_set(e, ERR_INPUT, "its public key is malformed");
	if (str_same(oid, rsa))
		return read_rsa(bits, key, e);
	if (!str_same(oid, ec))
		return err_set(e, ERR_INPUT, "its key is neither RSA nor on an elliptic curve of NIST");
	if (!der_take(&algorithm, DER_OID, &curve) || algorithm.len)
		return err_set(e, ERR_INPUT, "its elliptic-curve key names no curve");
	return read_ec(curve, bits, key, e);
}

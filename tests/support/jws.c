#include "support/jws.h"

#include <bearssl.h>
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/sig.h"
#include "json/json.h"
#include "support/test.h"

static struct str decode(struct str text, struct arena *a)
{
	struct buf out = buf_in(a, 0);

	assert_true(b64_url_decode(&out, text));
	return buf_str(&out);
}

struct jws jws_open(struct str text, struct arena *a)
{
	struct jws j = {0};
	struct str header, claims, rest;

	assert_true(str_cut(text, '.', &header, &rest));
	assert_true(str_cut(rest, '.', &claims, &rest));
	j.signed_part = str_first(text, header.len + 1 + claims.len);
	j.signature = decode(rest, a);
	assert_true(json_read(decode(header, a), a, &j.header, NULL));
	assert_true(json_read(decode(claims, a), a, &j.claims, NULL));
	return j;
}

bool jws_holds(const struct jws *j, const struct sig_key *k)
{
	uint8_t hash[HASH_SHA256];
	unsigned char point[1 + 2 * SIG_POINT] = {4};
	br_ec_public_key open = {BR_EC_secp256r1, point, sizeof point};

	memcpy(point + 1, k->x, SIG_POINT);
	memcpy(point + 1 + SIG_POINT, k->y, SIG_POINT);
	hash_sha256(hash, j->signed_part);
	return j->signature.len == 2 * SIG_SCALAR &&
		br_ecdsa_vrfy_raw_get_default()(br_ec_get_default(), hash, sizeof hash, &open, j->signature.at, j->signature.len);
}

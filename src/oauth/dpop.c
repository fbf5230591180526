#include "oauth/dpop.h"

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/sig.h"
#include "http/field.h"
#include "http/url.h"
#include "json/json_write.h"
#include "oauth/jwt.h"

static struct str url64(const void *bytes, size_t n, struct arena *a)
{
	struct buf out = buf_in(a, 0);

	b64_url_encode(&out, str_make(bytes, n));
	return out.full ? (struct str){0} : buf_str(&out);
}

bool dpop_draw_key(struct rng *rng, struct arena *a, struct str *key, struct err *e)
{
	struct sig_key k;

	sig_draw(&k, rng);
	*key = url64(k.scalar, sizeof k.scalar, a);
	sig_wipe(&k);
	return key->len || err_set(e, ERR_LIMIT, "the key of the proofs does not fit in memory");
}

static bool read_key(struct str text, struct sig_key *k, struct err *e)
{
	uint8_t bytes[SIG_SCALAR];
	struct buf scalar = buf_over(bytes, sizeof bytes);
	bool good = b64_url_decode(&scalar, text) && sig_of_scalar(k, buf_str(&scalar), NULL);

	secret_wipe(bytes, sizeof bytes);
	return good || err_set(e, ERR_INPUT, "the key that the token is bound to is damaged: log in again");
}

/* The public key goes along in the head (RFC 9449 §4.2). */
static struct str header_of(const struct sig_key *k, struct arena *a)
{
	struct str x = url64(k->x, sizeof k->x, a);
	struct str y = url64(k->y, sizeof k->y, a);
	struct buf out = buf_in(a, 0);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	json_write_str_as(&w, S("typ"), S("dpop+jwt"));
	json_write_str_as(&w, S("alg"), jwt_alg(k));
	json_write_name(&w, S("jwk"));
	json_write_object(&w);
	json_write_str_as(&w, S("kty"), S("EC"));
	json_write_str_as(&w, S("crv"), S("P-256"));
	json_write_str_as(&w, S("x"), x);
	json_write_str_as(&w, S("y"), y);
	json_write_end_object(&w);
	json_write_end_object(&w);
	return out.full || !x.len || !y.len ? (struct str){0} : buf_str(&out);
}

/* The URL as the server knows it: normalised, without query and fragment. */
static struct str target_of(const struct url *url, struct arena *a)
{
	struct url plain = *url;

	plain.query = plain.fragment = (struct str){0};
	plain.has_query = plain.has_fragment = false;
	return url_text(&plain, a);
}

static struct str hash_of(struct str access_token, struct arena *a)
{
	uint8_t digest[HASH_SHA256];

	hash_sha256(digest, access_token);
	return url64(digest, sizeof digest, a);
}

/* Empty where a is full: no proof leaves that lacks a claim. */
static struct str claims_of(const struct dpop *q, struct arena *a)
{
	struct str id = jwt_draw_id(q->rng, a);
	struct str target = target_of(q->url, a);
	struct str ath = q->access_token.len ? hash_of(q->access_token, a) : (struct str){0};
	struct buf out = buf_in(a, 0);
	struct json_write w = json_write_to(&out);

	if (!id.len || !target.len || (q->access_token.len && !ath.len))
		return (struct str){0};
	json_write_object(&w);
	json_write_str_as(&w, S("jti"), id);
	json_write_str_as(&w, S("htm"), q->method);
	json_write_str_as(&w, S("htu"), target);
	json_write_int_as(&w, S("iat"), q->now);
	if (ath.len)
		json_write_str_as(&w, S("ath"), ath);
	if (q->nonce.len)
		json_write_str_as(&w, S("nonce"), q->nonce);
	json_write_end_object(&w);
	return out.full ? (struct str){0} : buf_str(&out);
}

bool dpop_prove(const struct dpop *q, struct arena *a, struct str *proof, struct err *e)
{
	struct str header, claims;
	struct sig_key k;
	struct buf out;
	bool good;

	*proof = (struct str){0};
	if (!read_key(q->key, &k, e))
		return false;
	header = header_of(&k, a);
	claims = claims_of(q, a);
	out = buf_in(a, 0);
	good = header.len && claims.len ? jwt_sign(&out, header, claims, &k, e)
					: err_set(e, ERR_LIMIT, "the proof for the token does not fit in memory");
	sig_wipe(&k);
	if (good)
		*proof = buf_str(&out);
	return good;
}

struct str dpop_nonce(const struct http_field *fields, size_t n)
{
	struct str nonce = field_find(fields, n, S("DPoP-Nonce"), NULL);

	if (nonce.len > DPOP_NONCE_MAX)
		return (struct str){0};
	/* NQCHAR of RFC 6749, appendix A. */
	for (size_t i = 0; i < nonce.len; i++)
		if (nonce.at[i] < 0x21 || nonce.at[i] > 0x7e || nonce.at[i] == '"' || nonce.at[i] == '\\')
			return (struct str){0};
	return nonce;
}

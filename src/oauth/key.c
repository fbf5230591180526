#include "oauth/key.h"

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/pem.h"
#include "json/json.h"
#include "oauth/jwt.h"

/* --- PEM --------------------------------------------------------------------------------------- */

static bool is_private(struct str label)
{
	return str_same(label, S("PRIVATE KEY")) || str_same(label, S("EC PRIVATE KEY")) || str_same(label, S("RSA PRIVATE KEY"));
}

static bool has(struct str text, struct str part)
{
	return str_find_str(text, part) < text.len;
}

/* Why a file without a usable block is none. */
static bool explain(struct str text, struct err *e)
{
	if (has(text, S("ENCRYPTED")))
		return err_set(e, ERR_INPUT, "the key is encrypted: decrypt it first (openssl pkey -in KEY -out PLAIN)");
	if (has(text, S("PUBLIC KEY")) || has(text, S("CERTIFICATE")))
		return err_set(e, ERR_INPUT, "this is the public half: the private key is needed");
	return err_set(e, ERR_INPUT, "no private key is in it: PEM (PKCS#8, SEC 1 or PKCS#1) or a JWK is wanted");
}

static bool read_pem(struct str text, struct arena *a, struct key *k, struct err *e)
{
	struct buf der = buf_in(a, KEY_MAX);
	struct str rest = text;
	struct str label;

	while (pem_next(&rest, &label, &der, NULL))
		if (is_private(label)) {
			bool good = sig_read_der(&k->sig, buf_str(&der), a, e);

			buf_wipe(&der);
			return good;
		}
	return explain(text, e);
}

/* --- JWK --------------------------------------------------------------------------------------- */

/* One member in base64url, decoded into a; empty where it is not there. */
static bool member(const struct json *jwk, struct str name, struct arena *a, struct str *bytes, struct err *e)
{
	struct buf out = buf_in(a, KEY_MAX);
	struct str text = {0};

	if (!json_opt_str(jwk, name, &text, e))
		return false;
	if (!b64_url_decode(&out, text))
		return err_set(e, ERR_INPUT, "%.*s is not base64url", STR(name));
	*bytes = buf_str(&out);
	return true;
}

static bool read_ec(const struct json *jwk, struct arena *a, struct key *k, struct err *e)
{
	struct str d = {0}, x = {0}, y = {0};

	if (!json_is_str(json_get(jwk, S("crv")), S("P-256")))
		return err_set(e, ERR_INPUT, "the key is on another curve than P-256, the only one that is used here (ES256)");
	if (!member(jwk, S("d"), a, &d, e) || !member(jwk, S("x"), a, &x, e) || !member(jwk, S("y"), a, &y, e))
		return false;
	if (!d.len)
		return err_set(e, ERR_INPUT, "this is the public half: the private key has a member d");
	if (!sig_of_scalar(&k->sig, d, e))
		return false;
	if ((x.len && !secret_same(x, str_make(k->sig.x, SIG_POINT))) || (y.len && !secret_same(y, str_make(k->sig.y, SIG_POINT))))
		return err_set(e, ERR_INPUT, "x and y are not the public half of d");
	return true;
}

static bool read_rsa(const struct json *jwk, struct arena *a, struct key *k, struct err *e)
{
	static const char *const names[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi"};
	struct str v[8];

	for (size_t i = 0; i < 8; i++) {
		v[i] = (struct str){0};
		if (!member(jwk, str_of(names[i]), a, &v[i], e))
			return false;
		if (!v[i].len)
			return err_set(e, ERR_INPUT, i == 2 ? "this is the public half: the private key has a member %s" : "an RSA key needs the member %s", names[i]);
	}
	return sig_of_rsa(&k->sig, v[0], v[1], v[3], v[4], v[5], v[6], v[7], a, e);
}

/* A set of one key is that key. */
static bool only_one(const struct json **jwk, struct err *e)
{
	const struct json *keys = json_get(*jwk, S("keys"));

	if (!json_is(keys, JSON_ARRAY))
		return true;
	if (json_count(keys) != 1)
		return err_set(e, ERR_INPUT, "the set holds %zu keys: which one? Give a file with one", json_count(keys));
	*jwk = keys->first;
	return true;
}

static bool read_jwk(struct str text, struct arena *a, struct key *k, struct err *e)
{
	const struct json *jwk;
	struct str type = {0}, alg = {0};

	if (!json_read(text, a, &jwk, e) || !only_one(&jwk, e) || !json_want_str(jwk, S("kty"), &type, e) ||
		!json_opt_str(jwk, S("kid"), &k->kid, e) || !json_opt_str(jwk, S("alg"), &alg, e))
		return false;
	if (!str_same(type, S("EC")) && !str_same(type, S("RSA")))
		return err_set(e, ERR_INPUT, "a key of kty \"%.*s\" is of no use here: EC or RSA", STR(str_first(type, 20)));
	if (!(str_same(type, S("EC")) ? read_ec(jwk, a, k, e) : read_rsa(jwk, a, k, e)))
		return false;
	if (alg.len && !str_same(alg, jwt_alg(&k->sig)))
		return err_set(e, ERR_INPUT, "the key is for %.*s: ES256 and RS256 are used here", STR(str_first(alg, 20)));
	return true;
}

bool key_read(struct str text, struct arena *a, struct key *k, struct err *e)
{
	bool good;

	*k = (struct key){0};
	if (text.len > KEY_MAX)
		return err_set(e, ERR_INPUT, "a key of more than %d bytes is none", KEY_MAX);
	good = str_starts(str_trim(text), S("{")) ? read_jwk(text, a, k, e) : read_pem(text, a, k, e);
	if (!good)
		key_wipe(k);
	return good;
}

void key_wipe(struct key *k)
{
	sig_wipe(&k->sig);
}

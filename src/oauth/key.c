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
	if (has(text, S("BEGIN OPENSSH PRIVATE KEY")))
		return err_set(e, ERR_INPUT, "the key is in a form of OpenSSH's own: turn a copy of it into PEM first (ssh-keygen -p -m PKCS8 -f COPY)");
	if (has(text, S("PRIVATE KEY-----")))
		return err_set(e, ERR_INPUT, "the PEM block of the private key is damaged, or of a kind that is not used here (EC and RSA are)");
	if (has(text, S("PUBLIC KEY")) || has(text, S("CERTIFICATE")))
		return err_set(e, ERR_INPUT, "this is the public half: the private key is needed");
	return err_set(e, ERR_INPUT, "no private key is in it: PEM (PKCS#8, SEC 1 or PKCS#1) or a JWK is wanted");
}

/* The first block that is a private key. */
static bool find_block(struct str text, struct buf *der)
{
	struct str label;

	while (pem_next(&text, &label, der, NULL))
		if (is_private(label))
			return true;
	return false;
}

static bool read_pem(struct str text, struct arena *a, struct key *k, struct err *e)
{
	struct buf der = buf_in(a, 0);
	bool good;
	char *at;
	size_t room;

	/* Bytes take less than their base64: no block is passed over for want of room. */
	if (!buf_space(&der, text.len, &at, &room))
		return err_set(e, ERR_LIMIT, "the key does not fit in memory");
	good = find_block(text, &der) ? sig_read_der(&k->sig, buf_str(&der), a, e) : explain(text, e);
	buf_wipe(&der);
	return good;
}

/* --- JWK --------------------------------------------------------------------------------------- */

/* One member in base64url, decoded into a; empty where it is not there. */
static bool member(const struct json *jwk, struct str name, struct arena *a, struct buf *bytes, struct err *e)
{
	struct str text = {0};

	*bytes = buf_in(a, 0);
	if (!json_opt_str(jwk, name, &text, e))
		return false;
	if (b64_url_decode(bytes, text))
		return true;
	if (bytes->full)
		return err_set(e, ERR_LIMIT, "the key does not fit in memory");
	return err_set(e, ERR_INPUT, "%.*s is not base64url", STR(name));
}

static bool is_same_or_absent(const struct buf *bytes, const uint8_t *point)
{
	return !bytes->len || secret_same(buf_str(bytes), str_make(point, SIG_POINT));
}

static bool read_ec(const struct json *jwk, struct arena *a, struct key *k, struct err *e)
{
	struct buf d, x, y;
	bool good;

	if (!json_is_str(json_get(jwk, S("crv")), S("P-256")))
		return err_set(e, ERR_INPUT, "the key is on another curve than P-256, the only one that is used here (ES256)");
	if (!member(jwk, S("x"), a, &x, e) || !member(jwk, S("y"), a, &y, e) || !member(jwk, S("d"), a, &d, e))
		return false;
	if (!d.len)
		return err_set(e, ERR_INPUT, "this is the public half: the private key has a member d");
	good = sig_of_scalar(&k->sig, buf_str(&d), e);
	buf_wipe(&d);
	return good && ((is_same_or_absent(&x, k->sig.x) && is_same_or_absent(&y, k->sig.y)) ||
		err_set(e, ERR_INPUT, "x and y are not the public half of d"));
}

enum { N, E, D, P, Q, DP, DQ, QI, RSA_MEMBERS };

static bool take_members(const struct json *jwk, struct arena *a, struct buf v[static RSA_MEMBERS], struct err *e)
{
	static const char *const names[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi"};

	for (size_t i = 0; i < RSA_MEMBERS; i++) {
		if (!member(jwk, str_of(names[i]), a, &v[i], e))
			return false;
		if (!v[i].len && i == D)
			return err_set(e, ERR_INPUT, "this is the public half: the private key has a member d");
		if (!v[i].len)
			return err_set(e, ERR_INPUT, "an RSA key needs all of n, e, d, p, q, dp, dq and qi: %s is missing", names[i]);
	}
	return true;
}

static bool read_rsa(const struct json *jwk, struct arena *a, struct key *k, struct err *e)
{
	struct buf v[RSA_MEMBERS] = {0};
	bool good = take_members(jwk, a, v, e) &&
		sig_of_rsa(&k->sig, &(struct sig_rsa_parts){buf_str(&v[N]), buf_str(&v[E]), buf_str(&v[P]), buf_str(&v[Q]), buf_str(&v[DP]),
			buf_str(&v[DQ]), buf_str(&v[QI])}, a, e);

	for (size_t i = 0; i < RSA_MEMBERS; i++)
		buf_wipe(&v[i]);
	return good;
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

/* What the key is for, as far as it says so (RFC 7517 §4.2 to §4.4). */
static bool is_for_signing(const struct json *jwk, const struct key *k, struct err *e)
{
	struct str alg = {0}, use = {0};
	const struct json *ops = NULL;

	if (!json_opt_str(jwk, S("alg"), &alg, e) || !json_opt_str(jwk, S("use"), &use, e) || !json_opt_array(jwk, S("key_ops"), &ops, e))
		return false;
	if (alg.len && !str_same(alg, jwt_alg(&k->sig)))
		return err_set(e, ERR_INPUT, "the key is for %.*s, but one of its kind is used for %.*s here", STR(str_first(alg, 20)),
			STR(jwt_alg(&k->sig)));
	if ((use.len && !str_same(use, S("sig"))) || (ops && !json_has_str(ops, S("sign"))))
		return err_set(e, ERR_INPUT, "the key is not for signing: its use or key_ops say so");
	return true;
}

static bool read_jwk(struct str text, struct arena *a, struct key *k, struct err *e)
{
	const struct json *jwk;
	struct str type = {0};

	if (!json_read(text, a, &jwk, e) || !only_one(&jwk, e) || !json_want_str(jwk, S("kty"), &type, e) ||
		!json_opt_str(jwk, S("kid"), &k->kid, e))
		return false;
	if (str_same(type, S("EC")))
		return read_ec(jwk, a, k, e) && is_for_signing(jwk, k, e);
	if (str_same(type, S("RSA")))
		return read_rsa(jwk, a, k, e) && is_for_signing(jwk, k, e);
	return err_set(e, ERR_INPUT, "a key of kty \"%.*s\" is of no use here: EC or RSA", STR(str_first(type, 20)));
}

static struct str without_breaks(struct str text)
{
	while (text.len && (text.at[0] == ' ' || text.at[0] == '\t' || text.at[0] == '\r' || text.at[0] == '\n'))
		text = str_from(text, 1);
	return text;
}

bool key_read(struct str text, struct arena *a, struct key *k, struct err *e)
{
	bool good;

	*k = (struct key){0};
	if (text.len > KEY_MAX)
		return err_set(e, ERR_INPUT, "a key of more than %d bytes is none", KEY_MAX);
	good = str_starts(without_breaks(text), S("{")) ? read_jwk(text, a, k, e) : read_pem(text, a, k, e);
	if (!good)
		key_wipe(k);
	return good;
}

void key_wipe(struct key *k)
{
	sig_wipe(&k->sig);
	k->kid = (struct str){0};
}

#include "oauth/assertion.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/json_write.h"
#include "oauth/jwt.h"
#include "oauth/key.h"

static struct str header_of(const struct key *k, struct arena *a)
{
	struct buf out = buf_in(a, 0);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	json_write_str_as(&w, S("alg"), jwt_alg(&k->sig));
	json_write_str_as(&w, S("typ"), S("JWT"));
	if (k->kid.len)
		json_write_str_as(&w, S("kid"), k->kid);
	json_write_end_object(&w);
	return out.full ? (struct str){0} : buf_str(&out);
}

static struct str claims_of(const struct assertion *q, struct arena *a)
{
	struct str id = jwt_draw_id(q->rng, a);
	struct buf out = buf_in(a, 0);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	json_write_str_as(&w, S("iss"), q->client_id);
	json_write_str_as(&w, S("sub"), q->client_id);
	json_write_str_as(&w, S("aud"), q->audience);
	json_write_str_as(&w, S("jti"), id);
	json_write_int_as(&w, S("iat"), q->now);
	json_write_int_as(&w, S("exp"), q->now + ASSERTION_LIFE_S);
	json_write_end_object(&w);
	return out.full || !id.len ? (struct str){0} : buf_str(&out);
}

bool assertion_make(const struct assertion *q, struct arena *a, struct str *jwt, struct err *e)
{
	struct str header, claims;
	struct buf out;
	struct key k;
	bool good;

	*jwt = (struct str){0};
	if (!key_read(q->key, a, &k, e))
		return err_where(e, "the client's key");
	header = header_of(&k, a);
	claims = claims_of(q, a);
	out = buf_in(a, 0);
	good = header.len && claims.len ? jwt_sign(&out, header, claims, &k.sig, e)
					: err_set(e, ERR_LIMIT, "the client's assertion does not fit in memory");
	key_wipe(&k);
	if (good)
		*jwt = buf_str(&out);
	return good;
}

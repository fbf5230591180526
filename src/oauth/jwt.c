#include "oauth/jwt.h"

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/rng.h"
#include "crypto/sig.h"

enum { ID_BYTES = 16 };

struct str jwt_alg(const struct sig_key *k)
{
	return k->alg == SIG_RS256 ? S("RS256") : S("ES256");
}

static bool too_large(struct buf *out, size_t before, struct err *e)
{
	buf_cut(out, before);
	return err_set(e, ERR_LIMIT, "the JSON Web Token does not fit in memory");
}

bool jwt_sign(struct buf *out, struct str header, struct str claims, const struct sig_key *k, struct err *e)
{
	size_t before = out->len;
	uint8_t signature[SIG_MAX];
	size_t n;

	b64_url_encode(out, header);
	buf_add_char(out, '.');
	b64_url_encode(out, claims);
	if (out->full)
		return too_large(out, before, e);
	if (!sig_sign(k, str_from(buf_str(out), before), signature, &n, e)) {
		buf_cut(out, before);
		return false;
	}
	buf_add_char(out, '.');
	b64_url_encode(out, str_make(signature, n));
	return !out->full || too_large(out, before, e);
}

struct str jwt_draw_id(struct rng *rng, struct arena *a)
{
	uint8_t bytes[ID_BYTES];
	struct buf id = buf_in(a, 0);

	rng_fill(rng, bytes, sizeof bytes);
	b64_url_encode(&id, str_make(bytes, sizeof bytes));
	return id.full ? (struct str){0} : buf_str(&id);
}

#include "oauth/revoke.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/url.h"
#include "oauth/refusal.h"
#include "oauth/token.h"

static bool add(const struct token_asker *q, struct str token, struct str hint, struct fetch_request *r, size_t *n, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	if (token.len == 0)
		return true;
	url_form_add(&form, S("token"), token);
	url_form_add(&form, S("token_type_hint"), hint);
	if (!token_request(q, q->grant->revocation_endpoint, &form, &r[*n], e))
		return err_where(e, "the revocation endpoint");
	*n += 1;
	return true;
}

bool revoke_requests(const struct token_asker *q, struct fetch_request r[static REVOKE_MAX], size_t *n, struct err *e)
{
	const struct grant *g = q->grant;

	*n = 0;
	return g->revocation_endpoint.len == 0 ||
		(add(q, g->refresh_token, S("refresh_token"), r, n, e) &&
			add(q, g->access_token, S("access_token"), r, n, e));
}

bool revoke_read(const struct fetch_answer *answer, struct arena *a, struct err *e)
{
	struct refusal r;

	if (answer->status >= 200 && answer->status < 300)
		return true;
	if (refusal_read(answer, a, &r) && str_same(r.error, S("unsupported_token_type")))
		return true;
	return err_set(e, refusal_is_passing(&r, answer->status) ? ERR_NETWORK : ERR_FAILED,
		"the revocation endpoint answered %s", refusal_text(&r, answer->status, a));
}

#include "oauth/authorize.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/url.h"
#include "oauth/pkce.h"
#include "oauth/scope.h"

static void add(struct buf *form, struct str name, struct str value)
{
	if (value.len)
		url_form_add(form, name, value);
}

static void write_form(struct buf *form, const struct authorize *q)
{
	add(form, S("response_type"), S("code"));
	add(form, S("client_id"), q->client_id);
	add(form, S("redirect_uri"), q->redirect_uri);
	add(form, S("scope"), q->scope);
	add(form, S("state"), pkce_state(q->pkce));
	add(form, S("code_challenge"), pkce_challenge(q->pkce));
	add(form, S("code_challenge_method"), S("S256"));
	add(form, S("resource"), q->resource);
	if (scope_has(q->scope, S("offline_access")))
		add(form, S("prompt"), S("consent"));
	for (size_t i = 0; i < q->extra_n; i++)
		add(form, q->extra[i].name, q->extra[i].value);
}

bool authorize_url(const struct authorize *q, struct arena *a, struct str *url, struct err *e)
{
	struct url endpoint;
	struct buf form = buf_in(a, 0);
	struct buf out;

	if (!url_read(q->endpoint, a, &endpoint, e))
		return err_where(e, "the authorization endpoint");
	write_form(&form, q);
	out = buf_in(a, 0);
	url_write(&out, &endpoint);
	if (!endpoint.has_query)
		buf_add_char(&out, '?');
	else if (endpoint.query.len)
		buf_add_char(&out, '&');
	buf_add(&out, buf_str(&form));
	if (form.full || !buf_cstr(&out))
		return err_set(e, ERR_LIMIT, "the authorization address does not fit in memory");
	*url = buf_str(&out);
	return true;
}

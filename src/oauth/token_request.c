#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "http/url.h"
#include "oauth/assertion.h"
#include "oauth/dpop.h"
#include "oauth/token.h"

enum { FIELDS_MAX = 4 };

static bool too_large(struct err *e)
{
	return err_set(e, ERR_LIMIT, "the request to the token endpoint does not fit in memory");
}

void token_form_add(struct buf *form, struct str name, struct str value)
{
	if (value.len)
		url_form_add(form, name, value);
}

/* RFC 6749 §2.3.1: each half is form-encoded before it goes into Basic. */
static bool add_basic(const struct token_asker *q, struct http_field *field, struct err *e)
{
	struct buf pair = buf_in(q->arena, 0);
	struct buf out;

	url_escape(&pair, q->grant->client_id);
	buf_add_char(&pair, ':');
	url_escape(&pair, q->grant->client_secret);
	out = buf_in(q->arena, 0);
	buf_add(&out, S("Basic "));
	b64_encode(&out, buf_str(&pair));
	*field = (struct http_field){S("Authorization"), buf_str(&out)};
	return !(pair.full || out.full) || too_large(e);
}

/* The assertion says who the client is, so that no client_id stands beside it (RFC 7521 §4.2). */
static bool add_assertion(const struct token_asker *q, struct buf *form, struct err *e)
{
	const struct assertion claims = {
		.client_id = q->grant->client_id, .audience = q->grant->issuer, .key = q->grant->client_key, .now = q->now, .rng = q->rng,
	};
	struct str jwt;

	if (!assertion_make(&claims, q->arena, &jwt, e))
		return false;
	token_form_add(form, S("client_assertion_type"), ASSERTION_TYPE);
	token_form_add(form, S("client_assertion"), jwt);
	return true;
}

static bool add_client(const struct token_asker *q, struct buf *form, struct err *e)
{
	const struct grant *g = q->grant;

	switch (g->auth) {
	case GRANT_AUTH_KEY:
		return add_assertion(q, form, e);
	case GRANT_AUTH_POST:
		token_form_add(form, S("client_id"), g->client_id);
		token_form_add(form, S("client_secret"), g->client_secret);
		return true;
	case GRANT_AUTH_NONE:
		token_form_add(form, S("client_id"), g->client_id);
		return true;
	case GRANT_AUTH_BASIC:
		return true;
	}
	return true;
}

static bool add_proof(const struct token_asker *q, const struct url *url, struct http_field *field, struct err *e)
{
	const struct dpop claims = {
		.key = q->grant->dpop_key, .method = S("POST"), .url = url, .nonce = q->nonce, .now = q->now, .rng = q->rng,
	};

	field->name = S("DPoP");
	return dpop_prove(&claims, q->arena, &field->value, e);
}

static bool make(const struct token_asker *q, struct str url, struct buf *form, bool is_bound, struct fetch_request *r, struct err *e)
{
	struct http_field *fields = arena_take_many(q->arena, FIELDS_MAX, sizeof *fields);

	/* A request that spends something is not sent twice. */
	*r = (struct fetch_request){.method = S("POST"), .fields = fields, .has_body = true, .fresh = true};
	if (!url_read(url, q->arena, &r->url, e) || !add_client(q, form, e))
		return false;
	if (form->full || !fields)
		return too_large(e);
	r->body = buf_str(form);
	fields[r->fields_n++] = (struct http_field){S("Content-Type"), S("application/x-www-form-urlencoded")};
	fields[r->fields_n++] = (struct http_field){S("Accept"), S("application/json")};
	return (q->grant->auth != GRANT_AUTH_BASIC || add_basic(q, &fields[r->fields_n++], e)) &&
		(!is_bound || add_proof(q, &r->url, &fields[r->fields_n++], e));
}

bool token_request(const struct token_asker *q, struct str url, struct buf *form, struct fetch_request *r, struct err *e)
{
	return make(q, url, form, false, r, e);
}

bool token_ask(const struct token_asker *q, struct buf *form, struct fetch_request *r, struct err *e)
{
	token_form_add(form, S("resource"), q->grant->resource);
	return make(q, q->grant->token_endpoint, form, q->grant->dpop_key.len > 0, r, e) || err_where(e, "the token endpoint");
}

bool token_exchange(const struct token_asker *q, struct str code, struct str verifier, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	token_form_add(&form, S("grant_type"), S("authorization_code"));
	token_form_add(&form, S("code"), code);
	token_form_add(&form, S("redirect_uri"), q->grant->redirect_uri);
	token_form_add(&form, S("code_verifier"), verifier);
	return token_ask(q, &form, r, e);
}

bool token_refresh(const struct token_asker *q, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	if (q->grant->refresh_token.len == 0)
		return err_set(e, ERR_LOGIN, "there is no refresh token; log in again");
	token_form_add(&form, S("grant_type"), S("refresh_token"));
	token_form_add(&form, S("refresh_token"), q->grant->refresh_token);
	return token_ask(q, &form, r, e);
}

bool token_credentials(const struct token_asker *q, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	token_form_add(&form, S("grant_type"), S("client_credentials"));
	token_form_add(&form, S("scope"), q->grant->scope);
	return token_ask(q, &form, r, e);
}

bool token_bearer(const struct token_asker *q, struct str assertion, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	if (assertion.len == 0)
		return err_set(e, ERR_LOGIN, "there is no assertion to sign in with");
	token_form_add(&form, S("grant_type"), S("urn:ietf:params:oauth:grant-type:jwt-bearer"));
	token_form_add(&form, S("assertion"), assertion);
	token_form_add(&form, S("scope"), q->grant->scope);
	return token_ask(q, &form, r, e);
}

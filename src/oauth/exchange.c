#include "oauth/exchange.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "http/url.h"
#include "json/json.h"
#include "oauth/quote.h"

#define TYPE(what) S("urn:ietf:params:oauth:token-type:" what)

static const char who[] = "the identity provider";

bool exchange_request(const struct token_asker *q, struct str id_token, struct fetch_request *r, struct err *e)
{
	const struct grant *g = q->grant;
	const struct grant there = {
		.auth = g->idp_client_secret.len ? GRANT_AUTH_POST : GRANT_AUTH_NONE,
		.client_id = g->idp_client_id,
		.client_secret = g->idp_client_secret,
	};
	struct token_asker asker = *q;
	struct buf form = buf_in(q->arena, 0);

	if (id_token.len == 0)
		return err_set(e, ERR_LOGIN, "there is no ID token to sign in with");
	asker.grant = &there;
	token_form_add(&form, S("grant_type"), S("urn:ietf:params:oauth:grant-type:token-exchange"));
	token_form_add(&form, S("requested_token_type"), TYPE("id-jag"));
	token_form_add(&form, S("audience"), g->issuer);
	token_form_add(&form, S("resource"), g->resource);
	token_form_add(&form, S("scope"), g->scope);
	token_form_add(&form, S("subject_token"), id_token);
	token_form_add(&form, S("subject_token_type"), TYPE("id_token"));
	return token_request(&asker, g->idp_token_endpoint, &form, r, e) || err_where(e, "%s", who);
}

static bool read_fields(const struct json *root, struct str *assertion, struct err *e)
{
	struct str issued = {0};
	struct str type = {0};

	if (!json_want_str(root, S("access_token"), assertion, e) || !json_want_str(root, S("issued_token_type"), &issued, e) ||
		!json_want_str(root, S("token_type"), &type, e))
		return false;
	if (!str_same(issued, TYPE("id-jag")))
		return err_set(e, ERR_INPUT, "issued_token_type is \"%s\", not an assertion for another server (id-jag)", quote_of(issued).text);
	/* It is no token for a resource; whoever calls it one means something else. */
	if (!str_same_nocase(type, S("N_A")))
		return err_set(e, ERR_INPUT, "token_type is \"%s\", not N_A", quote_of(type).text);
	if (assertion->len == 0 || !token_is_good(*assertion))
		return err_set(e, ERR_INPUT, "the assertion is empty, too long, or holds characters that no token may");
	return true;
}

enum token_outcome exchange_read(const struct token_asker *q, const struct fetch_answer *answer, struct str *assertion, struct err *e)
{
	enum token_outcome outcome = token_read_refusal(answer, q->arena, e);
	const struct json *root;
	struct str found = {0};

	*assertion = found;
	if (outcome == TOKEN_OK && (!json_read(answer->body, q->arena, &root, e) || !read_fields(root, &found, e)))
		outcome = TOKEN_REFUSED;
	if (outcome == TOKEN_OK) {
		*assertion = arena_str(q->arena, found);
		if (assertion->at)
			return TOKEN_OK;
		err_set(e, ERR_LIMIT, "the answer does not fit in memory");
		outcome = TOKEN_REFUSED;
	}
	err_where(e, "%s", who);
	return outcome;
}

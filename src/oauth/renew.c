#include "oauth/renew.h"

#include "oauth/exchange.h"

static enum renew_step failed(struct renew *r, enum token_outcome outcome)
{
	r->at = RENEW_AT_END;
	r->outcome = outcome;
	return r->step = RENEW_FAILED;
}

static struct token_asker asker(const struct renew *r, int64_t now)
{
	return (struct token_asker){.grant = r->grant, .now = now, .rng = r->rng, .nonce = r->nonce, .arena = r->arena};
}

bool renew_is_possible(const struct grant *g)
{
	if (g->token_endpoint.len == 0)
		return false;
	switch (g->type) {
	case GRANT_CLIENT_CREDENTIALS:
		return true;
	case GRANT_JWT_BEARER:
		return g->refresh_token.len || g->assertion_file.len;
	case GRANT_ENTERPRISE:
		return g->refresh_token.len || (g->id_token_file.len && g->idp_token_endpoint.len);
	case GRANT_AUTHORIZATION_CODE:
	case GRANT_DEVICE_CODE:
		break;
	}
	return g->refresh_token.len > 0;
}

static bool make(struct renew *r, int64_t now)
{
	const struct token_asker q = asker(r, now);

	switch (r->at) {
	case RENEW_AT_REFRESH:
		return token_refresh(&q, &r->request, &r->err);
	case RENEW_AT_IDP:
		return exchange_request(&q, r->id_token, &r->request, &r->err);
	case RENEW_AT_TOKEN:
		if (r->grant->type == GRANT_CLIENT_CREDENTIALS)
			return token_credentials(&q, &r->request, &r->err);
		return token_bearer(&q, r->grant->type == GRANT_ENTERPRISE ? r->idp_assertion : r->assertion, &r->request, &r->err);
	case RENEW_AT_END:
		break;
	}
	return err_set(&r->err, ERR_LOGIN, "nothing renews this sign-in; log in again");
}

static enum renew_step ask(struct renew *r, enum renew_place at, int64_t now)
{
	r->at = at;
	r->nonced = false;
	return make(r, now) ? (r->step = RENEW_SEND) : failed(r, TOKEN_REFUSED);
}

static enum renew_step ask_by_itself(struct renew *r, int64_t now)
{
	if (!grant_needs_nobody(r->grant->type))
		return ask(r, RENEW_AT_END, now);
	return ask(r, r->grant->type == GRANT_ENTERPRISE ? RENEW_AT_IDP : RENEW_AT_TOKEN, now);
}

enum renew_step renew_begin(struct renew *r, int64_t now)
{
	err_clear(&r->err);
	r->nonce = r->idp_assertion = (struct str){0};
	return r->grant->refresh_token.len ? ask(r, RENEW_AT_REFRESH, now) : ask_by_itself(r, now);
}

static enum renew_step done(struct renew *r, const struct token *t, int64_t now)
{
	token_apply(t, now, r->grant);
	r->at = RENEW_AT_END;
	r->outcome = TOKEN_OK;
	return r->step = RENEW_DONE;
}

/* What was spent is nothing to keep; a grant that asks nobody has another way. */
static enum renew_step spent(struct renew *r, int64_t now)
{
	if (r->at == RENEW_AT_REFRESH) {
		r->grant->refresh_token = (struct str){0};
		if (grant_needs_nobody(r->grant->type)) {
			err_clear(&r->err);
			return ask_by_itself(r, now);
		}
	} else if (r->grant->type == GRANT_JWT_BEARER) {
		err_where(&r->err, "the assertion was not taken");
	}
	return failed(r, TOKEN_SPENT);
}

/* The same once more, with the nonce that came. */
static enum renew_step ask_again(struct renew *r, int64_t now)
{
	if (r->nonced) {
		err_set(&r->err, ERR_FAILED, "the token endpoint wants another nonce each time");
		return failed(r, TOKEN_REFUSED);
	}
	ask(r, r->at, now);
	r->nonced = true;
	return r->step;
}

static enum renew_step take_token(struct renew *r, const struct fetch_answer *answer, int64_t now)
{
	const struct token_asker q = asker(r, now);
	struct token token;
	enum token_outcome outcome = token_read(&q, answer, &token, &r->err);

	if (token.nonce.len)
		r->nonce = token.nonce;
	switch (outcome) {
	case TOKEN_OK:
		return done(r, &token, now);
	case TOKEN_NONCE:
		return ask_again(r, now);
	case TOKEN_SPENT:
		return spent(r, now);
	default:
		return failed(r, outcome);
	}
}

static enum renew_step take_assertion(struct renew *r, const struct fetch_answer *answer, int64_t now)
{
	const struct token_asker q = asker(r, now);
	enum token_outcome outcome = exchange_read(&q, answer, &r->idp_assertion, &r->err);

	return outcome == TOKEN_OK ? ask(r, RENEW_AT_TOKEN, now) : failed(r, outcome);
}

enum renew_step renew_answer(struct renew *r, const struct fetch_answer *answer, int64_t now)
{
	if (r->step != RENEW_SEND)
		return r->step;
	return r->at == RENEW_AT_IDP ? take_assertion(r, answer, now) : take_token(r, answer, now);
}

enum renew_step renew_failure(struct renew *r, const struct err *failure)
{
	if (r->step != RENEW_SEND)
		return r->step;
	r->err = *failure;
	err_where(&r->err, r->at == RENEW_AT_IDP ? "the identity provider" : "the token endpoint");
	return failed(r, TOKEN_LATER);
}

#include "oauth/token.h"

#include "base/arena.h"
#include "base/err.h"
#include "http/fetch.h"
#include "json/json.h"
#include "oauth/dpop.h"
#include "oauth/quote.h"
#include "oauth/refusal.h"
#include "oauth/scope.h"

/* A hundred years: what is beyond was never meant. */
static const int64_t longest_life = 100 * INT64_C(366) * 24 * 3600;

bool token_is_good(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] > '~')
			return false;
	return s.len <= TOKEN_MAX;
}

/* A lifetime as a number, or as a number in a string, as some servers write it. Zero and less say nothing. */
static int64_t expiry(const struct json *root, int64_t now)
{
	const struct json *value = json_get(root, S("expires_in"));
	int64_t seconds = 0;
	uint64_t digits;

	if (value && value->kind == JSON_NUMBER)
		json_int(value, &seconds);
	else if (value && value->kind == JSON_STRING && str_to_u64(value->text, &digits))
		seconds = digits > (uint64_t)longest_life ? longest_life : (int64_t)digits;
	if (seconds <= 0)
		return 0;
	return now + (seconds > longest_life ? longest_life : seconds);
}

/* A token without the binding that was asked for would be good for whoever takes it (RFC 9449 §5). */
static bool type_is_good(struct str type, bool is_bound, struct err *e)
{
	if (str_same_nocase(type, is_bound ? S("dpop") : S("bearer")))
		return true;
	if (is_bound)
		return err_set(e, ERR_FAILED, "token_type is \"%s\", but a token that is bound to a key was asked for (--dpop), "
			"which this authorization server cannot or will not give", quote_of(type).text);
	return err_set(e, ERR_INPUT, "token_type is not Bearer%s",
		str_same_nocase(type, S("dpop")) ? " but DPoP, which was not asked for (--dpop asks for it)" : "");
}

static bool read_fields(const struct json *root, const struct token_asker *q, struct token *t, struct err *e)
{
	if (!json_want_str(root, S("access_token"), &t->access_token, e) ||
		!json_want_str(root, S("token_type"), &t->token_type, e) ||
		!json_opt_str(root, S("refresh_token"), &t->refresh_token, e) ||
		!json_opt_str(root, S("scope"), &t->scope, e) ||
		!json_opt_str(root, S("id_token"), &t->id_token, e))
		return false;
	if (!type_is_good(t->token_type, q->grant->dpop_key.len > 0, e))
		return false;
	if (t->access_token.len == 0)
		return err_set(e, ERR_INPUT, "access_token is empty");
	if (!token_is_good(t->access_token) || !token_is_good(t->refresh_token) || !token_is_good(t->id_token))
		return err_set(e, ERR_INPUT, "a token is longer than %d bytes or holds characters that no token may", TOKEN_MAX);
	/* A scope in a form that no scope has tells nothing; it is no reason to throw the tokens away. */
	t->scope = scope_join(t->scope, (struct str){0}, q->arena);
	if (!scope_is_valid(t->scope))
		t->scope = (struct str){0};
	t->expires_at = expiry(root, q->now);
	return true;
}

/* What is kept must not point into the caller's answer. */
static bool keep(struct token *t, struct arena *a, struct err *e)
{
	struct str *const strs[] = {&t->access_token, &t->token_type, &t->refresh_token, &t->scope, &t->id_token};

	for (size_t i = 0; i < sizeof strs / sizeof *strs; i++) {
		*strs[i] = arena_str(a, *strs[i]);
		if (!strs[i]->at)
			return err_set(e, ERR_LIMIT, "the answer of the token endpoint does not fit in memory");
	}
	return true;
}

static enum token_outcome refused(const struct refusal *r, int status, struct arena *a, struct err *e)
{
	const char *text = refusal_text(r, status, a);

	if (refusal_is_passing(r, status)) {
		err_set(e, ERR_NETWORK, "the token endpoint answered %s; try again later", text);
		return TOKEN_LATER;
	}
	if (str_same(r->error, S("invalid_grant"))) {
		err_set(e, ERR_LOGIN, "the token endpoint answered %s; log in again", text);
		return TOKEN_SPENT;
	}
	if (str_same(r->error, S("invalid_client")) || str_same(r->error, S("unauthorized_client")) ||
		(r->error.len == 0 && status == 401)) {
		err_set(e, ERR_LOGIN, "the token endpoint does not accept this client: %s", text);
		return TOKEN_CLIENT;
	}
	err_set(e, ERR_FAILED, "the token endpoint answered %s", text);
	return TOKEN_REFUSED;
}

enum token_outcome token_read_refusal(const struct fetch_answer *answer, struct arena *a, struct err *e)
{
	struct refusal r;

	/* Some servers refuse with status 200. */
	if (!refusal_read(answer, a, &r) && answer->status >= 200 && answer->status <= 299)
		return TOKEN_OK;
	return refused(&r, answer->status, a, e);
}

/* The proof is wanted with a nonce, and not with the one that it had (RFC 9449 §8). */
static bool wants_nonce(const struct token_asker *q, const struct fetch_answer *answer, struct str nonce)
{
	struct refusal r;

	return q->grant->dpop_key.len && nonce.len && !str_same(nonce, q->nonce) && (answer->status == 400 || answer->status == 401) &&
		refusal_read(answer, q->arena, &r) && str_same(r.error, S("use_dpop_nonce"));
}

static enum token_outcome read_answer(const struct token_asker *q, const struct fetch_answer *answer, struct token *t, struct err *e)
{
	enum token_outcome outcome = token_read_refusal(answer, q->arena, e);
	const struct json *root;

	if (outcome != TOKEN_OK)
		return outcome;
	if (json_read(answer->body, q->arena, &root, e) && read_fields(root, q, t, e) && keep(t, q->arena, e))
		return TOKEN_OK;
	*t = (struct token){.nonce = t->nonce};
	err_where(e, "the answer of the token endpoint");
	return TOKEN_REFUSED;
}

enum token_outcome token_read(const struct token_asker *q, const struct fetch_answer *answer, struct token *t, struct err *e)
{
	*t = (struct token){0};
	if (q->grant->dpop_key.len)
		t->nonce = arena_str(q->arena, dpop_nonce(answer->fields, answer->fields_n));
	return wants_nonce(q, answer, t->nonce) ? TOKEN_NONCE : read_answer(q, answer, t, e);
}

void token_apply(const struct token *t, int64_t now, struct grant *g)
{
	g->access_token = t->access_token;
	g->token_type = t->token_type;
	if (t->refresh_token.len)
		g->refresh_token = t->refresh_token;
	if (t->scope.len)
		g->scope = t->scope;
	g->expires_at = t->expires_at;
	g->obtained_at = now;
}

bool token_is_fresh(const struct grant *g, int64_t now, int64_t margin)
{
	return g->access_token.len && (g->expires_at == 0 || g->expires_at > now + margin);
}

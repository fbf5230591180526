#include "oauth/token.h"

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "http/url.h"
#include "json/json.h"
#include "oauth/refusal.h"
#include "oauth/scope.h"

enum { FIELDS_MAX = 3 };

/* A hundred years: what is beyond was never meant. */
static const int64_t longest_life = 100 * INT64_C(366) * 24 * 3600;

/* RFC 6749 §2.3.1: each half is form-encoded before it goes into Basic. */
static struct str basic(const struct grant *g, struct arena *a)
{
	struct buf pair = buf_in(a, 0);
	struct buf out;

	url_escape(&pair, g->client_id);
	buf_add_char(&pair, ':');
	url_escape(&pair, g->client_secret);
	out = buf_in(a, 0);
	buf_add(&out, S("Basic "));
	b64_encode(&out, buf_str(&pair));
	return pair.full || out.full ? (struct str){0} : buf_str(&out);
}

static void add(struct buf *form, struct str name, struct str value)
{
	if (value.len)
		url_form_add(form, name, value);
}

bool token_request(const struct grant *g, struct str url, struct buf *form, struct arena *a,
	struct fetch_request *r, struct err *e)
{
	struct http_field *fields = arena_take_many(a, FIELDS_MAX, sizeof *fields);

	*r = (struct fetch_request){.method = S("POST"), .fields = fields, .has_body = true};
	/* A request that spends something is not sent twice. */
	r->fresh = true;
	if (!url_read(url, a, &r->url, e))
		return false;
	if (g->auth != GRANT_AUTH_BASIC)
		add(form, S("client_id"), g->client_id);
	if (g->auth == GRANT_AUTH_POST)
		add(form, S("client_secret"), g->client_secret);
	r->body = buf_str(form);
	if (form->full || !fields)
		return err_set(e, ERR_LIMIT, "the request to the token endpoint does not fit in memory");
	fields[r->fields_n++] = (struct http_field){S("Content-Type"), S("application/x-www-form-urlencoded")};
	fields[r->fields_n++] = (struct http_field){S("Accept"), S("application/json")};
	if (g->auth == GRANT_AUTH_BASIC) {
		fields[r->fields_n].name = S("Authorization");
		fields[r->fields_n].value = basic(g, a);
		if (!fields[r->fields_n++].value.at)
			return err_set(e, ERR_LIMIT, "the request to the token endpoint does not fit in memory");
	}
	return true;
}

static bool ask(const struct grant *g, struct buf *form, struct arena *a, struct fetch_request *r, struct err *e)
{
	add(form, S("resource"), g->resource);
	return token_request(g, g->token_endpoint, form, a, r, e) ||
		err_where(e, "the token endpoint");
}

bool token_exchange(const struct grant *g, struct str code, struct str verifier, struct arena *a,
	struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(a, 0);

	add(&form, S("grant_type"), S("authorization_code"));
	add(&form, S("code"), code);
	add(&form, S("redirect_uri"), g->redirect_uri);
	add(&form, S("code_verifier"), verifier);
	return ask(g, &form, a, r, e);
}

bool token_refresh(const struct grant *g, struct arena *a, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(a, 0);

	if (g->refresh_token.len == 0)
		return err_set(e, ERR_LOGIN, "there is no refresh token; log in again");
	add(&form, S("grant_type"), S("refresh_token"));
	add(&form, S("refresh_token"), g->refresh_token);
	return ask(g, &form, a, r, e);
}

/* Tokens travel in fields and forms: visible ASCII, and bounded. */
static bool is_token(struct str s)
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

static bool read_fields(const struct json *root, int64_t now, struct arena *a, struct token *t, struct err *e)
{
	if (!json_want_str(root, S("access_token"), &t->access_token, e) ||
		!json_want_str(root, S("token_type"), &t->token_type, e) ||
		!json_opt_str(root, S("refresh_token"), &t->refresh_token, e) ||
		!json_opt_str(root, S("scope"), &t->scope, e) ||
		!json_opt_str(root, S("id_token"), &t->id_token, e))
		return false;
	if (!str_same_nocase(t->token_type, S("bearer")))
		return err_set(e, ERR_INPUT, "token_type is not Bearer");
	if (t->access_token.len == 0)
		return err_set(e, ERR_INPUT, "access_token is empty");
	if (!is_token(t->access_token) || !is_token(t->refresh_token) || !is_token(t->id_token))
		return err_set(e, ERR_INPUT, "a token is longer than %d bytes or holds characters that no token may", TOKEN_MAX);
	/* A scope in a form that no scope has tells nothing; it is no reason to throw the tokens away. */
	t->scope = scope_join(t->scope, (struct str){0}, a);
	if (!scope_is_valid(t->scope))
		t->scope = (struct str){0};
	t->expires_at = expiry(root, now);
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

enum token_outcome token_read(const struct fetch_answer *answer, int64_t now, struct arena *a,
	struct token *t, struct err *e)
{
	const struct json *root;
	struct refusal r;

	*t = (struct token){0};
	/* Some servers refuse with status 200. */
	if (refusal_read(answer, a, &r) || answer->status < 200 || answer->status > 299)
		return refused(&r, answer->status, a, e);
	if (!json_read(answer->body, a, &root, e) || !read_fields(root, now, a, t, e) || !keep(t, a, e)) {
		*t = (struct token){0};
		err_where(e, "the answer of the token endpoint");
		return TOKEN_REFUSED;
	}
	return TOKEN_OK;
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

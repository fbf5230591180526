#include "oauth/register.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "http/url.h"
#include "json/json.h"
#include "json/json_write.h"
#include "oauth/metadata.h"
#include "oauth/quote.h"
#include "oauth/refusal.h"

enum { CLIENT_MAX = 4096 }; /* bytes of an identifier or secret */

bool register_auth(const struct metadata_issuer *m, struct str secret, bool post_secret, enum grant_auth *auth, struct err *e)
{
	*auth = GRANT_AUTH_NONE;
	if (secret.len == 0)
		return true;
	if (m->auth_post && (post_secret || !m->auth_basic))
		*auth = GRANT_AUTH_POST;
	else if (m->auth_basic)
		*auth = GRANT_AUTH_BASIC;
	else
		return err_set(e, ERR_FAILED, "the authorization server \"%s\" takes a client secret in neither "
			"way that there is here (client_secret_basic, client_secret_post)", quote_url(m->issuer).text);
	return true;
}

/* A secret goes to the issuer it was made for. Where the user did not say which that is, the first one counts. */
static bool secret_may_go(const struct metadata_issuer *m, const struct register_config *c, const struct grant *known, struct err *e)
{
	if (c->client_secret.len == 0 || c->issuer_is_pinned || !known || known->client != GRANT_CLIENT_CONFIGURED ||
		known->issuer.len == 0 || !str_same(known->client_id, c->client_id) || str_same(known->issuer, m->issuer))
		return true;
	return err_set(e, ERR_FAILED, "the server now names \"%s\" as its authorization server, but the configured client "
		"belongs to \"%s\"; its secret is not sent elsewhere (name the issuer if that is right)",
		quote_url(m->issuer).text, quote_url(known->issuer).text);
}

/* An https URL with a path (MCP client ID metadata documents). */
static bool metadata_url_is_good(struct str text, struct err *e)
{
	char memory[8192];
	struct arena a;
	struct url url;

	arena_over(&a, memory, sizeof memory);
	if (!url_read(text, &a, &url, e))
		return err_where(e, "the client metadata URL");
	if (!url_is_https(&url) || url.path.len < 2 || url.has_fragment)
		return err_set(e, ERR_USAGE, "the client metadata URL must be an https URL with a path and without a fragment");
	return true;
}

static bool may_reuse(const struct grant *known, const struct metadata_issuer *m, struct str redirect_uri, int64_t now)
{
	return known && known->client == GRANT_CLIENT_REGISTERED && known->client_id.len &&
		str_same(known->issuer, m->issuer) && str_same(known->redirect_uri, redirect_uri) &&
		(known->client_secret_expires_at == 0 || known->client_secret_expires_at > now);
}

static bool no_way(const struct metadata_issuer *m, struct err *e)
{
	return err_set(e, ERR_FAILED, "the authorization server \"%s\" does not register clients by itself; register one "
		"with whoever runs it and name it with --client-id%s", quote_url(m->issuer).text,
		m->takes_metadata_id ? ", or publish a client metadata document and configure its URL" : "");
}

/* What to ask for: no secret, unless the server lists methods and that is none of them. */
static enum grant_auth wish(const struct metadata_issuer *m)
{
	if (!m->auth_listed || m->auth_none)
		return GRANT_AUTH_NONE;
	if (m->auth_basic)
		return GRANT_AUTH_BASIC;
	return m->auth_post ? GRANT_AUTH_POST : GRANT_AUTH_NONE;
}

bool register_choose(const struct metadata_issuer *m, const struct register_config *c, const struct grant *known,
	struct str redirect_uri, int64_t now, struct grant *g, bool *must_register, struct err *e)
{
	*must_register = false;
	g->issuer = m->issuer;
	g->authorization_endpoint = m->authorization_endpoint;
	g->token_endpoint = m->token_endpoint;
	g->registration_endpoint = m->registration_endpoint;
	g->revocation_endpoint = m->revocation_endpoint;
	g->redirect_uri = redirect_uri;
	g->client_secret = (struct str){0};
	g->client_secret_expires_at = 0;
	g->auth = GRANT_AUTH_NONE;

	if (c->client_id.len) {
		g->client = GRANT_CLIENT_CONFIGURED;
		g->client_id = c->client_id;
		g->client_secret = c->client_secret;
		return secret_may_go(m, c, known, e) && register_auth(m, c->client_secret, c->post_secret, &g->auth, e);
	}
	if (c->metadata_url.len && m->takes_metadata_id) {
		g->client = GRANT_CLIENT_METADATA;
		g->client_id = c->metadata_url;
		return metadata_url_is_good(c->metadata_url, e);
	}
	g->client = GRANT_CLIENT_REGISTERED;
	if (may_reuse(known, m, redirect_uri, now)) {
		g->auth = known->auth;
		g->client_id = known->client_id;
		g->client_secret = known->client_secret;
		g->client_secret_expires_at = known->client_secret_expires_at;
		return true;
	}
	if (m->registration_endpoint.len == 0)
		return no_way(m, e);
	g->auth = wish(m);
	*must_register = true;
	return true;
}

static const struct str methods[] = {
	[GRANT_AUTH_NONE] = S_INIT("none"),
	[GRANT_AUTH_BASIC] = S_INIT("client_secret_basic"),
	[GRANT_AUTH_POST] = S_INIT("client_secret_post"),
};

static void write_list(struct json_write *w, struct str name, struct str one, struct str two)
{
	json_write_name(w, name);
	json_write_array(w);
	json_write_str(w, one);
	if (two.len)
		json_write_str(w, two);
	json_write_end_array(w);
}

static void write_client(struct buf *out, const struct grant *g, struct str client_name, struct str scope)
{
	struct json_write w = json_write_to(out);
	struct str none = {0};

	json_write_object(&w);
	json_write_str_as(&w, S("client_name"), client_name.len ? client_name : S("keyfob"));
	json_write_str_as(&w, S("application_type"), S("native"));
	write_list(&w, S("redirect_uris"), g->redirect_uri, none);
	write_list(&w, S("grant_types"), S("authorization_code"), S("refresh_token"));
	write_list(&w, S("response_types"), S("code"), none);
	json_write_str_as(&w, S("token_endpoint_auth_method"), methods[g->auth]);
	if (scope.len)
		json_write_str_as(&w, S("scope"), scope);
	json_write_end_object(&w);
}

bool register_request(const struct grant *g, struct str client_name, struct str scope, struct arena *a,
	struct fetch_request *r, struct err *e)
{
	static const struct http_field fields[] = {
		{S_INIT("Content-Type"), S_INIT("application/json")},
		{S_INIT("Accept"), S_INIT("application/json")},
	};
	struct buf body = buf_in(a, 0);

	*r = (struct fetch_request){.method = S("POST"), .fields = fields, .has_body = true, .fresh = true};
	r->fields_n = sizeof fields / sizeof *fields;
	if (!url_read(g->registration_endpoint, a, &r->url, e))
		return err_where(e, "the registration endpoint");
	write_client(&body, g, client_name, scope);
	r->body = buf_str(&body);
	return !body.full || err_set(e, ERR_LIMIT, "the registration request does not fit in memory");
}

static bool is_good(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' || s.at[i] > '~')
			return false;
	return s.len <= CLIENT_MAX;
}

/* The method the server settled on; where it does not say, the secret does. */
static bool read_method(const struct json *root, const struct metadata_issuer *m, struct grant *g, struct err *e)
{
	struct str method = {0};

	if (!json_opt_str(root, S("token_endpoint_auth_method"), &method, e))
		return false;
	if (method.len == 0)
		return register_auth(m, g->client_secret, false, &g->auth, e);
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (!str_same(method, methods[i]))
			continue;
		g->auth = (enum grant_auth)i;
		if (g->auth == GRANT_AUTH_NONE)
			g->client_secret = (struct str){0};
		else if (g->client_secret.len == 0)
			return err_set(e, ERR_INPUT, "it wants a client secret to be used but gave none");
		return true;
	}
	return err_set(e, ERR_FAILED, "it wants \"%s\", which this client cannot; register a client by hand and use --client-id",
		quote_of(method).text);
}

static bool read_client(const struct json *root, const struct metadata_issuer *m, struct arena *a, struct grant *g, struct err *e)
{
	g->client_secret = (struct str){0};
	g->client_secret_expires_at = 0;
	if (!json_want_str(root, S("client_id"), &g->client_id, e) ||
		!json_opt_str(root, S("client_secret"), &g->client_secret, e) ||
		!json_opt_int(root, S("client_secret_expires_at"), &g->client_secret_expires_at, e) ||
		!read_method(root, m, g, e))
		return false;
	if (g->client_id.len == 0 || !is_good(g->client_id) || !is_good(g->client_secret))
		return err_set(e, ERR_INPUT, "client_id or client_secret is empty, too long, or holds characters that it may not");
	g->client_id = arena_str(a, g->client_id);
	g->client_secret = arena_str(a, g->client_secret);
	g->client = GRANT_CLIENT_REGISTERED;
	return (g->client_id.at && g->client_secret.at) || err_set(e, ERR_LIMIT, "it does not fit in memory");
}

bool register_read(const struct fetch_answer *answer, const struct metadata_issuer *m, struct arena *a, struct grant *g, struct err *e)
{
	const struct json *root;
	struct refusal r;

	if (answer->status != 201 && answer->status != 200) {
		refusal_read(answer, a, &r);
		if (refusal_is_passing(&r, answer->status))
			return err_set(e, ERR_NETWORK, "the authorization server could not register this client now: %s; try again later",
				refusal_text(&r, answer->status, a));
		err_set(e, ERR_FAILED, "the authorization server did not register this client: %s", refusal_text(&r, answer->status, a));
		if (str_same(r.error, S("invalid_redirect_uri")))
			return err_hint(e, "; it does not take the redirect URI %s (--redirect-uri names another)", quote_of(g->redirect_uri).text);
		return err_hint(e, "; a client registered by hand can be named with --client-id");
	}
	return (json_read(answer->body, a, &root, e) && read_client(root, m, a, g, e)) ||
		err_where(e, "the registration answer of the authorization server");
}

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

static const struct str methods[] = {
	[GRANT_AUTH_NONE] = S_INIT("none"),
	[GRANT_AUTH_BASIC] = S_INIT("client_secret_basic"),
	[GRANT_AUTH_POST] = S_INIT("client_secret_post"),
};

static void write_list(struct json_write *w, struct str name, const struct str *words, size_t n)
{
	json_write_name(w, name);
	json_write_array(w);
	for (size_t i = 0; i < n; i++)
		json_write_str(w, words[i]);
	json_write_end_array(w);
}

/* A client without a redirect URI of its own names one all the same: many servers take none without. */
static void write_client(struct buf *out, const struct grant *g, const struct metadata_issuer *m, struct str client_name, struct str scope)
{
	const struct str grants[] = {S("authorization_code"), S("refresh_token"), S("urn:ietf:params:oauth:grant-type:device_code")};
	const struct str uri = g->redirect_uri.len ? g->redirect_uri : S("http://127.0.0.1/callback");
	const struct str code = S("code");
	struct json_write w = json_write_to(out);

	json_write_object(&w);
	json_write_str_as(&w, S("client_name"), client_name.len ? client_name : S("keyfob"));
	json_write_str_as(&w, S("application_type"), S("native"));
	write_list(&w, S("redirect_uris"), &uri, 1);
	write_list(&w, S("grant_types"), grants, m->device_authorization_endpoint.len ? 3 : 2);
	write_list(&w, S("response_types"), &code, 1);
	json_write_str_as(&w, S("token_endpoint_auth_method"), methods[g->auth]);
	if (scope.len)
		json_write_str_as(&w, S("scope"), scope);
	json_write_end_object(&w);
}

bool register_request(const struct grant *g, const struct metadata_issuer *m, struct str client_name, struct str scope, struct arena *a,
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
	write_client(&body, g, m, client_name, scope);
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

static bool takes_no_secret(const struct metadata_issuer *m)
{
	return m->auth_listed && m->auth_none && !m->auth_basic && !m->auth_post;
}

/* The method the server settled on; where it does not say, the secret does, if there is a way to use it. */
static bool read_method(const struct json *root, const struct metadata_issuer *m, struct grant *g, struct err *e)
{
	struct str method = {0};

	if (!json_opt_str(root, S("token_endpoint_auth_method"), &method, e))
		return false;
	if (method.len == 0 && takes_no_secret(m))
		method = methods[GRANT_AUTH_NONE];
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

#include "oauth/metadata.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/url.h"
#include "json/json.h"
#include "oauth/place.h"
#include "oauth/quote.h"
#include "oauth/scope.h"

static enum metadata_answer wrong(struct err *e, const char *where)
{
	err_where(e, "%s", where);
	return METADATA_WRONG;
}

/* A JSON object that has one of the two members which make it the document that was looked for.
 * Anything else is an answer for everything, as many servers give. */
static enum metadata_answer open_document(struct str document, struct str one, struct str other, struct arena *a,
	const struct json **root, struct err *e)
{
	if (!json_read(document, a, root, e))
		return e->kind == ERR_LIMIT ? METADATA_WRONG : METADATA_OTHER;
	if (!json_get(*root, one) && !json_get(*root, other)) {
		err_set(e, ERR_INPUT, "it is no metadata document");
		return METADATA_OTHER;
	}
	return METADATA_OK;
}

static bool keep(struct str *s, struct arena *a, struct err *e)
{
	*s = arena_str(a, *s);
	return s->at || err_set(e, ERR_LIMIT, "it does not fit in memory");
}

/* The resource is the server, or something above it at the same origin. */
static bool resource_is_of(struct str text, const struct url *server, struct arena *a, struct err *e)
{
	struct arena scratch = *a;
	struct url resource;

	if (!url_read(text, &scratch, &resource, e))
		return err_where(e, "resource");
	if (resource.has_fragment)
		return err_set(e, ERR_INPUT, "resource has a fragment, which no resource may have");
	if (!url_covers(&resource, server))
		return err_set(e, ERR_INPUT, "resource is \"%s\", which is not this server (%s); use the address that it names",
			quote_url(text).text, quote_url(url_text(server, &scratch)).text);
	return true;
}

static bool read_servers(const struct json *root, struct arena *a, struct metadata_resource *r, struct err *e)
{
	const struct json *servers;

	if (!json_want_array(root, S("authorization_servers"), &servers, e))
		return false;
	for (const struct json *s = servers->first; s && r->servers_n < METADATA_SERVERS; s = s->next) {
		if (s->kind != JSON_STRING)
			return err_set(e, ERR_INPUT, "authorization_servers holds something else than strings");
		r->servers[r->servers_n] = s->text;
		if (!keep(&r->servers[r->servers_n++], a, e))
			return false;
	}
	return r->servers_n || err_set(e, ERR_INPUT, "authorization_servers is empty");
}

/* scopes_supported as one scope; what cannot be one is left out. */
static struct str read_scopes(const struct json *root, struct arena *a)
{
	const struct json *list = json_get(root, S("scopes_supported"));
	struct buf out = buf_in(a, SCOPE_MAX);

	for (const struct json *s = list && list->kind == JSON_ARRAY ? list->first : NULL; s; s = s->next) {
		if (s->kind != JSON_STRING || !scope_is_valid(s->text) || str_has(s->text, ' ') || scope_has(buf_str(&out), s->text))
			continue;
		if (out.len)
			buf_add_char(&out, ' ');
		buf_add(&out, s->text);
	}
	return out.full ? (struct str){0} : buf_str(&out);
}

enum metadata_answer metadata_read_resource(struct str document, const struct url *server, struct arena *a,
	struct metadata_resource *r, struct err *e)
{
	const char *where = "the resource metadata of the server";
	const struct json *root;
	struct err local;
	enum metadata_answer answer;

	if (!e)
		e = &local;
	*r = (struct metadata_resource){0};
	answer = open_document(document, S("resource"), S("authorization_servers"), a, &root, e);
	if (answer != METADATA_OK) {
		err_where(e, "%s", where);
		return answer;
	}
	if (!json_want_str(root, S("resource"), &r->resource, e) || !resource_is_of(r->resource, server, a, e) ||
		!read_servers(root, a, r, e) || !keep(&r->resource, a, e))
		return wrong(e, where);
	r->scopes = read_scopes(root, a);
	r->wants_dpop = json_is(json_get(root, S("dpop_bound_access_tokens_required")), JSON_TRUE);
	return METADATA_OK;
}

/* An endpoint, re-serialised. One that may be missing and is not well placed counts as missing. */
static bool read_endpoint(const struct json *root, struct str name, bool may_drop, const struct place *p,
	struct arena *a, struct str *endpoint, struct err *e)
{
	struct str text = {0};
	struct url url;

	if (!json_opt_str(root, name, &text, e))
		return may_drop;
	if (text.len == 0)
		return true;
	/* Names are literals, so they end in a zero byte. */
	if (!place_read(p, text, name.at, a, &url, e))
		return may_drop;
	*endpoint = url_text(&url, a);
	return endpoint->at || err_set(e, ERR_LIMIT, "it does not fit in memory");
}

static bool read_endpoints(const struct json *root, const struct place *p, struct arena *a,
	struct metadata_issuer *m, struct err *e)
{
	if (!read_endpoint(root, S("authorization_endpoint"), false, p, a, &m->authorization_endpoint, e) ||
		!read_endpoint(root, S("token_endpoint"), false, p, a, &m->token_endpoint, e) ||
		!read_endpoint(root, S("registration_endpoint"), false, p, a, &m->registration_endpoint, e) ||
		!read_endpoint(root, S("revocation_endpoint"), true, p, a, &m->revocation_endpoint, e) ||
		!read_endpoint(root, S("device_authorization_endpoint"), true, p, a, &m->device_authorization_endpoint, e))
		return false;
	return m->token_endpoint.len || err_set(e, ERR_INPUT, "token_endpoint is missing");
}

/* A list that is not there excludes nothing. */
static bool may_be(const struct json *root, struct str list, struct str word)
{
	const struct json *words = json_get(root, list);

	return !json_is(words, JSON_ARRAY) || json_has_str(words, word);
}

static bool read_abilities(const struct json *root, struct arena *a, struct metadata_issuer *m, struct err *e)
{
	const struct json *methods = json_get(root, S("token_endpoint_auth_methods_supported"));
	struct str algs = S("token_endpoint_auth_signing_alg_values_supported");

	m->has_s256 = json_has_str(json_get(root, S("code_challenge_methods_supported")), S("S256"));
	m->scopes = read_scopes(root, a);
	m->offers_offline = scope_has(m->scopes, S("offline_access"));
	m->auth_listed = methods && methods->kind == JSON_ARRAY;
	m->auth_none = json_has_str(methods, S("none"));
	m->auth_basic = !m->auth_listed || json_has_str(methods, S("client_secret_basic"));
	m->auth_post = json_has_str(methods, S("client_secret_post"));
	m->auth_key = !m->auth_listed || json_has_str(methods, S("private_key_jwt"));
	m->auth_es256 = may_be(root, algs, S("ES256"));
	m->auth_rs256 = may_be(root, algs, S("RS256"));
	m->dpop_es256 = may_be(root, S("dpop_signing_alg_values_supported"), S("ES256"));
	return json_opt_bool(root, S("client_id_metadata_document_supported"), &m->takes_metadata_id, e) &&
		json_opt_bool(root, S("authorization_response_iss_parameter_supported"), &m->sends_iss, e);
}

static bool issuer_is(const struct json *root, struct str wanted, struct arena *a, struct metadata_issuer *m, struct err *e)
{
	if (!json_want_str(root, S("issuer"), &m->issuer, e))
		return false;
	if (!str_same(m->issuer, wanted))
		return err_set(e, ERR_INPUT, "it says that its issuer is \"%s\", but \"%s\" was asked; nothing of it is used",
			quote_url(m->issuer).text, quote_url(wanted).text);
	return keep(&m->issuer, a, e);
}

enum metadata_answer metadata_read_issuer(struct str document, struct str issuer, const struct place *p,
	struct arena *a, struct metadata_issuer *m, struct err *e)
{
	const char *where = "the metadata of the authorization server";
	const struct json *root;
	struct err local;
	enum metadata_answer answer;

	if (!e)
		e = &local;
	*m = (struct metadata_issuer){0};
	answer = open_document(document, S("issuer"), S("token_endpoint"), a, &root, e);
	if (answer != METADATA_OK) {
		err_where(e, "%s", where);
		return answer;
	}
	if (!issuer_is(root, issuer, a, m, e) || !read_endpoints(root, p, a, m, e) || !read_abilities(root, a, m, e)) {
		*m = (struct metadata_issuer){0};
		return wrong(e, where);
	}
	return METADATA_OK;
}

bool metadata_allows_code(const struct metadata_issuer *m, struct err *e)
{
	if (m->authorization_endpoint.len == 0)
		return err_set(e, ERR_FAILED, "the authorization server \"%s\" has no authorization_endpoint, "
			"so nobody can sign in there", quote_url(m->issuer).text);
	if (!m->has_s256)
		return err_set(e, ERR_FAILED, "the authorization server \"%s\" does not announce PKCE with S256 "
			"(code_challenge_methods_supported), without which no sign-in is safe; ask who runs it", quote_url(m->issuer).text);
	return true;
}

bool metadata_allows_device(const struct metadata_issuer *m, struct err *e)
{
	return m->device_authorization_endpoint.len ||
		err_set(e, ERR_FAILED, "the authorization server \"%s\" has no device_authorization_endpoint, so nobody can sign in "
			"there with a code; sign in with a browser, or ask who runs it", quote_url(m->issuer).text);
}

bool metadata_allows_dpop(const struct metadata_issuer *m, struct err *e)
{
	return m->dpop_es256 ||
		err_set(e, ERR_FAILED, "the authorization server \"%s\" takes no proof of possession that is signed with ES256 "
			"(dpop_signing_alg_values_supported), the only one there is here; leave --dpop out where the server takes plain tokens",
			quote_url(m->issuer).text);
}

bool metadata_assume(const struct url *server, struct arena *a, struct metadata_issuer *m)
{
	struct str origin = url_origin(server, a);

	*m = (struct metadata_issuer){.issuer = origin, .has_s256 = true, .auth_basic = true,
		.auth_key = true, .auth_es256 = true, .auth_rs256 = true, .dpop_es256 = true};
	m->authorization_endpoint = arena_print(a, "%.*s/authorize", STR(origin));
	m->token_endpoint = arena_print(a, "%.*s/token", STR(origin));
	m->registration_endpoint = arena_print(a, "%.*s/register", STR(origin));
	return origin.at && m->registration_endpoint.at;
}

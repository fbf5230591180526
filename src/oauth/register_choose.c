#include "base/arena.h"
#include "base/err.h"
#include "http/url.h"
#include "oauth/jwt.h"
#include "oauth/key.h"
#include "oauth/metadata.h"
#include "oauth/quote.h"
#include "oauth/register.h"

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

/* A client proves itself by its key: in the way, and with the signature, that m takes. */
static bool auth_by_key(const struct metadata_issuer *m, struct str text, struct arena scratch, struct err *e)
{
	struct key key;
	struct str alg;
	bool taken;

	if (!m->auth_key)
		return err_set(e, ERR_FAILED, "the authorization server \"%s\" takes no client that proves itself with a key "
			"(private_key_jwt)", quote_url(m->issuer).text);
	if (!key_read(text, &scratch, &key, e))
		return err_where(e, "the client's key");
	alg = jwt_alg(&key.sig);
	taken = str_same(alg, S("ES256")) ? m->auth_es256 : m->auth_rs256;
	key_wipe(&key);
	return taken || err_set(e, ERR_FAILED, "the authorization server \"%s\" takes no key of this kind (%.*s); it lists others in "
		"token_endpoint_auth_signing_alg_values_supported", quote_url(m->issuer).text, STR(alg));
}

/* A client belongs to the issuer it was made for. Where the user did not say which that is, the first one counts. */
static bool client_may_go(const struct register_choice *c, struct err *e)
{
	const struct grant *known = c->known;

	if (c->config->issuer_is_pinned || !known || known->client != GRANT_CLIENT_CONFIGURED || known->issuer.len == 0 ||
		!str_same(known->client_id, c->config->client_id) || str_same(known->issuer, c->m->issuer))
		return true;
	return err_set(e, ERR_FAILED, "the server now names \"%s\" as its authorization server, but the configured client "
		"belongs to \"%s\" and is not shown elsewhere (name the issuer if that is right)",
		quote_url(c->m->issuer).text, quote_url(known->issuer).text);
}

static bool take_configured(const struct register_choice *c, struct arena scratch, struct grant *g, struct err *e)
{
	const struct register_config *config = c->config;

	g->client = GRANT_CLIENT_CONFIGURED;
	g->client_id = config->client_id;
	if (!client_may_go(c, e))
		return false;
	if (config->client_key.len) {
		g->auth = GRANT_AUTH_KEY;
		g->client_key = config->client_key;
		return auth_by_key(c->m, config->client_key, scratch, e);
	}
	g->client_secret = config->client_secret;
	return register_auth(c->m, config->client_secret, config->post_secret, &g->auth, e);
}

/* The client of an earlier grant, as it is. */
static void take_known(const struct grant *known, struct grant *g)
{
	g->client = known->client;
	g->auth = known->auth;
	g->client_id = known->client_id;
	g->client_secret = known->client_secret;
	g->client_secret_expires_at = known->client_secret_expires_at;
	g->client_key = known->client_key;
}

/* An https URL with a path (MCP client ID metadata documents). */
static bool metadata_url_is_good(struct str text, struct arena scratch, struct err *e)
{
	struct url url;

	if (!url_read(text, &scratch, &url, e))
		return err_where(e, "the client metadata URL");
	if (!url_is_https(&url) || url.path.len < 2 || url.has_fragment)
		return err_set(e, ERR_USAGE, "the client metadata URL must be an https URL with a path and without a fragment");
	return true;
}

static bool take_document(const struct register_choice *c, struct arena scratch, struct grant *g, struct err *e)
{
	g->client = GRANT_CLIENT_METADATA;
	g->client_id = c->config->metadata_url;
	if (!metadata_url_is_good(g->client_id, scratch, e))
		return false;
	if (c->config->client_key.len == 0)
		return true;
	g->auth = GRANT_AUTH_KEY;
	g->client_key = c->config->client_key;
	return auth_by_key(c->m, g->client_key, scratch, e);
}

/* Without a redirect URI, any that was registered will do. */
static bool may_reuse(const struct register_choice *c)
{
	const struct grant *known = c->known;

	return known && known->client == GRANT_CLIENT_REGISTERED && known->client_id.len && str_same(known->issuer, c->m->issuer) &&
		(c->redirect_uri.len == 0 || str_same(known->redirect_uri, c->redirect_uri)) &&
		(known->client_secret_expires_at == 0 || known->client_secret_expires_at > c->now);
}

static bool no_way(const struct metadata_issuer *m, struct err *e)
{
	return err_set(e, ERR_FAILED, "the authorization server \"%s\" does not register clients by itself; register one "
		"with whoever runs it and name it with --client-id%s", quote_url(m->issuer).text,
		m->takes_metadata_id ? ", or publish a client metadata document and configure its URL" : "");
}

/* Nobody is there who could answer for a client that appears by itself (MCP client credentials extension). */
static bool no_client(const struct register_choice *c, enum grant_type type, struct grant *g, struct err *e)
{
	g->client = GRANT_CLIENT_NONE;
	return type == GRANT_JWT_BEARER || /* RFC 7523 §2.1: the assertion may be enough */
		err_set(e, ERR_FAILED, "a sign-in without a browser needs a client that was registered at \"%s\" before: name it "
			"with --client-id", quote_url(c->m->issuer).text);
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

static bool take_registration(const struct register_choice *c, struct grant *g, bool *must_register, struct err *e)
{
	if (may_reuse(c)) {
		take_known(c->known, g);
		if (g->redirect_uri.len == 0)
			g->redirect_uri = c->known->redirect_uri;
		return true;
	}
	if (c->m->registration_endpoint.len == 0)
		return no_way(c->m, e);
	if (c->config->client_key.len)
		return err_set(e, ERR_USAGE, "a client's key belongs to a client that was registered before: name it with --client-id");
	g->client = GRANT_CLIENT_REGISTERED;
	g->auth = wish(c->m);
	*must_register = true;
	return true;
}

static void take_issuer(const struct metadata_issuer *m, struct grant *g)
{
	g->issuer = m->issuer;
	g->authorization_endpoint = m->authorization_endpoint;
	g->token_endpoint = m->token_endpoint;
	g->registration_endpoint = m->registration_endpoint;
	g->revocation_endpoint = m->revocation_endpoint;
}

bool register_choose(const struct register_choice *c, struct arena scratch, struct grant *g, bool *must_register, struct err *e)
{
	const struct grant *known = c->known;
	const struct grant none = {.auth = GRANT_AUTH_NONE};

	*must_register = false;
	take_issuer(c->m, g);
	take_known(&none, g);
	g->redirect_uri = c->redirect_uri;
	if (c->config->client_id.len)
		return take_configured(c, scratch, g, e);
	if (known && known->client == GRANT_CLIENT_CONFIGURED && known->client_id.len && str_same(known->issuer, c->m->issuer) &&
		c->config->metadata_url.len == 0) {
		take_known(known, g);
		return true;
	}
	if (grant_needs_nobody(g->type))
		return no_client(c, g->type, g, e);
	if (c->config->metadata_url.len && c->m->takes_metadata_id)
		return take_document(c, scratch, g, e);
	return take_registration(c, g, must_register, e);
}

#include "oauth/flow_inside.h"

#include "oauth/quote.h"
#include "oauth/scope.h"

static bool idp_is_good(struct flow *f)
{
	const struct flow_setup *s = &f->setup;
	struct arena scratch = *s->arena;
	struct url url;

	if (s->id_token.len == 0 || s->idp_client_id.len == 0 || s->idp_token_endpoint.len == 0)
		return err_set(&f->err, ERR_USAGE, "an enterprise sign-in needs an ID token, and the token endpoint and the client identifier "
			"at the identity provider that gave it");
	if (!url_read(s->idp_token_endpoint, &scratch, &url, &f->err))
		return err_where(&f->err, "the identity provider's token endpoint");
	return place_is_safe(s->allow_http, &url) ||
		err_set(&f->err, ERR_USAGE, "the identity provider's token endpoint is on plain http; it must be https");
}

bool flow_setup_is_good(struct flow *f)
{
	const struct flow_setup *s = &f->setup;

	if (!place_is_safe(s->allow_http, &s->server)) {
		const char *host = arena_print(s->arena, "%.*s", STR(s->server.host)).at;

		return err_set(&f->err, ERR_USAGE, "the server is on plain http; use https, or --allow-http %s if that network is trusted",
			host ? host : "HOST");
	}
	if (s->type == GRANT_JWT_BEARER && s->assertion.len == 0)
		return err_set(&f->err, ERR_USAGE, "a sign-in by assertion needs one");
	return s->type != GRANT_ENTERPRISE || idp_is_good(f);
}

/* An assertion is a credential, made for one issuer. Where the user did not say which that is, the first one counts. */
static bool assertion_may_go(struct flow *f)
{
	const struct grant *known = f->setup.known;

	if (f->setup.issuer.len || !known || known->type != GRANT_JWT_BEARER || known->issuer.len == 0 || str_same(known->issuer, f->issuer.issuer))
		return true;
	return err_set(&f->err, ERR_FAILED, "the server now names \"%s\" as its authorization server, but the assertion belongs to \"%s\" and is not "
		"shown elsewhere (name the issuer if that is right)", quote_url(f->issuer.issuer).text, quote_url(known->issuer).text);
}

bool flow_settle_allows(struct flow *f)
{
	switch (f->setup.type) {
	case GRANT_AUTHORIZATION_CODE:
		return metadata_allows_code(&f->issuer, &f->err);
	case GRANT_DEVICE_CODE:
		return metadata_allows_device(&f->issuer, &f->err);
	case GRANT_JWT_BEARER:
		return assertion_may_go(f);
	case GRANT_CLIENT_CREDENTIALS:
	case GRANT_ENTERPRISE:
		break;
	}
	return true;
}

static bool wants_key(const struct flow *f, const struct grant *known)
{
	/* The request that led here carried a token; what comes instead is bound as it was. */
	bool was_bound = f->setup.challenge && known && known->dpop_key.len;

	return f->setup.dpop || f->challenge.is_dpop || f->resource.wants_dpop || was_bound;
}

/* A key of the sign-in's own; that of an earlier one at the same issuer stays, for its refresh token may be bound to it. */
static bool settle_key(struct flow *f)
{
	const struct grant *known = f->setup.known;
	bool is_same = known && str_same(known->issuer, f->issuer.issuer);

	if (!wants_key(f, is_same ? known : NULL))
		return true;
	if (!metadata_allows_dpop(&f->issuer, &f->err))
		return false;
	if (is_same && known->dpop_key.len) {
		f->grant.dpop_key = known->dpop_key;
		return true;
	}
	return dpop_draw_key(f->setup.rng, f->setup.arena, &f->grant.dpop_key, &f->err);
}

static void settle_scope(struct flow *f)
{
	const struct grant *known = f->setup.known;
	const struct scope_facts facts = {
		.configured = f->setup.scope,
		.held = known && challenge_wants_scope(&f->challenge) ? known->scope : (struct str){0},
		.challenge = f->challenge.scope,
		.resource = f->resource.scopes,
		/* A refresh token is of use where a person would have to come back. */
		.offline_offered = f->issuer.offers_offline && !grant_needs_nobody(f->setup.type),
	};

	f->scope = scope_choose(&facts, f->setup.arena);
	f->grant.scope = f->scope;
}

static void settle_type(struct flow *f)
{
	const struct flow_setup *s = &f->setup;
	struct grant *g = &f->grant;

	g->type = s->type;
	if (s->type == GRANT_JWT_BEARER)
		g->assertion_file = s->assertion_file;
	if (s->type != GRANT_ENTERPRISE)
		return;
	g->id_token_file = s->id_token_file;
	g->idp_token_endpoint = s->idp_token_endpoint;
	g->idp_client_id = s->idp_client_id;
	g->idp_client_secret = s->idp_client_secret;
}

bool flow_settle(struct flow *f)
{
	if (f->setup.resource.len)
		f->grant.resource = f->setup.resource;
	settle_type(f);
	settle_scope(f);
	return settle_key(f);
}

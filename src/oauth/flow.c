#include "oauth/flow.h"

#include "base/buf.h"
#include "base/secret.h"
#include "oauth/authorize.h"
#include "oauth/flow_find.h"
#include "oauth/quote.h"
#include "oauth/scope.h"
#include "oauth/token.h"

static enum flow_step failed(struct flow *f)
{
	f->at = FLOW_AT_END;
	pkce_wipe(&f->pkce);
	return f->step = FLOW_FAILED;
}

static enum flow_step send(struct flow *f, enum flow_place at, size_t max)
{
	f->at = at;
	f->request.timeout_ms = f->setup.timeout_ms;
	f->request_max = max;
	f->head_is_enough = false;
	return f->step = FLOW_SEND;
}

/* The first request: one that any MCP server answers, and that a guarded one refuses. */
static enum flow_step probe(struct flow *f)
{
	static const struct http_field fields[] = {
		{S_INIT("Content-Type"), S_INIT("application/json")},
		{S_INIT("Accept"), S_INIT("application/json, text/event-stream")},
	};

	f->request = (struct fetch_request){
		.method = S("POST"), .fields = fields, .fields_n = sizeof fields / sizeof *fields, .has_body = true,
		.body = S("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
			"\"capabilities\":{},\"clientInfo\":{\"name\":\"keyfob\",\"version\":\"1\"}}}"),
	};
	if (f->setup.probe)
		f->request = *f->setup.probe;
	f->request.url = f->setup.server;
	send(f, FLOW_AT_PROBE, METADATA_MAX);
	f->head_is_enough = true;
	return f->step;
}

enum flow_step flow_begin(struct flow *f, const struct flow_setup *setup)
{
	*f = (struct flow){.setup = *setup};
	f->place = place_for(&setup->server, setup->allow_http);
	if (!place_is_safe(setup->allow_http, &setup->server)) {
		const char *host = arena_print(setup->arena, "%.*s", STR(setup->server.host)).at;

		err_set(&f->err, ERR_USAGE, "the server is on plain http; use https, or --allow-http %s if that network is trusted",
			host ? host : "HOST");
		return failed(f);
	}
	if (!setup->challenge)
		return probe(f);
	f->challenge = *setup->challenge;
	return flow_find_challenged(f);
}

/* The browser's turn, with a verifier and a state that are new each time. */
static enum flow_step ask(struct flow *f)
{
	struct authorize q = {
		.endpoint = f->grant.authorization_endpoint,
		.client_id = f->grant.client_id,
		.redirect_uri = f->grant.redirect_uri,
		.scope = f->scope,
		.resource = f->grant.resource,
		.pkce = &f->pkce,
	};

	pkce_draw(&f->pkce, f->setup.rng);
	if (!authorize_url(&q, f->setup.arena, &f->authorization_url, &f->err))
		return failed(f);
	f->grant.scope = f->scope;
	f->at = FLOW_AT_USER;
	return f->step = FLOW_ASK;
}

static enum flow_step settle_client(struct flow *f, const struct grant *known, int64_t now)
{
	bool must_register;
	struct str uri = f->grant.redirect_uri;

	if (!register_choose(&f->issuer, &f->setup.client, known, uri, now, &f->grant, &must_register, &f->err))
		return failed(f);
	f->is_reused = f->grant.client == GRANT_CLIENT_REGISTERED && !must_register;
	if (!must_register)
		return ask(f);
	/* Scopes that only the resource knows would have the registration refused where they are checked. */
	if (!register_request(&f->grant, f->setup.client.client_name,
		    scope_covers(f->issuer.scopes, f->scope) ? f->scope : (struct str){0}, f->setup.arena, &f->request, &f->err))
		return failed(f);
	return send(f, FLOW_AT_REGISTER, REGISTER_MAX);
}

/* The registration of an earlier sign-in does not do any more: make a new one, once. */
static enum flow_step register_again(struct flow *f, int64_t now)
{
	err_clear(&f->err);
	return settle_client(f, NULL, now);
}

static bool redirect_is_good(struct flow *f, struct str uri)
{
	struct arena scratch = *f->setup.arena;
	struct url url;

	if (!url_read(uri, &scratch, &url, &f->err))
		return err_where(&f->err, "the redirect URI");
	if (url.has_fragment || !(url_is_https(&url) || url_is_loopback(&url)))
		return err_set(&f->err, ERR_USAGE, "the redirect URI must be https, or http on 127.0.0.1, [::1] or localhost");
	return true;
}

enum flow_step flow_redirect(struct flow *f, struct str uri, int64_t now)
{
	const struct grant *known = f->setup.known;
	struct scope_facts facts = {
		.configured = f->setup.scope,
		.held = known && challenge_wants_scope(&f->challenge) ? known->scope : (struct str){0},
		.challenge = f->challenge.scope,
		.resource = f->resource.scopes,
		.offline_offered = f->issuer.offers_offline,
	};

	if (f->at != FLOW_AT_REDIRECT)
		return f->step;
	if (!redirect_is_good(f, uri))
		return failed(f);
	f->grant.redirect_uri = arena_str(f->setup.arena, uri);
	f->scope = scope_choose(&facts, f->setup.arena);
	return settle_client(f, known, now);
}

/* The issuer is known: the redirect URI goes into the registration, so the room must be open now. */
static enum flow_step want_redirect(struct flow *f, int64_t now)
{
	const struct grant *known = f->setup.known;

	if (f->step != FLOW_REDIRECT)
		return f->step;
	if (f->setup.redirect_uri.len)
		return flow_redirect(f, f->setup.redirect_uri, now);
	if (known && known->client == GRANT_CLIENT_REGISTERED && str_same(known->issuer, f->issuer.issuer))
		f->redirect_wish = known->redirect_uri;
	return f->step;
}

static enum flow_step take_registration(struct flow *f, const struct fetch_answer *answer)
{
	return register_read(answer, &f->issuer, f->setup.arena, &f->grant, &f->err) ? ask(f) : failed(f);
}

static void hint_client(struct flow *f)
{
	if (f->grant.client == GRANT_CLIENT_CONFIGURED)
		err_hint(&f->err, "; check --client-id and the client secret");
}

/* What was pasted without a state may have been anything: the user may paste again. */
static enum flow_step ask_again(struct flow *f)
{
	if (!f->is_guess || ++f->guesses >= FLOW_GUESSES)
		return failed(f);
	f->at = FLOW_AT_USER;
	return f->step = FLOW_ASK;
}

static enum flow_step take_token(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	struct token token;

	switch (token_read(answer, now, f->setup.arena, &token, &f->err)) {
	case TOKEN_OK:
		token_apply(&token, now, &f->grant);
		pkce_wipe(&f->pkce);
		f->at = FLOW_AT_END;
		return f->step = FLOW_DONE;
	case TOKEN_CLIENT:
		if (f->is_reused)
			return register_again(f, now);
		hint_client(f);
		return failed(f);
	default:
		return ask_again(f);
	}
}

enum flow_step flow_answer(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	switch (f->at) {
	case FLOW_AT_PROBE:
		flow_find_probed(f, answer);
		break;
	case FLOW_AT_RESOURCE:
	case FLOW_AT_ISSUER:
		flow_find_answer(f, answer);
		break;
	case FLOW_AT_REGISTER:
		return take_registration(f, answer);
	case FLOW_AT_TOKEN:
		return take_token(f, answer, now);
	default:
		return f->step;
	}
	return want_redirect(f, now);
}

enum flow_step flow_failure(struct flow *f, const struct err *failure)
{
	static const char *const places[] = {
		[FLOW_AT_PROBE] = "the server",
		[FLOW_AT_RESOURCE] = "the resource metadata",
		[FLOW_AT_ISSUER] = "the metadata of the authorization server",
		[FLOW_AT_REGISTER] = "the registration endpoint",
		[FLOW_AT_TOKEN] = "the token endpoint",
	};

	if (f->step != FLOW_SEND)
		return f->step;
	f->err = *failure;
	err_where(&f->err, "%s", places[f->at]);
	return failed(f);
}

static enum flow_step exchange(struct flow *f, struct str code)
{
	if (!token_exchange(&f->grant, code, pkce_verifier(&f->pkce), f->setup.arena, &f->request, &f->err))
		return failed(f);
	return send(f, FLOW_AT_TOKEN, TOKEN_ANSWER_MAX);
}

/* The issuer forgot the client, or lets it ask for no more than what it was registered for. */
static bool blames_registration(struct str error)
{
	return str_same(error, S("unauthorized_client")) || str_same(error, S("invalid_client")) || str_same(error, S("invalid_scope"));
}

static void refused(struct flow *f, struct str error, const struct err *why, int64_t now)
{
	f->err = *why;
	if (f->is_reused && blames_registration(error))
		register_again(f, now);
	else
		failed(f);
}

enum callback_verdict flow_callback(struct flow *f, struct str text, enum callback_channel channel,
	int64_t now, struct err *why)
{
	struct callback_expect x = {pkce_state(&f->pkce), f->grant.issuer, f->issuer.sends_iss};
	struct arena before = *f->setup.arena;
	struct callback c;
	struct err local;
	enum callback_verdict verdict;

	why = why ? why : &local;
	if (f->step != FLOW_ASK) {
		err_set(why, ERR_INPUT, "no answer is awaited");
		return CALLBACK_IGNORED;
	}
	verdict = callback_read(text, channel, &x, f->setup.arena, &c, why);
	if (verdict == CALLBACK_ACCEPTED) {
		f->is_guess = c.is_bare;
		err_clear(&f->err);
		exchange(f, c.code);
		return verdict;
	}
	if (verdict == CALLBACK_REFUSED)
		refused(f, c.error, why, now);
	if (f->step == FLOW_ASK || f->step == FLOW_FAILED)
		*f->setup.arena = before;
	return verdict;
}

enum flow_step flow_poll(struct flow *f, int64_t now)
{
	if (f->step == FLOW_DEVICE && now >= f->device.expires_at) {
		err_set(&f->err, ERR_LOGIN, "nobody entered the code in time");
		return failed(f);
	}
	return f->step;
}

void flow_end(struct flow *f)
{
	pkce_wipe(&f->pkce);
}

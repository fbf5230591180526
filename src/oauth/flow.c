#include "oauth/flow_inside.h"

#include <string.h>

#include "base/secret.h"
#include "oauth/authorize.h"
#include "oauth/scope.h"

enum flow_step flow_fail(struct flow *f)
{
	f->at = FLOW_AT_END;
	pkce_wipe(&f->pkce);
	return f->step = FLOW_FAILED;
}

enum flow_step flow_send(struct flow *f, enum flow_place at, size_t max)
{
	f->at = at;
	f->request.timeout_ms = f->setup.timeout_ms;
	f->request_max = max;
	f->head_is_enough = false;
	return f->step = FLOW_SEND;
}

enum flow_step flow_done(struct flow *f)
{
	pkce_wipe(&f->pkce);
	f->at = FLOW_AT_END;
	return f->step = FLOW_DONE;
}

bool flow_is_redirect(int status)
{
	return status == 301 || status == 302 || status == 307 || status == 308;
}

struct token_asker flow_asker(const struct flow *f, int64_t now, struct arena *a)
{
	return (struct token_asker){
		.grant = &f->grant, .now = now, .rng = f->setup.rng, .nonce = str_make(f->nonce, f->nonce_len), .arena = a,
	};
}

void flow_keep_nonce(struct flow *f, struct str nonce)
{
	if (nonce.len == 0 || nonce.len > sizeof f->nonce)
		return;
	memcpy(f->nonce, nonce.at, nonce.len);
	f->nonce_len = nonce.len;
}

bool flow_may_repeat(struct flow *f)
{
	if (f->nonced)
		return err_set(&f->err, ERR_FAILED, "the token endpoint wants another nonce each time");
	return f->nonced = true;
}

enum flow_step flow_begin(struct flow *f, const struct flow_setup *setup)
{
	*f = (struct flow){.setup = *setup};
	f->place = place_for(&setup->server, setup->allow_http);
	if (!flow_setup_is_good(f))
		return flow_fail(f);
	if (!setup->challenge)
		return flow_probe_begin(f);
	f->challenge = *setup->challenge;
	return flow_find_begin(f);
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

	f->nonced = false;
	pkce_draw(&f->pkce, f->setup.rng);
	if (!authorize_url(&q, f->setup.arena, &f->authorization_url, &f->err))
		return flow_fail(f);
	f->grant.scope = f->scope;
	f->at = FLOW_AT_USER;
	return f->step = FLOW_ASK;
}

static void hint_client(struct flow *f)
{
	if (f->grant.client == GRANT_CLIENT_CONFIGURED)
		err_hint(&f->err, "; check --client-id, and the client's secret or key");
}

/* Nobody is asked. */
static enum flow_step follow_renew(struct flow *f)
{
	switch (f->renew.step) {
	case RENEW_SEND:
		f->request = f->renew.request;
		return flow_send(f, FLOW_AT_RENEW, TOKEN_ANSWER_MAX);
	case RENEW_DONE:
		return flow_done(f);
	case RENEW_FAILED:
		break;
	}
	f->err = f->renew.err;
	if (f->renew.outcome == TOKEN_CLIENT)
		hint_client(f);
	return flow_fail(f);
}

/* The client is known: on to the tokens. */
static enum flow_step ask_for_tokens(struct flow *f, int64_t now)
{
	if (f->setup.type == GRANT_AUTHORIZATION_CODE)
		return ask(f);
	if (f->setup.type == GRANT_DEVICE_CODE)
		return flow_device_begin(f, now);
	f->renew = (struct renew){
		.grant = &f->grant, .assertion = f->setup.assertion, .id_token = f->setup.id_token, .rng = f->setup.rng, .arena = f->setup.arena,
	};
	renew_begin(&f->renew, now);
	return follow_renew(f);
}

static enum flow_step settle_client(struct flow *f, const struct grant *known, int64_t now)
{
	const struct register_choice choice = {
		.m = &f->issuer, .config = &f->setup.client, .known = known, .redirect_uri = f->grant.redirect_uri, .now = now,
	};
	bool must_register;

	if (!register_choose(&choice, *f->setup.arena, &f->grant, &must_register, &f->err))
		return flow_fail(f);
	f->is_reused = f->grant.client == GRANT_CLIENT_REGISTERED && !must_register;
	if (!must_register)
		return ask_for_tokens(f, now);
	/* Scopes that only the resource knows would have the registration refused where they are checked. */
	if (!register_request(&f->grant, &f->issuer, f->setup.client.client_name,
		    scope_covers(f->issuer.scopes, f->scope) ? f->scope : (struct str){0}, f->setup.arena, &f->request, &f->err))
		return flow_fail(f);
	return flow_send(f, FLOW_AT_REGISTER, REGISTER_MAX);
}

/* The registration of an earlier sign-in does not do any more: make a new one, once. */
static enum flow_step register_again(struct flow *f, int64_t now)
{
	err_clear(&f->err);
	if (f->setup.type != GRANT_AUTHORIZATION_CODE)
		f->grant.redirect_uri = (struct str){0};
	return settle_client(f, NULL, now);
}

enum flow_step flow_client_refused(struct flow *f, int64_t now)
{
	if (f->is_reused)
		return register_again(f, now);
	hint_client(f);
	return flow_fail(f);
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
	if (f->at != FLOW_AT_REDIRECT)
		return f->step;
	if (!redirect_is_good(f, uri))
		return flow_fail(f);
	f->grant.redirect_uri = arena_str(f->setup.arena, uri);
	return settle_client(f, f->setup.known, now);
}

/* The issuer is known. Where a browser comes back here, that goes into the registration, so the room must be open now. */
static enum flow_step settle(struct flow *f, int64_t now)
{
	const struct grant *known = f->setup.known;

	if (f->step != FLOW_REDIRECT)
		return f->step;
	if (!flow_settle(f))
		return flow_fail(f);
	err_clear(&f->err); /* what was wrong with the places before the right one */
	if (f->setup.type != GRANT_AUTHORIZATION_CODE)
		return settle_client(f, known, now);
	if (f->setup.redirect_uri.len)
		return flow_redirect(f, f->setup.redirect_uri, now);
	if (known && known->client == GRANT_CLIENT_REGISTERED && str_same(known->issuer, f->issuer.issuer))
		f->redirect_wish = known->redirect_uri;
	return f->step;
}

static enum flow_step take_registration(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	return register_read(answer, &f->issuer, f->setup.arena, &f->grant, &f->err) ? ask_for_tokens(f, now) : flow_fail(f);
}

static enum flow_step exchange(struct flow *f, int64_t now)
{
	const struct token_asker q = flow_asker(f, now, f->setup.arena);

	if (!token_exchange(&q, f->code, pkce_verifier(&f->pkce), &f->request, &f->err))
		return flow_fail(f);
	return flow_send(f, FLOW_AT_TOKEN, TOKEN_ANSWER_MAX);
}

/* What was pasted without a state may have been anything: the user may paste again. */
static enum flow_step ask_again(struct flow *f)
{
	if (!f->is_guess || ++f->guesses >= FLOW_GUESSES)
		return flow_fail(f);
	f->at = FLOW_AT_USER;
	return f->step = FLOW_ASK;
}

static enum flow_step take_token(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	const struct token_asker q = flow_asker(f, now, f->setup.arena);
	struct token token;
	enum token_outcome outcome = token_read(&q, answer, &token, &f->err);

	flow_keep_nonce(f, token.nonce);
	switch (outcome) {
	case TOKEN_OK:
		token_apply(&token, now, &f->grant);
		return flow_done(f);
	case TOKEN_NONCE:
		return flow_may_repeat(f) ? exchange(f, now) : flow_fail(f);
	case TOKEN_CLIENT:
		return flow_client_refused(f, now);
	default:
		return ask_again(f);
	}
}

enum flow_step flow_answer(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	switch (f->at) {
	case FLOW_AT_PROBE:
		flow_probe_answer(f, answer);
		return settle(f, now);
	case FLOW_AT_RESOURCE:
	case FLOW_AT_ISSUER:
		flow_find_answer(f, answer);
		return settle(f, now);
	case FLOW_AT_REGISTER:
		return take_registration(f, answer, now);
	case FLOW_AT_TOKEN:
		return take_token(f, answer, now);
	case FLOW_AT_DEVICE:
		return flow_device_answer(f, answer, now);
	case FLOW_AT_POLL:
		return flow_device_polled(f, answer, now);
	case FLOW_AT_RENEW:
		renew_answer(&f->renew, answer, now);
		return follow_renew(f);
	case FLOW_AT_REDIRECT:
	case FLOW_AT_USER:
	case FLOW_AT_CODE:
	case FLOW_AT_END:
		break;
	}
	return f->step;
}

enum flow_step flow_failure(struct flow *f, const struct err *failure)
{
	static const char *const places[] = {
		[FLOW_AT_RESOURCE] = "the resource metadata",
		[FLOW_AT_ISSUER] = "the metadata of the authorization server",
		[FLOW_AT_REGISTER] = "the registration endpoint",
		[FLOW_AT_TOKEN] = "the token endpoint",
		[FLOW_AT_DEVICE] = "the device authorization endpoint",
	};

	if (f->step != FLOW_SEND)
		return f->step;
	if (f->at == FLOW_AT_PROBE)
		return flow_probe_failure(f, failure);
	if (f->at == FLOW_AT_POLL)
		return flow_device_failure(f);
	if (f->at == FLOW_AT_RENEW) {
		renew_failure(&f->renew, failure);
		return follow_renew(f);
	}
	f->err = *failure;
	err_where(&f->err, "%s", places[f->at]);
	return flow_fail(f);
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
		flow_fail(f);
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
		f->code = c.code;
		f->nonced = false;
		exchange(f, now);
		return verdict;
	}
	if (verdict == CALLBACK_REFUSED)
		refused(f, c.error, why, now);
	if (f->step == FLOW_ASK || f->step == FLOW_FAILED)
		*f->setup.arena = before;
	return verdict;
}

void flow_end(struct flow *f)
{
	pkce_wipe(&f->pkce);
}

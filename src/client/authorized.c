#include "client/authorized.h"

#include <string.h>

#include "base/secret.h"
#include "client/enrol.h"
#include "client/site.h"
#include "http/field.h"
#include "oauth/place.h"
#include "sys/clock.h"
#include "sys/world.h"

static void act(struct authorized *x, enum credential_action action, const struct err *e);

static struct world *world(const struct authorized *x)
{
	return x->server->world;
}

static void step(struct authorized *x, enum credential_event event, const struct credential_news *news)
{
	struct err e = {0};
	enum credential_action action = credential_step(&x->credential, event, news, &e);

	act(x, action, &e);
}

static void finish(struct authorized *x, const struct err *failure)
{
	struct err kept = failure ? *failure : (struct err){0};

	x->busy = false;
	x->sink.end(x->sink.self, failure ? &kept : NULL);
}

/* --- The exchange ---------------------------------------------------------------------------- */

/* The nonce is the server's, for all its requests to come. */
static void keep_nonce(struct authorized *x)
{
	struct authorized_server *s = x->server;
	struct str nonce = x->credential.nonce;

	if (!nonce.len || nonce.len > sizeof s->nonce)
		return;
	memcpy(s->nonce, nonce.at, nonce.len);
	s->nonce_len = nonce.len;
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct authorized *x = self;
	struct fetch_exchange *exchange = x->exchange;
	struct err why = {0};
	enum credential_action action =
		credential_step(&x->credential, CREDENTIAL_ANSWER, &(struct credential_news){.head = head}, &why);

	keep_nonce(x);
	if (action == CREDENTIAL_USE)
		return x->sink.head(x->sink.self, head, e);
	x->exchange = NULL;
	fetch_cancel(world(x)->fetch, exchange);
	act(x, action, &why);
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct authorized *x = self;

	return x->sink.piece(x->sink.self, bytes, e);
}

static void ended(void *self, const struct err *failure)
{
	struct authorized *x = self;

	x->exchange = NULL;
	finish(x, failure);
}

static bool add(struct authorized *x, struct str name, struct str value, struct err *e)
{
	if (!value.at || x->request.fields_n == AUTHORIZED_FIELDS)
		return err_set(e, ERR_LIMIT, "the request's fields are more than fit");
	x->fields[x->request.fields_n++] = (struct http_field){name, value};
	return true;
}

static bool is_given(const struct authorized_server *s, struct str name)
{
	bool found;

	field_find(s->fields, s->fields_n, name, &found);
	return found;
}

/* The user's own fields stand for what we would say in their place. */
static bool add_plain(struct authorized *x, struct err *e)
{
	const struct authorized_server *s = x->server;

	x->request.fields = x->fields;
	x->request.fields_n = 0;
	for (size_t i = 0; i < x->plain_n; i++)
		if (!is_given(s, x->plain[i].name) && !add(x, x->plain[i].name, x->plain[i].value, e))
			return false;
	for (size_t i = 0; i < s->fields_n; i++)
		if (!add(x, s->fields[i].name, s->fields[i].value, e))
			return false;
	return true;
}

static bool add_proof(struct authorized *x, struct err *e)
{
	struct dpop q = {
		.key = x->credential.dpop_key,
		.method = x->request.method,
		.url = &x->request.url,
		.access_token = x->credential.token,
		.nonce = str_make(x->server->nonce, x->server->nonce_len),
		.now = clock_now(world(x)->clock),
		.rng = world(x)->rng,
	};
	struct str proof;

	return dpop_prove(&q, x->arena, &proof, e) && add(x, S("DPoP"), proof, e);
}

static bool add_credential(struct authorized *x, struct err *e)
{
	const struct credential *c = &x->credential;
	const char *scheme = c->dpop_key.len ? "DPoP" : "Bearer";

	if (!c->token.len)
		return true;
	if (c->dpop_key.len && !add_proof(x, e))
		return false;
	return add(x, S("Authorization"), arena_print(x->arena, "%s %.*s", scheme, STR(c->token)), e);
}

static void send(struct authorized *x)
{
	struct fetch_sink sink = {.head = head_came, .piece = piece_came, .end = ended, .self = x, .whole = x->sink.whole};
	struct err e = {0};

	if (add_plain(x, &e) && add_credential(x, &e)) {
		site_tell(world(x), &x->request);
		x->exchange = fetch_start(world(x)->fetch, &x->request, sink, &e);
	}
	if (!x->exchange)
		finish(x, &e);
}

/* --- Tokens ---------------------------------------------------------------------------------- */

static void broker_answered(void *self, const struct broker_token *token, const struct err *failure)
{
	struct authorized *x = self;
	struct credential_news news = {.failure = failure};

	x->asking = false;
	if (token) {
		news.token = token->access_token;
		news.granted = token->scope;
		news.dpop_key = token->dpop_key;
	}
	step(x, token ? CREDENTIAL_TOKEN : CREDENTIAL_NO_TOKEN, &news);
}

/* A token that was given is all there is: rejected, it cannot be replaced. */
static void use_given(struct authorized *x)
{
	struct err rejected;

	if (!x->credential.rejected.len) {
		step(x, CREDENTIAL_TOKEN, &(struct credential_news){.token = x->server->token});
		return;
	}
	err_set(&rejected, ERR_LOGIN, "%.*s rejects the token", STR(str_first(x->credential.shown, 160)));
	step(x, CREDENTIAL_NO_TOKEN, &(struct credential_news){.failure = &rejected});
}

/* An Authorization field of the user's own takes the place of any token. */
static void use_none(struct authorized *x)
{
	struct err none;

	err_set(&none, ERR_LOGIN, "%.*s refuses the Authorization field that was given", STR(str_first(x->credential.shown, 160)));
	step(x, CREDENTIAL_NO_TOKEN, &(struct credential_news){.failure = &none});
}

static bool brings_own(const struct authorized_server *s)
{
	return is_given(s, S("Authorization"));
}

static void ask_broker(struct authorized *x)
{
	if (brings_own(x->server)) {
		use_none(x);
		return;
	}
	if (x->server->token.len) {
		use_given(x);
		return;
	}
	x->ask = (struct broker_ask){
		.url = x->server->url, .rejected = x->credential.rejected, .arena = x->arena, .done = broker_answered, .self = x};
	x->asking = true;
	broker_ask_start(world(x)->broker, &x->ask);
}

/* --- Sign-ins -------------------------------------------------------------------------------- */

static bool unlink_waiting(struct authorized *x)
{
	for (struct authorized **at = &x->server->waiting; *at; at = &(*at)->next_waiting)
		if (*at == x) {
			*at = x->next_waiting;
			return true;
		}
	return false;
}

/* All who waited are told the same: what came of it is for all of them. */
static void signed_in(void *self, enum signin_result result, const struct err *failure)
{
	struct authorized_server *s = self;
	enum credential_event event = result == SIGNIN_DONE ? CREDENTIAL_SIGNED_IN : CREDENTIAL_NOT_SIGNED_IN;
	struct err open;

	err_set(&open, ERR_FAILED, "the server asks for a sign-in, but offers none");
	if (failure)
		open = *failure;
	s->signing = false;
	enrol_end(s->enrol);
	while (s->waiting) {
		struct authorized *x = s->waiting;

		s->waiting = x->next_waiting;
		step(x, event, &(struct credential_news){.failure = &open});
	}
}

static void sign_in(struct authorized *x)
{
	struct authorized_server *s = x->server;
	struct err e = {0};

	x->next_waiting = s->waiting;
	s->waiting = x;
	if (s->signing)
		return;
	s->signing = true;
	s->enrol->done = signed_in;
	s->enrol->self = s;
	if (!enrol_start(s->enrol, &x->credential.challenge, x->credential.scope, &e))
		signed_in(s, SIGNIN_FAILED, &e);
}

/* --- The order of things --------------------------------------------------------------------- */

static void act_later(void *self)
{
	struct authorized *x = self;

	switch (x->next) {
	case CREDENTIAL_WAIT:
		ask_broker(x);
		return;
	case CREDENTIAL_SEND:
		send(x);
		return;
	case CREDENTIAL_ASK:
		sign_in(x);
		return;
	default:
		x->refused = true;
		finish(x, &x->failure);
		return;
	}
}

/* What the credential says, from the loop: never within a sink of the exchange before. */
static void act(struct authorized *x, enum credential_action action, const struct err *e)
{
	x->next = action;
	if (action == CREDENTIAL_FAIL)
		x->failure = *e;
	events_timer_set(world(x)->events, &x->later, 0);
}

/* A token goes nowhere but to the origin it is for. */
static bool is_safe(struct authorized *x, struct err *e)
{
	const struct url *url = &x->request.url;
	struct str host = str_first(url->host, 100);

	if (!url_same_origin(url, &x->server->url))
		return err_set(e, ERR_INPUT, "%.*s is another origin than the server that was asked for", STR(host));
	if (!place_is_safe(world(x)->options.allow_http, url))
		return err_set(e, ERR_USAGE, "%.*s is asked in plain http: use https, or --allow-http %.*s", STR(host), STR(host));
	return true;
}

void authorized_start(struct authorized *x, int64_t wait_ms)
{
	struct authorized_server *s = x->server;

	x->busy = true;
	x->plain = x->request.fields;
	x->plain_n = x->request.fields_n;
	if (!x->request.url.host.len)
		x->request.url = s->url;
	x->later = (struct events_timer){.fire = act_later, .self = x};
	x->credential = (struct credential){
		.history = &s->history,
		.arena = x->arena,
		.shown = url_text(&s->url, x->arena),
		.may_ask = s->enrol && !s->token.len && !brings_own(s) && enrol_is_possible(s->enrol),
		.nonce = arena_str(x->arena, str_make(s->nonce, s->nonce_len)),
	};
	x->next = is_safe(x, &x->failure) ? credential_step(&x->credential, CREDENTIAL_BEGIN, &(struct credential_news){0}, NULL) : CREDENTIAL_FAIL;
	events_timer_set(s->world->events, &x->later, wait_ms);
}

bool authorized_was_refused(const struct authorized *x)
{
	return x->refused;
}

void authorized_pause(struct authorized *x, bool paused)
{
	if (x->busy && x->exchange)
		fetch_pause(world(x)->fetch, x->exchange, paused);
}

void authorized_cancel(struct authorized *x)
{
	if (!x->busy)
		return;
	x->busy = false;
	unlink_waiting(x);
	events_timer_clear(world(x)->events, &x->later);
	if (x->asking)
		broker_ask_cancel(world(x)->broker, &x->ask);
	x->asking = false;
	if (x->exchange)
		fetch_cancel(world(x)->fetch, x->exchange);
	x->exchange = NULL;
}

void authorized_server_end(struct authorized_server *s)
{
	if (s->signing)
		enrol_end(s->enrol);
	s->signing = false;
	secret_wipe(s->nonce, sizeof s->nonce);
}

#include "client/signin_inside.h"

#include "base/buf.h"
#include "client/site.h"
#include "client/token_file.h"
#include "sys/clock.h"
#include "sys/world.h"

static int64_t now(const struct signin *s)
{
	return clock_now(s->world->clock);
}

static void finish(struct signin *s, enum signin_result result, const struct err *failure)
{
	struct err kept = failure ? *failure : (struct err){0};

	if (s->over)
		return;
	s->over = true;
	signin_close_ways(s);
	s->done(s->self, result, failure ? &kept : NULL);
}

static void fail(struct signin *s, enum err_kind kind, const char *text)
{
	struct err e;

	err_set(&e, kind, "%s", text);
	finish(s, SIGNIN_FAILED, &e);
}

static void follow_soon(void *self)
{
	signin_follow(self);
}

/* An issuer that cannot fetch the client's document shows an error page, and nobody is sent back here. */
static void too_late(void *self)
{
	struct signin *s = self;

	if (s->flow.grant.client == GRANT_CLIENT_METADATA)
		fail(s, ERR_LOGIN, "nobody finished the sign-in in time: where the browser ended on an error page, check that the "
			"issuer can fetch --client-metadata-url, or leave it out; else start again, with --timeout SECONDS for more");
	else
		fail(s, ERR_LOGIN, "nobody finished the sign-in in time: start it again, with --timeout SECONDS for more");
}

/* --- The steps --------------------------------------------------------------------------------- */

static void answered(void *self, const struct fetch_answer *answer, const struct err *failure)
{
	struct signin *s = self;

	s->exchange = NULL;
	if (answer)
		flow_answer(&s->flow, answer, now(s));
	else
		flow_failure(&s->flow, failure);
	arena_reset(&s->answer_arena);
	signin_follow(s);
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct signin *s = self;
	struct fetch_exchange *x = s->exchange;
	struct fetch_answer answer = {.status = head->status, .fields = (struct http_field *)(uintptr_t)head->fields, .fields_n = head->fields_n};

	(void)e;
	s->exchange = NULL;
	flow_answer(&s->flow, &answer, now(s));
	fetch_cancel(s->world->fetch, x);
	events_timer_set(s->world->events, &s->soon, 0);
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	(void)self;
	(void)bytes;
	(void)e;
	return true;
}

static void head_failed(void *self, const struct err *failure)
{
	struct err none = {0};

	if (!failure)
		err_set(&none, ERR_NETWORK, "the answer ended before its head");
	answered(self, NULL, failure ? failure : &none);
}

static void send(struct signin *s)
{
	struct fetch *f = s->world->fetch;
	struct fetch_sink head_only = {.head = head_came, .piece = piece_came, .end = head_failed, .self = s};
	struct err e = {0};

	site_tell(s->world, &s->flow.request);
	s->whole = (struct fetch_whole){.arena = &s->answer_arena, .limit = s->flow.request_max, .done = answered, .self = s};
	s->exchange = s->flow.head_is_enough ? fetch_start(f, &s->flow.request, head_only, &e)
					     : fetch_start_whole(f, &s->flow.request, &s->whole, &e);
	if (!s->exchange) {
		flow_failure(&s->flow, &e);
		events_timer_set(s->world->events, &s->soon, 0);
	}
}

static void redirect(struct signin *s)
{
	struct err e = {0};
	struct str host = signin_callback_host(s);

	if (!signin_open_door(s, &e)) {
		finish(s, SIGNIN_FAILED, &e);
		return;
	}
	if (str_has(host, ':'))
		host = arena_print(&s->arena, "[%.*s]", STR(host));
	flow_redirect(&s->flow, arena_print(&s->arena, "http://%.*s:%u/callback", STR(host), s->port), now(s));
	follow_soon(s);
}

void signin_follow(struct signin *s)
{
	if (s->over)
		return;
	switch (s->flow.step) {
	case FLOW_SEND:
		send(s);
		return;
	case FLOW_REDIRECT:
		redirect(s);
		return;
	case FLOW_ASK:
		signin_ask_user(s);
		return;
	case FLOW_DEVICE:
		signin_wait_for_device(s);
		return;
	case FLOW_DONE:
		finish(s, SIGNIN_DONE, NULL);
		return;
	case FLOW_OPEN:
		finish(s, SIGNIN_OPEN, NULL);
		return;
	case FLOW_FAILED:
		finish(s, SIGNIN_FAILED, &s->flow.err);
		return;
	}
}

/* --- From beginning to end ---------------------------------------------------------------------- */

static bool read_token_files(struct signin *s, struct flow_setup *setup, struct err *e)
{
	const struct signin_wish *wish = &s->wish;

	if (wish->type == GRANT_JWT_BEARER)
		return token_file_read(wish->assertion_file, FILE_TRUSTED, &s->arena, &setup->assertion, NULL, e);
	if (wish->type == GRANT_ENTERPRISE)
		return token_file_read(wish->id_token_file, FILE_TRUSTED, &s->arena, &setup->id_token, NULL, e);
	return true;
}

static struct flow_setup set_up(struct signin *s)
{
	const struct signin_wish *wish = &s->wish;

	return (struct flow_setup){
		.server = wish->server,
		.type = wish->type,
		.challenge = wish->challenge,
		.insist = true,
		.issuer = wish->issuer,
		.scope = wish->scope,
		.resource = wish->resource,
		.dpop = wish->dpop,
		.client = wish->client,
		.known = wish->known,
		.allow_http = s->world->options.allow_http,
		.assertion_file = wish->assertion_file,
		.id_token_file = wish->id_token_file,
		.idp_token_endpoint = wish->idp_token_endpoint,
		.idp_client_id = wish->idp_client_id,
		.idp_client_secret = wish->idp_client_secret,
		.rng = s->world->rng,
		.arena = &s->arena,
		.timeout_ms = wish->answer_ms,
	};
}

bool signin_start(struct signin *s, struct err *e)
{
	struct flow_setup setup = set_up(s);

	if (!arena_new_secret(&s->arena, FLOW_ARENA) || !arena_new(&s->answer_arena, FLOW_ARENA)) {
		signin_end(s);
		return err_set(e, ERR_SYSTEM, "no memory for a sign-in");
	}
	if (!read_token_files(s, &setup, e)) {
		signin_end(s);
		return false;
	}
	s->soon = (struct events_timer){.fire = follow_soon, .self = s};
	s->late = (struct events_timer){.fire = too_late, .self = s};
	s->poll = (struct events_timer){.fire = signin_poll, .self = s};
	flow_begin(&s->flow, &setup);
	events_timer_set(s->world->events, &s->soon, 0);
	return true;
}

void signin_end(struct signin *s)
{
	if (!s->world)
		return;
	s->over = true;
	signin_close_ways(s);
	if (s->exchange)
		fetch_cancel(s->world->fetch, s->exchange);
	s->exchange = NULL;
	flow_end(&s->flow);
	arena_free(&s->answer_arena);
	arena_free(&s->arena);
}

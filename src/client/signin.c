#include "client/signin.h"

#include <string.h>

#include "base/buf.h"
#include "client/browser.h"
#include "client/site.h"
#include "http/listen.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"

enum { SIGNIN_TOKEN_MAX = 64 * 1024 };

static void follow(struct signin *s);

static int64_t now(const struct signin *s)
{
	return clock_now(s->world->clock);
}

/* --- The ways back from the browser, closed and opened ------------------------------------- */

/* The user is no longer waited for; the listener stays, in case that it is asked once more. */
static void stop_waiting(struct signin *s)
{
	events_timer_clear(s->world->events, &s->late);
	input_stop(&s->input);
	if (s->pasting)
		tty_unlisten(s->world->tty);
	s->pasting = false;
}

static void close_ways(struct signin *s)
{
	stop_waiting(s);
	events_timer_clear(s->world->events, &s->soon);
	events_timer_clear(s->world->events, &s->poll);
	if (s->door)
		listen_close(s->world->listen, s->door);
	s->door = NULL;
}

static void finish(struct signin *s, enum signin_result result, const struct err *failure)
{
	struct err kept = failure ? *failure : (struct err){0};

	if (s->over)
		return;
	s->over = true;
	close_ways(s);
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
	follow(self);
}

/* Something came. Where it changed the step, that is followed from the loop, not from within a callback. */
static enum callback_verdict take(struct signin *s, struct str text, enum callback_channel channel, struct err *why)
{
	enum callback_verdict verdict = flow_callback(&s->flow, text, channel, now(s), why);

	if (s->flow.step != FLOW_ASK) {
		stop_waiting(s);
		events_timer_set(s->world->events, &s->soon, 0);
	}
	return verdict;
}

/* What the page in the browser says: fixed texts, nothing of what came. */
static struct listen_reply page(enum callback_verdict verdict)
{
	struct listen_reply reply = {.status = 200, .content_type = S("text/plain; charset=utf-8")};

	switch (verdict) {
	case CALLBACK_ACCEPTED:
		reply.body = S("Signed in. You may close this page and go back to the terminal.\n");
		break;
	case CALLBACK_IGNORED:
		reply.status = 400;
		reply.body = S("This does not belong to the sign-in that keyfob is waiting for.\n");
		break;
	case CALLBACK_REFUSED:
		reply.status = 400;
		reply.body = S("The sign-in was refused. The terminal says why.\n");
		break;
	}
	return reply;
}

static void called_back(void *self, const struct listen_request *r, struct listen_reply *reply)
{
	struct signin *s = self;

	if (!str_same(r->path, S("/callback"))) {
		*reply = (struct listen_reply){.status = 404, .content_type = S("text/plain; charset=utf-8"), .body = S("Nothing here.\n")};
		return;
	}
	if (s->flow.step != FLOW_ASK) {
		*reply = page(CALLBACK_IGNORED);
		return;
	}
	*reply = page(take(s, r->query, CALLBACK_LISTENER, NULL));
}

static void pasted(void *self, struct str line)
{
	struct signin *s = self;
	struct err why = {0};

	line = str_trim(line);
	if (line.len == 0 || s->flow.step != FLOW_ASK)
		return;
	if (take(s, line, CALLBACK_PASTE, &why) == CALLBACK_IGNORED)
		world_warn(s->world, "Not taken, still waiting: %s.", why.text);
}

static struct str callback_host(const struct signin *s)
{
	return s->wish.callback_host.len ? s->wish.callback_host : S("127.0.0.1");
}

/* The port of a redirect URI on loopback; 0 when there is none to be read. */
static uint16_t port_of(struct str uri, struct arena scratch)
{
	struct url url;

	return uri.len && url_read(uri, &scratch, &url, NULL) && url_is_loopback(&url) ? url.port : 0;
}

/* Opens the listener on the port that was asked for, else on the one that was registered before, else on any. */
static bool open_door(struct signin *s, struct err *e)
{
	struct str host = callback_host(s);
	uint16_t before = port_of(s->flow.redirect_wish, s->arena);
	struct listen_sink sink = {.request = called_back, .self = s};
	struct listen *l = s->world->listen;

	if (s->door)
		return true;
	if (s->wish.callback_port) {
		s->door = listen_open(l, host, s->wish.callback_port, sink, &s->port, e);
		return s->door != NULL;
	}
	if (before)
		s->door = listen_open(l, host, before, sink, &s->port, NULL);
	if (!s->door)
		s->door = listen_open(l, host, 0, sink, &s->port, e);
	return s->door != NULL;
}

/* --- Asking the user ------------------------------------------------------------------------- */

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

/* A pasted answer, from a terminal or from a pipe. Neither is necessary. */
static void listen_for_paste(struct signin *s)
{
	struct world *w = s->world;

	if (w->input >= 0 && !s->wish.ignores_input)
		input_listen(&s->input, w->events, w->input, pasted, s, NULL);
	else if (w->tty && w->tty->present && !s->wish.ignores_terminal)
		s->pasting = tty_listen(w->tty, w->events, pasted, s, NULL);
}

static void show_ways(struct signin *s, int64_t wait_ms)
{
	struct world *w = s->world;
	struct str host = callback_host(s);
	struct arena scratch = s->arena;
	struct buf address = buf_in(&scratch, 0);

	text_show(&address, s->flow.authorization_url); /* whole: cut short it would be of no use */
	world_warn(w, "Open this address to sign in:\n\n  %.*s\n", STR(buf_str(&address)));
	world_say(w, "From another machine: ssh -L %u:%s%.*s%s:%u THIS-HOST,", s->port,
		str_has(host, ':') ? "[" : "", STR(text_shown(host, &scratch)), str_has(host, ':') ? "]" : "", s->port);
	world_say(w, "then open it there; or paste the address the browser ends on. Waiting %d s.", (int)(wait_ms / 1000));
}

static void ask_user(struct signin *s)
{
	struct world *w = s->world;
	int64_t wait_ms = s->wish.wait_ms ? s->wish.wait_ms : SIGNIN_WAIT_MS;
	struct err e = {0};

	if (s->flow.err.kind != ERR_NONE)
		world_warn(w, "That code was not taken: %s. Paste the whole address that the browser ended on:", s->flow.err.text);
	else
		show_ways(s, wait_ms);
	s->late = (struct events_timer){.fire = too_late, .self = s};
	events_timer_set(w->events, &s->late, wait_ms);
	listen_for_paste(s);
	if (s->flow.err.kind == ERR_NONE && !s->wish.no_browser && !browser_open(w, s->wish.browser, s->flow.authorization_url, &e))
		world_warn(w, "No browser was opened: %s", e.text);
}

/* --- A code that is entered elsewhere (RFC 8628) ----------------------------------------------- */

static void poll(void *self)
{
	struct signin *s = self;

	flow_poll(&s->flow, now(s));
	follow(s);
}

static void show_whole(struct world *w, const char *what, struct str foreign, struct arena scratch)
{
	struct buf text = buf_in(&scratch, 0);

	text_show(&text, foreign);
	world_warn(w, "%s\n\n  %.*s\n", what, STR(buf_str(&text)));
}

static void show_device(struct signin *s)
{
	struct flow_device *d = &s->flow.device;
	struct world *w = s->world;
	int64_t left_s = d->expires_at - now(s);
	struct err e = {0};

	d->is_new = false;
	show_whole(w, "Open this address on any device:", d->verification_uri, s->arena);
	show_whole(w, "and enter this code there:", d->user_code, s->arena);
	if (d->verification_uri_complete.len)
		show_whole(w, "Or open this one, which holds the code:", d->verification_uri_complete, s->arena);
	world_say(w, "The code is good for %d %s.", (int)(left_s >= 120 ? left_s / 60 : left_s), left_s >= 120 ? "minutes" : "s");
	if (s->wish.wait_ms && s->wish.wait_ms / 1000 < left_s)
		world_say(w, "Waiting %d s.", (int)(s->wish.wait_ms / 1000));
	if (s->wish.browser.len && !browser_open(w, s->wish.browser,
		d->verification_uri_complete.len ? d->verification_uri_complete : d->verification_uri, &e))
		world_warn(w, "No browser was opened: %s", e.text);
}

/* The code's own end is the flow's to see; --timeout may come before it. */
static void wait_for_device(struct signin *s)
{
	struct events *v = s->world->events;

	if (s->flow.device.is_new) {
		show_device(s);
		s->late = (struct events_timer){.fire = too_late, .self = s};
		if (s->wish.wait_ms)
			events_timer_set(v, &s->late, s->wish.wait_ms);
	}
	events_timer_set(v, &s->poll, s->flow.wait_ms);
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
	follow(s);
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
	struct str host = callback_host(s);

	if (!open_door(s, &e)) {
		finish(s, SIGNIN_FAILED, &e);
		return;
	}
	if (str_has(host, ':'))
		host = arena_print(&s->arena, "[%.*s]", STR(host));
	flow_redirect(&s->flow, arena_print(&s->arena, "http://%.*s:%u/callback", STR(host), s->port), now(s));
	follow_soon(s);
}

static void follow(struct signin *s)
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
		ask_user(s);
		return;
	case FLOW_DEVICE:
		wait_for_device(s);
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

bool signin_needs_nobody(enum grant_type type)
{
	return type == GRANT_CLIENT_CREDENTIALS || type == GRANT_JWT_BEARER || type == GRANT_ENTERPRISE;
}

/* A token that somebody else puts into a file, anew now and then. */
static bool read_token_file(struct signin *s, struct str path, struct str *token, struct err *e)
{
	struct buf content = buf_in(&s->arena, SIGNIN_TOKEN_MAX);

	if (!file_read(path.at, FILE_TRUSTED, &content, NULL, e))
		return false;
	*token = str_trim(buf_str(&content));
	while (str_ends(*token, S("\n")) || str_ends(*token, S("\r")))
		*token = str_trim(str_drop_last(*token, 1));
	return token->len > 0 || err_set(e, ERR_USAGE, "%.*s holds no token", STR(str_first(path, 160)));
}

static bool read_token_files(struct signin *s, struct flow_setup *setup, struct err *e)
{
	const struct signin_wish *wish = &s->wish;

	if (wish->type == GRANT_JWT_BEARER)
		return read_token_file(s, wish->assertion_file, &setup->assertion, e);
	if (wish->type == GRANT_ENTERPRISE)
		return read_token_file(s, wish->id_token_file, &setup->id_token, e);
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
	s->poll = (struct events_timer){.fire = poll, .self = s};
	flow_begin(&s->flow, &setup);
	events_timer_set(s->world->events, &s->soon, 0);
	return true;
}

void signin_end(struct signin *s)
{
	if (!s->world)
		return;
	s->over = true;
	close_ways(s);
	if (s->exchange)
		fetch_cancel(s->world->fetch, s->exchange);
	s->exchange = NULL;
	flow_end(&s->flow);
	arena_free(&s->answer_arena);
	arena_free(&s->arena);
}

#include "client/conversation.h"

#include "base/len.h"
#include "client/site.h"
#include "http/fetch.h"
#include "oauth/place.h"
#include "sys/world.h"

static void act(struct conversation_lane *l, enum credential_action action, const struct err *e);

static struct world *world(struct conversation_lane *l)
{
	return l->conversation->world;
}

static void turn_soon(struct conversation *c)
{
	events_timer_set(c->world->events, &c->turn, 0);
}

static void finish(struct conversation *c, const struct err *failure)
{
	struct err kept = failure ? *failure : (struct err){0};

	if (!c->waiting)
		return;
	c->waiting = false;
	events_timer_clear(c->world->events, &c->late);
	c->done(c->self, failure ? &kept : NULL);
}

/* --- One request ------------------------------------------------------------------------------ */

/* The request is over, and what its credential held is wiped. */
static void rest(struct conversation_lane *l)
{
	l->busy = l->open = false;
	l->exchange = NULL;
	l->request->http.fetch.fields_n = l->plain_fields;
	arena_reset(&l->arena);
}

static void step(struct conversation_lane *l, enum credential_event event, const struct credential_news *news)
{
	struct err e = {0};
	enum credential_action action = credential_step(&l->credential, event, news, &e);

	act(l, action, &e);
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct conversation_lane *l = self;
	struct fetch_exchange *x = l->exchange;
	struct credential_news news = {.head = head};
	struct err why = {0};
	enum credential_action action = credential_step(&l->credential, CREDENTIAL_ANSWER, &news, &why);

	(void)e;
	if (action == CREDENTIAL_USE) {
		l->open = true;
		if (talk_head(&l->conversation->talk, l->slot, head))
			return true;
		rest(l);
		fetch_cancel(world(l)->fetch, x);
		turn_soon(l->conversation);
		return true;
	}
	l->exchange = NULL;
	fetch_cancel(world(l)->fetch, x);
	act(l, action, &why);
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct conversation_lane *l = self;
	struct fetch_exchange *x = l->exchange;

	(void)e;
	if (!talk_piece(&l->conversation->talk, l->slot, bytes)) {
		rest(l);
		fetch_cancel(world(l)->fetch, x);
	}
	turn_soon(l->conversation);
	return true;
}

static void ended(void *self, const struct err *failure)
{
	struct conversation_lane *l = self;

	rest(l);
	talk_end(&l->conversation->talk, l->slot, failure);
	turn_soon(l->conversation);
}

/* Puts the token into the request, in place of one that was there. */
static bool authorize(struct conversation_lane *l, struct err *e)
{
	struct str token = l->credential.token;

	l->request->http.fetch.fields_n = l->plain_fields;
	if (!token.len)
		return true;
	return stream_add_field(&l->request->http, S("Authorization"), arena_print(&l->arena, "Bearer %.*s", STR(token)), e);
}

static void send(struct conversation_lane *l)
{
	struct fetch_sink sink = {.head = head_came, .piece = piece_came, .end = ended, .self = l, .whole = l->conversation->brisk};
	struct fetch_request *r = &l->request->http.fetch;
	struct err e = {0};

	r->url = l->conversation->url;
	r->timeout_ms = l->conversation->closing ? CONVERSATION_GOODBYE_MS : world(l)->options.timeout_ms;
	site_tell(world(l), r);
	if (authorize(l, &e))
		l->exchange = fetch_start(world(l)->fetch, r, sink, &e);
	if (!l->exchange)
		ended(l, &e);
}

static void broker_answered(void *self, const struct broker_token *token, const struct err *failure)
{
	struct conversation_lane *l = self;
	struct credential_news news = {.failure = failure};

	l->asking = false;
	if (token) {
		news.token = token->access_token;
		news.granted = token->scope;
	}
	step(l, token ? CREDENTIAL_TOKEN : CREDENTIAL_NO_TOKEN, &news);
}

/* A token that was given is all there is: rejected, it cannot be replaced. */
static void use_given(struct conversation_lane *l)
{
	struct credential_news news = {.token = l->conversation->token};
	struct err rejected;

	if (!l->credential.rejected.len) {
		step(l, CREDENTIAL_TOKEN, &news);
		return;
	}
	err_set(&rejected, ERR_LOGIN, "%.*s rejects the token", STR(str_first(l->credential.shown, 160)));
	step(l, CREDENTIAL_NO_TOKEN, &(struct credential_news){.failure = &rejected});
}

static void ask_broker(struct conversation_lane *l)
{
	if (l->conversation->token.len) {
		use_given(l);
		return;
	}
	l->ask = (struct broker_ask){
		.url = l->conversation->url, .rejected = l->credential.rejected, .arena = &l->arena, .done = broker_answered, .self = l};
	l->asking = true;
	broker_ask_start(world(l)->broker, &l->ask);
}

static void act_later(void *self)
{
	struct conversation_lane *l = self;

	if (l->next == CREDENTIAL_SEND)
		send(l);
	else
		ask_broker(l);
}

/* What the credential says, from the loop: never within a sink of the exchange before. */
static void act(struct conversation_lane *l, enum credential_action action, const struct err *e)
{
	l->next = action;
	if (action == CREDENTIAL_WAIT || action == CREDENTIAL_SEND) {
		events_timer_set(world(l)->events, &l->later, 0);
		return;
	}
	rest(l);
	finish(l->conversation, e);
}

static void begin(struct conversation_lane *l, const struct talk_request *r)
{
	struct conversation *c = l->conversation;

	l->busy = true;
	l->request = r->slot == TALK_MAIN ? &c->talk.main : &c->talk.side;
	l->plain_fields = r->http.fetch.fields_n;
	l->credential = (struct credential){.arena = &l->arena, .shown = url_text(&c->url, &l->arena)};
	l->next = credential_step(&l->credential, CREDENTIAL_BEGIN, &(struct credential_news){0}, NULL);
	events_timer_set(c->world->events, &l->later, r->wait_ms);
}

/* --- The talk ------------------------------------------------------------------------------------ */

static void turn(void *self)
{
	struct conversation *c = self;
	const struct talk_request *r;

	for (;;)
		switch (talk_next(&c->talk, &r)) {
		case TALK_SEND:
			begin(&c->lanes[r->slot], r);
			continue;
		case TALK_WAIT:
			return;
		case TALK_READY:
		case TALK_DONE:
			finish(c, NULL);
			return;
		case TALK_FAIL:
			finish(c, talk_failure(&c->talk));
			return;
		}
}

static int64_t patience_ms(const struct conversation *c)
{
	int64_t given = c->world->options.timeout_ms;

	if (c->closing)
		return CONVERSATION_GOODBYE_MS;
	return CONVERSATION_PATIENCE * (given ? given : CONVERSATION_ANSWER_MS);
}

static void too_late(void *self)
{
	struct conversation *c = self;
	struct err e;

	err_set(&e, ERR_NETWORK, "%.*s keeps us waiting: after %d s there is no end of its answer (--timeout SECONDS waits longer)",
		STR(str_first(c->url.host, 100)), (int)(patience_ms(c) / 1000));
	finish(c, &e);
}

bool conversation_start(struct conversation *c, struct err *e)
{
	if (!place_is_safe(c->world->options.allow_http, &c->url))
		return err_set(e, ERR_USAGE, "%.*s is asked in plain http: use https, or --allow-http %.*s",
			STR(str_first(c->url.host, 100)), STR(str_first(c->url.host, 100)));
	if (!arena_new(&c->keep, CONVERSATION_KEEP) || !arena_new(&c->work, len_mul(CONVERSATION_MESSAGE, 4)))
		return err_set(e, ERR_SYSTEM, "no memory for a conversation");
	for (size_t i = 0; i < 2; i++) {
		struct conversation_lane *l = &c->lanes[i];

		if (!arena_new(&l->arena, CONVERSATION_LANE))
			return err_set(e, ERR_SYSTEM, "no memory for a conversation");
		l->conversation = c;
		l->slot = (enum talk_slot)i;
		l->later = (struct events_timer){.fire = act_later, .self = l};
	}
	c->client = (struct message_client){.name = S("keyfob"), .version = S(KEYFOB_VERSION)};
	c->turn = (struct events_timer){.fire = turn, .self = c};
	c->late = (struct events_timer){.fire = too_late, .self = c};
	talk_begin(&c->talk, &c->keep, &c->work, CONVERSATION_MESSAGE, ERA_UNKNOWN, &c->client);
	return true;
}

static void wait_for_answer(struct conversation *c)
{
	c->waiting = true;
	if (c->brisk || c->closing)
		events_timer_set(c->world->events, &c->late, patience_ms(c));
	turn_soon(c);
}

void conversation_ask(struct conversation *c, struct str method, const struct json *params)
{
	talk_ask(&c->talk, method, params);
	wait_for_answer(c);
}

void conversation_list(struct conversation *c, struct str method, struct str member)
{
	talk_list(&c->talk, method, member);
	wait_for_answer(c);
}

void conversation_close(struct conversation *c)
{
	talk_close(&c->talk);
	c->closing = true;
	wait_for_answer(c);
}

static void drop(struct conversation_lane *l)
{
	if (!l->conversation)
		return;
	events_timer_clear(world(l)->events, &l->later);
	if (l->asking)
		broker_ask_cancel(world(l)->broker, &l->ask);
	if (l->exchange)
		fetch_cancel(world(l)->fetch, l->exchange);
	arena_free(&l->arena);
}

void conversation_end(struct conversation *c)
{
	if (!c->keep.block)
		return;
	events_timer_clear(c->world->events, &c->turn);
	events_timer_clear(c->world->events, &c->late);
	for (size_t i = 0; i < 2; i++)
		drop(&c->lanes[i]);
	talk_forget(&c->talk);
	arena_free(&c->work);
	arena_free(&c->keep);
}

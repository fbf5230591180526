#include "client/conversation.h"

#include "base/len.h"
#include "http/fetch.h"
#include "oauth/place.h"
#include "sys/world.h"

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
	arena_reset(&l->arena);
	turn_soon(l->conversation);
}

static void drop(struct conversation_lane *l)
{
	authorized_cancel(&l->exchange);
	rest(l);
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct conversation_lane *l = self;

	(void)e;
	if (!talk_head(&l->conversation->talk, l->slot, head))
		drop(l);
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct conversation_lane *l = self;

	(void)e;
	if (!talk_piece(&l->conversation->talk, l->slot, bytes))
		drop(l);
	turn_soon(l->conversation);
	return true;
}

/* Without a token that will do nothing more can be asked; other failures are the talk's to settle. */
static void ended(void *self, const struct err *failure)
{
	struct conversation_lane *l = self;

	rest(l);
	if (authorized_was_refused(&l->exchange))
		finish(l->conversation, failure);
	else
		talk_end(&l->conversation->talk, l->slot, failure);
}

static void begin(struct conversation_lane *l, const struct talk_request *r)
{
	struct conversation *c = l->conversation;

	l->exchange = (struct authorized){
		.server = &c->server,
		.request = r->http.fetch,
		.sink = {.head = head_came, .piece = piece_came, .end = ended, .self = l, .whole = c->brisk},
		.arena = &l->arena,
	};
	l->exchange.request.timeout_ms = c->closing ? CONVERSATION_GOODBYE_MS : c->world->options.timeout_ms;
	authorized_start(&l->exchange, r->wait_ms);
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
		STR(str_first(c->server.url.host, 100)), (int)(patience_ms(c) / 1000));
	finish(c, &e);
}

bool conversation_start(struct conversation *c, struct err *e)
{
	if (!place_is_safe(c->world->options.allow_http, &c->server.url))
		return err_set(e, ERR_USAGE, "%.*s is asked in plain http: use https, or --allow-http %.*s",
			STR(str_first(c->server.url.host, 100)), STR(str_first(c->server.url.host, 100)));
	c->server.world = c->world;
	if (!arena_new(&c->keep, CONVERSATION_KEEP) || !arena_new(&c->work, len_mul(CONVERSATION_MESSAGE, 4)))
		return err_set(e, ERR_SYSTEM, "no memory for a conversation");
	for (size_t i = 0; i < 2; i++) {
		struct conversation_lane *l = &c->lanes[i];

		if (!arena_new(&l->arena, AUTHORIZED_ARENA))
			return err_set(e, ERR_SYSTEM, "no memory for a conversation");
		l->conversation = c;
		l->slot = (enum talk_slot)i;
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

void conversation_reply(struct conversation *c, struct str result)
{
	(void)c;
	(void)result;
}

void conversation_refuse(struct conversation *c, int64_t code, struct str message)
{
	(void)c;
	(void)code;
	(void)message;
}

void conversation_notify(struct conversation *c, struct str method, const struct json *params)
{
	(void)c;
	(void)method;
	(void)params;
}

void conversation_listen(struct conversation *c, const struct json *params)
{
	(void)params;
	wait_for_answer(c);
}

void conversation_cancel(struct conversation *c)
{
	(void)c;
}

void conversation_close(struct conversation *c)
{
	talk_close(&c->talk);
	c->closing = true;
	wait_for_answer(c);
}

void conversation_end(struct conversation *c)
{
	if (!c->keep.block)
		return;
	events_timer_clear(c->world->events, &c->turn);
	events_timer_clear(c->world->events, &c->late);
	for (size_t i = 0; i < 2; i++)
		authorized_cancel(&c->lanes[i].exchange);
	for (size_t i = 0; i < 2; i++)
		arena_free(&c->lanes[i].arena);
	authorized_server_end(&c->server);
	talk_forget(&c->talk);
	arena_free(&c->work);
	arena_free(&c->keep);
}

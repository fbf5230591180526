#include "client/conversation_inside.h"

#include "http/fetch.h"
#include "sys/world.h"

/* The request is over, and what its credential held is wiped. */
static void rest(struct conversation_lane *l)
{
	l->busy = false;
	arena_reset(&l->arena);
	conversation_turn_soon(l->conversation);
}

void lane_drop(struct conversation_lane *l)
{
	if (!l->busy)
		return;
	authorized_cancel(&l->exchange);
	rest(l);
}

static bool head_came(void *self, const struct fetch_head *head, struct err *e)
{
	struct conversation_lane *l = self;

	(void)e;
	if (!talk_head(&l->conversation->talk, l->slot, head))
		lane_drop(l);
	conversation_turn_soon(l->conversation);
	return true;
}

static bool piece_came(void *self, struct str bytes, struct err *e)
{
	struct conversation_lane *l = self;

	(void)e;
	if (!talk_piece(&l->conversation->talk, l->slot, bytes))
		lane_drop(l);
	conversation_turn_soon(l->conversation);
	return true;
}

/* Without a token that will do nothing more can be asked; other failures are the talk's to settle. */
static void ended(void *self, const struct err *failure)
{
	struct conversation_lane *l = self;
	struct conversation *c = l->conversation;

	rest(l);
	if (authorized_was_refused(&l->exchange) && l->slot == TALK_MAIN && !c->closing)
		talk_lost(&c->talk, failure);
	else
		talk_end(&c->talk, l->slot, failure);
}

/* Where a question may be long in answering, its own time limit is all that counts: the server may ask, or tell of its progress, beside it. */
static void set_times(struct conversation_lane *l)
{
	struct conversation *c = l->conversation;
	struct fetch_request *r = &l->exchange.request;

	r->timeout_ms = c->closing ? CONVERSATION_GOODBYE_MS : c->world->options.timeout_ms;
	if (l->slot != TALK_MAIN || c->brisk || c->closing)
		return;
	r->timeout_ms = time_most_ms(c);
	r->idle_ms = -1;
}

void lane_send(struct conversation_lane *l, const struct talk_request *r)
{
	struct conversation *c = l->conversation;

	l->busy = true;
	l->exchange = (struct authorized){
		.server = &c->server,
		.request = r->http.fetch,
		.sink = {.head = head_came, .piece = piece_came, .end = ended, .self = l},
		.arena = &l->arena,
	};
	l->exchange.sink.whole = l->slot == TALK_SIDE || (l->slot == TALK_MAIN && c->brisk);
	set_times(l);
	authorized_start(&l->exchange, r->wait_ms);
}

bool lanes_make(struct conversation *c, struct err *e)
{
	for (size_t i = 0; i < TALK_SLOTS; i++) {
		struct conversation_lane *l = &c->lanes[i];

		if (!arena_new(&l->arena, AUTHORIZED_ARENA))
			return err_set(e, ERR_SYSTEM, "no memory for a conversation");
		l->conversation = c;
		l->slot = (enum talk_slot)i;
	}
	return true;
}

void lanes_end(struct conversation *c)
{
	for (size_t i = 0; i < TALK_SLOTS; i++)
		if (c->lanes[i].busy)
			authorized_cancel(&c->lanes[i].exchange);
	for (size_t i = 0; i < TALK_SLOTS; i++)
		arena_free(&c->lanes[i].arena);
}

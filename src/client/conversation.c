#include "client/conversation.h"

#include "client/conversation_inside.h"
#include "client/link.h"
#include "sys/text.h"
#include "sys/world.h"

void conversation_turn_soon(struct conversation *c)
{
	events_timer_set(c->world->events, &c->turn, 0);
}

static void finish(struct conversation *c, const struct err *failure)
{
	struct err kept = failure ? *failure : (struct err){0};

	if (!c->waiting)
		return;
	c->waiting = false;
	time_stop(c);
	c->done(c->self, failure ? &kept : NULL);
}

/* --- What the talk says ------------------------------------------------------------------- */

static void send(struct conversation *c, const struct talk_request *r)
{
	time_watch(c, r);
	if (c->link)
		conversation_road_send(c, r->http.fetch.body);
	else
		lane_send(&c->lanes[r->slot], r);
}

/* Nobody counts the time that a person takes to answer. */
static void ask_user(struct conversation *c)
{
	time_stop(c);
	c->asked(c->self, &c->talk.wish);
}

/* True where the turn is over. */
static bool stops(struct conversation *c)
{
	struct err stopped;

	if (!c->cancelled)
		return false;
	c->cancelled = false;
	err_set(&stopped, ERR_STOPPED, "the question was given up");
	finish(c, &stopped);
	return true;
}

static bool is_opening_road(const struct conversation *c)
{
	return c->road != ROAD_OPEN && c->road != ROAD_TRIED && !c->closing && talk_failure(&c->talk)->kind == ERR_NONE;
}

static void turn(void *self)
{
	struct conversation *c = self;
	const struct talk_request *r;

	if (is_opening_road(c)) {
		stops(c);
		return;
	}
	for (;;)
		switch (talk_next(&c->talk, &r)) {
		case TALK_SEND:
			send(c, r);
			continue;
		case TALK_DROP:
			lane_drop(&c->lanes[r->slot]);
			continue;
		case TALK_ASK:
			ask_user(c);
			continue;
		case TALK_TRY_SSE:
			conversation_road_try_sse(c);
			continue;
		case TALK_WAIT:
			stops(c);
			return;
		case TALK_READY:
			conversation_road_keep(c);
			if (!stops(c))
				finish(c, NULL);
			return;
		case TALK_DONE:
			finish(c, NULL);
			return;
		case TALK_FAIL:
			finish(c, talk_failure(&c->talk));
			return;
		}
}

static void noticed(void *self, const struct rpc *notification)
{
	struct conversation *c = self;

	if (c->waiting && !c->talk.wish.method.len && str_same(notification->method, S("notifications/progress")))
		time_restart(c);
	if (c->noticed)
		c->noticed(c->self, notification);
}

static void warned(void *self, const char *text)
{
	struct conversation *c = self;
	struct arena scratch = *c->world->arena;
	struct str shown = text_shown(str_of(text), &scratch);

	if (c->warned && shown.at)
		c->warned(c->self, shown.at);
}

/* --- Time ---------------------------------------------------------------------------------- */

/* The server is told; what it does about it is its own affair. A sign-in has a time of its own. */
static void is_late(struct conversation *c, int64_t after_ms)
{
	struct str who = c->command ? str_of(c->command[0]) : c->server.url.host;
	struct err e;

	if (c->server.signing) {
		time_begin(c);
		return;
	}
	err_set(&e, ERR_NETWORK, "%.*s keeps us waiting: after %d s there is no end of its answer (--timeout SECONDS waits longer)",
		STR(str_first(who, 100)), (int)(after_ms / 1000));
	talk_cancel(&c->talk);
	conversation_turn_soon(c);
	finish(c, &e);
}

static void late(void *self)
{
	struct conversation *c = self;

	is_late(c, time_limit_ms(c));
}

static void latest(void *self)
{
	struct conversation *c = self;

	is_late(c, time_most_ms(c));
}

static void probe_is_late(void *self)
{
	struct conversation *c = self;

	talk_probe_is_late(&c->talk);
	conversation_turn_soon(c);
}

static void stream_is_late(void *self)
{
	struct conversation *c = self;

	talk_stream_is_late(&c->talk);
	conversation_turn_soon(c);
}

/* --- Beginning and end -------------------------------------------------------------------- */

static void set_timers(struct conversation *c)
{
	c->turn = (struct events_timer){.fire = turn, .self = c};
	c->late = (struct events_timer){.fire = late, .self = c};
	c->cap = (struct events_timer){.fire = latest, .self = c};
	c->probe = (struct events_timer){.fire = probe_is_late, .self = c};
	c->stream = (struct events_timer){.fire = stream_is_late, .self = c};
}

bool conversation_start(struct conversation *c, struct err *e)
{
	struct talk_setup setup = {
		.memory = &c->memory,
		.limit = CONVERSATION_MESSAGE,
		.client = &c->client,
		.stands = !c->brisk || c->capabilities.len,
		.answers = c->asked != NULL,
		.progress = !c->brisk && c->noticed,
		.noticed = noticed,
		.warned = warned,
		.self = c,
	};

	c->begun = true;
	c->server.world = c->world;
	c->client = (struct message_client){.name = S("keyfob"), .version = S(KEYFOB_VERSION), .capabilities = c->capabilities};
	set_timers(c);
	if (!talk_memory_make(&c->memory, CONVERSATION_MESSAGE, CONVERSATION_KEEP, e) || !lanes_make(c, e) || !conversation_road_begin(c, &setup, e))
		return false;
	talk_begin(&c->talk, &setup);
	return true;
}

void conversation_end(struct conversation *c)
{
	struct events_timer *timers[] = {&c->turn, &c->late, &c->cap, &c->probe, &c->stream};

	if (!c->begun)
		return;
	c->begun = c->waiting = false;
	for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
		events_timer_clear(c->world->events, timers[i]);
	lanes_end(c);
	link_end(c->link);
	c->link = NULL;
	authorized_server_end(&c->server);
	talk_forget(&c->talk);
	talk_memory_free(&c->memory);
}

/* --- Questions ------------------------------------------------------------------------------ */

static void wait_for_answer(struct conversation *c)
{
	c->waiting = true;
	c->cancelled = false;
	time_begin(c);
	conversation_turn_soon(c);
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

void conversation_listen(struct conversation *c, const struct json *params)
{
	talk_listen(&c->talk, params);
	wait_for_answer(c);
}

/* The question goes on, and its time begins anew. */
static void go_on(struct conversation *c)
{
	if (c->waiting)
		time_begin(c);
	conversation_turn_soon(c);
}

void conversation_reply(struct conversation *c, struct str result)
{
	talk_reply(&c->talk, result);
	go_on(c);
}

void conversation_refuse(struct conversation *c, int64_t code, struct str message)
{
	talk_refuse(&c->talk, code, message);
	go_on(c);
}

void conversation_notify(struct conversation *c, struct str method, const struct json *params)
{
	talk_notify(&c->talk, method, params);
	conversation_turn_soon(c);
}

void conversation_drop_answers(struct conversation *c)
{
	talk_drop_answers(&c->talk);
}

void conversation_cancel(struct conversation *c)
{
	if (!c->waiting)
		return;
	talk_cancel(&c->talk);
	c->cancelled = true;
	conversation_turn_soon(c);
}

void conversation_close(struct conversation *c)
{
	talk_close(&c->talk);
	c->closing = true;
	wait_for_answer(c);
}

/* talk_inside: what the files of talk know of each other. For them alone. */
#pragma once

#include <stdbool.h>

#include "mcp/era.h"
#include "mcp/talk.h"

enum { TALK_SHOWN = 100 }; /* bytes of foreign text in an error */

enum talk_state {
	TALK_STATE_PROBE,  /* server/discover, in the modern form */
	TALK_STATE_OPEN,   /* initialize */
	TALK_STATE_OPENED, /* notifications/initialized */
	TALK_STATE_IDLE,   /* open, and nothing is asked */
	TALK_STATE_CALL,   /* the question */
	TALK_STATE_INPUT,  /* what the server wants to know first */
	TALK_STATE_RELIST, /* tools/list, for what is mirrored of their arguments */
	TALK_STATE_LISTEN, /* the question is subscriptions/listen, which the standing stream asks */
	TALK_STATE_SSE,    /* the driver tries HTTP+SSE */
	TALK_STATE_CLOSE,  /* DELETE */
	TALK_STATE_OVER,
	TALK_STATE_FAILED,
};

enum standing_state {
	STANDING_NONE,
	STANDING_DUE,
	STANDING_OUT,
	STANDING_OVER, /* there is none to be had */
};

/* talk.c */
void talk_fail(struct talk *t);                   /* t->failure is set */
void talk_warn(struct talk *t, const struct err *e);
/* Hands a notification on. */
void talk_notice(struct talk *t, const struct rpc *m);

/* talk_send.c: what the state calls for. */
enum talk_step send_main(struct talk *t, const struct talk_request **request);

/* talk_settle.c: what the answer to an opening means: the state that follows. */
/* Begins in that era, or by asking for it. */
void settle_era(struct talk *t, enum era era);
/* The main exchange ended: t->answer, and t->message where t->answered. */
void settle_answer(struct talk *t);
bool settle_is_good(const struct talk *t);
bool settle_has_result(const struct talk *t);
bool settle_has_error(const struct talk *t);
/* Fails, in the server's own words where it has some. */
void settle_refused(struct talk *t);
/* Fails: no revision that is spoken here. */
void settle_foreign(struct talk *t);
/* Another revision is tried, once a question. */
void settle_version(struct talk *t, struct str version);
/* What a modern result says of its server. */
void settle_meta(struct talk *t, const struct json *result);

/* talk_call.c: what the answer to a question means. */
/* The conversation is open, and there is a question. */
void call_begin(struct talk *t);
/* There is an answer. */
void call_done(struct talk *t);
void call_settle(struct talk *t);
void call_settle_relist(struct talk *t);
/* An event stream broke, and the question goes on: it is taken up again, or may be asked again. */
bool call_survives(const struct talk *t);
/* It is taken up again; false where it cannot be. */
bool call_resumes(struct talk *t);

/* talk_outbox.c: what is said beside the question. */
/* Where the next message is written; nothing else may be taken of the outbox's memory until it is added. */
struct buf outbox_text(struct talk *t);
bool outbox_add(struct talk *t, const struct buf *text, struct err *e);
enum talk_step outbox_send(struct talk *t, const struct talk_request **request);
/* The first was sent. */
void outbox_sent(struct talk *t);
void outbox_clear(struct talk *t);

/* talk_asks.c: what the server asks. */
/* A request of its own came. */
bool asks_take(struct talk *t, const struct rpc *m, struct err *e);
/* It wants no answer to the one with this id any more. */
void asks_drop(struct talk *t, const struct json *id);
/* t->result wants input. */
void asks_begin_input(struct talk *t);
/* Something is to be told to the driver: t->wish. */
bool asks_is_due(const struct talk *t);
void asks_tell(struct talk *t);
void asks_clear(struct talk *t);

/* talk_standing.c: the stream of the server's own. */
/* Legacy: the conversation was opened. */
void standing_open(struct talk *t);
/* Modern: subscriptions/listen is wanted, and the conversation may not be open yet. */
void standing_listen(struct talk *t, const struct json *params);
/* It is now. */
void standing_begin_listening(struct talk *t);
bool standing_is_due(const struct talk *t);
enum talk_step standing_send(struct talk *t, const struct talk_request **request);
/* There is to be none any more. */
void standing_stop(struct talk *t);
/* The question waits until its head is there: what it makes the server ask would be lost. */
bool standing_is_awaited(const struct talk *t);
bool standing_head(struct talk *t, const struct fetch_head *head);
bool standing_piece(struct talk *t, struct str bytes);
void standing_end(struct talk *t, const struct err *failure);
/* The message is about subscriptions/listen. True where it is to be kept. */
bool standing_takes(struct talk *t, const struct rpc *m);

/* talk_tools.c */
/* A result of tools/list: what is mirrored of arguments is kept, and the result returned without the tools that nobody can call.
 * first: the list begins. */
const struct json *tools_take(struct talk *t, const struct json *result, bool first);
/* Adds what is mirrored of a call's arguments. */
bool tools_mirror(struct talk *t, struct stream_request *r, struct err *e);

/* talk_take.c: a message came in slot; e is what ends its exchange. */
bool take_message(struct talk *t, enum talk_slot slot, struct str text, struct err *e);

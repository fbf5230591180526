/* conversation: an authorized talk with one MCP server: mcp/talk says what to send, client/credential
 * what to do about tokens, and this carries both on the loop. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "client/authorized.h"
#include "mcp/talk.h"
#include "sys/events.h"

struct world;

enum {
	CONVERSATION_MESSAGE = 4 * 1024 * 1024, /* bytes of one message */
	CONVERSATION_KEEP = 32 * 1024 * 1024,   /* bytes of all answers that are kept */
	CONVERSATION_GOODBYE_MS = 2000, /* nobody waits long for an answer to that */
	CONVERSATION_ANSWER_MS = 30 * 1000, /* the time limit where none is given */
	CONVERSATION_PATIENCE = 10,
};

/* One request of the talk under way. */
struct conversation_lane {
	struct conversation *conversation;
	enum talk_slot slot;
	struct authorized exchange;
	struct arena arena; /* what the credential holds; wiped after each request */
};

/* Zeroed before conversation_start; not to be moved. */
struct conversation {
	struct world *world;
	struct authorized_server server; /* its url, and what its requests share; the world is filled in by conversation_start */
	/* Nobody waits for long: an answer comes whole within the time limit, however much keeps coming, and a question is
	 * over in CONVERSATION_PATIENCE times that. */
	bool brisk;
	/* Called once for each question, when it is answered (talk.result, talk.items) or has failed,
	 * and for conversation_close. After a failure nothing more may be asked: conversation_end is due. Never before the call that asked has returned. */
	void (*done)(void *self, const struct err *failure);
	void *self;
	struct talk talk;

	/* private */
	struct message_client client;
	struct arena keep, work;
	struct conversation_lane lanes[2];
	struct events_timer turn;
	struct events_timer late; /* of a question */
	bool closing; /* goodbye is being said */
	bool waiting; /* done is owed */
};

/* ERR_SYSTEM without memory; ERR_USAGE for a URL that no credential may travel to. */
bool conversation_start(struct conversation *c, struct err *e);
void conversation_ask(struct conversation *c, struct str method, const struct json *params);
void conversation_list(struct conversation *c, struct str method, struct str member);
/* Says goodbye to the server. */
void conversation_close(struct conversation *c);
/* Drops what is under way and wipes everything. Content with one that never started. */
void conversation_end(struct conversation *c);

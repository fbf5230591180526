/* conversation: an authorized talk with one MCP server: mcp/talk says what to send, client/authorized what to do about
 * tokens, client/link carries it where no answer belongs to a request, and this drives them on the loop. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "client/authorized.h"
#include "client/eras.h"
#include "mcp/talk.h"
#include "sys/events.h"

struct json;
struct link;
struct world;

enum {
	CONVERSATION_MESSAGE = 12 * 1024 * 1024, /* bytes of one message */
	CONVERSATION_KEEP = 64 * 1024 * 1024,   /* bytes of all answers that are kept */
	CONVERSATION_GOODBYE_MS = 2000, /* nobody waits long for an answer to that */
	CONVERSATION_ANSWER_MS = 60 * 1000, /* the time limit of a question where none is given; progress begins it anew */
	CONVERSATION_BRISK_MS = 30 * 1000,
	CONVERSATION_PATIENCE = 10,     /* that many time limits are the most that a question may take in all */
	CONVERSATION_PROBE_MS = 2000,   /* a stdio server that is silent about server/discover is asked in another way */
	CONVERSATION_STREAM_MS = 1000,  /* a call waits so long for the stream on which the server may ask */
};

/* One request of the talk under way. */
struct conversation_lane {
	struct conversation *conversation;
	enum talk_slot slot;
	struct authorized exchange;
	struct arena arena; /* what the credential holds; wiped after each request */
	bool busy;
};

enum conversation_transport {
	CONVERSATION_AUTO, /* what the server is found to speak */
	CONVERSATION_HTTP, /* Streamable HTTP alone */
	CONVERSATION_SSE,  /* HTTP+SSE (2024-11-05) alone */
};

/* Private. */
enum conversation_road {
	ROAD_OPEN,       /* messages may travel */
	ROAD_STDIO,      /* a server is being started */
	ROAD_SSE,        /* HTTP+SSE is being opened: nothing else is wanted */
	ROAD_REMEMBERED, /* the same, because it was so the last time */
	ROAD_TRIED,      /* the same, because nothing else is left */
};

/* Zeroed before conversation_start; not to be moved. */
struct conversation {
	struct world *world;
	struct authorized_server server; /* its url, and what its requests share; the world is filled in by conversation_start */
	const char *const *command; /* argv of a stdio server, ended by NULL; NULL: server.url over HTTP */
	enum conversation_transport transport;
	struct str version;      /* this revision alone ("2025-06-18"); empty: what the server is found to speak, remembered per origin */
	struct str capabilities; /* JSON text of the client's capabilities, an object; empty: {} */
	/* Nobody waits for long: an answer comes whole within the time limit, however much keeps coming, and a question is
	 * over in CONVERSATION_PATIENCE times that. */
	bool brisk;
	/* The server asks something of this client (elicitation/create, sampling/createMessage, roots/list; whatever era it is of): one
	 * at a time, answered by conversation_reply or conversation_refuse, at once or later. request lives until then. Of what the capabilities
	 * do not declare nothing comes here. NULL: all are refused (ping is always answered inside). */
	void (*asked)(void *self, const struct rpc *request);
	/* A notification came (notifications/progress, /message, .../list_changed, ...): valid during the call. May be NULL. */
	void (*noticed)(void *self, const struct rpc *notification);
	/* A line for a person about something odd (an invalid tool that is left out, ...): safe to show. May be NULL. */
	void (*warned)(void *self, const char *text);
	/* Called once for each question, when it is answered (talk.result, talk.items) or has failed,
	 * and for conversation_close. After a failure nothing more may be asked: conversation_end is due. Never before the call that asked has returned. */
	void (*done)(void *self, const struct err *failure);
	void *self;
	struct talk talk;

	/* private */
	struct message_client client;
	struct talk_memory memory;
	struct conversation_lane lanes[TALK_SLOTS];
	struct link *link;     /* stdio, HTTP+SSE */
	enum conversation_road road;
	enum eras_kind found;  /* what is remembered of the server */
	struct events_timer turn;
	struct events_timer late; /* of a question: its time limit, */
	struct events_timer cap;  /* and the most that it may take in all */
	struct events_timer probe, stream;
	bool begun;
	bool closing;   /* goodbye is being said */
	bool waiting;   /* done is owed */
	bool cancelled; /* with ERR_STOPPED */
};

/* ERR_SYSTEM without memory, or where command cannot be run; ERR_USAGE for a URL that no credential may travel to, and a version that is not
 * spoken here. None of the functions that are called from here may end the conversation, save done. */
bool conversation_start(struct conversation *c, struct err *e);
/* Asks. What the server wants to know before it answers is told to asked meanwhile. params must stay until done. */
void conversation_ask(struct conversation *c, struct str method, const struct json *params);
/* Asks for all pages of a list: "tools/list" and the member "tools" of its result. */
void conversation_list(struct conversation *c, struct str method, struct str member);
/* Answer what asked was told. result: JSON text, copied. */
void conversation_reply(struct conversation *c, struct str result);
void conversation_refuse(struct conversation *c, int64_t code, struct str message);
/* A notification of the client's own ("notifications/roots/list_changed"); to a modern server over HTTP nothing is sent. */
void conversation_notify(struct conversation *c, struct str method, const struct json *params);
/* Modern: subscriptions/listen, whose stream stays open beside further questions: its messages arrive at noticed; done is
 * called when it is acknowledged, or refused (talk.refused). params as the specification has them, copied. A legacy server needs no asking: done at once. */
void conversation_listen(struct conversation *c, const struct json *params);
/* Gives up the question under way: done is called with ERR_STOPPED, and others may be asked. */
void conversation_cancel(struct conversation *c);
/* What the answers so far hold is given back: talk.result, .items and .refusal are of no more use. Between questions. */
void conversation_drop_answers(struct conversation *c);
/* Says goodbye to the server. */
void conversation_close(struct conversation *c);
/* Drops what is under way and wipes everything. Content with one that never started. */
void conversation_end(struct conversation *c);

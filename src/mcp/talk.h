/* talk: one client's conversation with one MCP server, as a state machine without I/O.
 *
 * The driver asks talk_next what to do, carries the messages it is handed, and tells the talk what comes back. The talk knows the
 * rest: which era the server speaks, the opening, the session and its renewal, pages, event streams that break, the stream of the
 * server's own, what the server asks, the fields that a modern request mirrors, the goodbye.
 *
 * Over Streamable HTTP a message is a request of its own (the driver puts in the URL and the credentials, and settles 401 and
 * 403 by itself as far as it can): talk_head, talk_piece, talk_end tell of its answer, or talk_answer. On a duplex road (stdio,
 * HTTP+SSE) it is one text out, and talk_message tells of those that come in.
 *
 *	talk_begin, talk_list(...); then in turns: talk_next, and what it was told to do; at TALK_READY the answer is there: talk_list
 *	or talk_ask again, or talk_close and on until TALK_DONE. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "mcp/message.h"
#include "mcp/rpc.h"
#include "mcp/stream.h"

struct json;
struct talk_tool;

enum {
	TALK_PAGES = 1000,     /* pages of one list */
	TALK_ROUNDS = 16,      /* times that a server may want input before it answers */
	TALK_INPUTS = 64,      /* things that it may want to know at once */
	TALK_OUTBOX = 16,      /* messages that wait to be sent beside the question */
	TALK_ASKS = 8,         /* requests of the server that wait for the driver */
	TALK_RESUMES = 16,     /* times that a broken event stream is taken up again: a question, or in a row without an event */
	TALK_RETRY_MS = 1000,  /* the wait before that when the server names none */
	TALK_RETRY_MAX_MS = 60000,
};

enum talk_step {
	TALK_SEND,    /* carry *request. Duplex: send its body (*request)->http.fetch.body, a message; there is no more to tell of it */
	TALK_DROP,    /* give up the exchange of (*request)->slot; nothing more is told of it */
	TALK_ASK,     /* the server asks t->wish: talk_reply or talk_refuse, at once or later. Told once for each */
	TALK_TRY_SSE, /* perhaps it speaks HTTP+SSE: talk_go_duplex, or talk_sse_failed. Told once */
	TALK_WAIT,    /* something is under way; ask again when more of it came */
	TALK_READY,   /* the question is answered, or none was asked */
	TALK_DONE,    /* closed */
	TALK_FAIL,    /* talk_failure says why */
};

/* What a request belongs to; at most one of each is under way. */
enum talk_slot {
	TALK_MAIN,
	TALK_SIDE,   /* what is said beside the question: answers to the server, notifications */
	TALK_STREAM, /* the stream of the server's own, which stays open: legacy GET, modern subscriptions/listen */
	TALK_SLOTS,
};

/* Stays valid until its exchange is over. The driver sends http.fetch with the URL and the
 * credential's fields added, in a copy of its own. */
struct talk_request {
	enum talk_slot slot;
	int64_t wait_ms; /* to be waited before it is sent; mostly 0 */
	struct stream_request http;
};

/* What the server says of itself. Empty where it does not. */
struct talk_server {
	struct str name;
	struct str title;
	struct str version;
	struct str instructions;
	const struct json *capabilities; /* an OBJECT, or NULL */
};

/* Where it all lives; never grows. */
struct talk_memory {
	struct arena keep;  /* answers, until talk_drop_answers */
	struct arena work;  /* the exchange of the question */
	struct arena side;  /* the outbox */
	struct arena open;  /* the standing stream */
	struct arena asks;  /* what the server asks, and what is replied */
	struct arena about; /* what it says of itself */
	struct arena tools; /* schemas, for what is mirrored of their arguments */
};

/* limit bounds one message, keep what all answers together need. ERR_SYSTEM. Ended by talk_memory_free, also after a failure. */
bool talk_memory_make(struct talk_memory *m, size_t limit, size_t keep, struct err *e);
/* Content with one that was zeroed. */
void talk_memory_free(struct talk_memory *m);

/* What a talk is to be, and what its driver can do. */
struct talk_setup {
	struct talk_memory *memory;
	size_t limit; /* as talk_memory_make */
	const struct message_client *client; /* what it points to outlives the talk */
	enum era era;       /* what an earlier talk with this server found (stream.era), or ERA_UNKNOWN to ask; a wrong one is found out */
	struct str version; /* this revision alone, an era_literal; empty: what the server is found to speak */
	bool duplex;
	bool may_try_sse; /* TALK_TRY_SSE can be done */
	bool stands;      /* a legacy server's own stream is wanted */
	bool answers;     /* TALK_ASK can be done: of what the client's capabilities declare it comes */
	bool progress;    /* notifications/progress are wanted */
	void (*noticed)(void *self, const struct rpc *notification); /* valid during the call; may be NULL */
	void (*warned)(void *self, const char *text); /* one line, no controls in it; may be NULL */
	void *self;
};

struct talk {
	/* To be read. At READY: */
	const struct json *result; /* what the server answered (of a list: the last page); NULL when it refused */
	const struct json *items;  /* of a list: an ARRAY of the items of all pages */
	bool refused;              /* the server answered with an error: */
	struct rpc refusal;
	struct talk_server server;
	struct stream stream; /* era, revision and session in force */
	struct rpc wish;      /* at ASK, and until it is answered; it may have no id */

	/* Private. */
	struct talk_setup setup;
	struct talk_memory *memory;
	const struct json *capabilities; /* of the client */
	int state;
	int64_t id;      /* of the last request */
	int64_t last_id; /* the last that was drawn */
	struct talk_request main, side;
	bool main_out, side_out, main_drop;
	struct stream_answer answer;
	struct rpc message; /* the response to the request under way */
	bool answered;
	struct err failure;

	/* the question */
	bool asked;
	struct str method, member, cursor;
	const struct json *params;
	bool has_cursor;
	unsigned pages;
	struct json *last_item;
	bool probed, settled;          /* the era was asked for; the server proved it */
	int64_t probe_id;              /* duplex: of a probe that was late, */
	bool probe_came;               /* and answered after all */
	bool changed_version, renewed; /* once a question */
	bool reissued, relisted;
	bool resuming;
	unsigned resumes;
	int64_t wait_ms;
	size_t event_id_len;
	char event_id[SSE_ID_MAX];

	/* what goes beside it */
	size_t outbox_n;
	struct str outbox[TALK_OUTBOX];

	/* what the server asks */
	bool asking; /* wish was told, and is not answered */
	size_t asks_n;
	struct talk_ask {
		struct rpc request;
		bool dropped; /* by the server */
	} asks[TALK_ASKS];
	unsigned rounds;
	const struct json *input; /* the one of the inputRequests that is to be answered next */
	struct buf inputs;        /* the inputResponses so far */
	const struct json *request_state;

	/* the standing stream */
	struct talk_standing {
		int state;
		bool drop;      /* its exchange is to be given up */
		bool open;      /* its head came */
		bool is_late;   /* nobody waits for its head any more */
		bool listens;   /* subscriptions/listen, with: */
		const struct json *params;
		bool acknowledged;
		int64_t id;
		unsigned failures; /* in a row */
		int64_t wait_ms;
		struct talk_request request;
		struct stream_answer answer;
		struct arena room; /* of the exchange: a scratch of what is open, behind params */
		size_t event_id_len;
		char event_id[SSE_ID_MAX];
	} standing;

	struct talk_tool *tools; /* the last list's, where they are annotated */
	bool has_warned; /* of noise on the road */
};

/* Begins. t is not to be moved or copied; talk_forget wipes it. */
void talk_begin(struct talk *t, const struct talk_setup *setup);

/* Asks. params: an OBJECT or NULL; what they point to must stay until READY. At the beginning or at READY. */
void talk_ask(struct talk *t, struct str method, const struct json *params);
/* Asks for all pages of a list: "tools/list" and the member "tools" of its result. */
void talk_list(struct talk *t, struct str method, struct str member);
/* Modern: asks for subscriptions/listen, with params (copied); READY when it is acknowledged, its stream then stays open
 * beside further questions, in place of an earlier one. Legacy: READY once it is open. At the beginning or at READY. */
void talk_listen(struct talk *t, const struct json *params);
/* A notification of the client's own. To a modern server over HTTP nothing is sent. */
void talk_notify(struct talk *t, struct str method, const struct json *params);
/* Gives the question up: the server is told where it was asked. READY follows, without result or refusal. */
void talk_cancel(struct talk *t);
/* Says goodbye: ends the session where there is one. At the beginning or at READY. */
void talk_close(struct talk *t);
/* What earlier answers hold is given back: result, items and refusal are of no more use. At READY. */
void talk_drop_answers(struct talk *t);

/* Answer t->wish. result: JSON text, copied. */
void talk_reply(struct talk *t, struct str result);
void talk_refuse(struct talk *t, int64_t code, struct str message);

/* What is to be done now. SEND and DROP: *request, which lives in t. */
enum talk_step talk_next(struct talk *t, const struct talk_request **request);

/* The head and the pieces of the answer to the request of slot. False: nothing more of it is
 * wanted, the exchange may be dropped and talk_end is not called for it. */
bool talk_head(struct talk *t, enum talk_slot slot, const struct fetch_head *head);
bool talk_piece(struct talk *t, enum talk_slot slot, struct str bytes);
/* The exchange is over: NULL, or why it failed. */
void talk_end(struct talk *t, enum talk_slot slot, const struct err *failure);
/* The three at once, for an answer that came whole. */
void talk_answer(struct talk *t, enum talk_slot slot, const struct fetch_head *head, struct str body);

/* Duplex: a message came; what is none is passed over. */
void talk_message(struct talk *t, struct str text);
/* Duplex: this message could not be delivered. */
void talk_refused(struct talk *t, struct str text, const struct err *why);
/* The road is lost: why becomes the failure. */
void talk_lost(struct talk *t, const struct err *why);
/* The road is another one now: HTTP+SSE was opened; or it could not be, and Streamable HTTP is tried after all. The question stays. */
void talk_go_duplex(struct talk *t);
void talk_go_http(struct talk *t);
/* HTTP+SSE was tried in vain: both failures become the one. */
void talk_sse_failed(struct talk *t, const struct err *why);

/* Duplex: the server is silent about server/discover: it is asked the legacy way. Nothing happens where nobody waits for that. */
void talk_probe_is_late(struct talk *t);
/* The standing stream was sent for a while ago: nobody waits for its head any more. */
void talk_stream_is_late(struct talk *t);

/* Why it failed. ERR_LOGIN: the server wants other credentials. */
const struct err *talk_failure(const struct talk *t);
/* Wipes what is secret in t: the session id, and what its memory holds of exchanges. */
void talk_forget(struct talk *t);

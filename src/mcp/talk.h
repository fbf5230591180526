/* talk: one client's conversation with one MCP server over HTTP, as a state machine without I/O.
 *
 * The driver asks talk_next what to do, carries the requests it is handed (putting in the URL and
 * the credentials, and settling 401 and 403 by itself as far as it can), and tells the talk what
 * comes back. The talk knows the rest: which era the server speaks, the opening, the session and
 * its renewal, pages, broken event streams, the server's own requests, the goodbye.
 *
 *	talk_begin, talk_list(...); then in turns: talk_next, and talk_head / talk_piece / talk_end
 *	or talk_answer; at TALK_READY the answer is there: talk_list or talk_ask again, or
 *	talk_close and on until TALK_DONE. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "mcp/message.h"
#include "mcp/rpc.h"
#include "mcp/stream.h"

struct arena;
struct json;

enum {
	TALK_PAGES = 1000,     /* pages of one list */
	TALK_REPLIES = 8,      /* requests of the server that wait for our answer */
	TALK_REPLY_ID = 256,   /* bytes of the id of one */
	TALK_RESUMES = 16,     /* times that a broken event stream is taken up again, a question */
	TALK_RETRY_MS = 1000,  /* the wait before that when the server names none */
	TALK_RETRY_MAX_MS = 60000,
};

enum talk_step {
	TALK_SEND,  /* carry *request */
	TALK_WAIT,  /* something is under way; ask again when more of it came */
	TALK_READY, /* the question is answered, or none was asked */
	TALK_DONE,  /* closed */
	TALK_FAIL,  /* talk_failure says why */
};

/* What a request belongs to; at most one of each is under way. */
enum talk_slot {
	TALK_MAIN,
	TALK_SIDE, /* our answer to a request of the server, while its stream goes on */
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

struct talk {
	/* To be read. At READY: */
	const struct json *result; /* what the server answered (of a list: the last page); NULL when it refused */
	const struct json *items;  /* of a list: an ARRAY of the items of all pages */
	bool needs_input;          /* modern: the result asks for input; ask again with what it wants */
	bool refused;              /* the server answered with an error: */
	struct rpc refusal;
	struct talk_server server;
	struct stream stream; /* era, revision and session in force */

	/* Private. */
	struct arena *keep, *work;
	size_t limit;
	struct message_client client;
	int state;
	int64_t id;      /* of the last request */
	int64_t last_id; /* the last that was drawn */
	struct talk_request main, side;
	bool main_out, side_out;
	struct stream_answer answer;
	struct rpc message; /* the response to the request under way */
	bool answered;
	bool asked;
	struct str method, member, cursor;
	const struct json *params;
	bool has_cursor;
	unsigned pages;
	struct json *last_item;
	bool probed, settled;          /* the era was asked for; the server proved it */
	bool changed_version, renewed; /* once a question */
	bool resuming;
	unsigned resumes;
	int64_t wait_ms;
	size_t event_id_len;
	char event_id[SSE_ID_MAX];
	size_t replies_n;
	struct talk_reply {
		bool is_ping;
		size_t id_len;
		char id[TALK_REPLY_ID];
	} replies[TALK_REPLIES];
	char side_body[TALK_REPLY_ID + 256];
	struct err failure;
};

/* Begins. Results and what the server says of itself live in keep, which is never reset here;
 * work is for the exchange under way and is reset for each. limit bounds one message; work
 * needs about four times that, keep what all answers together need. era: what an earlier talk with
 * this server found (stream.era), or ERA_UNKNOWN to ask; a wrong one is found out. t is not to be
 * moved or copied; talk_forget wipes it. What client points to must outlive it. */
void talk_begin(struct talk *t, struct arena *keep, struct arena *work, size_t limit, enum era era,
	const struct message_client *client);

/* Asks. params: an OBJECT or NULL; what they point to must stay until READY. At the beginning or at READY. */
void talk_ask(struct talk *t, struct str method, const struct json *params);
/* Asks for all pages of a list: "tools/list" and the member "tools" of its result. */
void talk_list(struct talk *t, struct str method, struct str member);
/* Says goodbye: ends the session where there is one. At the beginning or at READY. */
void talk_close(struct talk *t);

/* What is to be done now. SEND: *request, which lives in t. */
enum talk_step talk_next(struct talk *t, const struct talk_request **request);

/* The head and the pieces of the answer to the request of slot. False: nothing more of it is
 * wanted, the exchange may be dropped and talk_end is not called for it. */
bool talk_head(struct talk *t, enum talk_slot slot, const struct fetch_head *head);
bool talk_piece(struct talk *t, enum talk_slot slot, struct str bytes);
/* The exchange is over: NULL, or why it failed. */
void talk_end(struct talk *t, enum talk_slot slot, const struct err *failure);
/* The three at once, for an answer that came whole. */
void talk_answer(struct talk *t, enum talk_slot slot, const struct fetch_head *head, struct str body);

/* Why it failed. ERR_LOGIN: the server wants other credentials. */
const struct err *talk_failure(const struct talk *t);
/* Wipes what is secret in t: the session id, and what work holds. */
void talk_forget(struct talk *t);

/* bridge_inside: what the parts of a bridge share. A message of the host, or of our own, is a leg: it waits, travels and
 * brings its answer (bridge_leg). bridge.c knows the host, bridge_session the legacy session, bridge_tools the modern
 * lists, bridge_road the link to servers of HTTP+SSE. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "client/authorized.h"
#include "client/bridge.h"
#include "mcp/relay.h"
#include "mcp/relay_tools.h"
#include "mcp/stream.h"
#include "sys/events.h"

struct link;

enum bridge_leg_kind {
	LEG_CALL,    /* a request of the host */
	LEG_NOTE,    /* another message of the host */
	LEG_LISTEN,  /* legacy: the GET of the server's own stream */
	LEG_RENEW,   /* the host's initialize, told again for a new session */
	LEG_RENEWED, /* and its notifications/initialized */
	LEG_TOOLS,   /* modern: tools/list for ourselves */
	LEG_GOODBYE, /* legacy: DELETE */
};

enum bridge_leg_state {
	LEG_WAITS,  /* for a place */
	LEG_HELD,   /* for the session, or the list of tools */
	LEG_RUNS,   /* its exchange is under way */
	LEG_LINKED, /* it went by the link; the answer comes by it too */
	LEG_OVER,   /* to be swept up */
};

enum {
	LEG_RETRY_MS = 1000,          /* before a broken stream is taken up again, when the server names no time */
	LEG_RETRY_MIN_MS = 100,       /* whatever the server names */
	LEG_RETRY_MAX_MS = 60 * 1000, /* no more either */
	LEG_RESUMES = 16,             /* in a row, without anything new */
	LEG_RENEWALS = 2,             /* new sessions for one message */
	LEG_VERSION = 64,             /* bytes of a revision */
};

struct bridge_leg {
	struct bridge *bridge;
	struct bridge_leg *next, *prev;
	enum bridge_leg_kind kind;
	enum bridge_leg_state state;
	bool modern;
	bool initializes; /* CALL, RENEW: it opens the session */
	bool initialized; /* NOTE: it is notifications/initialized */
	bool answered;    /* CALL: the host has its answer, or wants none any more */
	bool listed;      /* modern: the tools were listed anew because of it */
	bool tried;       /* HTTP+SSE is tried because of it */
	bool resuming;    /* a GET for the rest of its answer is under way, or waits to be */
	bool had_session;
	bool is_new;      /* something came since it was last taken up again */
	bool paused;      /* its answer is not read for now */
	size_t held;      /* bytes of a large message that is not whole */
	unsigned session; /* the number of the session it was sent in */
	unsigned renewals, resumes;

	struct arena memory;  /* its text, then what its request and answer take */
	struct arena secrets; /* its credential */
	struct arena rest;    /* memory, from behind what is kept */
	struct arena work;
	struct str body;
	struct str id;     /* CALL: within body */
	struct str method; /* CALL: of the arena */
	struct str refusal; /* CALL: the error that led elsewhere, should that fail */
	struct stream_request http;
	struct stream_answer answer;
	struct authorized request;
	struct events_timer later; /* silence, or the end of a stream whose answer is there */
	struct err why;            /* what was wrong with an answer that came */
	int64_t retry_ms, began_ms;
	size_t event_id_len;
	char event_id[SSE_ID_MAX];
};

enum bridge_session_state {
	SESSION_NONE,
	SESSION_OPENING,  /* the host's initialize is under way */
	SESSION_OPEN,
	SESSION_SETTLING, /* its notifications/initialized is */
	SESSION_RENEWING,
	SESSION_LOST,     /* it could not be renewed; the next request tries again */
};

/* The legacy session. */
struct bridge_session {
	enum bridge_session_state state;
	unsigned number;
	struct stream stream;
	char version[LEG_VERSION];
	struct arena memory; /* what the host opened it with: */
	struct str initialize, initialize_id, initialized;
	struct bridge_leg *listen;
	bool unheard;      /* its own stream wanted a sign-in that was not to be had */
	bool listened;     /* the server offered a stream of its own */
	bool doubtful;     /* a new session did not help against a 400 */
	int64_t listen_wait_ms;
	struct events_timer relisten;
};

struct bridge_road {
	struct link *link;
	bool ready, worked;
	int64_t wait_ms;
	struct events_timer again;
};

struct bridge {
	struct authorized_server *server;
	enum bridge_transport transport;
	struct bridge_ends ends;
	struct bridge_leg *first, *last; /* in the order of the host's messages */
	struct bridge_leg *over, *spare;
	size_t spare_n;
	size_t runs, waits; /* legs */
	size_t waiting_bytes;
	size_t pending;     /* calls without their answers; those that listen for good are not counted */
	bool http_worked;   /* Streamable HTTP is spoken there */
	bool tries_road;    /* HTTP+SSE is tried, and may not be */
	size_t held;        /* bytes of large messages that are not whole */
	size_t held_max;    /* BRIDGE_HELD */
	bool crowded;       /* that is too much */
	bool paused, finishing, leaving, told_login;
	char modern_version[LEG_VERSION];
	struct bridge_session session;
	struct bridge_road road;
	struct relay_tools tools;
	struct arena lists; /* a list of tools on its way */
	unsigned listings;  /* lists of our own, for their ids */
	unsigned pages;     /* of the list of our own that is under way */
	struct events_timer sweep, end;
};

/* --- bridge.c: the host ---------------------------------------------------------------------- */

struct world *bridge_world(const struct bridge *b);
/* Hands a message of the server to the host. */
void bridge_pass(struct bridge *b, struct str text);
/* Fails a call: an error with its id for the host. Other legs are told on standard error. The leg is released. */
void bridge_fail(struct bridge_leg *l, enum bridge_code code, const struct err *why);
/* The answer to l came. It is passed on, and l is released, or, while its exchange may end by itself, drained. */
void bridge_answer(struct bridge_leg *l, const struct relay *m);
/* The call that m answers; NULL where there is none that waits for it. */
struct bridge_leg *bridge_find(struct bridge *b, struct str id);
/* A call is settled: it had its answer, or wants none. */
void bridge_settle(struct bridge_leg *l);

/* --- bridge_leg.c ------------------------------------------------------------------------------ */

/* A leg with a copy of text, in the queue's end; NULL with ERR_LIMIT or ERR_SYSTEM. */
struct bridge_leg *leg_new(struct bridge *b, enum bridge_leg_kind kind, struct str text, struct err *e);
/* Off it goes, or it waits for its turn. */
void leg_go(struct bridge_leg *l);
void leg_go_later(struct bridge_leg *l, int64_t wait_ms);
/* It is held until leg_release_held. */
void leg_hold(struct bridge_leg *l);
/* Its exchange is cancelled; it is swept up with the next turn. */
void leg_release(struct bridge_leg *l);
/* The same, giving the exchange a moment to end by itself, so that its connection can be used again. */
void leg_drain(struct bridge_leg *l);
/* Something came for it: what it holds counts. */
void leg_weigh(struct bridge_leg *l);
/* Who is read and who waits is decided anew. */
void leg_balance(struct bridge *b);
/* Gives back all memory at the end. */
void leg_free_all(struct bridge *b);
/* The longest silence within its answer. */
int64_t leg_silence_ms(const struct bridge_leg *l);
/* It went by the link. */
void leg_linked(struct bridge_leg *l);
/* Those that are held, for any reason, go on: modern ones or the others. */
void leg_release_held(struct bridge *b, bool modern);

/* --- bridge_answer.c: what an exchange brings ----------------------------------------------------- */

struct fetch_sink answer_sink(struct bridge_leg *l);
/* The exchange is over, and the message is not settled yet. failure: NULL, or why it broke. */
void answer_finish(struct bridge_leg *l, const struct err *failure);

/* --- bridge_session.c ------------------------------------------------------------------------------ */

/* The host's initialize, or its notifications/initialized, sets out. */
void session_open(struct bridge_leg *l);
void session_settle(struct bridge_leg *l);
/* What a leg of the session does now: it goes, or waits for the session. */
void session_send(struct bridge_leg *l);
/* The answer to initialize came; fields of its head were kept with session_keep. */
bool session_keep(struct bridge_leg *l, const struct fetch_head *head, struct err *e);
void session_opened(struct bridge_leg *l, const struct relay *m);
/* It failed, or notifications/initialized is through. */
void session_not_opened(struct bridge_leg *l);
void session_settled(struct bridge_leg *l, bool taken);
/* The session is gone with the link that carried it; the next request opens a new one. */
void session_broke(struct bridge *b);
/* Opens a session as the host did, which is not told. Nothing where the host opened none. */
void session_renew(struct bridge *b);
/* The server does not know l's session any more. False: there is nothing to be done about that. */
bool session_lost(struct bridge_leg *l);
void session_renewed(struct bridge_leg *l, const struct relay *m);
void session_not_renewed(struct bridge *b, const struct err *why);
/* A message of the session was taken. */
void session_worked(struct bridge *b);
void session_listen_ended(struct bridge_leg *l, const struct err *failure);
/* A 400 that means the same. */
bool session_is_unknown(const struct bridge_leg *l, const struct relay *m);
/* Says goodbye to the session; NULL where there is none. */
struct bridge_leg *session_leave(struct bridge *b);
void session_end(struct bridge *b);

/* --- bridge_tools.c --------------------------------------------------------------------------------- */

/* A list of tools came for the host: *text is what it is to see. */
void tools_pass(struct bridge_leg *l, const struct relay *m, struct str *text);
/* The server misses fields of a call: l waits for a new list. False: that was tried before. */
bool tools_relist(struct bridge_leg *l, const struct relay *refusal);
void tools_listed(struct bridge_leg *l, const struct relay *m);
void tools_not_listed(struct bridge_leg *l);

/* --- bridge_road.c: servers of HTTP+SSE ------------------------------------------------------------- */

/* All messages go by the link. */
bool road_is_taken(const struct bridge *b);
/* Sends l by it; opens it where it is not open. */
void road_send(struct bridge_leg *l);
/* A server that does not take initialize by POST may speak HTTP+SSE: l waits for that to turn out, and fails with what was
 * refused if it does not. False: there is no reason to think so. */
bool road_try(struct bridge_leg *l, struct str refusal);
void road_end(struct bridge *b);

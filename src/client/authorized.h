/* authorized: requests to one protected server, each with what its credential takes: a token from the broker, put in anew
 * where the server refuses it, a sign-in where nothing else helps (client/credential says which). Many may be under way at once: while
 * one signs in, the others that need it wait for that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "client/broker.h"
#include "client/credential.h"
#include "http/fetch.h"
#include "oauth/dpop.h"
#include "sys/events.h"

struct authorized;
struct enrol;
struct world;

enum {
	AUTHORIZED_ARENA = 512 * 1024, /* a good size for authorized.arena: two tokens and what surrounds them */
	AUTHORIZED_FIELDS = 112,       /* fields of one request, with those that are added here */
};

/* What all requests to one server share. Zeroed, then the first part filled in. */
struct authorized_server {
	struct world *world;
	struct url url;
	struct str token;    /* use this token alone; empty: the broker's */
	struct enrol *enrol; /* how to sign in, its wish filled in; NULL: nobody can here */
	const struct http_field *fields; /* that the user adds to every request (--header) */
	size_t fields_n;

	/* private */
	struct credential_history history; /* sign-ins and their failures, for all requests */
	struct authorized *waiting;        /* for the sign-in under way */
	bool signing;
	size_t nonce_len;
	char nonce[DPOP_NONCE_MAX]; /* the last that the server named */
};

/* One request. Zeroed before authorized_start; not to be moved until it is over. */
struct authorized {
	struct authorized_server *server;
	/* Its url is the server's unless it names one itself (of the same origin). Fields and body must stay until the end. */
	struct fetch_request request;
	struct fetch_sink sink; /* head, pieces and end of the answer that is the caller's. A failure of the credential comes as end */
	struct arena *arena;    /* for tokens and challenges; the caller wipes it afterwards. Not the one that sink's bodies grow in */

	/* private */
	struct credential credential;
	struct broker_ask ask;
	struct fetch_exchange *exchange;
	struct events_timer later;
	enum credential_action next;
	struct authorized *next_waiting;
	const struct http_field *plain; /* the request's fields as they came */
	size_t plain_n;
	bool asking, busy, refused;
	struct err failure;
	struct http_field fields[AUTHORIZED_FIELDS];
};

/* Begins after wait_ms milliseconds (0: at once). Nothing arrives at the sink before this returned. */
void authorized_start(struct authorized *x, int64_t wait_ms);
/* What came as end was the credential's failure, not the network's: no request of this kind will do better before a sign-in. */
bool authorized_was_refused(const struct authorized *x);
/* Nothing more of an answer is read for now, or it goes on (fetch_pause). Nothing where no answer is there yet. */
void authorized_pause(struct authorized *x, bool paused);
/* Nothing more arrives. Content with one that is over or never began. */
void authorized_cancel(struct authorized *x);
/* Ends what the server's requests share: a sign-in under way. No request may be open any more. */
void authorized_server_end(struct authorized_server *s);

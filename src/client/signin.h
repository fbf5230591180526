/* signin: the waiting room. It carries a sign-in's steps (oauth/flow) on the loop; while the user is
 * away with the browser, the loopback callback and a pasted answer race, and whichever is
 * right first wins. Wrong ones do not end the wait. Where a code is entered elsewhere it shows the code and
 * asks the issuer now and then; grants that need nobody pass through without a door or a terminal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "oauth/flow.h"
#include "sys/events.h"
#include "sys/input.h"

struct listen_door;
struct world;

enum { SIGNIN_WAIT_MS = 300 * 1000 };

struct signin_wish {
	struct url server;
	enum grant_type type;
	bool type_is_given;          /* the user named it, or gave what only one grant needs: an earlier sign-in's does not count */
	struct str scope;            /* --scope; empty: what the server says */
	struct str resource;         /* --resource; empty: what the server names */
	struct str issuer;           /* pinned; empty: the server's own */
	struct register_config client;
	bool dpop;                   /* bind the tokens to a key (RFC 9449) */
	struct str assertion_file;   /* GRANT_JWT_BEARER: an absolute path; read when the sign-in begins */
	struct str id_token_file;    /* GRANT_ENTERPRISE: likewise */
	struct str idp_token_endpoint, idp_client_id, idp_client_secret; /* of the identity provider; the secret may be empty */
	const struct grant *known;   /* an earlier grant of this server; NULL: none */
	const struct challenge *challenge; /* of an answer that led here; NULL: the server is probed */
	struct str callback_host;    /* where to listen; empty: 127.0.0.1 */
	uint16_t callback_port;      /* 0: the one that was registered before, else one of the system's choice */
	bool no_browser;             /* only show the URL */
	struct str browser;          /* --browser: a program that takes the URL; empty: $BROWSER, else the desktop's opener */
	bool ignores_input;          /* standard input is somebody else's: nothing is pasted there */
	int64_t wait_ms;             /* for the user; 0: SIGNIN_WAIT_MS */
	int64_t answer_ms;           /* for each answer of a server; 0: 30 s */
};

enum signin_result {
	SIGNIN_DONE,   /* the grant is complete */
	SIGNIN_OPEN,   /* the server asks for no authentication */
	SIGNIN_FAILED,
};

/* Zeroed before signin_start. */
struct signin {
	struct world *world;
	struct signin_wish wish; /* what it borrows must stay */
	/* Called once, never before signin_start returned. The grant lives until signin_end. */
	void (*done)(void *self, enum signin_result result, const struct err *failure);
	void *self;
	struct flow flow; /* .grant when done */

	/* private */
	struct arena arena;
	struct arena answer_arena; /* one answer; reset for each */
	struct fetch_exchange *exchange;
	struct fetch_whole whole;
	struct listen_door *door;
	uint16_t port;
	struct events_timer soon;
	struct events_timer late;
	struct events_timer poll; /* FLOW_DEVICE */
	struct input input;
	bool pasting;
	bool over;
};

/* ERR_SYSTEM; ERR_USAGE for a token file of the wish that holds no token. */
bool signin_start(struct signin *s, struct err *e);
/* Ends it in whatever state: closes the door, gives the terminal back, wipes. Content with one that never began. */
void signin_end(struct signin *s);

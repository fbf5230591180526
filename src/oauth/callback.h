/* callback: what comes back from the user's browser, by the loopback listener or pasted
 * (RFC 6749 §4.1.2, RFC 9207). The state, then the issuer, are checked before anything
 * else is read or shown. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;

enum {
	CALLBACK_MAX = 16384,    /* bytes of what came */
	CALLBACK_CODE_MAX = 8192,
};

/* How it came: anyone on this machine can knock at the listener; only the user pastes. */
enum callback_channel {
	CALLBACK_LISTENER,
	CALLBACK_PASTE,
};

struct callback_expect {
	struct str state;
	struct str issuer; /* as recorded before the browser was opened; empty: there is none to compare (not MCP) */
	bool sends_iss;    /* the issuer announced that it sends iss */
};

enum callback_verdict {
	CALLBACK_ACCEPTED, /* there is an authorization code */
	CALLBACK_IGNORED,  /* not the answer to this request (no state, another's state, not readable): keep waiting */
	CALLBACK_REFUSED,  /* the answer to this request, and it is no: the sign-in ends */
};

struct callback {
	struct str code;  /* when accepted */
	bool is_bare;     /* accepted without a state, since only the code was pasted: it may be anything */
	struct str error; /* when refused by the server's own word: its error code ("access_denied") */
};

/* Reads a URL, or a query string with or without its '?'. From CALLBACK_PASTE also a bare code, which
 * carries neither state nor iss: PKCE binds it to this attempt; an issuer that sends iss wants
 * the whole URL. *e is set unless accepted; its text quotes foreign words only after
 * state and iss were found right. What c holds lives in a. */
enum callback_verdict callback_read(struct str text, enum callback_channel channel, const struct callback_expect *x,
	struct arena *a, struct callback *c, struct err *e);

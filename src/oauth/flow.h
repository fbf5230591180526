/* flow: a whole sign-in to an MCP server as steps, without I/O: probe, resource metadata, issuer
 * metadata, registration, the user's browser (or a code that is entered elsewhere, or nobody), token
 * (MCP authorization; RFC 9728, 8414, 7591, 7636, 9207, 8628, 9449).
 *
 *	step = flow_begin(&f, &setup);
 *	for (;;) switch (step) {
 *	case FLOW_SEND:     carry f.request, then step = flow_answer(...) or flow_failure(...)
 *	case FLOW_REDIRECT: open the waiting room, then step = flow_redirect(&f, uri, now)
 *	case FLOW_ASK:      show f.authorization_url; for all that comes: flow_callback(...); step = f.step
 *	case FLOW_DEVICE:   show f.device where it is new; in f.wait_ms milliseconds step = flow_poll(&f, now)
 *	case FLOW_DONE:     f.grant is complete
 *	case FLOW_OPEN:     the server asks for no authentication
 *	case FLOW_FAILED:   f.err says why
 *	}
 *	flow_end(&f);
 *
 * Redirects of the metadata documents are followed here, not by the carrier. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "http/fetch.h"
#include "http/url.h"
#include "oauth/callback.h"
#include "oauth/challenge.h"
#include "oauth/device.h"
#include "oauth/discover.h"
#include "oauth/dpop.h"
#include "oauth/grant.h"
#include "oauth/metadata.h"
#include "oauth/pkce.h"
#include "oauth/place.h"
#include "oauth/register.h"
#include "oauth/renew.h"

struct rng;

enum {
	FLOW_ARENA = 1024 * 1024, /* a good size for setup.arena */
	FLOW_REDIRECTS = 3,       /* followed for one document */
	FLOW_POLL_ARENA = 128 * 1024, /* of setup.arena, for the polls of a device sign-in */
	FLOW_GUESSES = 16,        /* bare codes that the issuer may refuse before the sign-in ends */
};

enum flow_step {
	FLOW_SEND,
	FLOW_REDIRECT,
	FLOW_ASK,
	FLOW_DEVICE, /* the user enters a code elsewhere */
	FLOW_DONE,
	FLOW_OPEN,
	FLOW_FAILED,
};

/* All strs and pointers are borrowed and must stay until flow_end. */
struct flow_setup {
	struct url server; /* the MCP endpoint */
	enum grant_type type; /* client credentials, jwt-bearer and enterprise need nobody, and a client that is known before */

	/* The first request, sent without a token to be refused: method, fields, body (its url is not
	 * looked at). NULL: an initialize of its own, and where that is not refused what else may be, four requests at
	 * most. Of the answers only status and fields count. */
	const struct fetch_request *probe;
	/* The answer of a real request (401, or 403 with insufficient_scope): takes the place of the probe. */
	const struct challenge *challenge;
	/* A server that lets the first request pass may still ask later: send the other ones, and look for its metadata, before
	 * saying FLOW_OPEN. */
	bool insist;

	struct str issuer;       /* pinned by the user; empty: the server's first */
	struct str scope;        /* configured; empty: what the server says */
	struct str resource;     /* configured (RFC 8707): used instead of the one that is found; empty: none */
	bool dpop;               /* bind the tokens to a key (RFC 9449); a server that takes nothing else has it too */
	struct str redirect_uri; /* where it is known before; empty: FLOW_REDIRECT asks when it is needed */
	struct register_config client;
	const struct grant *known; /* an earlier grant of this server: its registration, and on a step up its scope; may be NULL */
	struct str allow_http;     /* HOST[,HOST...] */

	struct str assertion;       /* GRANT_JWT_BEARER: the workload's token */
	struct str assertion_file;  /* where it was read from, for grant.assertion_file */
	struct str id_token;        /* GRANT_ENTERPRISE: the identity provider's ID token */
	struct str id_token_file;   /* likewise */
	struct str idp_token_endpoint, idp_client_id, idp_client_secret; /* GRANT_ENTERPRISE: the identity provider */

	struct rng *rng;
	struct arena *arena; /* all that is made lives here; FLOW_ARENA is enough. Not reset before flow_end */
	int64_t timeout_ms;  /* of each request; 0: 30 s */
};

/* Where the flow is; private. */
enum flow_place {
	FLOW_AT_PROBE,
	FLOW_AT_RESOURCE,
	FLOW_AT_ISSUER,
	FLOW_AT_REDIRECT,
	FLOW_AT_REGISTER,
	FLOW_AT_USER,
	FLOW_AT_TOKEN,
	FLOW_AT_DEVICE, /* a code for the user is on its way */
	FLOW_AT_CODE,   /* the user has it */
	FLOW_AT_POLL,
	FLOW_AT_RENEW,  /* the grant asks nobody */
	FLOW_AT_END,
};

/* Which request probes the server; private. */
enum flow_probe {
	FLOW_PROBE_INITIALIZE,
	FLOW_PROBE_INITIALIZED,
	FLOW_PROBE_TOOLS,
	FLOW_PROBE_MODERN,
	FLOW_PROBE_STREAM, /* of a server that takes no initialize: HTTP+SSE begins with a GET */
};

/* What the user enters, and where (RFC 8628 §3.2). */
struct flow_device {
	struct str user_code;                 /* foreign text */
	struct str verification_uri;          /* https, or http on loopback; checked */
	struct str verification_uri_complete; /* the same with the code in it; empty: none */
	int64_t expires_at;                   /* seconds since 1970 */
	bool is_new;                          /* the caller clears it after showing */
};

struct flow {
	/* For the caller to read. */
	enum flow_step step;
	struct fetch_request request; /* FLOW_SEND; its answer is at most request_max bytes of body */
	size_t request_max;
	bool head_is_enough;          /* FLOW_SEND: the answer's body is not looked at and may be left unread */
	struct str authorization_url; /* FLOW_ASK; a C string too */
	struct flow_device device;    /* FLOW_DEVICE */
	int64_t wait_ms;              /* FLOW_DEVICE: until flow_poll */
	struct str redirect_wish;     /* FLOW_REDIRECT: the URI registered before; empty: none. Another one means registering anew */
	struct grant grant;           /* FLOW_DONE; from FLOW_ASK on, its issuer, client and resource */
	bool resource_is_named;       /* the server named the resource; else it was taken from its URL */
	struct err err;               /* FLOW_FAILED; and FLOW_ASK once more, after a bare code that was refused */

	/* private */
	struct flow_setup setup;
	enum flow_place at;
	struct place place;
	struct challenge challenge;
	struct discover discover;
	size_t discover_at;
	struct url fetched;  /* where the document under way was asked from */
	unsigned redirects;
	int first_status;    /* of the first place that had no document */
	bool told;           /* err says why a document is none; that another place is empty (404) adds nothing */
	int probe_status;
	bool passed;         /* a probe was answered well */
	enum flow_probe probe;
	struct str session;  /* that the server gave to the probes */
	bool is_legacy;      /* no resource metadata: the server's origin is the issuer */
	struct metadata_resource resource;
	struct metadata_issuer issuer;
	struct str scope;
	struct pkce pkce;
	struct str code; /* of the callback */
	bool is_guess;   /* the code under way was pasted bare */
	unsigned guesses;
	bool is_reused; /* the registration is an earlier sign-in's; false once it was made anew */
	struct renew renew;
	struct device polled;
	struct arena polls;
	char nonce[DPOP_NONCE_MAX]; /* of the token endpoint */
	size_t nonce_len;
	bool nonced; /* the request under way was made anew with it */
};

/* Each returns the next step, which is also f->step; f is not moved between them. `now` is in seconds since 1970. */
enum flow_step flow_begin(struct flow *f, const struct flow_setup *setup);
/* After FLOW_SEND: the answer, of which nothing is kept but copies; or that none came. */
enum flow_step flow_answer(struct flow *f, const struct fetch_answer *answer, int64_t now);
enum flow_step flow_failure(struct flow *f, const struct err *failure);
/* After FLOW_REDIRECT. uri: http on loopback, or https. */
enum flow_step flow_redirect(struct flow *f, struct str uri, int64_t now);
/* During FLOW_ASK: something came. ACCEPTED: f->step is FLOW_SEND. IGNORED: f->step is still
 * FLOW_ASK and *why says what was wrong with it (to be shown to someone who pasted). REFUSED: FLOW_FAILED, or FLOW_SEND where a
 * registration that the server forgot is made anew (the user is asked once more). why may be NULL. */
enum callback_verdict flow_callback(struct flow *f, struct str text, enum callback_channel channel,
	int64_t now, struct err *why);
/* After FLOW_DEVICE: FLOW_SEND, or FLOW_FAILED when the code expired. */
enum flow_step flow_poll(struct flow *f, int64_t now);
/* Wipes verifier and state. Content with a flow that never began. The arena is the caller's to reset. */
void flow_end(struct flow *f);

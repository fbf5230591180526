/* device: signing in with a browser that is elsewhere (RFC 8628): a code to be entered there, and the question here,
 * again and again, whether that was done. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "oauth/token.h"

struct place;

enum {
	DEVICE_ANSWER_MAX = 64 * 1024,
	DEVICE_INTERVAL_S = 5,  /* between polls, where the server says nothing (§3.5) */
	DEVICE_SLOWER_S = 5,    /* more, each time that it says slow_down */
	DEVICE_PAUSE_S = 60,    /* the longest that trouble of the network or the server adds by itself */
	DEVICE_LIFE_S = 3600,   /* the longest that a code is polled for, whatever the server says */
	DEVICE_POLLS = 1800,    /* in all */
};

struct device {
	struct str device_code;
	struct str user_code;                 /* foreign text, at most 64 bytes */
	struct str verification_uri;          /* normal form; https, or http on loopback or to a host that the user named */
	struct str verification_uri_complete; /* likewise; empty: none, or not such a URI */
	int64_t expires_at;                   /* seconds since 1970 */
	int64_t interval_s;                   /* at least 1 */
	int64_t pause_s;                      /* before the next poll, on top of it, after trouble */
	unsigned polls;
};

/* What an answer to a poll was. */
enum device_outcome {
	DEVICE_DONE,
	DEVICE_WAIT,   /* nothing yet: poll again in device_wait_ms */
	DEVICE_NONCE,  /* the proof must hold token.nonce: poll again at once with it */
	DEVICE_FAILED,
};

/* The request for a code to endpoint, for the grant's scope and resource. */
bool device_request(const struct token_asker *q, struct str endpoint, struct fetch_request *r, struct err *e);
/* Reads the answer. The strs live in the asker's arena. The URIs must be where p allows. ERR_LOGIN where the client is not
 * accepted, ERR_NETWORK where it may be tried later, ERR_FAILED on another refusal, ERR_INPUT on what breaks the rules.
 * *outcome is that of a token endpoint. */
bool device_read(const struct token_asker *q, const struct fetch_answer *answer, const struct place *p, struct device *d,
	enum token_outcome *outcome, struct err *e);

/* A poll. False with ERR_LOGIN when the code has expired or was polled for too often. */
bool device_poll(struct device *d, const struct token_asker *q, struct fetch_request *r, struct err *e);
/* Reads its answer: t as token_read has it. The error says who is to blame where it FAILED. */
enum device_outcome device_answer(struct device *d, const struct token_asker *q, const struct fetch_answer *answer, struct token *t, struct err *e);
/* No answer came: the next poll is later, and the one after that later still (§3.5). */
void device_failure(struct device *d);
/* Milliseconds until the next poll. */
int64_t device_wait_ms(const struct device *d);

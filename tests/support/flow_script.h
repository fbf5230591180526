/* flow_script: carries a sign-in through canned answers: what flow wants to send must be
 * what the script says comes next, and the answer is destroyed as soon as flow has seen it. */
#pragma once

#include "base/arena.h"
#include "oauth/flow.h"
#include "support/world.h"

enum { FLOW_SCRIPT_NOW = 1700000000 };

struct flow_exchange {
	const char *ask;   /* "GET https://h/x"; NULL ends a script */
	int status;        /* 0: the network fails */
	const char *field; /* "Name: value" of the answer; NULL: none */
	const char *body;
	/* Pieces between '|': each stands in the request's body, or is its Authorization field; "@name": there is such a field;
	 * "dpop:piece": stands in the claims of its proof; '!' before a piece: it is not so. NULL: not looked at. */
	const char *sent;
};

struct flow_script {
	struct flow_setup setup; /* server, arena and rng are set by flow_script_start */
	struct flow flow;
	const char *redirect;    /* given at FLOW_REDIRECT */
	const char *callbacks[4]; /* "code=c&state=$" for the listener, "paste " before what is pasted; $ is the state that was sent */
	/* What happened. */
	size_t asked;            /* times that the user was asked */
	char url[8192];          /* the last authorization address */
	enum callback_verdict verdicts[4];
	struct err why;          /* of the last callback */
	int64_t waits[64];       /* milliseconds before each poll */
	size_t waits_n;
	int64_t now;             /* seconds since 1970: FLOW_SCRIPT_NOW at first; FLOW_DEVICE makes it pass */
	/* private */
	struct arena arena;
	struct test_rng rng;
};

/* A script for a server; redirect is http://127.0.0.1:7777/callback and the browser brings back a code. */
void flow_script_start(struct flow_script *s, const char *server);
/* Runs to the end: fails the test where what is sent is not what was expected, or too little was sent. */
enum flow_step flow_script_run(struct flow_script *s, const struct flow_exchange *exchanges);
/* A parameter of the last authorization address, decoded; empty where there is none. */
struct str flow_script_parameter(struct flow_script *s, const char *name);
void flow_script_end(struct flow_script *s);

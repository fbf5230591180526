/* issuer_script: a protected server (https://mcp.example/mcp) and its authorization server (https://as.example), which the
 * scripted network of a test's world answers with. The browser is played by issuer_script_approve. */
#pragma once

#include <stdbool.h>

#include "http/fetch.h"
#include "support/world.h"

struct issuer_script {
	/* How it behaves. */
	bool open;            /* the server asks for nothing */
	bool sends_iss;       /* callbacks name the issuer, as its metadata say */
	int token_status;     /* of the next answer of the token endpoint; then 200 again */
	const char *refusal;  /* its body, where that is not 200 */
	const char *scope;    /* of tokens; NULL: not said */
	int pendings;         /* times that the token endpoint says authorization_pending */
	int64_t device_s;     /* how long the code of a device lives */
	const char *user_code; /* of a device, as JSON */
	/* What happened. */
	int registrations, probes, tokens; /* the nth token is "at-n", with "rt-n" */
	char sent[4096];      /* the last body that came to the token endpoint */
	/* private */
	struct test_world *t;
	char text[2048];
};

/* The world's network is its from now on. */
void issuer_script_start(struct issuer_script *i, struct test_world *t);
/* The browser comes back for this authorization address with a code; what the page says is its status (0: nobody listens). */
int issuer_script_approve(struct issuer_script *i, struct str authorization_url);
/* A parameter of an address, as it stands there, with its escapes; empty where there is none. */
struct str issuer_script_parameter(struct str address, const char *name);

/* flow_inside: what the parts of flow share. Nobody else includes it. */
#pragma once

#include "oauth/flow.h"
#include "oauth/token.h"

/* The end: f->err says why. */
enum flow_step flow_fail(struct flow *f);
/* f->request is ready to go. */
enum flow_step flow_send(struct flow *f, enum flow_place at, size_t max);
/* The tokens are in the grant. */
enum flow_step flow_done(struct flow *f);
/* A status that sends a GET elsewhere and is followed for documents. */
bool flow_is_redirect(int status);
/* Who asks the token endpoint, with all that is made in a. */
struct token_asker flow_asker(const struct flow *f, int64_t now, struct arena *a);
/* Keeps a nonce that came, for the next request to the token endpoint. */
void flow_keep_nonce(struct flow *f, struct str nonce);
/* The request under way may be made anew for a nonce: once, or it would have no end. */
bool flow_may_repeat(struct flow *f);
/* The token endpoint does not know the client: register anew where that may help, else the end. */
enum flow_step flow_client_refused(struct flow *f, int64_t now);

/* flow_probe: the requests without a token. FLOW_SEND, or what flow_find says once all is known. */
enum flow_step flow_probe_begin(struct flow *f);
enum flow_step flow_probe_answer(struct flow *f, const struct fetch_answer *answer);
/* One of them was not answered. */
enum flow_step flow_probe_failure(struct flow *f, const struct err *failure);

/* flow_find: who issues tokens. FLOW_SEND while it searches, FLOW_REDIRECT once the issuer is
 * known (f->issuer, f->grant.resource), FLOW_OPEN, or FLOW_FAILED. */
enum flow_step flow_find_begin(struct flow *f);
enum flow_step flow_find_answer(struct flow *f, const struct fetch_answer *answer);

/* flow_settle: what the tokens are asked for with: the client, the scope, the key. */
bool flow_setup_is_good(struct flow *f);
/* The issuer is one that f's grant can be had from. */
bool flow_settle_allows(struct flow *f);
/* With the issuer known: fills in f->grant and f->scope. */
bool flow_settle(struct flow *f);

/* flow_device: RFC 8628, from the client being known to the token. */
enum flow_step flow_device_begin(struct flow *f, int64_t now);
enum flow_step flow_device_answer(struct flow *f, const struct fetch_answer *answer, int64_t now);
enum flow_step flow_device_polled(struct flow *f, const struct fetch_answer *answer, int64_t now);
enum flow_step flow_device_failure(struct flow *f);

/* revoke: giving tokens back to who issued them (RFC 7009). */
#pragma once

#include <stdbool.h>

#include "http/fetch.h"

struct arena;
struct err;
struct token_asker;

enum { REVOKE_MAX = 2, REVOKE_ANSWER_MAX = 16 * 1024 };

/* The requests to send one after another: the refresh token first, which by RFC 7009 §2.1 should take
 * its access tokens along, then the access token for servers where it does not. *n is 0 where the issuer
 * has no revocation endpoint or there is no token. The client proves itself as at the token endpoint. */
bool revoke_requests(const struct token_asker *q, struct fetch_request r[static REVOKE_MAX], size_t *n, struct err *e);

/* 200 (and any 2xx) is success, an unknown token included (§2.2). unsupported_token_type counts
 * as done: the other token's revocation says what there is to say. */
bool revoke_read(const struct fetch_answer *answer, struct arena *a, struct err *e);

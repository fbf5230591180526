/* exchange: an identity provider gives, for an ID token of its own, an assertion that another authorization server
 * takes (ID-JAG: RFC 8693 token exchange; MCP enterprise-managed authorization). */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "oauth/token.h"

/* The request to the grant's idp_token_endpoint: for an assertion that its issuer takes, for its resource and scope. */
bool exchange_request(const struct token_asker *q, struct str id_token, struct fetch_request *r, struct err *e);

/* Reads the answer; *assertion lives in the asker's arena. What is none of these assertions is TOKEN_REFUSED, ERR_INPUT.
 * No outcome is TOKEN_NONCE: nothing is bound here. */
enum token_outcome exchange_read(const struct token_asker *q, const struct fetch_answer *answer, struct str *assertion, struct err *e);

/* token_format: a token as the one who needs it wants to read it: a line, a header, JSON, lines for a shell. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct broker_token;
struct err;
struct json_write;
struct world;

enum token_format {
	TOKEN_RAW,             /* the token, a line */
	TOKEN_HEADER,          /* Authorization: Bearer TOKEN, a line */
	TOKEN_HEADERS,         /* the same as a JSON object of headers */
	TOKEN_ENV,             /* lines that a POSIX shell can eval: KEYFOB_TOKEN='...' */
	TOKEN_JSON,            /* the members of token_format_members */
	TOKEN_CURL,            /* a line for curl --config */
	TOKEN_EXEC_CREDENTIAL, /* an ExecCredential of client-go (client.authentication.k8s.io) */
};

/* ERR_USAGE names those that there are. */
bool token_format_find(struct str name, enum token_format *format, struct err *e);

/* The apiVersion that an ExecCredential shall have: what the environment variable KUBERNETES_EXEC_INFO asks for
 * (v1 or v1beta1), v1 where it is not set. A static text. ERR_USAGE where it cannot be read or wants another. */
bool token_format_api_version(struct world *w, struct str *version, struct err *e);

/* *text is t in that format, with its line end, in a; version (token_format_api_version) counts for
 * TOKEN_EXEC_CREDENTIAL alone. ERR_FAILED where t is bound to a key (DPoP, RFC 9449 §7.1) and the format makes a Bearer
 * header of it; ERR_INPUT where it holds bytes that the format cannot carry: RFC 6750 §2.1 for a header, no zero byte
 * for a shell; ERR_LIMIT where a is full. */
bool token_format_text(enum token_format format, const struct broker_token *t, struct str version, struct arena *a, struct str *text,
	struct err *e);

/* accessToken, tokenType, expiresAt (seconds since 1970, or null), scope, resource: into an open object. */
void token_format_members(struct json_write *j, const struct broker_token *t);

/* refusal: the error object that OAuth endpoints answer with (RFC 6749 §5.2, RFC 7591 §3.2.2). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct fetch_answer;

struct refusal {
	struct str error;       /* "invalid_grant"; empty where the answer holds no such object */
	struct str description; /* empty: none */
};

/* Finds the error object in an answer of any status; false where there is none. Lives in a. */
bool refusal_read(const struct fetch_answer *answer, struct arena *a, struct refusal *r);
/* "invalid_grant (the code has expired)" cut to a line, or "status 500"; lives in a. */
const char *refusal_text(const struct refusal *r, int status, struct arena *a);
/* The server could not now, which says nothing about what was asked: 408, 429, 5xx, temporarily_unavailable and their like. */
bool refusal_is_passing(const struct refusal *r, int status);

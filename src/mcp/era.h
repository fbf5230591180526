/* era: the revisions of MCP, the two ways in which they talk, and telling which of them a server speaks.
 *
 * Legacy revisions open with `initialize`. Modern ones have no opening: every request carries its
 * revision and capabilities in `_meta`, mirrored in fields of the HTTP head. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct json;
struct rpc;

enum era {
	ERA_UNKNOWN,
	ERA_LEGACY,
	ERA_MODERN,
};

/* The newest revision of each era that is spoken here. */
#define ERA_MODERN_VERSION "2026-07-28"
#define ERA_LEGACY_VERSION "2025-11-25"

/* All of them, for people. */
#define ERA_VERSIONS ERA_MODERN_VERSION ", " ERA_LEGACY_VERSION ", 2025-06-18, 2025-03-26, 2024-11-05"

/* The era of a revision ("2025-06-18"); ERA_UNKNOWN for one that is not spoken here. */
enum era era_of(struct str version);
/* The same revision as a literal, which outlives any message; empty for one that is not spoken here. */
struct str era_literal(struct str version);
/* The best revision of that era (ERA_UNKNOWN: of either, modern before legacy) that the array of
 * strings lists and that is spoken here, as a literal; empty when there is none. */
struct str era_choose(const struct json *versions, enum era era);

/* What the HTTP answer to a request in modern form tells. */
enum era_verdict {
	ERA_IS_MODERN,     /* 2xx: the answer is there */
	ERA_WANTS_LOGIN,   /* 401, 403: authorize, then ask again */
	ERA_WANTS_VERSION, /* modern, but another revision: ask again with *version, once */
	ERA_REFUSES,       /* modern, and this request does not please: the error is the answer */
	ERA_IS_LEGACY,     /* go on with `initialize` */
	ERA_IS_FOREIGN,    /* modern, but no revision that is spoken here */
	ERA_UNCLEAR,       /* another status: trouble that tells nothing of the era */
};

/* status, and the message in the body (NULL when the body is none). *version is a literal and set
 * for ERA_WANTS_VERSION alone; it may be the very revision that was asked with. */
enum era_verdict era_judge(int status, const struct rpc *answer, struct str *version);

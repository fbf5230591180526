/* judge: what is wrong with one certificate by itself, in words. Signatures are not looked at here.
 * All errors are ERR_NETWORK and name the host. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct cert;
struct err;
struct trust;

struct judge {
	struct str host; /* without a trailing dot */
	int64_t now;     /* seconds since 1970 */
	const struct trust *trust;
};

/* The server's own: its time, host names, usage, extensions, key. */
bool judge_server(const struct judge *j, const struct cert *c, struct err *e);
/* One between the server's and the root: its time, CA, usage, extensions, key. */
bool judge_issuer(const struct judge *j, const struct cert *c, struct err *e);
/* Whether c is signed with an algorithm that we check; is_server tells how to call it. */
bool judge_signature(const struct judge *j, const struct cert *c, bool is_server, struct err *e);

/* Write why c, the last that could be followed, leads to no trusted root; false. */
bool judge_no_root(const struct judge *j, const struct cert *c, bool is_server, struct err *e);
/* The root that c names cannot vouch for it, because of why; false. */
bool judge_bad_root(const struct judge *j, const struct cert *c, const char *why, struct err *e);

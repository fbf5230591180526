/* target: whom and what a request is for (RFC 9112 §3.2, RFC 9110 §7.2). */
#pragma once

#include <stdbool.h>

struct err;
struct head;

/* From method, target and fields of h: fills path, query and host. ERR_INPUT on a missing,
 * doubled or malformed Host, one that is not the target's own, CONNECT, and a target that
 * is neither a path nor an absolute http or https URL (nor "*" for OPTIONS). */
bool target_read(struct head *h, struct err *e);

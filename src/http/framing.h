/* framing: where a message ends and whether its connection goes on (RFC 9112 §6.3 and §9.3). */
#pragma once

#include <stdbool.h>

struct err;
struct head;

/* From the start line and fields of h: fills framing, persists and expects_continue.
 * ERR_INPUT where two readers could see two different ends. */
bool framing_read(struct head *h, struct err *e);

/* harden: what a process that will hold secrets does first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;

/* No core dumps, no tracing by others of the same user, files made for us alone (umask 077), a limit on
 * file sizes that is an error and not a signal, and the descriptors 0 to 2 open, so that no secret file can
 * become standard output. ERR_SYSTEM where /dev/null is needed and not there. */
bool harden_start(struct err *e);

/* For a process that has many connections: as many descriptors as the hard limit allows, up to `wanted`. */
void harden_want_descriptors(size_t wanted);

/* Takes back the limits, the umask and the signal, in a child that becomes another program. */
void harden_undo(void);

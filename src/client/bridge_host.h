/* bridge_host: the host's side of a bridge: its messages on one descriptor, one a line, and those for it on another. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "client/bridge.h"
#include "mcp/lines.h"
#include "sys/events.h"
#include "sys/input.h"
#include "sys/pipe.h"

struct world;

enum {
	BRIDGE_HOST_QUEUE = 4 * BRIDGE_MESSAGE,  /* bytes for the host that may wait: more than can come once the server is not read any more */
	BRIDGE_HOST_MARK = 1024 * 1024,          /* from which on it is not read */
	BRIDGE_HOST_FLUSH_MS = 2000,             /* for the host to take what is left at the end */
};

/* Zeroed before bridge_host_start; not to be moved until bridge_host_end. */
struct bridge_host {
	bool over;          /* all is said; failure tells how it went */
	struct err failure; /* ERR_NONE: the host ended it, or was obeyed */

	/* private */
	struct world *world;
	struct bridge *bridge;
	struct input input;
	struct lines lines;
	struct arena memory;
	struct pipe output;
	struct events_timer late, broken;
};

/* Begins: what comes from in goes to the server. out is taken over. ERR_SYSTEM. */
bool bridge_host_start(struct bridge_host *h, struct authorized_server *server, enum bridge_transport transport, int in, int out,
	struct err *e);
/* Ends it soon, as the end of in does by itself: then over. */
void bridge_host_stop(struct bridge_host *h);
/* Drops and wipes everything. Content with one that never started. */
void bridge_host_end(struct bridge_host *h);

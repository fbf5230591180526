/* rest: a question to the REST side of a 1MCP server, waited for. */
#pragma once

#include <stdbool.h>

#include "client/onemcp.h"

struct aim;
struct args;
struct enrol;
struct err;
struct world;

/* Zeroed before rest_ask; not to be moved until rest_end. */
struct rest {
	struct onemcp server; /* .answer, once it was asked */
	/* private */
	struct enrol *enrol;
	bool over;
};

/* Asks, and waits. *there is false where no 1MCP server is. ERR_FAILED when it refuses; as broker and network fail. */
bool rest_ask(struct rest *r, struct world *w, const struct args *a, const struct aim *t, const struct onemcp_wish *wish, bool *there,
	struct err *e);
/* Content with one that never asked. */
void rest_end(struct rest *r);

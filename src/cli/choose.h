/* choose: which server is meant where none is named: the one that there is a sign-in for, or, of several, the one that
 * is a 1MCP server. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct err;
struct world;

enum { CHOOSE_MAX = 16, CHOOSE_MS = 5000 };

/* *url is the address that was signed in to, in w->arena. Asks the servers where there are several, for at most CHOOSE_MS.
 * ERR_USAGE, naming them, where that does not settle it; ERR_VAULT. */
bool choose_server(struct world *w, struct str *url, struct err *e);

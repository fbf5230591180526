/* browser: shows an address in the user's browser, where there is one. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct err;
struct world;

/* Executes a program with the URL as its only argument, without a shell: `program` when it is given, else
 * $BROWSER, else the desktop's opener where there is a display. With none of them nothing is done, which is no
 * error. The URL is one that was re-serialised from its parts; other than https or loopback http is refused. */
bool browser_open(struct world *w, struct str program, struct str url, struct err *e);

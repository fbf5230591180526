/* aim: what the words of a command mean: which server, and what there. */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "http/url.h"

struct args;
struct err;
struct world;

struct aim {
	struct url url;             /* of the server; zeroed where it is a program */
	const char *const *program; /* a stdio server to be run; NULL: none */
	struct str name;            /* what is wanted there: TOOL, SERVER or SERVER/TOOL; empty: nothing in particular */
};

/* Reads `[URL] [NAME] [--url URL] [-- PROGRAM ARGS...]`: a word with :// is a URL, another is a name. ERR_USAGE
 * says what is missing. */
bool aim_read(struct world *w, const struct args *a, struct aim *t, struct err *e);

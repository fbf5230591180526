/* aim: what the words of a command mean: which server, and what there. */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "http/url.h"

struct args;
struct err;
struct world;

struct aim {
	struct url url;             /* as it was given; zeroed where it is a program */
	struct url mcp;             /* where MCP is spoken */
	bool many;                  /* it may be a 1MCP server: its REST side is tried first */
	const char *const *program; /* a stdio server to be run; NULL: none */
	struct str name;            /* what is wanted there: TOOL, SERVER or SERVER/TOOL; empty: nothing in particular */
};

/* Reads `[URL] [NAME] [--url URL] [-- PROGRAM ARGS...]`: a word with :// is a URL, another is a name. What --url names, or a URL without a path,
 * may be a 1MCP server, whose MCP side is at /mcp. ERR_USAGE says what is missing. */
bool aim_read(struct world *w, const struct args *a, struct aim *t, struct err *e);

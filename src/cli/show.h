/* show: servers and tools, for people. Whatever a server wrote is made fit for a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct json;
struct json_write;
struct talk;
struct world;

/* The first line of a text, as much of it as fits; in a. */
struct str show_brief(struct str text, size_t room, struct arena *a);
/* How many columns there are. */
size_t show_width(const struct world *w);

/* Name, version, revision, and the beginning of the instructions. */
void show_server(struct world *w, const struct talk *t);
/* The same as the member "server" of a document, with all of it. */
void show_write_server(struct json_write *j, const struct talk *t);
/* "a, b, [c]": the arguments of a tool, optional ones in brackets; in a. */
struct str show_arguments(const struct json *schema, struct arena *a);
/* One tool in a list: its name (without so many bytes at its beginning), arguments, and what it is for. */
void show_tool_line(struct world *w, const struct json *tool, size_t skip);
/* One tool whole: what it is for, its arguments, its schemas. call: the command line that calls it, without arguments. */
void show_tool(struct world *w, const struct json *tool, struct str call);

/* What the REST side of a 1MCP server tells, of each of its kinds. */
void show_many(struct world *w, const struct json *answer, struct str call);

/* relay_tools: the tools of a modern server whose lists pass by (MCP 2026-07-28): which arguments of which tool are mirrored in the head
 * of a call, and the tools that are taken out of a list because of what they ask to be mirrored. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct buf;
struct err;
struct http_field;
struct param;
struct relay;

enum {
	RELAY_TOOLS = 1024,                   /* tools with such arguments that are remembered */
	RELAY_TOOLS_ROOM = 2 * 1024 * 1024,   /* what is remembered of them */
	RELAY_TOOLS_WORK = 32 * 1024 * 1024,  /* the largest tool as a tree */
};

struct relay_tool {
	struct str name;
	struct param *params;
	size_t n;
};

/* Zeroed before relay_tools_begin; not to be moved. */
struct relay_tools {
	/* Called for each tool that is taken out; name and why are valid during the call. */
	void (*removed)(void *self, struct str name, const struct err *why);
	void *self;

	/* private */
	struct arena keep, work;
	struct relay_tool *tools;
	size_t n;
};

/* ERR_SYSTEM without memory. */
bool relay_tools_begin(struct relay_tools *t, struct err *e);
/* Content with one that never began. */
void relay_tools_end(struct relay_tools *t);

/* Learns from m, which is the answer to tools/list (its first page: what was known before is forgotten), and appends it to out with the tools
 * left out that cannot be called; all else byte for byte. *changed tells whether any was. ERR_LIMIT where out is full. */
bool relay_tools_pass(struct relay_tools *t, const struct relay *m, bool first_page, struct buf *out, bool *changed, struct err *e);

/* The Mcp-Param- fields of a call: m is a tools/call. At most room of them, whose texts live in a; a value that cannot be mirrored
 * has none: the server is to judge it. False where a is full. */
bool relay_tools_fields(struct relay_tools *t, const struct relay *m, struct arena *a, struct http_field *fields, size_t room, size_t *n);

/* tools: one of a server's tools, by its name. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;
struct json;

/* The tool of that name in items, an ARRAY as tools/list gives it; of SERVER/TOOL also the one that a 1MCP server calls
 * SERVER_1mcp_TOOL. NULL where there is none. */
const struct json *tools_find(const struct json *items, struct str name);
/* Its name; empty where it has none. */
struct str tools_name(const struct json *tool);
/* Fails with ERR_FAILED: there is no such tool, and which one may be meant. */
bool tools_unknown(const struct json *items, struct str name, struct err *e);

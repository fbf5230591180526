/* many: the servers behind a 1MCP server that speaks MCP alone: told apart by the names of its tools, SERVER_1mcp_TOOL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct err;
struct json;
struct world;

/* The tools of a server, and which of them are shown. */
struct many {
	const struct json *const *tools;
	size_t n;
	size_t first, limit; /* of one server's tools; 0: no limit */
};

/* Takes the name of a tool apart; false where it is another server's. */
bool many_cut(struct str name, struct str *server, struct str *tool);
/* All tools are so called, and there are some. */
bool many_is(const struct many *m);
/* How many tools that server has. */
size_t many_count(const struct many *m, struct str server);

/* For people, or with --json as the REST side would tell: of its kinds servers, server and tool those members that can be
 * known. As answer_begin and answer_send fail. */
bool many_show_servers(const struct many *m, struct world *w, struct err *e);
bool many_show_server(const struct many *m, struct world *w, struct str server, struct err *e);
/* One tool, with --json. */
bool many_show_tool(struct world *w, const struct json *tool, struct err *e);

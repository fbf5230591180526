/* mcp_script: an MCP server in a few lines, as the `serve` function of a fetch_script. */
#pragma once

#include <stdbool.h>

#include "support/fetch_script.h"

struct mcp_script {
	const char *token; /* the one that it takes; NULL: any, and none */
	bool legacy;       /* it wants to be opened (2025-11-25); else it speaks 2026-07-28 */
	bool pings;        /* tools/list is answered by a stream with a request of the server's, which stays open */
	int status;        /* other than 0: of every answer to a token that it takes */
	bool fails;        /* the network fails instead */
	const char *challenge; /* the field beside a 401, and beside status */
	int requests;
	char list_id[32];  /* of the last tools/list */
	char text[1024];
};

/* self is a struct mcp_script. There is one tool, "hammer". */
void mcp_script_serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer);

/* onemcp: the REST side of a 1MCP server, which stands for many MCP servers: what it lists, one call of a tool, its
 * instructions. Where there is none at an address, the caller goes on with MCP. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "client/authorized.h"

struct json;

enum { ONEMCP_ANSWER = 8 * 1024 * 1024, ONEMCP_ARENA = 4 * ONEMCP_ANSWER, ONEMCP_CALL_MS = 10 * 60 * 1000 };

enum onemcp_answer {
	ONEMCP_GOOD,    /* .answer is what was asked for */
	ONEMCP_REFUSED, /* it is a 1MCP server, which says no: .failure */
	ONEMCP_ABSENT,  /* there is none here */
	ONEMCP_FAILED,  /* .failure: network, login */
};

/* What is asked for. All strs may be empty but tool and arguments of a call. */
struct onemcp_wish {
	enum { ONEMCP_INSPECT, ONEMCP_INSTRUCTIONS, ONEMCP_CALL } what;
	struct str name;      /* INSPECT: SERVER or SERVER/TOOL; CALL: SERVER/TOOL */
	bool all;             /* INSPECT */
	uint64_t limit;       /* 0: the server's own */
	struct str cursor;
	struct str arguments; /* CALL: the JSON text of an object */
};

/* Zeroed, the first part filled in, then onemcp_ask; not to be moved until onemcp_end. */
struct onemcp {
	struct authorized_server server; /* its url is that of the 1MCP server, without /mcp */
	void (*done)(void *self); /* called once for each question */
	void *self;
	/* To be read then; they live until the next question. */
	enum onemcp_answer outcome;
	const struct json *answer; /* GOOD: the whole document */
	struct err failure;

	/* private */
	struct arena arena, credential;
	struct authorized exchange;
	struct http_field fields[2];
	struct buf body;
	int status;
	bool is_json;
	struct onemcp_wish wish;
};

/* The address of the 1MCP server that url leads to: without a final /mcp, query and fragment; in a. */
bool onemcp_base(const struct url *url, struct arena *a, struct url *base, struct err *e);

/* Asks; what wish points to must stay until done. One question at a time. */
bool onemcp_ask(struct onemcp *m, const struct onemcp_wish *wish, struct err *e);
/* Drops what is under way and wipes. Content with one that never asked. */
void onemcp_end(struct onemcp *m);

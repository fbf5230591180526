/* resolve: names into addresses. getaddrinfo blocks, so a few threads ask it; the loop never does. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/str.h"
#include "sys/events.h"

struct clock;
struct err;
struct loop;
struct resolve;

enum { RESOLVE_ADDRESSES = 8, RESOLVE_HOST_MAX = 255, RESOLVE_QUERIES_MAX = 4096 };

union resolve_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* In the order in which they are to be tried. The ports are zero. */
struct resolve_answer {
	union resolve_address addresses[RESOLVE_ADDRESSES];
	size_t n;
};

/* A question under way; the caller's, until done was called or it was cancelled. Zeroed before first use. */
struct resolve_query {
	/* One of answer and failure is NULL. */
	void (*done)(void *self, const struct resolve_answer *answer, const struct err *failure);
	void *self;
	/* private */
	struct resolve *resolve;
	struct resolve_lookup *lookup;
	struct resolve_query *next;
	struct events_timer late;
	int64_t timeout_ms;
};

/* Asks the system; for tests, another may stand in. It runs on a thread and may block. 0, or an error of getaddrinfo. */
typedef int resolve_ask(const char *host, struct resolve_answer *answer);

/* ask NULL: getaddrinfo. NULL with ERR_SYSTEM. */
struct resolve *resolve_open(struct loop *l, struct clock *c, resolve_ask *ask, struct err *e);
/* Ends at once: a thread that still waits for a name server is left behind and frees what it holds
 * when it returns. Content with NULL. */
void resolve_close(struct resolve *r);

/* host is an address, v4 or v6 without brackets; the port of *a is zero. */
bool resolve_literal(struct str host, union resolve_address *a);
/* What needs no asking: addresses, localhost and what is below it (RFC 6761 §6.3: always loopback), and
 * names answered within the last minute. */
bool resolve_now(struct resolve *r, struct str host, struct resolve_answer *answer);
/* Nobody answers at the addresses of host: they are asked for anew the next time. */
void resolve_forget(struct resolve *r, struct str host);
/* Asks; done is called from the loop, after ERR_NETWORK where nothing came within timeout_ms. */
bool resolve_start(struct resolve *r, struct resolve_query *q, struct str host, int64_t timeout_ms, struct err *e);
/* Content with a query that is not under way. */
void resolve_cancel(struct resolve_query *q);

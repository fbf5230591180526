/* asker: a few threads that ask the system for the addresses of names, since getaddrinfo blocks. */
#pragma once

#include <stdbool.h>

#include "net/resolve.h"

struct asker;
struct err;

struct asker_question {
	char host[RESOLVE_HOST_MAX + 1];
	struct resolve_answer answer;
	int error; /* of getaddrinfo */
	struct asker_question *next;
};

/* NULL with ERR_SYSTEM. */
struct asker *asker_open(resolve_ask *ask, struct err *e);
/* Returns at once; a thread that still waits for a name server frees what is left when it returns. */
void asker_close(struct asker *a);

/* Readable when there are answers. */
int asker_fd(const struct asker *a);
/* An empty question about host is under way; NULL with ERR_SYSTEM. It is the asker's until it was taken. */
struct asker_question *asker_start(struct asker *a, struct str host, struct err *e);
/* All that were answered, as a list, each to be freed; NULL when there are none. */
struct asker_question *asker_take(struct asker *a);

/* posts: messages that are posted to one URL of a server, each for itself. A message waits until the one before it was
 * taken, so that their order stays; but not for long, since there are servers that take one only when it is dealt with,
 * and those may need another one for that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "client/authorized.h"
#include "http/url.h"
#include "sys/events.h"

struct err;
struct post;
struct posts;

enum {
	POSTS_AT_ONCE = 16,
	POSTS_WAITING = 1024,
	POSTS_PATIENCE_MS = 250,            /* the next message waits so long for the one before */
	POSTS_TAKEN_MS = 10 * 60 * 1000,    /* a message is given up */
	POSTS_SAID = 400,                   /* bytes of a refusal that are looked at */
};

struct posts_lane {
	struct posts *posts;
	struct post *post; /* NULL: free */
	struct authorized request;
	struct arena arena;
	int status;
	struct buf said;
	char said_bytes[POSTS_SAID];
};

/* Zeroed, the first part filled in, then posts_begin; not to be moved. */
struct posts {
	struct authorized_server *server;
	size_t limit; /* bytes of all that wait, or are under way */
	/* On the loop: the server did not take this message. It may call posts_end. */
	void (*refused)(void *self, struct str text, const struct err *why);
	void *self;

	/* private */
	struct url url;
	bool is_open;
	struct posts_lane *lanes;
	struct posts_lane *newest; /* whose message was not taken yet; NULL: the next may go */
	struct post *first, *last;
	size_t waiting, held;
	struct events_timer patience;
};

/* ERR_SYSTEM without memory. */
bool posts_begin(struct posts *p, struct err *e);
/* Says where: what waits goes out from now on. The URL's text must stay. */
void posts_open(struct posts *p, const struct url *url);
/* Takes a copy of text. ERR_LIMIT when too much waits. */
bool posts_send(struct posts *p, struct str text, struct err *e);
/* Drops all at once and wipes. Content with one that never began. */
void posts_end(struct posts *p);

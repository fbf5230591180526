/* visitor: one connection to a door of net/listener: a head is read, answered once, and the connection
 * closed. One deadline holds for all of it. */
#pragma once

#include <stdbool.h>

struct listen_reply;
struct listen_request;
struct loop;
struct visitor;

struct visitor_host {
	const char *address; /* that the door stands on */
	void (*asked)(void *self, const struct listen_request *r, struct listen_reply *reply);
	/* The last that is heard of v: unlink it; it is freed afterwards. */
	void (*left)(void *self, struct visitor *v);
	void *self;
};

/* Takes the socket and puts the visitor into the list. False, and the socket closed, where there is no memory. */
bool visitor_receive(struct visitor **list, struct loop *l, int fd, const struct visitor_host *host);
void visitor_unlink(struct visitor **list, struct visitor *v);

/* Drops those to whom nothing is being answered; after each, the host hears that it left. */
void visitor_drop_unheard(struct visitor *list);
void visitor_drop_all(struct visitor *list);

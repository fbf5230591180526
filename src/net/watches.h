/* watches: descriptors that are no sockets, on the loop: pipes as its sources, and files, which epoll refuses since they are
 * always ready. For net/loop alone. */
#pragma once

#include <stdbool.h>

struct err;
struct events_watch;
struct loop;
struct slot;

struct watches {
	struct loop *loop;
	struct slot *always; /* those that epoll refuses */
};

bool watches_set(struct watches *s, struct events_watch *w, struct err *e);
void watches_clear(struct watches *s, struct events_watch *w);
/* One of those that are always ready has its turn. */
void watches_deliver(struct watches *s);
/* Frees what stands behind those. */
void watches_end(struct watches *s);

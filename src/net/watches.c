#include "net/watches.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "net/loop.h"
#include "sys/events.h"

/* What stands behind a watch. */
struct slot {
	struct loop_source source;
	struct events_watch *watch;
	bool always;
	struct slot *next;
};

static void watched(void *self, unsigned what)
{
	struct slot *slot = self;

	(void)what;
	slot->watch->ready(slot->watch->self);
}

bool watches_set(struct watches *s, struct events_watch *w, struct err *e)
{
	struct slot *slot;

	if (w->set)
		return true;
	slot = calloc(1, sizeof *slot);
	if (!slot)
		return err_set(e, ERR_SYSTEM, "there is no memory to watch a descriptor");
	slot->watch = w;
	slot->source = (struct loop_source){.fd = w->fd, .ready = watched, .self = slot};
	if (!loop_add(s->loop, &slot->source, w->writes ? LOOP_WRITE : LOOP_READ, e)) {
		if (errno != EPERM) {
			free(slot);
			return false;
		}
		err_clear(e);
		slot->always = true;
		slot->next = s->always;
		s->always = slot;
	}
	w->slot = slot;
	w->set = true;
	return true;
}

void watches_clear(struct watches *s, struct events_watch *w)
{
	struct slot *slot = w->slot;
	struct slot **link = &s->always;

	if (!w->set)
		return;
	loop_remove(s->loop, &slot->source);
	if (slot->always) {
		while (*link != slot)
			link = &(*link)->next;
		*link = slot->next;
	}
	free(slot);
	w->set = false;
	w->slot = NULL;
}

/* The list is turned by one: whoever clears its own watch or another's is safe. */
void watches_deliver(struct watches *s)
{
	struct slot *slot = s->always;
	struct slot **last = &s->always;

	if (!slot)
		return;
	s->always = slot->next;
	while (*last)
		last = &(*last)->next;
	*last = slot;
	slot->next = NULL;
	slot->watch->ready(slot->watch->self);
}

void watches_end(struct watches *s)
{
	while (s->always) {
		struct slot *next = s->always->next;

		free(s->always);
		s->always = next;
	}
}

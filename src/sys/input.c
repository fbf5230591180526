#include "sys/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/secret.h"

/* Hands over the line that has been kept and forgets it. */
static void give(struct input *i)
{
	char kept[INPUT_LINE];
	size_t len = i->len;
	struct str line;

	memcpy(kept, i->memory, len);
	secret_wipe(i->memory, len);
	i->len = 0;
	line = str_make(kept, len);
	if (str_ends(line, S("\r")))
		line = str_drop_last(line, 1);
	i->line(i->self, line);
	secret_wipe(kept, len);
}

static void take(struct input *i, char c)
{
	if (c == '\n')
		give(i);
	else if (i->len < sizeof i->memory)
		i->memory[i->len++] = c;
}

static void ready(void *self)
{
	struct input *i = self;
	char some[4096];
	ssize_t n = read(i->watch.fd, some, sizeof some);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	for (ssize_t at = 0; at < n && i->events; at++)
		take(i, some[at]);
	secret_wipe(some, sizeof some);
	if (n > 0 || !i->events)
		return;
	if (i->len)
		give(i);
	if (i->events) { /* line may have stopped it */
		void (*line)(void *, struct str) = i->line;
		void *whose = i->self;

		input_stop(i);
		line(whose, (struct str){0});
	}
}

bool input_listen(struct input *i, struct events *v, int fd, void (*line)(void *self, struct str line), void *self, struct err *e)
{
	i->line = line;
	i->self = self;
	i->len = 0;
	i->watch = (struct events_watch){.fd = fd, .ready = ready, .self = i};
	if (!events_watch_set(v, &i->watch, e))
		return false;
	i->events = v;
	return true;
}

void input_stop(struct input *i)
{
	if (i->events)
		events_watch_clear(i->events, &i->watch);
	i->events = NULL;
	secret_wipe(i->memory, i->len);
	i->len = 0;
}

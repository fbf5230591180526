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

/* The end, or an error that comes to the same. */
static void end(struct input *i)
{
	void (*give_end)(void *, struct str) = i->piece ? i->piece : i->line;
	void *whose = i->self;

	input_stop(i);
	give_end(whose, (struct str){0});
}

static void ready_for_bytes(void *self)
{
	struct input *i = self;
	ssize_t n = read(i->watch.fd, i->memory, sizeof i->memory);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end(i);
		return;
	}
	i->piece(i->self, str_make(i->memory, (size_t)n));
	secret_wipe(i->memory, (size_t)n);
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
	if (i->events) /* line may have stopped it */
		end(i);
}

static bool watch(struct input *i, struct events *v, int fd, void (*on_ready)(void *self), struct err *e)
{
	i->len = 0;
	i->watch = (struct events_watch){.fd = fd, .ready = on_ready, .self = i};
	if (!events_watch_set(v, &i->watch, e))
		return false;
	i->events = v;
	return true;
}

bool input_listen(struct input *i, struct events *v, int fd, void (*line)(void *self, struct str line), void *self, struct err *e)
{
	i->line = line;
	i->piece = NULL;
	i->self = self;
	return watch(i, v, fd, ready, e);
}

bool input_listen_bytes(struct input *i, struct events *v, int fd, void (*piece)(void *self, struct str bytes), void *self, struct err *e)
{
	i->piece = piece;
	i->self = self;
	return watch(i, v, fd, ready_for_bytes, e);
}

void input_stop(struct input *i)
{
	if (i->events)
		events_watch_clear(i->events, &i->watch);
	i->events = NULL;
	secret_wipe(i->memory, i->len);
	i->len = 0;
}

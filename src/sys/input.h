/* input: what comes from a descriptor that is no terminal (standard input from a pipe or a file),
 * line by line or as it comes, while the loop turns. */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "sys/events.h"

struct err;

enum { INPUT_LINE = 32 * 1024 };

/* Zeroed before input_listen; it holds what may be secret and is wiped by input_stop. */
struct input {
	/* private */
	struct events *events;
	struct events_watch watch;
	void (*line)(void *self, struct str line);
	void (*piece)(void *self, struct str bytes);
	void *self;
	size_t len;
	char memory[INPUT_LINE];
};

/* Calls line with each line, without its line break; longer ones are cut at INPUT_LINE bytes. At the
 * end once with an empty str whose at is NULL. line may call input_stop. i and fd must stay until then. */
bool input_listen(struct input *i, struct events *v, int fd, void (*line)(void *self, struct str line), void *self, struct err *e);
/* Calls piece with the bytes as they come, at most INPUT_LINE at once. At the end once with an empty str whose at is
 * NULL. piece may call input_stop: what was not handed out yet is there for who listens next. */
bool input_listen_bytes(struct input *i, struct events *v, int fd, void (*piece)(void *self, struct str bytes), void *self, struct err *e);
/* Content when nobody listens. */
void input_stop(struct input *i);

/* spawn: other programs, run by their argv and never through a shell. They do not inherit our secrets:
 * of the environment the KEYFOB_ variables stay behind (those that say where things are go along), of the
 * descriptors all but 0 to 2. What sys/harden changed is as it was before. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;

/* Starts argv[0] (found by PATH) on its own: a session of its own, standard input and output on /dev/null,
 * standard error ours when keep_stderr. Nobody waits for it: init reaps it. argv ends with a NULL. ERR_SYSTEM when
 * it cannot be executed. For a browser. */
bool spawn_apart(const char *const argv[], bool keep_stderr, struct err *e);

/* A child that stays ours. */
struct spawn_child {
	pid_t pid;
	int fd; /* readable when the child has ended (for events_watch); -1 where the kernel has no such */
	int output; /* spawn_piped: where its standard output can be read, without waiting; else -1 */
};

/* Starts argv[0] with our standard descriptors and signals as they were before the loop took them.
 * more is NAME=VALUE texts, more_n of them, that are put into its environment (they replace what is there; they may
 * hold secrets, which is the point). For exec. */
bool spawn_child(struct spawn_child *c, const char *const argv[], const char *const more[], size_t more_n, struct err *e);
/* The same, with pipes for its standard input and output, and as the leader of a process group of its own, so that
 * all that it starts can be ended with it. *input is where it is written to, without waiting; it is the caller's to close.
 * Its standard error is errors, or ours where that is -1. */
bool spawn_piped(struct spawn_child *c, const char *const argv[], const char *const more[], size_t more_n, int errors,
	int *input, struct err *e);
/* Passes a signal on. */
void spawn_signal(const struct spawn_child *c, int signal);

struct spawn_end {
	int code; /* the exit status, or the signal */
	bool by_signal;
};

/* Whether it has ended, and how. It is still to be waited for, so that its pid is nobody else's. */
bool spawn_ended(const struct spawn_child *c, struct spawn_end *end);
/* Waits for its end and closes fd and output: the exit status, 128 + the signal that ended it. */
int spawn_wait(struct spawn_child *c);
/* Closes both and does not wait any more. */
void spawn_forget(struct spawn_child *c);

/* Replaces this process; returns only on failure. */
bool spawn_become(const char *const argv[], const char *const more[], size_t more_n, struct err *e);

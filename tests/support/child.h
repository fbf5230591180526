/* child: work in a process of its own: to be killed, to have other rights, to meet others. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

/* Within a child cmocka's assertions would go on with the other tests: this ends the child instead. */
#define child_check(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
			_exit(1); \
		} \
	} while (0)

/* Runs work(self) in a child, which then ends well. */
pid_t child_start(void (*work)(void *self), void *self);
/* Waits for it: 0 when it ended well, else its exit status, or the signal + 256. */
int child_wait(pid_t pid);
/* Both. */
int child_run(void (*work)(void *self), void *self);

/* In a child that is root: becomes nobody for good. */
void child_become_nobody(void);
/* In a child: a mount namespace of its own; false where that is not allowed. */
bool child_own_mounts(void);

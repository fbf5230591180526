/* lock: advisory locks on single bytes of one lock file (open file description locks, Linux 3.15).
 *
 * They hold between processes, across PID namespaces, and between two struct lock in one
 * process; the kernel gives them back when the holder ends. The file is never removed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct err;

struct lock {
	int fd; /* -1: not open */
	unsigned held;
	char path[4096];
};

/* Opens or makes the lock file. A closed or zeroed-and-failed lock is { .fd = -1 }. */
bool lock_open(struct lock *l, struct str path, struct err *e);
/* Tries to take byte number `byte`; *got is false when somebody else has it. Do not take one twice. */
bool lock_try(struct lock *l, uint32_t byte, bool *got, struct err *e);
/* The same, tried again and again for at most wait_ms. It blocks: never on the loop, unless wait_ms is 0. */
bool lock_wait(struct lock *l, uint32_t byte, int64_t wait_ms, bool *got, struct err *e);
/* Gives the byte back. */
void lock_release(struct lock *l, uint32_t byte);
/* Gives everything back. Content with a lock that is not open. */
void lock_close(struct lock *l);

/* timers: events_timers in the order of their time: a pairing heap whose links live in the
 * timers themselves, so nothing is allocated and any number of them may be set. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct events_timer;

/* Zeroed before first use. */
struct timers {
	struct events_timer *first;
	uint64_t order; /* timers of the same moment fire in the order they were set */
	size_t n;
};

/* Sets t for at_ms; one that is set already moves. */
void timers_set(struct timers *q, struct events_timer *t, int64_t at_ms);
/* Content with a timer that is not set. */
void timers_clear(struct timers *q, struct events_timer *t);
/* The earliest, or NULL. It stays. */
struct events_timer *timers_first(const struct timers *q);
/* Takes the earliest out if it is due at now_ms; else NULL. */
struct events_timer *timers_take_due(struct timers *q, int64_t now_ms);

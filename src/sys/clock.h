/* clock: the time, as a parameter. */
#pragma once

#include <stdint.h>

struct clock {
	int64_t (*now)(struct clock *c); /* seconds since 1970 */
	int64_t (*ms)(struct clock *c);  /* milliseconds that only go forward, from anywhere */
};

int64_t clock_now(struct clock *c);
int64_t clock_ms(struct clock *c);

/* The machine's own. */
extern struct clock clock_system;

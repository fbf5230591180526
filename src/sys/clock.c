#include "sys/clock.h"

#include <time.h>

int64_t clock_now(struct clock *c)
{
	return c->now(c);
}

int64_t clock_ms(struct clock *c)
{
	return c->ms(c);
}

static int64_t system_now(struct clock *c)
{
	(void)c;
	return (int64_t)time(NULL);
}

/* CLOCK_BOOTTIME goes on while the machine sleeps: a deadline that passed in a closed laptop has passed. */
static int64_t system_ms(struct clock *c)
{
	struct timespec t;

	(void)c;
	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct clock clock_system = {.now = system_now, .ms = system_ms};

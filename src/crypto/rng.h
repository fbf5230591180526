/* rng: random bytes, as a parameter. */
#pragma once

#include <stddef.h>

struct rng {
	/* Fills len bytes. It does not fail: where the kernel gives none, the process ends. */
	void (*fill)(struct rng *r, void *at, size_t len);
};

void rng_fill(struct rng *r, void *at, size_t len);

/* getrandom(2), nothing else: no RDRAND alone, no file that an empty root lacks. */
extern struct rng rng_system;

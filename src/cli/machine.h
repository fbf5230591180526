/* machine: the one real world: this machine's clock, randomness, loop, network, terminal and vault. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "crypto/trust.h"
#include "sys/world.h"

struct carrier;
struct err;
struct listener;
struct loop;

enum { MACHINE_ARENA = 8 * 1024 * 1024 };

struct machine {
	struct world world;
	/* private */
	struct arena arena;
	struct loop *loop;
	struct carrier *carrier;
	struct listener *listener;
	struct trust trust;
};

/* What needs no flags: hardening, the arena, environment, clock, output. */
bool machine_start(struct machine *m, struct err *e);
/* The rest, once the flags are read into m->world.options: loop, network, terminal, broker. */
bool machine_open(struct machine *m, struct err *e);
/* Ends and wipes everything. Content with one that was only started. */
void machine_close(struct machine *m);

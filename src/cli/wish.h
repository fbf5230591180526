/* wish: how the user wants to sign in: the flags that login, run, inspect, bridge and instructions share, and what they
 * come to. `keyfob help grants` is made from the same table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/command.h"

struct args;
struct err;
struct signin_wish;
struct url;
struct world;

/* The flags, for every command with .signs_in; ended by an entry without a name. */
extern const struct command_flag wish_flags[];
/* So many of them, the first ones, are about the browser and what is kept; the others about grants and clients. */
extern const size_t wish_browser_flags;

/* One grant, as help explains it. */
struct wish_grant {
	const char *name;    /* "device_code" */
	const char *summary; /* a few words */
	const char *flags;   /* what it needs; NULL: nothing */
};

/* In the order of enum grant_type; ended by an entry without a name. */
extern const struct wish_grant wish_grants[];

/* Fills *wish for a sign-in at url; secrets and keys are read from their files (owned by us or root, and not writable
 * by others), the paths of assertions and ID tokens made absolute. --persist goes to w->options. All lives in w->arena or in a.
 * Standard input is left to the command, unless that is login. ERR_USAGE in one line for what makes no sense together; ERR_SYSTEM for a file that cannot be read. */
bool wish_read(struct world *w, const struct args *a, const struct url *url, struct signin_wish *wish, struct err *e);

/* Where no vault is and none can be made (no home, or one that cannot be written), what comes is kept in memory from now on, and that is
 * said once. A vault that is there stays the vault: one that does not open is the error. Before anything was asked of the broker. */
bool wish_fall_back(struct world *w, struct err *e);

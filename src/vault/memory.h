/* memory: the vault of a process that keeps nothing on disk (--persist memory). All vaults of the process share one body, which is in the
 * world; each reads its own copy of it, as it would from the file. The file worker may be in it at the same time as the loop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct vault;
struct vault_memory;
struct world;

enum { MEMORY_LOCKS = 64 }; /* grants that are refreshed at once */

/* Lets v take part: makes what is shared where v is the first. ERR_SYSTEM without memory. */
bool memory_join(struct vault *v, struct err *e);
/* Gives back the locks of v. */
void memory_leave(struct vault *v);
/* Wipes what is shared, at the end of the process. No vault may be open any more. Content where there is nothing. */
void memory_free(struct world *w);

/* A change: nobody else is in it between these two. */
void memory_begin(struct vault *v);
void memory_end(struct vault *v);
/* Reads what is there into v, unless v shows it already; *old becomes the memory of what v showed before. Within a change,
 * or by memory_look. */
bool memory_load(struct vault *v, struct arena *old, struct err *e);
/* The same, as a change of its own. */
bool memory_look(struct vault *v, struct arena *old, struct err *e);
/* Replaces the body (as vault/contents writes it); within a change. */
bool memory_store(struct vault *v, struct str body, uint64_t generation, struct err *e);

/* The lock on one grant; *got is false while another vault has it. */
void memory_grant_try(struct vault *v, uint32_t byte, bool *got);
void memory_grant_release(struct vault *v, uint32_t byte);

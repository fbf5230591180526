/* broker_vault: the broker that is the vault itself. It hands out what is kept and fresh, and refreshes
 * what is not: one process at a time under the grant's lock, stored before it is used (DESIGN: Refresh).
 *
 * Within the process one refresh is under way for a grant and everyone who asks waits for it. */
#pragma once

#include <stdbool.h>

struct broker;
struct err;
struct world;

/* Opens nothing yet: the vault is read with the first question. NULL with ERR_SYSTEM. It uses the clock,
 * events and fetch of w, which must stay. */
struct broker *broker_vault_open(struct world *w, struct err *e);
/* Ends refreshes that are under way (their locks are given back), wipes, frees. No question may be
 * open any more. Content with NULL. */
void broker_vault_close(struct broker *b);

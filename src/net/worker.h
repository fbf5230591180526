/* worker: one thread that does jobs in order, for files that are written and synced; it begins with
 * the first job. Done jobs are taken back when the descriptor says so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct events_job;
struct worker;

/* NULL with ERR_SYSTEM. */
struct worker *worker_open(struct err *e);
/* Finishes all work that was started, then ends. Content with NULL. */
void worker_close(struct worker *w);

/* Readable when jobs are done. */
int worker_fd(const struct worker *w);
/* Where no thread can be had the work is done here and now. */
void worker_start(struct worker *w, struct events_job *j);
/* All that is done, as a list in order; NULL when there is none. */
struct events_job *worker_take(struct worker *w);
/* Jobs that were started and not taken back. */
size_t worker_busy(const struct worker *w);

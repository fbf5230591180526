/* report: how a command's failure reaches the user: one line on standard error; with --json an object on standard
 * output as well, unless the command's own document is there already. */
#pragma once

struct err;
struct world;

void report_error(struct world *w, const struct err *e);

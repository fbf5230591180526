/* report: how a command's failure reaches the user: one line on standard error, an object with --json. */
#pragma once

struct err;
struct world;

void report_error(struct world *w, const struct err *e);

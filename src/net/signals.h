/* signals: SIGINT and SIGTERM as something a loop can wait for. One at a time in a process. */
#pragma once

#include <stdbool.h>

struct err;

/* Catches both (one that is ignored stays so, as nohup and shells want it) and ignores SIGPIPE.
 * *fd becomes readable when one came; the second of a kind ends the process as it would without us. */
bool signals_open(int *fd, struct err *e);
/* The signal that came since the last call; 0: none. */
int signals_take(void);
/* Puts everything back as it was. Content with none open. */
void signals_close(void);

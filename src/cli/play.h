/* play: sends the requests of a script, one after another, as one client: an answer a line. */
#pragma once

#include <stdbool.h>

struct aim;
struct args;
struct err;
struct world;

/* Plays the file of --script. Each request is answered by one line on standard output, {"method":...,"result":...} or
 * {"method":...,"error":...}, with what the server sent in it byte for byte. ERR_FAILED when a request was refused; the
 * first other failure ends it. */
bool play_script(struct world *w, const struct args *a, const struct aim *t, struct err *e);

/* farewell: children that are not needed any more, with all that they started: gone for certain, and nobody waits meanwhile. */
#pragma once

struct spawn_child;
struct world;

enum {
	FAREWELL_TERM_MS = 1000, /* the time to go by itself; SIGTERM then */
	FAREWELL_KILL_MS = 2000, /* SIGKILL then */
};

/* Takes over a child of spawn_piped whose input is closed (MCP lifecycle, shutdown of stdio), whether it has ended or not.
 * It goes on while the loop turns. What outlives a leader that went by itself
 * gets SIGTERM at once and SIGKILL soon after. */
void farewell_begin(struct world *w, struct spawn_child *c);
/* Waits for all that are under way, in two seconds or a little more; for the end of the program, while there is a loop yet. */
void farewell_finish(struct world *w);

/* events_script: a loop without a machine: a virtual clock that jumps to the next timer, jobs that
 * are done in turn on this thread, real descriptors that are looked at without waiting. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sys/clock.h"
#include "sys/events.h"
#include "sys/timers.h"

struct events_script;

struct events_script_clock {
	struct clock clock;
	struct events_script *script;
};

struct events_script {
	struct events events;              /* for those who wait: &s.events */
	struct events_script_clock machine; /* for those who ask the time: events_script_clock(&s) */
	int64_t start;                     /* seconds since 1970 at ms 0 */
	int64_t ms;                        /* virtual milliseconds since the start */
	bool hold_jobs;                    /* jobs are not begun while this is set, as behind a slow disk */
	bool stop;                         /* the next turn fails with ERR_STOPPED, once */
	int turns;
	struct timers timers;
	struct events_job *first_job, *last_job;
	struct events_watch *watches[16];
};

/* Time stands at `now` seconds until turns move it. */
void events_script_start(struct events_script *s, int64_t now);
struct clock *events_script_clock(struct events_script *s);
/* Moves time on without firing anything; what became due fires with the next turns. */
void events_script_pass(struct events_script *s, int64_t ms);
/* Turns until *done, or until nothing is left that could happen; tells whether *done. */
bool events_script_turn_until(struct events_script *s, const bool *done);
/* Turns until nothing is left that could happen. */
void events_script_drain(struct events_script *s);

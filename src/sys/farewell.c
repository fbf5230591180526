#include "sys/farewell.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "sys/events.h"
#include "sys/pipe.h"
#include "sys/spawn.h"
#include "sys/world.h"

enum {
	TICK_MS = 20,
	READS = 64,
	STRAY_MS = 250,    /* for those that outlive a leader who went by itself: nobody tells them of the end but we */
	GIVE_UP_MS = 3000, /* who is alive then cannot be ended by us: it has other rights, or hangs in the kernel */
};

struct farewell {
	struct world *world;
	struct farewell *next;
	struct spawn_child child; /* its pid is -1 once it was waited for */
	pid_t group;
	struct events_timer timer;
	int passed_ms;
	bool asked;
};

/* Where we stand in for init, orphans are ours to wait for. A group's number is nobody else's while one of it is there,
 * even one that is dead and that a slow init has not waited for: so true may be wrong, and is believed for a while only. */
static bool group_lives(pid_t group)
{
	while (waitpid(-group, NULL, WNOHANG) > 0)
		;
	return kill(-group, 0) == 0;
}

static void ask_to_go(struct farewell *f)
{
	if (f->asked)
		return;
	f->asked = true;
	kill(-f->group, SIGTERM);
	kill(-f->group, SIGCONT);
}

static void hurry(struct farewell *f, int ms)
{
	if (f->passed_ms < ms)
		f->passed_ms = ms;
}

/* What it has left to say goes nowhere, but it must not wait for us to take it. */
static void drain(const struct farewell *f)
{
	char nowhere[4096];
	size_t n;

	for (int i = 0; i < READS && f->child.output >= 0; i++)
		if (pipe_read(f->child.output, nowhere, sizeof nowhere, &n) != PIPE_BYTES)
			return;
}

/* One look at it, with what is due by now; true when nothing is left to do. */
static bool look(struct farewell *f)
{
	struct spawn_end end;

	drain(f);
	if (spawn_ended(&f->child, &end)) {
		spawn_wait(&f->child);
		if (!f->asked)
			hurry(f, FAREWELL_KILL_MS - STRAY_MS);
	}
	if (f->child.pid < 0 && !group_lives(f->group))
		return true;
	if (f->passed_ms >= FAREWELL_TERM_MS)
		ask_to_go(f);
	if (f->passed_ms < FAREWELL_KILL_MS)
		return false;
	kill(-f->group, SIGKILL);
	return f->child.pid < 0 || f->passed_ms >= GIVE_UP_MS;
}

static void drop(struct farewell *f)
{
	struct farewell **link = &f->world->farewells;

	while (*link != f)
		link = &(*link)->next;
	*link = f->next;
	events_timer_clear(f->world->events, &f->timer);
	spawn_forget(&f->child);
	free(f);
}

static void tick(void *self)
{
	struct farewell *f = self;

	f->passed_ms += TICK_MS;
	if (look(f))
		drop(f);
	else
		events_timer_set(f->world->events, &f->timer, TICK_MS);
}

void farewell_begin(struct world *w, struct spawn_child *c)
{
	struct farewell *f = calloc(1, sizeof *f);

	if (!f) {
		kill(-c->pid, SIGKILL);
		spawn_wait(c);
		return;
	}
	*f = (struct farewell){.world = w, .next = w->farewells, .child = *c, .group = c->pid};
	f->timer = (struct events_timer){.fire = tick, .self = f};
	*c = (struct spawn_child){.pid = -1, .fd = -1, .output = -1};
	w->farewells = f;
	events_timer_set(w->events, &f->timer, 0);
}

/* All at once, so that many take no longer than one. */
static void look_at_all(struct world *w)
{
	struct farewell *next;

	for (struct farewell *f = w->farewells; f; f = next) {
		next = f->next;
		if (look(f))
			drop(f);
	}
}

void farewell_finish(struct world *w)
{
	for (look_at_all(w); w->farewells; look_at_all(w)) {
		struct pollfd ended = {.fd = w->farewells->child.fd, .events = POLLIN};
		bool slept = poll(&ended, 1, TICK_MS) == 0;

		for (struct farewell *f = w->farewells; slept && f; f = f->next)
			f->passed_ms += TICK_MS;
	}
}

#include "cli/piped.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "sys/events.h"
#include "sys/input.h"
#include "sys/world.h"

struct reading {
	struct world *world;
	struct buf text;
	const char *what;
	bool over, late;
};

static void piece_came(void *self, struct str bytes)
{
	struct reading *r = self;

	buf_add(&r->text, bytes);
	r->over = !bytes.at || r->text.full;
}

static void it_takes_a_while(void *self)
{
	struct reading *r = self;

	world_say(r->world, "Waiting for %s on standard input ...", r->what);
}

static void too_late(void *self)
{
	struct reading *r = self;

	r->late = r->over = true;
}

static bool turn_until_over(struct reading *r, struct err *e)
{
	while (!r->over)
		if (!events_turn(r->world->events, e))
			return false;
	return true;
}

bool piped_read(struct world *w, size_t limit, const char *what, const char *instead, struct str *text, struct err *e)
{
	static struct input input; /* large */
	struct reading r = {.world = w, .text = buf_in(w->arena, limit), .what = what};
	struct events_timer say = {.fire = it_takes_a_while, .self = &r};
	struct events_timer late = {.fire = too_late, .self = &r};
	bool good;

	events_timer_set(w->events, &say, PIPED_SAY_MS);
	events_timer_set(w->events, &late, w->options.timeout_ms ? w->options.timeout_ms : PIPED_WAIT_MS);
	good = input_listen_bytes(&input, w->events, w->input, piece_came, &r, e) && turn_until_over(&r, e);
	events_timer_clear(w->events, &say);
	events_timer_clear(w->events, &late);
	input_stop(&input);
	*text = buf_str(&r.text);
	if (good && r.late)
		return err_set(e, ERR_USAGE, "waiting for %s: standard input was not closed in time; %s", what, instead);
	if (good && r.text.full)
		return err_set(e, ERR_LIMIT, "standard input holds more than %zu bytes", limit);
	return good;
}

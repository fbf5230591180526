#include "client/signin_inside.h"

#include "base/buf.h"
#include "client/browser.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/world.h"

void signin_poll(void *self)
{
	struct signin *s = self;

	flow_poll(&s->flow, clock_now(s->world->clock));
	signin_follow(s);
}

static void show_whole(struct world *w, const char *what, struct str foreign, struct arena scratch)
{
	struct buf text = buf_in(&scratch, 0);

	text_show(&text, foreign);
	world_warn(w, "%s\n\n  %.*s\n", what, STR(buf_str(&text)));
}

static void show_device(struct signin *s)
{
	struct flow_device *d = &s->flow.device;
	struct world *w = s->world;
	int64_t left_s = d->expires_at - clock_now(s->world->clock);
	struct err e = {0};

	d->is_new = false;
	show_whole(w, "Open this address on any device:", d->verification_uri, s->arena);
	show_whole(w, "and enter this code there:", d->user_code, s->arena);
	if (d->verification_uri_complete.len)
		show_whole(w, "Or open this one, which holds the code:", d->verification_uri_complete, s->arena);
	world_say(w, "The code is good for %d %s.", (int)(left_s >= 120 ? left_s / 60 : left_s), left_s >= 120 ? "minutes" : "s");
	if (s->wish.wait_ms && s->wish.wait_ms / 1000 < left_s)
		world_say(w, "Waiting %d s.", (int)(s->wish.wait_ms / 1000));
	if (s->wish.browser.len && !browser_open(w, s->wish.browser,
		d->verification_uri_complete.len ? d->verification_uri_complete : d->verification_uri, &e))
		world_warn(w, "No browser was opened: %s", e.text);
}

/* The code's own end is the flow's to see; --timeout may come before it. */
void signin_wait_for_device(struct signin *s)
{
	struct events *v = s->world->events;

	if (s->flow.device.is_new) {
		show_device(s);
		if (s->wish.wait_ms)
			events_timer_set(v, &s->late, s->wish.wait_ms);
	}
	events_timer_set(v, &s->poll, s->flow.wait_ms);
}

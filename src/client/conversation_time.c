#include "client/conversation_inside.h"

#include "sys/world.h"

int64_t time_limit_ms(const struct conversation *c)
{
	int64_t given = c->world->options.timeout_ms;

	if (c->closing)
		return CONVERSATION_GOODBYE_MS;
	if (given)
		return given;
	return c->brisk ? CONVERSATION_BRISK_MS : CONVERSATION_ANSWER_MS;
}

int64_t time_most_ms(const struct conversation *c)
{
	return c->closing ? CONVERSATION_GOODBYE_MS : CONVERSATION_PATIENCE * time_limit_ms(c);
}

/* An answer that is brisk comes whole in the time that each request is given; a link gives none. */
void time_restart(struct conversation *c)
{
	if (!c->brisk || c->link)
		events_timer_set(c->world->events, &c->late, time_limit_ms(c));
}

void time_begin(struct conversation *c)
{
	time_restart(c);
	events_timer_set(c->world->events, &c->cap, time_most_ms(c));
}

void time_stop(struct conversation *c)
{
	events_timer_clear(c->world->events, &c->late);
	events_timer_clear(c->world->events, &c->cap);
}

void time_watch(struct conversation *c, const struct talk_request *r)
{
	if (r->slot == TALK_STREAM)
		events_timer_set(c->world->events, &c->stream, CONVERSATION_STREAM_MS);
	if (r->slot == TALK_MAIN && c->link)
		events_timer_set(c->world->events, &c->probe, CONVERSATION_PROBE_MS);
}

#include "client/bridge_inside.h"

#include <stdlib.h>

#include "base/len.h"
#include "http/field.h"
#include "sys/clock.h"
#include "sys/world.h"

enum {
	ROOM = BRIDGE_MESSAGE + 4 * 1024 * 1024, /* an answer, and what stands around it; what is not used costs nothing */
	SMALL_BODY = 1024 * 1024,
	SPARE = 16,
	SPARE_TOUCHED = 256 * 1024, /* memory that was used no further than this may be used again */
	PARAM_FIELDS = 40,
	DRAIN_MS = 2000,
	BRIEF_MS = 60 * 1000,
};

static void start(struct bridge_leg *l, int64_t wait_ms);

static struct events *events(const struct bridge_leg *l)
{
	return bridge_world(l->bridge)->events;
}

/* --- Memory ------------------------------------------------------------------------------ */

static void give_back(struct bridge_leg *l)
{
	arena_free(&l->memory);
	arena_free(&l->secrets);
	free(l);
}

/* A leg that was used before, or a new one. */
static struct bridge_leg *find_room(struct bridge *b, size_t body)
{
	struct bridge_leg *l = body <= SMALL_BODY ? b->spare : NULL;
	struct arena memory, secrets;

	if (l) {
		b->spare = l->next;
		b->spare_n--;
		memory = l->memory;
		secrets = l->secrets;
		*l = (struct bridge_leg){.memory = memory, .secrets = secrets};
		return l;
	}
	l = calloc(1, sizeof *l);
	if (l && arena_new(&l->memory, body <= SMALL_BODY ? ROOM : len_add(ROOM, body)) && arena_new(&l->secrets, AUTHORIZED_ARENA))
		return l;
	if (l)
		give_back(l);
	return NULL;
}

static void keep_room(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;
	bool small = l->body.len <= SMALL_BODY && arena_touched(&l->memory) <= SPARE_TOUCHED;

	arena_reset(&l->memory);
	arena_reset(&l->secrets);
	if (!small || b->spare_n >= SPARE) {
		give_back(l);
		return;
	}
	l->next = b->spare;
	b->spare = l;
	b->spare_n++;
}

static void drop_over(struct bridge *b)
{
	while (b->over) {
		struct bridge_leg *l = b->over;

		b->over = l->next;
		keep_room(l);
	}
}

void leg_free_all(struct bridge *b)
{
	while (b->first)
		leg_release(b->first);
	drop_over(b);
	while (b->spare) {
		struct bridge_leg *l = b->spare;

		b->spare = l->next;
		give_back(l);
	}
	events_timer_clear(bridge_world(b)->events, &b->sweep);
}

/* --- The queue ----------------------------------------------------------------------------- */

static void too_late(void *self);

struct bridge_leg *leg_new(struct bridge *b, enum bridge_leg_kind kind, struct str text, struct err *e)
{
	bool is_hosts = kind == LEG_CALL || kind == LEG_NOTE;
	struct bridge_leg *l;

	if (is_hosts && (b->waits >= BRIDGE_WAITING || len_add(b->waiting_bytes, text.len) > BRIDGE_WAITING_BYTES + BRIDGE_MESSAGE)) {
		err_set(e, ERR_LIMIT, "%zu requests are under way and %zu wait for their turn: ask again later", b->runs, b->waits);
		return NULL;
	}
	l = find_room(b, text.len);
	if (!l) {
		err_set(e, ERR_SYSTEM, "there is no memory for a message");
		return NULL;
	}
	l->bridge = b;
	l->kind = kind;
	l->later = (struct events_timer){.fire = too_late, .self = l};
	l->body = arena_str(&l->memory, text);
	l->rest = l->memory;
	l->state = LEG_HELD;
	b->waits++;
	b->waiting_bytes = len_add(b->waiting_bytes, l->body.len);
	l->prev = b->last;
	*(l->prev ? &l->prev->next : &b->first) = l;
	b->last = l;
	return l;
}

static bool waits(const struct bridge_leg *l)
{
	return l->state == LEG_WAITS || l->state == LEG_HELD;
}

/* Every change of state goes through here: the numbers follow. */
static void enter(struct bridge_leg *l, enum bridge_leg_state state)
{
	struct bridge *b = l->bridge;

	if (waits(l)) {
		b->waits--;
		b->waiting_bytes = len_sub(b->waiting_bytes, l->body.len);
	}
	b->runs -= l->state == LEG_RUNS;
	l->state = state;
	b->runs += state == LEG_RUNS;
	if (waits(l)) {
		b->waits++;
		b->waiting_bytes = len_add(b->waiting_bytes, l->body.len);
	}
}

/* What the host answers, and what the session needs, never waits behind calls that may wait for just that. */
static bool has_place(const struct bridge_leg *l)
{
	size_t places = l->kind == LEG_CALL ? BRIDGE_CALLS : l->kind == LEG_NOTE ? BRIDGE_CALLS + BRIDGE_NOTES : SIZE_MAX;

	return l->bridge->runs < places;
}

static void start_waiting(struct bridge *b)
{
	struct bridge_leg *next;

	for (struct bridge_leg *l = b->waits ? b->first : NULL; l; l = next) {
		next = l->next;
		if (l->state == LEG_WAITS && has_place(l))
			start(l, 0);
	}
}

/* From the loop, where nobody holds a leg. */
static void sweep(void *self)
{
	struct bridge *b = self;

	drop_over(b);
	if (arena_touched(&b->lists) > SPARE_TOUCHED)
		arena_free(&b->lists);
	if (!b->leaving)
		start_waiting(b);
}

void leg_go_later(struct bridge_leg *l, int64_t wait_ms)
{
	if (has_place(l))
		start(l, wait_ms);
	else
		enter(l, LEG_WAITS);
}

void leg_go(struct bridge_leg *l)
{
	leg_go_later(l, 0);
}

void leg_hold(struct bridge_leg *l)
{
	authorized_cancel(&l->request);
	events_timer_clear(events(l), &l->later);
	enter(l, LEG_HELD);
}

void leg_release_held(struct bridge *b, bool modern)
{
	struct bridge_leg *next;

	for (struct bridge_leg *l = b->leaving ? NULL : b->first; l; l = next) {
		next = l->next;
		if (l->state != LEG_HELD || l->modern != modern || l->kind > LEG_NOTE)
			continue;
		if (road_is_taken(b))
			road_send(l);
		else
			leg_go(l);
	}
}

void leg_linked(struct bridge_leg *l)
{
	enter(l, LEG_LINKED);
}

/* --- Who is read ------------------------------------------------------------------------------ */

/* The eldest that holds something: it alone is read where all together hold too much, so that there is an end to it. */
static const struct bridge_leg *find_favoured(const struct bridge *b)
{
	for (const struct bridge_leg *l = b->first; l; l = l->next)
		if (l->state == LEG_RUNS && l->held)
			return l;
	return NULL;
}

void leg_balance(struct bridge *b)
{
	const struct bridge_leg *favoured = b->crowded ? find_favoured(b) : NULL;

	for (struct bridge_leg *l = b->first; l; l = l->next) {
		bool paused = b->paused || (favoured && favoured != l);

		if (l->state != LEG_RUNS || l->paused == paused)
			continue;
		l->paused = paused;
		authorized_pause(&l->request, paused);
	}
}

static void weigh(struct bridge_leg *l, size_t held)
{
	struct bridge *b = l->bridge;
	bool before = b->crowded;

	b->held = len_add(len_sub(b->held, l->held), held);
	l->held = held;
	b->crowded = b->held > (before ? b->held_max / 2 : b->held_max);
	if (before || b->crowded)
		leg_balance(b);
}

void leg_weigh(struct bridge_leg *l)
{
	size_t held = stream_answer_held(&l->answer);

	if (held > SPARE_TOUCHED || l->held)
		weigh(l, held > SPARE_TOUCHED ? held : 0);
}

static void let_go(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;

	authorized_cancel(&l->request);
	events_timer_clear(events(l), &l->later);
	enter(l, LEG_OVER);
	if (l->held)
		weigh(l, 0);
	if (b->session.listen == l)
		b->session.listen = NULL;
	if (l->next)
		l->next->prev = l->prev;
	else
		b->last = l->prev;
	*(l->prev ? &l->prev->next : &b->first) = l->next;
	l->next = b->over;
	b->over = l;
}

void leg_release(struct bridge_leg *l)
{
	struct bridge *b = l->bridge;

	if (l->state == LEG_OVER)
		return;
	let_go(l);
	if (!b->sweep.fire)
		b->sweep = (struct events_timer){.fire = sweep, .self = b};
	events_timer_set(bridge_world(b)->events, &b->sweep, 0);
}

void leg_drain(struct bridge_leg *l)
{
	events_timer_set(events(l), &l->later, DRAIN_MS);
}

/* --- Setting out ------------------------------------------------------------------------------ */

int64_t leg_silence_ms(const struct bridge_leg *l)
{
	int64_t asked_ms = bridge_world(l->bridge)->options.timeout_ms;

	return asked_ms > 0 && asked_ms < BRIDGE_SILENCE_MS ? asked_ms : BRIDGE_SILENCE_MS;
}

/* Silence in a body that should have come by now; or the server did not close the stream of an answer. */
static void too_late(void *self)
{
	struct bridge_leg *l = self;
	struct err why;

	if (l->paused) {
		events_timer_set(events(l), &l->later, DRAIN_MS);
		return;
	}
	err_set(&why, ERR_NETWORK, "the answer stopped in its middle: nothing came for %d s", (int)(leg_silence_ms(l) / 1000));
	authorized_cancel(&l->request);
	if (l->answered)
		leg_release(l);
	else
		answer_finish(l, &why);
}

/* What may be in memory that is given up for the next try moves to that of the request. */
static bool keep_fields(struct bridge_leg *l, struct err *e)
{
	struct stream_request *r = &l->http;

	for (size_t i = 0; i < r->fetch.fields_n; i++) {
		r->fields[i].name = arena_str(&l->work, r->fields[i].name);
		r->fields[i].value = arena_str(&l->work, r->fields[i].value);
		if (!r->fields[i].name.at || !r->fields[i].value.at)
			return err_set(e, ERR_LIMIT, "the fields of a message need more memory than is set aside for it");
	}
	return true;
}

static bool add_params(struct bridge_leg *l, const struct relay *m, struct err *e)
{
	struct http_field fields[PARAM_FIELDS];
	size_t n;

	if (!relay_tools_fields(&l->bridge->tools, m, &l->work, fields, PARAM_FIELDS, &n))
		return err_set(e, ERR_LIMIT, "the arguments that the tool wants repeated are too long");
	for (size_t i = 0; i < n; i++)
		if (!stream_add_field(&l->http, fields[i].name, fields[i].value, e))
			return false;
	return true;
}

static bool write_modern(struct bridge_leg *l, struct err *e)
{
	struct stream stream = {.era = ERA_MODERN, .version = str_of(l->bridge->modern_version)};
	struct relay m;
	struct rpc outline;

	if (!relay_read(l->body, &l->work, &m, e))
		return false;
	if (!relay_outline(&m, &l->work, &outline))
		return err_set(e, ERR_LIMIT, "there is no memory for the head of a request");
	if (!stream_post(&stream, l->body, &outline, &l->work, &l->http, e))
		return false;
	return !str_same(m.method, S("tools/call")) || add_params(l, &m, e);
}

static bool write_legacy(struct bridge_leg *l, struct err *e)
{
	static const struct stream unopened = {.era = ERA_LEGACY};
	const struct stream *s = l->initializes ? &unopened : &l->bridge->session.stream;

	l->session = l->bridge->session.number;
	l->had_session = !l->initializes && stream_session(s).len > 0;
	if (l->kind == LEG_GOODBYE)
		return stream_delete(s, &l->http, e);
	if (l->kind == LEG_LISTEN || l->resuming)
		return stream_get(s, str_make(l->event_id, l->event_id_len), &l->http, e);
	return stream_post(s, l->body, &(struct rpc){0}, &l->work, &l->http, e);
}

static int64_t patience_ms(const struct bridge_leg *l)
{
	if (l->kind == LEG_GOODBYE)
		return BRIDGE_GOODBYE_MS;
	return l->kind == LEG_CALL && !l->initializes ? BRIDGE_ANSWER_MS : BRIEF_MS;
}

static void start(struct bridge_leg *l, int64_t wait_ms)
{
	struct err e = {0};

	authorized_cancel(&l->request);
	events_timer_clear(events(l), &l->later);
	enter(l, LEG_RUNS);
	l->paused = false;
	if (l->held)
		weigh(l, 0);
	l->work = l->rest;
	arena_reset(&l->secrets);
	err_clear(&l->why);
	if (!(l->modern ? write_modern(l, &e) : write_legacy(l, &e)) || !keep_fields(l, &e)) {
		answer_finish(l, &e);
		return;
	}
	l->began_ms = clock_ms(bridge_world(l->bridge)->clock);
	l->http.fetch.idle_ms = -1;
	l->http.fetch.timeout_ms = patience_ms(l);
	stream_answer_begin(&l->answer, &l->work, BRIDGE_MESSAGE);
	l->request = (struct authorized){
		.server = l->bridge->server, .request = l->http.fetch, .arena = &l->secrets, .sink = answer_sink(l)};
	authorized_start(&l->request, wait_ms);
}

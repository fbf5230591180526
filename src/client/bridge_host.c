#include "client/bridge_host.h"

#include "client/authorized.h"
#include "sys/world.h"

static void fail(struct bridge_host *h, const struct err *why, const char *what)
{
	if (h->failure.kind == ERR_NONE) {
		h->failure = *why;
		err_where(&h->failure, "%s", what);
	}
	bridge_stop(h->bridge);
}

/* --- To the host ----------------------------------------------------------------------------- */

static void pass(void *self, struct str text)
{
	struct bridge_host *h = self;
	struct err why = {0};

	if (!pipe_send_line(&h->output, text, &why)) {
		if (h->failure.kind == ERR_NONE)
			h->failure = why;
		events_timer_set(h->world->events, &h->broken, 0);
		return;
	}
	if (pipe_held(&h->output) > BRIDGE_HOST_MARK)
		bridge_pause(h->bridge, true);
}

/* What the host did not get would be missed: nothing goes on without it. */
static void stop_broken(void *self)
{
	struct bridge_host *h = self;

	bridge_host_stop(h);
}

static void drained(void *self)
{
	struct bridge_host *h = self;

	bridge_pause(h->bridge, false);
}

/* The host reads no more: it is gone, or all was said. */
static void output_over(void *self, const struct err *why)
{
	struct bridge_host *h = self;

	if (why) {
		input_stop(&h->input);
		fail(h, why, "the host does not read any more");
	} else {
		h->over = true;
	}
}

/* --- From the host --------------------------------------------------------------------------- */

static void piece_came(void *self, struct str bytes)
{
	struct bridge_host *h = self;
	bool ended = bytes.at == NULL;
	struct str line;
	struct err why = {0};
	enum feed fed;

	while ((fed = lines_read(&h->lines, &bytes, &line, &why)) == FEED_DONE)
		bridge_take(h->bridge, line);
	if (fed == FEED_BAD) {
		input_stop(&h->input);
		fail(h, &why, "standard input");
		return;
	}
	if (!ended)
		return;
	if (lines_end(&h->lines, &line) == FEED_DONE)
		bridge_take(h->bridge, line);
	bridge_finish(h->bridge);
}

/* --- The end --------------------------------------------------------------------------------- */

static void too_late(void *self)
{
	struct bridge_host *h = self;

	h->over = true;
}

static void bridge_over(void *self)
{
	struct bridge_host *h = self;

	events_timer_set(h->world->events, &h->late, h->failure.kind == ERR_NONE ? BRIDGE_HOST_FLUSH_MS : 0);
	pipe_finish(&h->output);
}

bool bridge_host_start(struct bridge_host *h, struct authorized_server *server, enum bridge_transport transport, int in, int out,
	struct err *e)
{
	struct bridge_ends ends = {.message = pass, .over = bridge_over, .self = h};

	h->world = server->world;
	h->late = (struct events_timer){.fire = too_late, .self = h};
	h->broken = (struct events_timer){.fire = stop_broken, .self = h};
	h->output = (struct pipe){.over = output_over, .drained = drained, .self = h};
	pipe_open(&h->output, h->world->events, out, BRIDGE_HOST_QUEUE);
	if (!arena_new(&h->memory, BRIDGE_MESSAGE + 4096))
		return err_set(e, ERR_SYSTEM, "there is no memory for the messages of the host");
	lines_begin(&h->lines, &h->memory, BRIDGE_MESSAGE);
	h->bridge = bridge_open(server, transport, ends, e);
	return h->bridge && input_listen_bytes(&h->input, h->world->events, in, piece_came, h, e);
}

void bridge_host_stop(struct bridge_host *h)
{
	input_stop(&h->input);
	bridge_stop(h->bridge);
}

void bridge_host_end(struct bridge_host *h)
{
	if (!h->world)
		return;
	input_stop(&h->input);
	events_timer_clear(h->world->events, &h->late);
	events_timer_clear(h->world->events, &h->broken);
	bridge_end(h->bridge);
	h->bridge = NULL;
	pipe_end(&h->output);
	arena_free(&h->memory);
}

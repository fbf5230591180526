#include "client/signin_inside.h"

#include "base/buf.h"
#include "client/browser.h"
#include "http/listen.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"

/* --- The ways back from the browser, closed and opened ------------------------------------- */

/* The user is no longer waited for; the listener stays, in case that it is asked once more. */
static void stop_waiting(struct signin *s)
{
	events_timer_clear(s->world->events, &s->late);
	input_stop(&s->input);
	if (s->pasting)
		tty_unlisten(s->world->tty);
	s->pasting = false;
}

void signin_close_ways(struct signin *s)
{
	stop_waiting(s);
	events_timer_clear(s->world->events, &s->soon);
	events_timer_clear(s->world->events, &s->poll);
	if (s->door)
		listen_close(s->world->listen, s->door);
	s->door = NULL;
}

/* Something came. Where it changed the step, that is followed from the loop, not from within a callback. */
static enum callback_verdict take(struct signin *s, struct str text, enum callback_channel channel, struct err *why)
{
	enum callback_verdict verdict = flow_callback(&s->flow, text, channel, clock_now(s->world->clock), why);

	if (s->flow.step != FLOW_ASK) {
		stop_waiting(s);
		events_timer_set(s->world->events, &s->soon, 0);
	}
	return verdict;
}

/* What the page in the browser says: fixed texts, nothing of what came. */
static struct listen_reply page(enum callback_verdict verdict)
{
	struct listen_reply reply = {.status = 200, .content_type = S("text/plain; charset=utf-8")};

	switch (verdict) {
	case CALLBACK_ACCEPTED:
		reply.body = S("Signed in. You may close this page and go back to the terminal.\n");
		break;
	case CALLBACK_IGNORED:
		reply.status = 400;
		reply.body = S("This does not belong to the sign-in that keyfob is waiting for.\n");
		break;
	case CALLBACK_REFUSED:
		reply.status = 400;
		reply.body = S("The sign-in was refused. The terminal says why.\n");
		break;
	}
	return reply;
}

static void called_back(void *self, const struct listen_request *r, struct listen_reply *reply)
{
	struct signin *s = self;

	if (!str_same(r->path, S("/callback"))) {
		*reply = (struct listen_reply){.status = 404, .content_type = S("text/plain; charset=utf-8"), .body = S("Nothing here.\n")};
		return;
	}
	if (s->flow.step != FLOW_ASK) {
		*reply = page(CALLBACK_IGNORED);
		return;
	}
	*reply = page(take(s, r->query, CALLBACK_LISTENER, NULL));
}

static void pasted(void *self, struct str line)
{
	struct signin *s = self;
	struct err why = {0};

	line = str_trim(line);
	if (line.len == 0 || s->flow.step != FLOW_ASK)
		return;
	if (take(s, line, CALLBACK_PASTE, &why) == CALLBACK_IGNORED)
		world_warn(s->world, "Not taken, still waiting: %s.", why.text);
}

struct str signin_callback_host(const struct signin *s)
{
	return s->wish.callback_host.len ? s->wish.callback_host : S("127.0.0.1");
}

/* The port of a redirect URI on loopback; 0 when there is none to be read. */
static uint16_t port_of(struct str uri, struct arena scratch)
{
	struct url url;

	return uri.len && url_read(uri, &scratch, &url, NULL) && url_is_loopback(&url) ? url.port : 0;
}

/* Opens the listener on the port that was asked for, else on the one that was registered before, else on any. */
bool signin_open_door(struct signin *s, struct err *e)
{
	struct str host = signin_callback_host(s);
	uint16_t before = port_of(s->flow.redirect_wish, s->arena);
	struct listen_sink sink = {.request = called_back, .self = s};
	struct listen *l = s->world->listen;

	if (s->door)
		return true;
	if (s->wish.callback_port) {
		s->door = listen_open(l, host, s->wish.callback_port, sink, &s->port, e);
		return s->door != NULL;
	}
	if (before)
		s->door = listen_open(l, host, before, sink, &s->port, NULL);
	if (!s->door)
		s->door = listen_open(l, host, 0, sink, &s->port, e);
	return s->door != NULL;
}

/* --- Asking the user ------------------------------------------------------------------------- */

static bool takes_input(const struct signin *s)
{
	return s->world->input >= 0 && !s->wish.ignores_input;
}

static bool has_terminal(const struct signin *s)
{
	return s->world->tty && s->world->tty->present;
}

/* A pasted answer, from a terminal or from a pipe. Neither is necessary. */
static void listen_for_paste(struct signin *s)
{
	struct world *w = s->world;

	if (takes_input(s))
		input_listen(&s->input, w->events, w->input, pasted, s, NULL);
	else if (has_terminal(s))
		s->pasting = tty_listen(w->tty, w->events, pasted, s, NULL);
}

static void show_ways(struct signin *s, int64_t wait_ms)
{
	struct world *w = s->world;
	struct str host = signin_callback_host(s);
	struct arena scratch = s->arena;
	struct buf address = buf_in(&scratch, 0);

	text_show(&address, s->flow.authorization_url); /* whole: cut short it would be of no use */
	world_warn(w, "Open this address to sign in:\n\n  %.*s\n", STR(buf_str(&address)));
	world_say(w, "From another machine: ssh -L %u:%s%.*s%s:%u THIS-HOST,", s->port,
		str_has(host, ':') ? "[" : "", STR(text_shown(host, &scratch)), str_has(host, ':') ? "]" : "", s->port);
	world_say(w, "then open it there%s. Waiting %d s.",
		takes_input(s) || has_terminal(s) ? "; or paste the address the browser ends on" : "", (int)(wait_ms / 1000));
}

void signin_ask_user(struct signin *s)
{
	struct world *w = s->world;
	int64_t wait_ms = s->wish.wait_ms ? s->wish.wait_ms : SIGNIN_WAIT_MS;
	struct err e = {0};

	if (s->flow.err.kind != ERR_NONE)
		world_warn(w, "That code was not taken: %s. Paste the whole address that the browser ended on:", s->flow.err.text);
	else
		show_ways(s, wait_ms);
	events_timer_set(w->events, &s->late, wait_ms);
	listen_for_paste(s);
	if (s->flow.err.kind == ERR_NONE && !s->wish.no_browser && !browser_open(w, s->wish.browser, s->flow.authorization_url, &e))
		world_warn(w, "No browser was opened: %s", e.text);
}

/* bridge: a stdio MCP server for any host, that carries every message to a remote one. */
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/headers.h"
#include "cli/wish.h"
#include "client/authorized.h"
#include "client/bridge_host.h"
#include "client/enrol.h"
#include "client/site.h"
#include "oauth/place.h"
#include "sys/events.h"
#include "sys/harden.h"
#include "sys/tty.h"
#include "sys/world.h"

enum { DESCRIPTORS = 4096 }; /* for a thousand calls at once */

struct carrying {
	struct authorized_server server;
	struct enrol enrol;
	struct bridge_host host;
	enum bridge_transport transport;
};

/* --- What the flags say --------------------------------------------------------------------------- */

static bool read_transport(const struct args *a, enum bridge_transport *transport, struct err *e)
{
	struct str name = args_value(a, "--transport");

	if (!name.len || str_same(name, S("auto")))
		*transport = BRIDGE_AUTO;
	else if (str_same(name, S("http")))
		*transport = BRIDGE_HTTP;
	else if (str_same(name, S("sse")))
		*transport = BRIDGE_SSE;
	else
		return err_set(e, ERR_USAGE, "--transport is auto, http or sse, not '%.*s'", STR(str_first(name, 40)));
	return true;
}

static bool read_server(struct world *w, const struct args *a, struct authorized_server *s, struct err *e)
{
	struct http_field *fields = NULL;
	struct str target = args_target(a);
	struct str host;

	if (!target.len)
		return err_set(e, ERR_USAGE, "which server? keyfob bridge URL");
	if (!site_read(target, w->arena, &s->url, e) || !headers_read(w, a, &fields, &s->fields_n, e))
		return false;
	s->fields = fields;
	host = str_first(s->url.host, 100);
	return place_is_safe(w->options.allow_http, &s->url) ||
		err_set(e, ERR_USAGE, "%.*s is asked in plain http: use https, or --allow-http %.*s", STR(host), STR(host));
}

/* Where standard error goes to the host, the terminal is the host's too: it is not ours to ask there. */
static void leave_terminal(struct world *w)
{
	if (w->tty && !isatty(STDERR_FILENO))
		w->tty->present = false;
}

static bool prepare(struct world *w, const struct args *a, struct carrying *c, struct err *e)
{
	leave_terminal(w);
	c->server.world = w;
	c->server.enrol = &c->enrol;
	c->enrol.world = w;
	return read_transport(a, &c->transport, e) && read_server(w, a, &c->server, e) &&
		wish_read(w, a, &c->server.url, &c->enrol.wish, e) && wish_fall_back(w, e);
}

/* --- The command ------------------------------------------------------------------------------------- */

/* A signal ends it as the host does. */
static bool turn_until_over(struct world *w, struct bridge_host *h, struct err *e)
{
	while (!h->over) {
		struct err why = {0};

		if (events_turn(w->events, &why))
			continue;
		if (why.kind != ERR_STOPPED)
			return err_set(e, why.kind, "%s", why.text);
		bridge_host_stop(h);
	}
	return h->failure.kind == ERR_NONE || err_set(e, h->failure.kind, "%s", h->failure.text);
}

static bool carry(struct world *w, struct carrying *c, struct err *e)
{
	int in = w->input >= 0 ? w->input : STDIN_FILENO;
	int out = dup(STDOUT_FILENO);

	if (out < 0)
		return err_set(e, ERR_SYSTEM, "standard output cannot be used");
	if (isatty(in))
		world_say(w, "This is meant to be started by an MCP host. It waits for JSON-RPC messages, one a line; Ctrl-D ends it.");
	harden_want_descriptors(DESCRIPTORS);
	return bridge_host_start(&c->host, &c->server, c->transport, in, out, e) && turn_until_over(w, &c->host, e);
}

static bool bridge(struct world *w, const struct args *a, struct err *e)
{
	struct carrying *c = calloc(1, sizeof *c);
	bool done;

	if (!c)
		return err_set(e, ERR_SYSTEM, "there is no memory for a bridge");
	done = prepare(w, a, c, e) && carry(w, c, e);
	bridge_host_end(&c->host);
	authorized_server_end(&c->server);
	free(c);
	return done;
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "the same as TARGET"},
	{"--transport", 0, "auto|http|sse", "Streamable HTTP, or HTTP+SSE; auto finds out"},
	HEADERS_FLAGS,
	{0},
};

const struct command cmd_bridge = {
	.name = "bridge",
	.usage = "bridge TARGET [flags]",
	.summary = "Lets a host that starts its servers use a remote one",
	.flags = flags,
	.signs_in = true,
	.more = "An MCP host starts `keyfob bridge URL` as it starts any server, and speaks to it\n"
		"on standard input and output; every message is carried to URL with the token of\n"
		"the sign-in there, which is refreshed when needed. Where there is none, requests\n"
		"fail with an error that says what to do. The host chooses the revision of MCP.\n",
	.words_max = 1,
	.run = bridge,
};

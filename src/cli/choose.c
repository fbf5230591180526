#include "cli/choose.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "client/onemcp.h"
#include "client/site.h"
#include "sys/events.h"
#include "sys/world.h"
#include "vault/vault.h"

/* One of those that are asked at once. */
struct candidate {
	struct str url;
	struct onemcp server;
	struct poll *poll;
	bool is_it;
};

struct poll {
	struct world *world;
	struct candidate all[CHOOSE_MAX];
	size_t n, open;
	bool late;
};

static bool read_vault(struct poll *p, struct err *e)
{
	struct world *w = p->world;
	struct vault v = {0};
	bool good = vault_open(&v, w, e);

	for (size_t i = 0; good && i < v.count && p->n < CHOOSE_MAX; i++)
		p->all[p->n++].url = arena_str(w->arena, v.profiles[i].server_url.len ? v.profiles[i].server_url : v.profiles[i].identity);
	vault_close(&v);
	return good;
}

static void answered(void *self)
{
	struct candidate *c = self;

	c->is_it = c->server.outcome == ONEMCP_GOOD;
	c->poll->open = len_sub(c->poll->open, 1);
}

static void too_late(void *self)
{
	struct poll *p = self;

	p->late = true;
}

/* Nobody is signed in for this: who wants that is not asked further. */
static void ask(struct poll *p, struct candidate *c)
{
	static const struct onemcp_wish wish = {.what = ONEMCP_INSPECT};
	struct onemcp *m = &c->server;
	struct url url;

	c->poll = p;
	m->done = answered;
	m->self = c;
	m->server.world = p->world;
	if (site_read(c->url, p->world->arena, &url, NULL) && onemcp_base(&url, p->world->arena, &m->server.url, NULL) &&
		onemcp_ask(m, &wish, NULL))
		p->open = len_add(p->open, 1);
}

static bool ask_all(struct poll *p, struct err *e)
{
	struct events_timer late = {.fire = too_late, .self = p};
	bool good = true;

	world_detail(p->world, "No server is named: those with a sign-in are asked which of them is a 1MCP server.");
	for (size_t i = 0; i < p->n; i++)
		ask(p, &p->all[i]);
	events_timer_set(p->world->events, &late, CHOOSE_MS);
	while (good && p->open && !p->late)
		good = events_turn(p->world->events, e);
	events_timer_clear(p->world->events, &late);
	for (size_t i = 0; i < p->n; i++)
		onemcp_end(&p->all[i].server);
	return good;
}

static bool several(const struct poll *p, struct err *e)
{
	err_set(e, ERR_USAGE, "which server? There are several sign-ins: name one by --url, as in");
	for (size_t i = 0; i < p->n && i < 3; i++)
		err_hint(e, "%s --url %.*s", i ? "," : "", STR(str_first(p->all[i].url, 100)));
	return false;
}

static bool settle(struct poll *p, struct str *url, struct err *e)
{
	size_t found = 0;

	if (!p->n)
		return err_set(e, ERR_USAGE, "which server? None is named, and there is no sign-in: give its URL");
	*url = p->all[0].url;
	if (p->n == 1)
		return true;
	if (!ask_all(p, e))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (p->all[i].is_it) {
			found = len_add(found, 1);
			*url = p->all[i].url;
		}
	return found == 1 || several(p, e);
}

bool choose_server(struct world *w, struct str *url, struct err *e)
{
	struct poll *p = calloc(1, sizeof *p);
	bool good;

	if (!p)
		return err_set(e, ERR_SYSTEM, "no memory to choose a server");
	p->world = w;
	good = read_vault(p, e) && settle(p, url, e);
	free(p);
	if (good)
		world_say(w, "%.*s:", STR(*url));
	return good;
}

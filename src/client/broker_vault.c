#include "client/broker_vault.h"

#include <inttypes.h>
#include <stdlib.h>

#include "client/broker.h"
#include "client/refresh.h"
#include "client/site.h"
#include "oauth/place.h"
#include "oauth/renew.h"
#include "sys/clock.h"
#include "sys/world.h"

enum { REFRESHES = 8 };

/* One grant that is being refreshed, and who waits for it. */
struct renewal {
	struct broker_vault *broker;
	struct refresh refresh;
	struct broker_ask *first; /* waiting; NULL and !busy: free */
	bool busy;
};

struct broker_vault {
	struct broker broker; /* first: the ops cast */
	struct world *world;
	struct vault vault;
	bool open;
	bool away; /* the file worker has the vault */
	struct broker_ask *asked; /* not looked at yet */
	struct broker_ask *held;  /* until one of the renewals is over */
	struct events_timer soon;
	struct renewal renewals[REFRESHES];
};

static bool keep(struct arena *a, struct str *s)
{
	*s = arena_str(a, *s);
	return s->at != NULL;
}

static void give(struct broker_ask *ask, const struct profile *p)
{
	const struct grant *g = &p->grant;
	struct broker_token token = {.access_token = g->access_token, .token_type = g->token_type, .resource = g->resource,
		.scope = g->scope, .dpop_key = g->dpop_key, .expires_at = g->expires_at};
	struct arena *a = ask->arena;
	struct err full;

	if (keep(a, &token.access_token) && keep(a, &token.token_type) && keep(a, &token.resource) && keep(a, &token.scope) &&
		keep(a, &token.dpop_key)) {
		ask->done(ask->self, &token, NULL);
		return;
	}
	err_set(&full, ERR_LIMIT, "the token is too large to be handled");
	ask->done(ask->self, NULL, &full);
}

/* Seconds that a token should still have: what was asked, else a tenth of its life, at most 30. */
static int64_t margin(const struct broker_ask *ask, const struct grant *g)
{
	int64_t tenth = (g->expires_at - g->obtained_at) / 10;

	if (ask->min_ttl_s > 0)
		return ask->min_ttl_s;
	return tenth < 0 ? 0 : tenth > 30 ? 30 : tenth;
}

/* It can be used now, if need be: not rejected, not over. */
static bool is_usable(struct broker_vault *b, const struct broker_ask *ask, const struct grant *g, int64_t spare_s)
{
	if (!g->access_token.len || str_same(g->access_token, ask->rejected))
		return false;
	return g->expires_at == 0 || g->expires_at - clock_now(b->world->clock) > spare_s;
}

/* Between questions no token lies about here, refresh tokens and those of other servers least of all. */
static void rest(struct broker_vault *b)
{
	if (b->open && !b->away)
		vault_rest(&b->vault);
}

static void fail(struct broker_ask *ask, struct err *e)
{
	ask->done(ask->self, NULL, e);
}

static bool find(struct broker_vault *b, struct broker_ask *ask, const struct profile **p, struct err *e)
{
	struct arena scratch = *ask->arena;
	struct str text;

	if (!(b->open ? vault_refresh(&b->vault, NULL, e) : vault_open(&b->vault, b->world, e))) {
		if (!b->open)
			vault_close(&b->vault);
		return false;
	}
	b->open = true;
	text = url_text(&ask->url, &scratch);
	*p = site_find(&b->vault, &ask->url, scratch);
	if (!*p)
		return err_set(e, ERR_LOGIN, "not signed in at %.*s: %.*s", STR(str_first(text, 160)), STR(site_login(text, &scratch)));
	if (!site_covers(*p, &ask->url, scratch))
		return err_set(e, ERR_LOGIN, "the token is for %.*s, which does not cover %.*s: %.*s",
			STR(str_first((*p)->grant.resource, 100)), STR(str_first(text, 100)), STR(site_login(text, &scratch)));
	if (!place_is_safe(b->world->options.allow_http, &ask->url))
		return err_set(e, ERR_USAGE, "a token does not travel to %.*s in the clear: use https, or --allow-http %.*s",
			STR(str_first(text, 160)), STR(str_first(ask->url.host, 80)));
	return true;
}

/* --- Renewing ---------------------------------------------------------------------------- */

static bool is_fresh(void *self, const struct profile *p)
{
	struct renewal *n = self;

	for (struct broker_ask *ask = n->first; ask; ask = ask->next)
		if (!is_usable(n->broker, ask, &p->grant, margin(ask, &p->grant)))
			return false;
	return true;
}

/* There is a sign-in, but it holds no token that would do. */
static bool explain(struct broker_vault *b, struct broker_ask *ask, const struct grant *g, struct err *e)
{
	struct arena scratch = *ask->arena;
	struct str whole = url_text(&ask->url, &scratch);
	struct str login = site_login(whole, &scratch);
	struct str text = str_first(whole, 160);

	if (!is_usable(b, ask, g, 0))
		return err_set(e, ERR_LOGIN, "the sign-in at %.*s is spent: %.*s", STR(text), STR(login));
	if (renew_is_possible(g))
		return err_set(e, ERR_FAILED, "even a fresh token for %.*s does not live another %" PRId64 " s: ask for less",
			STR(text), ask->min_ttl_s);
	return err_set(e, ERR_LOGIN, "the token for %.*s does not live another %" PRId64 " s and cannot be refreshed: %.*s",
		STR(text), ask->min_ttl_s, STR(login));
}

/* A token that came this moment is given though its issuer lets it live no longer than that took. */
static bool is_taken_as_it_is(const struct broker_ask *ask, const struct grant *g)
{
	return !ask->min_ttl_s && renew_is_possible(g) && g->access_token.len && !str_same(g->access_token, ask->rejected);
}

/* What the vault holds now is the best there is. */
static void settle(struct broker_vault *b, struct broker_ask *ask, bool renewed_now, const struct err *failure)
{
	const struct profile *p;
	struct err e = {0};

	if (!find(b, ask, &p, &e)) {
		fail(ask, &e);
	} else if (is_usable(b, ask, &p->grant, ask->min_ttl_s) || (renewed_now && is_taken_as_it_is(ask, &p->grant))) {
		give(ask, p);
	} else {
		if (failure)
			e = *failure;
		else
			explain(b, ask, &p->grant, &e);
		fail(ask, &e);
	}
}

/* There is room for one renewal more: those who waited for that come before those who asked since. */
static void look_again(struct broker_vault *b)
{
	struct broker_ask **last = &b->held;

	while (*last)
		last = &(*last)->next;
	*last = b->asked;
	b->asked = b->held;
	b->held = NULL;
	if (b->asked)
		events_timer_set(b->world->events, &b->soon, 0);
}

static void renewed(void *self, const struct err *failure)
{
	struct renewal *n = self;
	struct broker_vault *b = n->broker;
	struct err kept = failure ? *failure : (struct err){0};

	n->busy = false;
	while (n->first) {
		struct broker_ask *ask = n->first;

		n->first = ask->next;
		settle(b, ask, !failure, failure ? &kept : NULL);
	}
	rest(b);
	look_again(b);
}

static void append(struct broker_ask **list, struct broker_ask *ask)
{
	while (*list)
		list = &(*list)->next;
	ask->next = NULL;
	*list = ask;
}

/* Waits for the renewal of this grant, which begins now where it is not under way and there is room for it. */
static void join(struct broker_vault *b, struct broker_ask *ask, const struct profile *p)
{
	struct renewal *spare = NULL;
	struct renewal *n = NULL;

	for (size_t i = 0; i < REFRESHES && !n; i++) {
		struct renewal *at = &b->renewals[i];

		if (at->busy && str_same(at->refresh.id, p->id))
			n = at;
		else if (!at->busy && !spare)
			spare = at;
	}
	if (n || !spare) {
		append(n ? &n->first : &b->held, ask);
		return;
	}
	*spare = (struct renewal){.broker = b, .busy = true};
	append(&spare->first, ask);
	spare->refresh = (struct refresh){
		.world = b->world, .vault = &b->vault, .away = &b->away, .is_fresh = is_fresh, .done = renewed, .self = spare};
	refresh_start(&spare->refresh, p->id, &ask->url);
}

/* --- Questions --------------------------------------------------------------------------- */

static void answer(struct broker_vault *b, struct broker_ask *ask)
{
	const struct profile *p;
	struct err e = {0};

	if (!find(b, ask, &p, &e))
		fail(ask, &e);
	else if (is_usable(b, ask, &p->grant, margin(ask, &p->grant)))
		give(ask, p);
	else if (!renew_is_possible(&p->grant))
		settle(b, ask, false, NULL);
	else
		join(b, ask, p);
}

static void look(void *self)
{
	struct broker_vault *b = self;

	while (b->asked && !b->away) {
		struct broker_ask *ask = b->asked;

		b->asked = ask->next;
		answer(b, ask);
	}
	rest(b);
}

static void start(struct broker *broker, struct broker_ask *ask)
{
	struct broker_vault *b = (struct broker_vault *)(void *)broker;

	append(&b->asked, ask);
	events_timer_set(b->world->events, &b->soon, 0);
}

static bool unlink_ask(struct broker_ask **list, struct broker_ask *ask)
{
	for (; *list; list = &(*list)->next)
		if (*list == ask) {
			*list = ask->next;
			return true;
		}
	return false;
}

static void cancel(struct broker *broker, struct broker_ask *ask)
{
	struct broker_vault *b = (struct broker_vault *)(void *)broker;

	if (unlink_ask(&b->asked, ask) || unlink_ask(&b->held, ask))
		return;
	for (size_t i = 0; i < REFRESHES; i++)
		if (unlink_ask(&b->renewals[i].first, ask))
			return;
}

static const struct broker_ops ops = {.start = start, .cancel = cancel};

struct broker *broker_vault_open(struct world *w, struct err *e)
{
	struct broker_vault *b = calloc(1, sizeof *b);

	if (!b) {
		err_set(e, ERR_SYSTEM, "no memory");
		return NULL;
	}
	b->broker.ops = &ops;
	b->world = w;
	b->soon = (struct events_timer){.fire = look, .self = b};
	return &b->broker;
}

void broker_vault_close(struct broker *broker)
{
	struct broker_vault *b = (struct broker_vault *)(void *)broker;
	struct err e;

	if (!b)
		return;
	while (b->away && (events_turn(b->world->events, &e) || e.kind == ERR_STOPPED))
		; /* what came is stored, however often we are told to stop */
	events_timer_clear(b->world->events, &b->soon);
	for (size_t i = 0; i < REFRESHES; i++)
		if (b->renewals[i].busy)
			refresh_stop(&b->renewals[i].refresh);
	vault_close(&b->vault);
	free(b);
}

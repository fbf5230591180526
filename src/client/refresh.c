#include "client/refresh.h"

#include "client/site.h"
#include "oauth/token.h"
#include "sys/clock.h"
#include "sys/world.h"

/* Two grants of one vault may be refreshed at once: whatever is next waits while the worker stores the other. */
static void go_on(void *self)
{
	struct refresh *r = self;

	if (*r->away)
		events_timer_set(r->world->events, &r->again, REFRESH_AGAIN_MS);
	else
		r->next(r);
}

static void go_on_with(struct refresh *r, void (*next)(struct refresh *r), int64_t in_ms)
{
	r->next = next;
	events_timer_set(r->world->events, &r->again, in_ms);
}

static void finish(struct refresh *r, const struct err *failure)
{
	struct err kept = failure ? *failure : (struct err){0};

	refresh_stop(r);
	r->done(r->self, failure ? &kept : NULL);
}

static void give_up(struct refresh *r)
{
	finish(r, &r->failure);
}

static void finish_spent(struct refresh *r, const char *why)
{
	struct err spent;

	err_set(&spent, ERR_LOGIN, "%s: keyfob login %.*s", why, STR(str_first(r->shown, 200)));
	finish(r, &spent);
}

/* --- Storing, on the file worker ------------------------------------------------------ */

static void store(void *self)
{
	struct refresh *r = self;
	bool swapped;

	r->vault->wait_ms = 10 * 1000;
	vault_put_if(r->vault, &r->profile, r->profile.revision, NULL, &swapped, &r->failure);
	r->vault->wait_ms = 0;
}

/* Whoever replaced the grant meanwhile knew better: what they stored stands. */
static void stored(void *self)
{
	struct refresh *r = self;
	bool buried = r->profile.grant.refresh_token.len == 0;

	*r->away = false;
	if (r->failure.kind != ERR_NONE)
		err_where(&r->failure, buried ? "the sign-in is spent, and that could not be stored"
					      : "a fresh token came but could not be stored");
	finish(r, r->failure.kind ? &r->failure : NULL);
}

static void start_storing(struct refresh *r)
{
	*r->away = true;
	r->job = (struct events_job){.work = store, .done = stored, .self = r};
	events_job_start(r->world->events, &r->job);
}

/* --- Asking the issuer ------------------------------------------------------------------ */

static void read_answer(struct refresh *r, const struct fetch_answer *answer)
{
	int64_t now = clock_now(r->world->clock);
	struct grant *g = &r->profile.grant;
	struct err *e = &r->failure;
	struct token token;

	switch (token_read(answer, now, &r->arena, &token, e)) {
	case TOKEN_OK:
		token_apply(&token, now, g);
		return;
	case TOKEN_SPENT:
		/* That is written down (unless somebody stored a newer one), so that nobody spends it a second
		 * time; the client registration stays for the next login. */
		err_clear(e);
		g->refresh_token = (struct str){0};
		return;
	case TOKEN_LATER:
		/* Nothing is lost: the kind says that it may be tried again. */
		err_where(e, "the refresh failed");
		err_hint(e, ", or keyfob login %.*s", STR(str_first(r->shown, 160)));
		return;
	case TOKEN_CLIENT:
	case TOKEN_REFUSED:
		err_where(e, "the refresh failed");
		err_hint(e, ": keyfob login %.*s", STR(str_first(r->shown, 160)));
		e->kind = ERR_LOGIN;
		return;
	}
}

static void answered(void *self, const struct fetch_answer *answer, const struct err *failure)
{
	struct refresh *r = self;

	r->exchange = NULL;
	if (answer) {
		read_answer(r, answer);
	} else {
		r->failure = *failure;
		err_where(&r->failure, "refreshing the token for %.*s", STR(str_first(r->shown, 100)));
	}
	go_on_with(r, r->failure.kind ? give_up : start_storing, 0);
}

static bool send(struct refresh *r, struct err *e)
{
	if (!token_refresh(&r->profile.grant, &r->arena, &r->request, e))
		return false;
	r->request.timeout_ms = r->world->options.timeout_ms;
	site_tell(r->world, &r->request);
	r->whole = (struct fetch_whole){.arena = &r->arena, .limit = TOKEN_ANSWER_MAX, .done = answered, .self = r};
	r->exchange = fetch_start_whole(r->world->fetch, &r->request, &r->whole, e);
	return r->exchange != NULL;
}

/* --- The lock ---------------------------------------------------------------------------- */

/* With the lock held: another process may have been here before us. */
static bool begin(struct refresh *r, struct err *e)
{
	const struct profile *p;

	if (!vault_refresh(r->vault, NULL, e))
		return false;
	p = vault_find_id(r->vault, r->id);
	if (!p) {
		finish_spent(r, "the sign-in was removed meanwhile");
		return true;
	}
	if (r->is_fresh(r->self, p)) {
		finish(r, NULL);
		return true;
	}
	if (!p->grant.refresh_token.len) {
		finish_spent(r, "the sign-in is spent");
		return true;
	}
	return vault_can_write(r->vault, e) && profile_copy(&r->arena, p, &r->profile, e) && send(r, e);
}

static void take_lock(struct refresh *r);

static void wait_for_lock(struct refresh *r)
{
	struct err e;

	if (clock_ms(r->world->clock) > r->until_ms) {
		err_set(&e, ERR_VAULT, "another process has been refreshing the token for %.*s for %d s: try again",
			STR(str_first(r->shown, 160)), REFRESH_WAIT_MS / 1000);
		finish(r, &e);
		return;
	}
	go_on_with(r, take_lock, REFRESH_AGAIN_MS);
}

static void take_lock(struct refresh *r)
{
	struct err e = {0};
	bool got = false;

	if (!r->id.len) {
		err_set(&e, ERR_SYSTEM, "no memory to refresh a token");
		finish(r, &e);
		return;
	}
	if (!vault_grant_try(r->vault, r->id, &got, &e)) {
		finish(r, &e);
		return;
	}
	if (!got) {
		wait_for_lock(r);
		return;
	}
	r->locked = true;
	if (!begin(r, &e))
		finish(r, &e);
}

void refresh_start(struct refresh *r, struct str id, const struct url *url)
{
	r->again = (struct events_timer){.fire = go_on, .self = r};
	r->until_ms = clock_ms(r->world->clock) + REFRESH_WAIT_MS;
	if (arena_new(&r->arena, REFRESH_ARENA)) {
		r->id = arena_str(&r->arena, id);
		r->shown = url_text(url, &r->arena);
	}
	go_on_with(r, take_lock, 0);
}

void refresh_stop(struct refresh *r)
{
	if (!r->world)
		return;
	events_timer_clear(r->world->events, &r->again);
	if (r->exchange)
		fetch_cancel(r->world->fetch, r->exchange);
	r->exchange = NULL;
	if (r->locked)
		vault_grant_release(r->vault, r->id);
	r->locked = false;
	arena_free(&r->arena);
}

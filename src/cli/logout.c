/* logout: gives the tokens back to their issuer (RFC 7009) and forgets them here. */
#include "base/arena.h"
#include "base/err.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/command.h"
#include "client/site.h"
#include "http/fetch.h"
#include "oauth/revoke.h"
#include "oauth/token.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { LOCK_TRIES = 100, LOCK_MS = 50, ANSWER_ROOM = 1024 * 1024 };

/* What became of one sign-in. */
struct outcome {
	struct str identity;
	bool revoked;
	struct err why_not;
};

static bool revoke(struct world *w, const struct grant *g, struct outcome *o, struct err *stopped)
{
	struct fetch_request requests[REVOKE_MAX];
	struct arena scratch = *w->arena;
	const struct token_asker asker = {.grant = g, .now = clock_now(w->clock), .rng = w->rng, .arena = &scratch};
	size_t n = 0;

	if (!revoke_requests(&asker, requests, &n, &o->why_not))
		return true;
	o->revoked = n > 0;
	if (n == 0 && g->issuer.len && (g->access_token.len || g->refresh_token.len))
		err_set(&o->why_not, ERR_FAILED, "it has no place where tokens are given back");
	for (size_t i = 0; i < n; i++) {
		struct fetch_answer answer;

		requests[i].timeout_ms = w->options.timeout_ms;
		if (await_answer(w, &requests[i], REVOKE_ANSWER_MAX, &scratch, &answer, &o->why_not) &&
			revoke_read(&answer, &scratch, &o->why_not))
			continue;
		o->revoked = false;
		if (o->why_not.kind == ERR_STOPPED) {
			*stopped = o->why_not;
			return false;
		}
	}
	return true;
}

/* A refresh in another process ends first, so that what it brings is revoked too. */
static bool take_lock(struct world *w, struct vault *v, struct str id, struct err *e)
{
	bool got = false;

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!vault_grant_try(v, id, &got, e))
			return false;
		if (got || !await_ms(w, LOCK_MS, e))
			return got;
	}
	return err_set(e, ERR_VAULT, "another process is refreshing this sign-in and does not come to an end: try again");
}

static bool log_out(struct world *w, struct vault *v, struct str id, struct outcome *o, struct err *e)
{
	const struct profile *p;
	bool done = false;

	if (!take_lock(w, v, id, e))
		return false;
	/* Tokens are not given back where they would then still be kept. */
	if (vault_refresh(v, NULL, e) && vault_can_write(v, e)) {
		p = vault_find_id(v, id);
		done = !p || (revoke(w, &p->grant, o, e) && vault_remove(v, id, 0, NULL, e));
	}
	vault_grant_release(v, id);
	return done;
}

static void report(struct world *w, const struct outcome *o)
{
	struct arena scratch = *w->arena;
	struct str shown = text_shown(o->identity, &scratch);

	world_say(w, "Logged out of %.*s%s.", STR(shown), o->revoked ? "; its tokens are revoked" : "");
	if (!o->revoked && o->why_not.kind != ERR_NONE)
		world_warn(w, "The issuer of %.*s did not take its tokens back, so they stay valid until they run out: %s",
			STR(shown), o->why_not.text);
}

static bool report_json(struct world *w, const struct outcome *o, size_t n, struct err *e)
{
	struct answer a;

	if (!answer_begin(&a, ANSWER_ROOM, e))
		return false;
	json_write_name(&a.json, S("loggedOut"));
	json_write_array(&a.json);
	for (size_t i = 0; i < n; i++) {
		json_write_object(&a.json);
		json_write_str_as(&a.json, S("identity"), o[i].identity);
		json_write_bool_as(&a.json, S("revoked"), o[i].revoked);
		json_write_end_object(&a.json);
	}
	json_write_end_array(&a.json);
	return answer_send(&a, w, e);
}

static bool log_out_of(struct world *w, struct vault *v, const struct str *ids, struct outcome *o, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (!log_out(w, v, ids[i], &o[i], e))
			return false;
		if (!w->options.json)
			report(w, &o[i]);
	}
	if (w->options.json)
		return report_json(w, o, n, e);
	if (n == 0)
		world_say(w, "There was no sign-in to log out of.");
	return true;
}

/* Which sign-ins: all, or the one of the target. */
static bool choose(struct world *w, const struct args *a, struct vault *v, struct str **ids, struct outcome **o, size_t *n, struct err *e)
{
	struct str target = args_target(a);
	const struct profile *one = NULL;
	struct url url;

	*n = 0;
	if (!args_given(a, "--all")) {
		if (!target.len)
			return err_set(e, ERR_USAGE, "log out of which server? keyfob logout URL, or --all");
		if (!site_read(target, w->arena, &url, e))
			return false;
		one = site_find(v, &url, *w->arena);
	}
	*ids = arena_take_many(w->arena, v->count, sizeof **ids);
	*o = arena_take_many(w->arena, v->count, sizeof **o);
	for (size_t i = 0; *ids && *o && i < v->count; i++)
		if (args_given(a, "--all") || one == &v->profiles[i]) {
			(*ids)[*n] = arena_str(w->arena, v->profiles[i].id);
			(*o)[(*n)++].identity = arena_str(w->arena, v->profiles[i].identity);
		}
	return (*ids && *o) || err_set(e, ERR_LIMIT, "there are too many sign-ins for one command");
}

static bool logout(struct world *w, const struct args *a, struct err *e)
{
	struct vault v = {0};
	struct str *ids;
	struct outcome *o;
	size_t n;
	bool done = vault_open(&v, w, e) && choose(w, a, &v, &ids, &o, &n, e);

	v.wait_ms = 10 * 1000;
	done = done && log_out_of(w, &v, ids, o, n, e);
	vault_close(&v);
	return done;
}

static const struct command_flag flags[] = {
	{"--all", 0, NULL, "out of every server"},
	{"--url", 'u', "URL", "the same as TARGET"},
	{0},
};

const struct command cmd_logout = {
	.name = "logout",
	.usage = "logout TARGET | --all",
	.summary = "Revokes a server's tokens and forgets them",
	.flags = flags,
	.more = "TARGET is the URL of a server. Where its issuer cannot be reached the tokens are\n"
		"forgotten here all the same; a warning says that they stay valid for a while.\n",
	.words_max = 1,
	.run = logout,
};

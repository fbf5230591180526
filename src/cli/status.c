/* status: what is kept, offline. With a TARGET: that sign-in alone, and exit 3 where a login is needed. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/wish.h"
#include "client/site.h"
#include "oauth/renew.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/world.h"
#include "vault/vault.h"

static bool is_expired(const struct profile *p, int64_t now)
{
	return p->grant.expires_at != 0 && p->grant.expires_at <= now;
}

static const char *state_of(const struct profile *p, int64_t now)
{
	if (p->grant.access_token.len && !is_expired(p, now))
		return "valid";
	return renew_is_possible(&p->grant) ? "refreshable" : "login-needed";
}

/* "52m", "3d 4h": a span of seconds for people. */
static struct str span_text(int64_t seconds, struct arena *a)
{
	if (seconds < 120)
		return arena_print(a, "%" PRId64 "s", seconds);
	if (seconds < 120 * 60)
		return arena_print(a, "%" PRId64 "m", seconds / 60);
	if (seconds < 48 * 3600)
		return arena_print(a, "%" PRId64 "h %" PRId64 "m", seconds / 3600, seconds / 60 % 60);
	return arena_print(a, "%" PRId64 "d %" PRId64 "h", seconds / 86400, seconds / 3600 % 24);
}

static struct str token_text(const struct profile *p, int64_t now, struct arena *a)
{
	const struct grant *g = &p->grant;
	const char *refresh = renew_is_possible(g) ? ", refreshed when needed" : "";

	if (!g->access_token.len)
		return renew_is_possible(g) ? S("none yet, refreshed when needed") : S("spent: login needed");
	if (g->expires_at == 0)
		return arena_print(a, "valid, no end known%s", refresh);
	if (!is_expired(p, now))
		return arena_print(a, "valid for %.*s%s", STR(span_text(g->expires_at - now, a)), refresh);
	return arena_print(a, "expired %.*s ago%s", STR(span_text(now - g->expires_at, a)),
		refresh[0] ? refresh : ": login needed");
}

/* How it was signed in; a token that was given was not. */
static const char *grant_name(const struct grant *g)
{
	return g->issuer.len ? wish_grants[g->type].name : "";
}

/* The code grant with a bearer token is what everybody has: it is not told. */
static void print_grant(struct world *w, const struct grant *g)
{
	bool unusual = g->issuer.len && g->type != GRANT_AUTHORIZATION_CODE;

	if (unusual || g->dpop_key.len)
		world_print(w, "  Grant:    %s%s\n", grant_name(g), g->dpop_key.len ? ", bound to a key (DPoP)" : "");
}

static void print_profile(struct world *w, const struct profile *p, int64_t now, struct arena scratch)
{
	const struct grant *g = &p->grant;

	world_print(w, "%.*s%s\n", STR(text_shown(p->identity, &scratch)), p->verified ? "" : "  (unverified)");
	world_print(w, "  Token:    %.*s\n", STR(token_text(p, now, &scratch)));
	if (p->account.len)
		world_print(w, "  Account:  %.*s\n", STR(text_shown(p->account, &scratch)));
	if (g->resource.len)
		world_print(w, "  Resource: %.*s\n", STR(text_shown(g->resource, &scratch)));
	if (g->scope.len)
		world_print(w, "  Scope:    %.*s\n", STR(text_shown(g->scope, &scratch)));
	if (g->issuer.len)
		world_print(w, "  Issuer:   %.*s\n", STR(text_shown(g->issuer, &scratch)));
	print_grant(w, g);
}

static void write_profile(struct answer *a, const struct profile *p, int64_t now)
{
	const struct grant *g = &p->grant;
	struct json_write *j = &a->json;

	json_write_object(j);
	json_write_str_as(j, S("identity"), p->identity);
	json_write_str_as(j, S("serverUrl"), p->server_url);
	json_write_str_as(j, S("account"), p->account);
	json_write_str_as(j, S("resource"), g->resource);
	json_write_str_as(j, S("state"), str_of(state_of(p, now)));
	json_write_bool_as(j, S("verified"), p->verified);
	json_write_bool_as(j, S("refreshable"), renew_is_possible(g));
	answer_time(a, S("expiresAt"), g->expires_at);
	answer_time(a, S("obtainedAt"), g->obtained_at);
	json_write_str_as(j, S("scope"), g->scope);
	json_write_str_as(j, S("issuer"), g->issuer);
	json_write_str_as(j, S("clientId"), g->client_id);
	json_write_str_as(j, S("grantType"), str_of(grant_name(g)));
	json_write_str_as(j, S("tokenType"), g->dpop_key.len ? S("DPoP") : S("Bearer"));
	json_write_end_object(j);
}

static bool print_json(struct world *w, const struct vault *v, const struct profile *only, int64_t now, struct err *e)
{
	struct answer a;

	if (!answer_begin(&a, len_mul(2, ENVELOPE_FILE_MAX), e))
		return false;
	json_write_name(&a.json, S("vault"));
	json_write_object(&a.json);
	json_write_str_as(&a.json, S("path"), v->path);
	json_write_bool_as(&a.json, S("exists"), v->exists);
	json_write_end_object(&a.json);
	json_write_name(&a.json, S("profiles"));
	json_write_array(&a.json);
	for (size_t i = 0; i < v->count; i++)
		if (!only || only == &v->profiles[i])
			write_profile(&a, &v->profiles[i], now);
	json_write_end_array(&a.json);
	return answer_send(&a, w, e);
}

static bool show_all(struct world *w, const struct vault *v, int64_t now, struct err *e)
{
	if (w->options.json)
		return print_json(w, v, NULL, now, e);
	if (v->count == 0)
		world_print(w, "No sign-ins are kept%s%.*s. Sign in: keyfob login URL\n",
			v->exists ? " in " : "", STR(v->exists ? v->path : (struct str){0}));
	for (size_t i = 0; i < v->count; i++)
		print_profile(w, &v->profiles[i], now, *w->arena);
	return true;
}

static bool show_one(struct world *w, const struct vault *v, struct str target, int64_t now, struct err *e)
{
	const struct profile *p;
	struct str login;
	struct url url;

	if (!site_read(target, w->arena, &url, e))
		return false;
	login = site_login(url_text(&url, w->arena), w->arena);
	p = site_find(v, &url, *w->arena);
	if (!p)
		return err_set(e, ERR_LOGIN, "no sign-in is kept for %.*s: %.*s",
			STR(site_identity(&url, w->arena)), STR(login));
	if (w->options.json) {
		if (!print_json(w, v, p, now, e))
			return false;
	} else {
		print_profile(w, p, now, *w->arena);
	}
	if (!site_covers(p, &url, *w->arena))
		return err_set(e, ERR_LOGIN, "that token is for %.*s and does not cover %.*s: %.*s",
			STR(str_first(p->grant.resource, 80)), STR(str_first(url_text(&url, w->arena), 160)), STR(login));
	if (str_same(str_of(state_of(p, now)), S("login-needed")))
		return err_set(e, ERR_LOGIN, "the sign-in at %.*s is spent: %.*s",
			STR(str_first(p->identity, 80)), STR(login));
	return true;
}

static bool status(struct world *w, const struct args *a, struct err *e)
{
	int64_t now = clock_now(w->clock);
	struct vault v = {0};
	struct str target = args_target(a);
	bool done = vault_open(&v, w, e) && (target.len ? show_one(w, &v, target, now, e) : show_all(w, &v, now, e));

	vault_close(&v);
	return done;
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "the same as TARGET"},
	{0},
};

const struct command cmd_status = {
	.name = "status",
	.usage = "status [TARGET]",
	.summary = "Shows the sign-ins that are kept, without asking any server",
	.flags = flags,
	.more = "TARGET is the URL of a server. Exit 3 where it needs a login.\n",
	.words_max = 1,
	.run = status,
};

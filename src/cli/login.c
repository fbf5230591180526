/* login: signs in to a server by OAuth, or keeps a token that was given. */
#include "base/arena.h"
#include "base/err.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/command.h"
#include "cli/given.h"
#include "cli/wish.h"
#include "client/enrol.h"
#include "client/site.h"
#include "client/verify.h"
#include "oauth/renew.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { ANSWER_ROOM = 256 * 1024 };

/* One run of the command. */
struct login {
	struct world *world;
	const struct args *args;
	struct url url;
	struct signin_wish wish;
	bool print; /* --print */
	struct vault vault; /* for a token that is given */
	struct profile profile; /* what is to be kept */
	bool open;              /* the server asks for no sign-in */
	bool over;
	struct err failure;
};

/* --- What comes of it --------------------------------------------------------------------- */

static bool is_kept(const struct login *l)
{
	return !l->open && !l->world->options.persist_memory;
}

static bool report_json(struct login *l, struct err *e)
{
	const struct grant *g = &l->profile.grant;
	struct answer a;

	if (!answer_begin(&a, ANSWER_ROOM, e))
		return false;
	json_write_str_as(&a.json, S("identity"), l->profile.identity);
	json_write_bool_as(&a.json, S("authenticationRequired"), !l->open);
	json_write_bool_as(&a.json, S("stored"), is_kept(l));
	if (!l->open) {
		json_write_bool_as(&a.json, S("verified"), l->profile.verified);
		json_write_str_as(&a.json, S("resource"), g->resource);
		json_write_str_as(&a.json, S("scope"), g->scope);
		json_write_str_as(&a.json, S("issuer"), g->issuer);
		json_write_bool_as(&a.json, S("refreshable"), renew_is_possible(g));
		answer_time(&a, S("expiresAt"), g->expires_at);
	}
	if (!l->open && l->print)
		json_write_str_as(&a.json, S("accessToken"), g->access_token);
	return answer_send(&a, l->world, e);
}

static bool report(struct login *l, struct err *e)
{
	struct world *w = l->world;
	struct arena scratch = *w->arena;
	struct str shown = text_shown(l->profile.identity, &scratch);

	if (w->options.json)
		return report_json(l, e);
	if (l->open) {
		world_say(w, "%.*s asks for no sign-in: nothing is stored.", STR(shown));
		return true;
	}
	world_say(w, "%s %.*s%s%s.", is_kept(l) ? "Signed in at" : "Signed in, for this once, at", STR(shown),
		renew_is_possible(&l->profile.grant) ? "; the token is refreshed when needed" : "",
		l->profile.verified ? "" : "; UNVERIFIED: the server takes any token, or none, so this one could not be proved");
	if (l->print)
		world_print(w, "%.*s\n", STR(l->profile.grant.access_token));
	return true;
}

/* --- By OAuth -------------------------------------------------------------------------------- */

static void signed_in(void *self, enum signin_result result, const struct err *failure)
{
	struct login *l = self;

	l->over = true;
	l->open = result == SIGNIN_OPEN;
	if (result == SIGNIN_FAILED)
		l->failure = *failure;
}

static bool turn_until_over(struct login *l, struct err *e)
{
	while (!l->over)
		if (!events_turn(l->world->events, e))
			return false;
	if (l->failure.kind == ERR_NONE)
		return true;
	if (e)
		*e = l->failure;
	return false;
}

static bool by_oauth(struct login *l, struct err *e)
{
	struct world *w = l->world;
	struct enrol n = {.world = w, .wish = l->wish, .in_memory = w->options.persist_memory, .done = signed_in, .self = l};
	bool done = enrol_start(&n, NULL, (struct str){0}, e) && turn_until_over(l, e);

	if (done && l->open)
		l->profile.identity = site_identity(&l->url, w->arena);
	else if (done)
		done = profile_copy(w->arena, &n.profile, &l->profile, e);
	enrol_end(&n);
	return done && report(l, e);
}

/* --- By a token that is given ------------------------------------------------------------------ */

/* That the token can be kept is proved before anyone is asked for it. */
static bool open_vault(struct login *l, struct err *e)
{
	if (l->world->options.persist_memory)
		return true;
	if (vault_open(&l->vault, l->world, e) && vault_can_write(&l->vault, e))
		return true;
	return err_hint(e, l->vault.trouble == VAULT_NO_HOME ? "" : " (--persist memory --print keeps nothing)");
}

static bool keep(struct login *l, struct err *e)
{
	struct profile *p = &l->profile;
	struct arena *a = l->world->arena;

	p->identity = site_identity(&l->url, a);
	p->server_url = url_text(&l->url, a);
	p->grant.resource = site_resource(&l->url, a);
	p->grant.obtained_at = clock_now(l->world->clock);
	l->vault.wait_ms = 10 * 1000;
	return !is_kept(l) || vault_put(&l->vault, p, NULL, e);
}

static bool verified(struct login *l, struct str token, struct err *e)
{
	enum verify_result result;

	if (!verify_token(l->world, &l->url, token, &result, e))
		return false;
	l->profile.verified = result == VERIFY_GOOD;
	return true;
}

static bool by_token(struct login *l, struct err *e)
{
	struct str token = args_value(l->args, "--token");

	if (!open_vault(l, e))
		return false;
	if (args_given(l->args, "--token") && !str_same(token, S("-")))
		world_warn(l->world, "A token on the command line can be seen by others on this machine: '--token -' reads standard input.");
	else if (!given_read(l->world, &token, e))
		return false;
	if (!given_check(token, e) || !verified(l, token, e))
		return false;
	l->profile.grant.access_token = token;
	l->profile.grant.token_type = S("Bearer");
	return keep(l, e) && report(l, e);
}

/* --- The command --------------------------------------------------------------------------------- */

static bool read_flags(struct login *l, struct str target, struct err *e)
{
	struct world *w = l->world;

	l->print = args_given(l->args, "--print");
	if (!site_read(target, w->arena, &l->url, e) || !wish_read(w, l->args, &l->url, &l->wish, e))
		return false;
	return !w->options.persist_memory || l->print ||
		err_set(e, ERR_USAGE, "with --persist memory the token would be gone at once: add --print to have it printed");
}

static bool login(struct world *w, const struct args *a, struct err *e)
{
	struct login l = {.world = w, .args = a};
	struct str target = args_target(a);
	bool given = args_given(a, "--token") || (!a->words_n && w->input >= 0);
	bool done;

	if (!target.len)
		return err_set(e, ERR_USAGE, "which server? keyfob login URL");
	done = read_flags(&l, target, e) && (given ? by_token(&l, e) : by_oauth(&l, e));
	vault_close(&l.vault);
	return done;
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "keep a token that comes by --token or a pipe"},
	{"--token", 't', "TOKEN", "keep this token; '-' reads standard input"},
	{"--print", 0, NULL, "print the access token"},
	{0},
};

const struct command cmd_login = {
	.name = "login",
	.usage = "login URL [flags]",
	.summary = "Signs in to a server, or keeps a token for it",
	.flags = flags,
	.signs_in = true,
	.more = "login URL signs in by OAuth: open the address that is shown, here or elsewhere,\n"
		"and let the browser come back by itself, or paste the address it ended on.\n"
		"login --url URL keeps a token that is piped in, once the server has taken it.\n",
	.words_max = 1,
	.run = login,
};

/* login: signs in to a server by OAuth, or keeps a token that was given. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/command.h"
#include "cli/given.h"
#include "client/signin.h"
#include "client/site.h"
#include "client/verify.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { SECRET_FILE_MAX = 16 * 1024, ANSWER_MS = 30 * 1000, ANSWER_ROOM = 256 * 1024 };

/* One run of the command. */
struct login {
	struct world *world;
	const struct args *args;
	struct url url;
	bool in_memory; /* --persist memory */
	bool print;     /* --print */
	struct vault vault;
	struct profile profile; /* what is to be kept */
	bool open;              /* the server asks for no sign-in */
	bool over;
	struct err failure;
};

/* --- What comes of it --------------------------------------------------------------------- */

static void fill(struct login *l)
{
	struct profile *p = &l->profile;
	struct arena *a = l->world->arena;

	p->identity = site_identity(&l->url, a);
	p->server_url = url_text(&l->url, a);
	if (!p->grant.resource.len)
		p->grant.resource = site_resource(&l->url, a);
	if (!p->grant.obtained_at)
		p->grant.obtained_at = clock_now(l->world->clock);
}

static bool report_json(struct login *l, bool kept, struct err *e)
{
	const struct grant *g = &l->profile.grant;
	struct answer a;

	if (!answer_begin(&a, ANSWER_ROOM, e))
		return false;
	json_write_str_as(&a.json, S("identity"), l->profile.identity);
	json_write_bool_as(&a.json, S("authenticationRequired"), !l->open);
	json_write_bool_as(&a.json, S("stored"), kept);
	if (!l->open) {
		json_write_bool_as(&a.json, S("verified"), l->profile.verified);
		json_write_str_as(&a.json, S("resource"), g->resource);
		json_write_str_as(&a.json, S("scope"), g->scope);
		json_write_str_as(&a.json, S("issuer"), g->issuer);
		json_write_bool_as(&a.json, S("refreshable"), g->refresh_token.len > 0);
		answer_time(&a, S("expiresAt"), g->expires_at);
	}
	if (!l->open && l->print)
		json_write_str_as(&a.json, S("accessToken"), g->access_token);
	return answer_send(&a, l->world, e);
}

static bool report(struct login *l, bool kept, struct err *e)
{
	struct world *w = l->world;
	struct arena scratch = *w->arena;
	struct str shown = text_shown(l->profile.identity, &scratch);

	if (w->options.json)
		return report_json(l, kept, e);
	if (l->open) {
		world_say(w, "%.*s asks for no sign-in: nothing is stored.", STR(shown));
		return true;
	}
	world_say(w, "%s %.*s%s%s.", kept ? "Signed in at" : "Signed in, for this once, at", STR(shown),
		l->profile.grant.refresh_token.len ? "; the token is refreshed when needed" : "",
		l->profile.verified ? "" : "; UNVERIFIED: the server takes any token, or none, so this one could not be proved");
	if (l->print)
		world_print(w, "%.*s\n", STR(l->profile.grant.access_token));
	return true;
}

static bool keep(struct login *l, struct err *e)
{
	bool kept = !l->in_memory && !l->open;

	fill(l);
	l->vault.wait_ms = 10 * 1000;
	if (kept && !vault_put(&l->vault, &l->profile, NULL, e))
		return false;
	return report(l, kept, e);
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

static bool read_secret_file(struct login *l, struct str *secret, struct err *e)
{
	struct str path = args_value(l->args, "--client-secret-file");
	struct buf content = buf_in(l->world->arena, SECRET_FILE_MAX);

	if (!path.len)
		return true;
	if (!file_read(path.at, FILE_TRUSTED, &content, NULL, e))
		return false;
	*secret = buf_str(&content);
	while (str_ends(*secret, S("\n")) || str_ends(*secret, S("\r")))
		*secret = str_drop_last(*secret, 1);
	return secret->len > 0 || err_set(e, ERR_USAGE, "%.*s holds no client secret", STR(str_first(path, 160)));
}

static bool read_port(const struct args *a, uint16_t *port, struct err *e)
{
	struct str text = args_value(a, "--redirect-port");
	uint64_t n = 0;

	if (text.len && (!str_to_u64(text, &n) || n == 0 || n > 65535))
		return err_set(e, ERR_USAGE, "--redirect-port takes 1 to 65535, not '%.*s'", STR(str_first(text, 20)));
	*port = (uint16_t)n;
	return true;
}

/* The registration of an earlier sign-in is used again. */
static bool find_known(struct login *l, struct profile *known, bool *found, struct err *e)
{
	const struct profile *p = l->in_memory ? NULL : site_find(&l->vault, &l->url, *l->world->arena);

	*found = p != NULL;
	return !p || profile_copy(l->world->arena, p, known, e);
}

static bool wish(struct login *l, struct signin_wish *wish, struct profile *known, struct err *e)
{
	const struct args *a = l->args;
	int64_t timeout_ms = l->world->options.timeout_ms;
	bool found;

	*wish = (struct signin_wish){
		.server = l->url,
		.scope = args_value(a, "--scope"),
		.issuer = args_value(a, "--issuer"),
		.client = {.client_id = args_value(a, "--client-id"), .metadata_url = args_value(a, "--client-metadata-url"),
			.issuer_is_pinned = args_given(a, "--issuer")},
		.callback_host = args_value(a, "--callback-host"),
		.no_browser = args_given(a, "--no-browser"),
		.browser = args_value(a, "--browser"),
		.wait_ms = timeout_ms,
		.answer_ms = timeout_ms && timeout_ms < ANSWER_MS ? timeout_ms : ANSWER_MS,
	};
	if (!read_secret_file(l, &wish->client.client_secret, e) || !read_port(a, &wish->callback_port, e) ||
		!find_known(l, known, &found, e))
		return false;
	if (found)
		wish->known = &known->grant;
	return true;
}

static bool by_oauth(struct login *l, struct err *e)
{
	struct signin s = {.world = l->world, .done = signed_in, .self = l};
	struct profile known;
	struct profile kept = {.verified = true};
	bool done;

	if (!wish(l, &s.wish, &known, e))
		return false;
	done = signin_start(&s, e) && turn_until_over(l, e);
	if (done) {
		kept.grant = s.flow.grant;
		done = profile_copy(l->world->arena, &kept, &l->profile, e) && keep(l, e);
	}
	signin_end(&s);
	return done;
}

/* --- By a token that is given ------------------------------------------------------------------ */

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

	if (args_given(l->args, "--token") && !str_same(token, S("-")))
		world_warn(l->world, "A token on the command line can be seen by others on this machine: '--token -' reads standard input.");
	else if (!given_read(l->world, &token, e))
		return false;
	if (!given_check(token, e) || !verified(l, token, e))
		return false;
	l->profile.grant.access_token = token;
	l->profile.grant.token_type = S("Bearer");
	return keep(l, e);
}

/* --- The command --------------------------------------------------------------------------------- */

static bool read_persist(struct login *l, struct err *e)
{
	struct str persist = args_value(l->args, "--persist");

	l->print = args_given(l->args, "--print");
	l->in_memory = str_same(persist, S("memory"));
	if (persist.len && !l->in_memory && !str_same(persist, S("vault")))
		return err_set(e, ERR_USAGE, "--persist takes vault or memory, not '%.*s'", STR(str_first(persist, 40)));
	if (l->in_memory && !l->print)
		return err_set(e, ERR_USAGE, "with --persist memory the token would be gone at once: add --print to have it printed");
	return true;
}

/* That the token can be kept is proved before anyone is asked for anything. */
static bool open_vault(struct login *l, struct err *e)
{
	if (l->in_memory)
		return true;
	if (vault_open(&l->vault, l->world, e) && vault_can_write(&l->vault, e))
		return true;
	return err_hint(e, l->vault.trouble == VAULT_NO_HOME ? "" : " (--persist memory --print keeps nothing)");
}

static bool login(struct world *w, const struct args *a, struct err *e)
{
	struct login l = {.world = w, .args = a};
	struct str target = args_target(a);
	bool given = args_given(a, "--token") || (!a->words_n && w->input >= 0);
	bool done;

	if (!target.len)
		return err_set(e, ERR_USAGE, "which server? keyfob login URL");
	done = read_persist(&l, e) && site_read(target, w->arena, &l.url, e) && open_vault(&l, e) &&
		(given ? by_token(&l, e) : by_oauth(&l, e));
	vault_close(&l.vault);
	return done;
}

static const struct command_flag flags[] = {
	{"--url", 'u', "URL", "keep a token that comes by --token or a pipe"},
	{"--token", 't', "TOKEN", "keep this token; '-' reads standard input"},
	{"--scope", 0, "SCOPE", "ask for these scopes, separated by blanks"},
	{"--no-browser", 0, NULL, "only show the address"},
	{"--browser", 0, "PROGRAM", "run this with the address as its argument"},
	{"--redirect-port", 0, "PORT", "wait for the browser on this port"},
	{"--callback-host", 0, "ADDRESS", "and on this address (127.0.0.1)"},
	{"--client-id", 0, "ID", "a client that is registered already"},
	{"--client-secret-file", 0, "FILE", "and its secret"},
	{"--client-metadata-url", 0, "URL", "a client ID metadata document that you publish"},
	{"--issuer", 0, "URL", "accept only this authorization server"},
	{"--persist", 0, "WHERE", "vault (unless you say memory)"},
	{"--print", 0, NULL, "print the access token"},
	{0},
};

const struct command cmd_login = {
	.name = "login",
	.usage = "login URL [flags]",
	.summary = "Signs in to a server, or keeps a token for it",
	.flags = flags,
	.more = "login URL signs in by OAuth: open the address that is shown, here or elsewhere,\n"
		"and let the browser come back by itself, or paste the address it ended on.\n"
		"login --url URL keeps a token that is piped in, once the server has taken it.\n",
	.words_max = 1,
	.run = login,
};

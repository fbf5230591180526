#include "cli/wish.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/args.h"
#include "client/signin.h"
#include "oauth/key.h"
#include "oauth/place.h"
#include "sys/file.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { SECRET_FILE_MAX = 16 * 1024, ANSWER_MS = 30 * 1000 };

const struct command_flag wish_flags[] = {
	{"--scope", 0, "SCOPE", "ask for these scopes, separated by blanks"},
	{"--browser", 0, "PROGRAM", "run this with the address as its argument"},
	{"--no-browser", 0, NULL, "only show the address"},
	{"--redirect-port", 0, "PORT", "wait for the browser on this port"},
	{"--callback-host", 0, "ADDRESS", "and on this address (127.0.0.1)"},
	{"--persist", 0, "WHERE", "vault (unless you say memory)"},
	{"--grant", 0, "GRANT", "one of the five above"},
	{"--client-id", 0, "ID", "a client that is registered already"},
	{"--client-secret-file", 0, "FILE", "and its secret"},
	{"--client-key-file", 0, "FILE", "or its private key, as PEM or JWK"},
	{"--client-metadata-url", 0, "URL", "a client ID metadata document of yours"},
	{"--issuer", 0, "URL", "accept only this authorization server"},
	{"--resource", 0, "URL", "name the server so to its issuer"},
	{"--dpop", 0, NULL, "bind the token to a key (RFC 9449)"},
	{"--assertion-file", 0, "FILE", "the token that a workload was given"},
	{"--id-token-file", 0, "FILE", "an ID token of your identity provider"},
	{"--idp-token-endpoint", 0, "URL", "where that provider exchanges it"},
	{"--idp-client-id", 0, "ID", "the client that it was issued to"},
	{"--idp-client-secret-file", 0, "FILE", "and its secret, where it has one"},
	{0},
};

const size_t wish_browser_flags = 6;

const struct wish_grant wish_grants[] = {
	[GRANT_AUTHORIZATION_CODE] = {"authorization_code", "in a browser, here or on another machine", NULL},
	[GRANT_DEVICE_CODE] = {"device_code", "by a code that is entered in any browser", NULL},
	[GRANT_CLIENT_CREDENTIALS] = {"client_credentials", "no user", "--client-id, --client-secret-file or -key-file"},
	[GRANT_JWT_BEARER] = {"jwt_bearer", "a workload's own token", "--assertion-file"},
	[GRANT_ENTERPRISE] = {"enterprise", "your company's sign-in", "--id-token-file, --idp-..."},
	{0},
};

/* --- Which grant, and what it needs ---------------------------------------------------------- */

/* Flags that make sense with one grant alone; what it cannot do without is needed. */
static const struct {
	const char *flag;
	enum grant_type type;
	bool is_needed;
	bool tells; /* by itself that this is the grant */
} belongings[] = {
	{"--client-id", GRANT_CLIENT_CREDENTIALS, true, false},
	{"--assertion-file", GRANT_JWT_BEARER, true, true},
	{"--id-token-file", GRANT_ENTERPRISE, true, true},
	{"--idp-token-endpoint", GRANT_ENTERPRISE, true, true},
	{"--idp-client-id", GRANT_ENTERPRISE, true, true},
	{"--idp-client-secret-file", GRANT_ENTERPRISE, false, true},
};

enum { BELONGINGS = sizeof belongings / sizeof *belongings };

/* A name of ours, where '-' counts as '_'. */
static bool is_named(const char *name, struct str text)
{
	size_t i = 0;

	while (i < text.len && name[i] && name[i] == (text.at[i] == '-' ? '_' : text.at[i]))
		i++;
	return i == text.len && !name[i];
}

static bool read_type(struct str text, enum grant_type *type, struct err *e)
{
	for (size_t i = 0; wish_grants[i].name; i++)
		if (is_named(wish_grants[i].name, text)) {
			*type = (enum grant_type)i;
			return true;
		}
	return err_set(e, ERR_USAGE, "--grant takes authorization_code, device_code, client_credentials, jwt_bearer or enterprise, "
		"not '%.*s'", STR(str_first(text, 40)));
}

static bool choose_type(const struct args *a, struct signin_wish *wish, struct err *e)
{
	wish->type_is_given = args_given(a, "--grant");
	if (wish->type_is_given && !read_type(args_value(a, "--grant"), &wish->type, e))
		return false;
	for (size_t i = 0; i < BELONGINGS; i++) {
		if (!belongings[i].tells || !args_given(a, belongings[i].flag))
			continue;
		if (wish->type_is_given && wish->type != belongings[i].type)
			return err_set(e, ERR_USAGE, "%s belongs to --grant %s, not to %s: leave one of them out", belongings[i].flag,
				wish_grants[belongings[i].type].name, wish_grants[wish->type].name);
		wish->type = belongings[i].type;
		wish->type_is_given = true;
	}
	return true;
}

static bool has_all(const struct args *a, const struct signin_wish *wish, struct err *e)
{
	for (size_t i = 0; i < BELONGINGS; i++)
		if (belongings[i].is_needed && belongings[i].type == wish->type && !args_value(a, belongings[i].flag).len)
			return err_set(e, ERR_USAGE, "--grant %s needs %s too: see 'keyfob help grants'", wish_grants[wish->type].name,
				belongings[i].flag);
	return true;
}

/* Whose secret, and which of two. */
static bool check_client(const struct args *a, const struct signin_wish *wish, struct err *e)
{
	bool secret = args_given(a, "--client-secret-file");
	bool key = args_given(a, "--client-key-file");
	bool named = args_value(a, "--client-id").len > 0;

	if (secret && key)
		return err_set(e, ERR_USAGE, "a client has a secret or a key, not both: leave out --client-secret-file or --client-key-file");
	if (secret && !named)
		return err_set(e, ERR_USAGE, "--client-secret-file needs --client-id too: the client that it is the secret of");
	if (key && !named && !args_value(a, "--client-metadata-url").len)
		return err_set(e, ERR_USAGE, "--client-key-file needs --client-id or --client-metadata-url too: the client that it is the key of");
	if (wish->type == GRANT_CLIENT_CREDENTIALS && !secret && !key)
		return err_set(e, ERR_USAGE, "--grant client_credentials needs --client-secret-file or --client-key-file too: see 'keyfob help grants'");
	if (args_given(a, "--browser") && args_given(a, "--no-browser"))
		return err_set(e, ERR_USAGE, "--browser and --no-browser say opposite things: leave one of them out");
	return true;
}

/* --- Values --------------------------------------------------------------------------------------- */

static bool read_port(const struct args *a, uint16_t *port, struct err *e)
{
	struct str text = args_value(a, "--redirect-port");
	uint64_t n = 0;

	if (text.len && (!str_to_u64(text, &n) || n == 0 || n > 65535))
		return err_set(e, ERR_USAGE, "--redirect-port takes 1 to 65535, not '%.*s'", STR(str_first(text, 20)));
	*port = (uint16_t)n;
	return true;
}

static bool read_persist(struct world *w, const struct args *a, struct err *e)
{
	struct str persist = args_value(a, "--persist");

	w->options.persist_memory = str_same(persist, S("memory"));
	return !persist.len || w->options.persist_memory || str_same(persist, S("vault")) ||
		err_set(e, ERR_USAGE, "--persist takes vault or memory, not '%.*s'", STR(str_first(persist, 40)));
}

/* What a file says, without the line breaks at its end. */
static bool read_secret_file(struct world *w, const struct args *a, const char *flag, struct str *secret, struct err *e)
{
	struct str path = args_value(a, flag);
	struct buf content = buf_in(w->arena, SECRET_FILE_MAX);

	if (!args_given(a, flag))
		return true;
	if (!path.len)
		return err_set(e, ERR_USAGE, "%s needs the name of a file", flag);
	if (!file_read(path.at, FILE_TRUSTED, &content, NULL, e))
		return err_where(e, "%s", flag);
	*secret = buf_str(&content);
	while (str_ends(*secret, S("\n")) || str_ends(*secret, S("\r")))
		*secret = str_drop_last(*secret, 1);
	return secret->len > 0 || err_set(e, ERR_USAGE, "%s: %.*s is empty", flag, STR(str_first(path, 160)));
}

/* A key that is none is told now, not behind all that comes before it is used. */
static bool check_key(struct world *w, struct str text, struct err *e)
{
	struct arena scratch = *w->arena;
	struct key key = {0};
	bool good = !text.len || key_read(text, &scratch, &key, e);

	key_wipe(&key);
	if (!good && e)
		e->kind = ERR_USAGE;
	return good || err_where(e, "--client-key-file");
}

static bool read_path(struct world *w, const struct args *a, const char *flag, struct str *path, struct err *e)
{
	struct str given = args_value(a, flag);

	return !given.len || file_absolute(given.at, w->arena, path, e) || err_where(e, "%s", flag);
}

/* The ID token and the client's secret go there. */
static bool read_idp(struct world *w, const struct args *a, struct signin_wish *wish, struct err *e)
{
	struct arena scratch = *w->arena;
	struct url url;

	wish->idp_token_endpoint = args_value(a, "--idp-token-endpoint");
	wish->idp_client_id = args_value(a, "--idp-client-id");
	if (!wish->idp_token_endpoint.len)
		return true;
	if (!url_read(wish->idp_token_endpoint, &scratch, &url, e)) {
		if (e)
			e->kind = ERR_USAGE;
		return err_where(e, "--idp-token-endpoint");
	}
	return place_is_safe(w->options.allow_http, &url) ||
		err_set(e, ERR_USAGE, "--idp-token-endpoint: an ID token does not travel in the clear: use https, or --allow-http %.*s",
			STR(str_first(url.host, 80)));
}

/* A token is only ever sent to what its resource covers, so another resource would be of no use. */
static bool read_resource(struct world *w, const struct args *a, struct signin_wish *wish, struct err *e)
{
	struct arena scratch = *w->arena;
	struct url url;

	wish->resource = args_value(a, "--resource");
	if (!wish->resource.len)
		return true;
	if (!url_read(wish->resource, &scratch, &url, e)) {
		if (e)
			e->kind = ERR_USAGE;
		return err_where(e, "--resource");
	}
	return url_covers(&url, &wish->server) ||
		err_set(e, ERR_USAGE, "--resource %.*s does not cover %.*s: a token for it would not be sent there",
			STR(str_first(wish->resource, 120)), STR(str_first(url_text(&wish->server, &scratch), 120)));
}

static bool read_values(struct world *w, const struct args *a, struct signin_wish *wish, struct err *e)
{
	struct register_config *client = &wish->client;

	return read_secret_file(w, a, "--client-secret-file", &client->client_secret, e) &&
		read_secret_file(w, a, "--client-key-file", &client->client_key, e) && check_key(w, client->client_key, e) &&
		read_secret_file(w, a, "--idp-client-secret-file", &wish->idp_client_secret, e) &&
		read_path(w, a, "--assertion-file", &wish->assertion_file, e) &&
		read_path(w, a, "--id-token-file", &wish->id_token_file, e) && read_port(a, &wish->callback_port, e) &&
		read_idp(w, a, wish, e) && read_resource(w, a, wish, e);
}

bool wish_read(struct world *w, const struct args *a, const struct url *url, struct signin_wish *wish, struct err *e)
{
	int64_t timeout_ms = w->options.timeout_ms;

	*wish = (struct signin_wish){
		.server = *url,
		.scope = args_value(a, "--scope"),
		.issuer = args_value(a, "--issuer"),
		.client = {.client_id = args_value(a, "--client-id"), .metadata_url = args_value(a, "--client-metadata-url"),
			.issuer_is_pinned = args_given(a, "--issuer")},
		.dpop = args_given(a, "--dpop"),
		.callback_host = args_value(a, "--callback-host"),
		.no_browser = args_given(a, "--no-browser"),
		.browser = args_value(a, "--browser"),
		.ignores_input = a->command != &cmd_login,
		.wait_ms = timeout_ms,
		.answer_ms = timeout_ms && timeout_ms < ANSWER_MS ? timeout_ms : ANSWER_MS,
	};
	return read_persist(w, a, e) && choose_type(a, wish, e) && has_all(a, wish, e) && check_client(a, wish, e) &&
		read_values(w, a, wish, e);
}

/* --- Where nothing can be kept ------------------------------------------------------------------- */

/* No home at all, or no vault yet and no way to make one. */
static bool is_hopeless(struct vault *v, bool opened, struct err *why)
{
	if (!opened)
		return v->trouble == VAULT_NO_HOME;
	return !v->exists && !vault_can_begin(v, why);
}

bool wish_fall_back(struct world *w, struct err *e)
{
	struct vault v = {0};
	struct err why = {0};
	bool opened, hopeless;

	if (w->options.persist_memory)
		return true;
	opened = vault_open(&v, w, &why);
	hopeless = is_hopeless(&v, opened, &why);
	vault_close(&v);
	if (hopeless) {
		w->options.persist_memory = true;
		world_warn(w, "Sign-ins are kept in memory until this ends: %s", why.text);
		return true;
	}
	if (!opened && e)
		*e = why;
	return opened;
}

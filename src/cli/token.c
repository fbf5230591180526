/* token: a fresh access token for a server, on standard output, in the format that is wanted. */
#include "base/err.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/command.h"
#include "cli/token_format.h"
#include "client/broker.h"
#include "client/site.h"
#include "sys/world.h"

enum { ANSWER_ROOM = 256 * 1024, MIN_TTL_MAX_S = 365 * 86400 };

struct wish {
	struct url url;
	int64_t min_ttl_s;
	enum token_format format;
	struct str version; /* of an ExecCredential */
};

static bool print_json(struct world *w, const struct broker_token *t, struct err *e)
{
	struct answer a;

	if (!answer_begin(&a, ANSWER_ROOM, e))
		return false;
	token_format_members(&a.json, t);
	return answer_send(&a, w, e);
}

/* A host that runs a helper for headers (headersHelper of Claude Code) names the server in its environment. */
static bool read_target(struct world *w, const struct args *a, struct wish *wish, struct err *e)
{
	struct str target = args_target(a);

	if (!target.len && wish->format == TOKEN_HEADERS)
		target = world_env(w, "CLAUDE_CODE_MCP_SERVER_URL");
	if (!target.len)
		return err_set(e, ERR_USAGE, "which server? keyfob token URL");
	return site_read(target, w->arena, &wish->url, e);
}

static bool read_min_ttl(const struct args *a, struct wish *wish, struct err *e)
{
	struct str text = args_value(a, "--min-ttl");
	uint64_t seconds = 0;

	if (args_given(a, "--min-ttl") && (!str_to_u64(text, &seconds) || seconds > MIN_TTL_MAX_S))
		return err_set(e, ERR_USAGE, "--min-ttl takes seconds from 0 to %d, not '%.*s'", MIN_TTL_MAX_S, STR(str_first(text, 40)));
	wish->min_ttl_s = (int64_t)seconds;
	return true;
}

/* --json is --format json, told as every command tells it. */
static bool read_format(struct world *w, const struct args *a, struct wish *wish, struct err *e)
{
	wish->format = w->options.json ? TOKEN_JSON : TOKEN_RAW;
	if (args_given(a, "--format") && !token_format_find(args_value(a, "--format"), &wish->format, e))
		return false;
	if (w->options.json && wish->format != TOKEN_JSON)
		return err_set(e, ERR_USAGE, "--json and --format name two formats: give one of them");
	return wish->format != TOKEN_EXEC_CREDENTIAL || token_format_api_version(w, &wish->version, e);
}

static bool print(struct world *w, const struct wish *wish, const struct broker_token *t, struct err *e)
{
	struct str text;

	if (w->options.json)
		return print_json(w, t, e);
	if (!token_format_text(wish->format, t, wish->version, w->arena, &text, e))
		return false;
	w->out(w, text);
	return true;
}

static bool token(struct world *w, const struct args *a, struct err *e)
{
	struct wish wish = {0};
	struct broker_token t;

	if (!read_format(w, a, &wish, e) || !read_min_ttl(a, &wish, e) || !read_target(w, a, &wish, e) ||
			!await_token(w, &wish.url, wish.min_ttl_s, w->arena, &t, e) || !print(w, &wish, &t, e))
		return false;
	if (t.dpop_key.len)
		world_warn(w, "This token is bound to a key (DPoP): a server takes it only with proofs that keyfob signs, as 'keyfob run' does.");
	return true;
}

static const struct command_flag flags[] = {
	{"--format", 0, "FORMAT", "how it is printed, one of those below; raw by default"},
	{"--min-ttl", 0, "SECONDS", "it must live at least this much longer"},
	{"--url", 'u', "URL", "the same as TARGET"},
	{0},
};

const struct command cmd_token = {
	.name = "token",
	.usage = "token TARGET [flags]",
	.summary = "Prints a fresh access token, refreshed when it has to be",
	.flags = flags,
	.more = "TARGET is the URL of a server. Exit 3 where a login is needed. Formats:\n"
		"  raw              the token alone\n"
		"  header           Authorization: Bearer TOKEN\n"
		"  headers          a JSON object of it, for headersHelper of Claude Code;\n"
		"                   without TARGET for $CLAUDE_CODE_MCP_SERVER_URL\n"
		"  env              KEYFOB_TOKEN, its _TYPE and _EXPIRES_AT, for eval\n"
		"  json             with type, end, scope and resource, as --json prints it\n"
		"  curl             a line for curl --config\n"
		"  exec-credential  for the exec plugins of a kubeconfig\n\n"
		"  curl -H \"Authorization: Bearer $(keyfob token https://mcp.example.com)\" ...\n"
		"  keyfob token https://mcp.example.com --format curl | curl --config - ...\n",
	.words_max = 1,
	.run = token,
};

/* token: a fresh access token for a server, on standard output. */
#include "base/err.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/command.h"
#include "client/broker.h"
#include "client/site.h"
#include "sys/world.h"

enum { ANSWER_ROOM = 256 * 1024 };

static bool print_json(struct world *w, const struct broker_token *t, struct err *e)
{
	struct answer a;

	if (!answer_begin(&a, ANSWER_ROOM, e))
		return false;
	json_write_str_as(&a.json, S("accessToken"), t->access_token);
	json_write_str_as(&a.json, S("tokenType"), t->token_type);
	answer_time(&a, S("expiresAt"), t->expires_at);
	json_write_str_as(&a.json, S("scope"), t->scope);
	json_write_str_as(&a.json, S("resource"), t->resource);
	return answer_send(&a, w, e);
}

static bool token(struct world *w, const struct args *a, struct err *e)
{
	struct str target = args_target(a);
	struct str min_ttl = args_value(a, "--min-ttl");
	struct broker_token t;
	struct url url;
	uint64_t seconds = 0;

	if (!target.len)
		return err_set(e, ERR_USAGE, "which server? keyfob token URL");
	if (min_ttl.len && (!str_to_u64(min_ttl, &seconds) || seconds > 365 * 86400))
		return err_set(e, ERR_USAGE, "--min-ttl takes seconds from 0 to 31536000, not '%.*s'", STR(str_first(min_ttl, 40)));
	if (!site_read(target, w->arena, &url, e) || !await_token(w, &url, (int64_t)seconds, &t, e))
		return false;
	if (t.dpop_key.len)
		world_warn(w, "This token is bound to a key (DPoP): a server takes it only with proofs that keyfob signs, as 'keyfob run' does.");
	if (w->options.json)
		return print_json(w, &t, e);
	world_print(w, "%.*s\n", STR(t.access_token));
	return true;
}

static const struct command_flag flags[] = {
	{"--min-ttl", 0, "SECONDS", "it must live at least this much longer"},
	{"--url", 'u', "URL", "the same as TARGET"},
	{0},
};

const struct command cmd_token = {
	.name = "token",
	.usage = "token TARGET [flags]",
	.summary = "Prints a fresh access token, refreshed when it has to be",
	.flags = flags,
	.more = "TARGET is the URL of a server. Exit 3 where a login is needed.\n\n"
		"  curl -H \"Authorization: Bearer $(keyfob token https://mcp.example.com)\" ...\n",
	.words_max = 1,
	.run = token,
};

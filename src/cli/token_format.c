#include "cli/token_format.h"

#include <inttypes.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "client/broker.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/world.h"

enum { EXEC_INFO_ROOM = 1024 * 1024 }; /* it may hold a cluster's certificates */

#define API_VERSION "client.authentication.k8s.io/v1"

static const char *const names[] = {
	[TOKEN_RAW] = "raw",
	[TOKEN_HEADER] = "header",
	[TOKEN_HEADERS] = "headers",
	[TOKEN_ENV] = "env",
	[TOKEN_JSON] = "json",
	[TOKEN_CURL] = "curl",
	[TOKEN_EXEC_CREDENTIAL] = "exec-credential",
};

bool token_format_find(struct str name, enum token_format *format, struct err *e)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_same(name, str_of(names[i]))) {
			*format = (enum token_format)i;
			return true;
		}
	return err_set(e, ERR_USAGE, "--format is raw, header, headers, env, json, curl or exec-credential, not '%.*s'",
		STR(str_first(name, 40)));
}

static bool read_version(struct str info, struct arena *a, struct str *version, struct err *e)
{
	static const struct str known[] = {S_INIT(API_VERSION), S_INIT(API_VERSION "beta1")};
	struct err why = {0};
	const struct json *root;
	struct str wanted;

	if (!json_read(info, a, &root, &why) || !json_want_str(root, S("apiVersion"), &wanted, &why))
		return err_set(e, ERR_USAGE, "KUBERNETES_EXEC_INFO cannot be used: %s", why.text);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_same(wanted, known[i])) {
			*version = known[i];
			return true;
		}
	return err_set(e, ERR_USAGE, "KUBERNETES_EXEC_INFO wants apiVersion '%.*s': set %s or v1beta1 in the kubeconfig",
		STR(str_first(wanted, 60)), API_VERSION);
}

bool token_format_api_version(struct world *w, struct str *version, struct err *e)
{
	struct str info = world_env(w, "KUBERNETES_EXEC_INFO");
	struct arena scratch;
	bool good;

	*version = S(API_VERSION);
	if (!info.len)
		return true;
	if (!arena_new(&scratch, EXEC_INFO_ROOM))
		return err_set(e, ERR_SYSTEM, "no memory for KUBERNETES_EXEC_INFO");
	good = read_version(info, &scratch, version, e);
	arena_free(&scratch);
	return good;
}

/* --- Whether it can be had that way -------------------------------------------------------------- */

static bool makes_header(enum token_format format)
{
	return format == TOKEN_HEADER || format == TOKEN_HEADERS || format == TOKEN_CURL || format == TOKEN_EXEC_CREDENTIAL;
}

/* Visible ASCII: what RFC 6749 §A.12 lets a token hold, without the blank, which would end it. */
static bool fits_header(struct str token)
{
	for (size_t i = 0; i < token.len; i++)
		if (token.at[i] <= ' ' || token.at[i] > '~')
			return false;
	return token.len != 0;
}

static bool is_possible(enum token_format format, const struct broker_token *t, struct err *e)
{
	if (makes_header(format) && t->dpop_key.len)
		return err_set(e, ERR_FAILED, "--format %s makes a Bearer header, and this token is bound to a key (DPoP): use 'keyfob run' or 'keyfob bridge'",
			names[format]);
	if (makes_header(format) && !fits_header(t->access_token))
		return err_set(e, ERR_INPUT, "the token holds characters that a Bearer header cannot carry: --format raw prints it as it is");
	if (format == TOKEN_ENV && (str_has(t->access_token, 0) || str_has(t->token_type, 0)))
		return err_set(e, ERR_INPUT, "the token holds a zero byte, which no variable can: --format raw prints it as it is");
	return true;
}

/* --- The formats --------------------------------------------------------------------------------- */

static void add_line(struct buf *out, struct str text)
{
	buf_add(out, text);
	buf_add_char(out, '\n');
}

/* In single quotes a shell reads everything as it is, but for the quote. */
static void add_variable(struct buf *out, struct str name, struct str value)
{
	buf_add(out, name);
	buf_add(out, S("='"));
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '\'')
			buf_add(out, S("'\\'"));
		buf_add_char(out, value.at[i]);
	}
	buf_add(out, S("'\n"));
}

static void add_env(struct buf *out, const struct broker_token *t)
{
	add_variable(out, S("KEYFOB_TOKEN"), t->access_token);
	add_variable(out, S("KEYFOB_TOKEN_TYPE"), t->token_type);
	buf_add(out, S("KEYFOB_TOKEN_EXPIRES_AT='"));
	if (t->expires_at)
		buf_print(out, "%" PRId64, t->expires_at);
	buf_add(out, S("'\n"));
}

static void add_headers(struct buf *out, struct str bearer)
{
	struct json_write j = json_write_to(out);

	json_write_object(&j);
	json_write_str_as(&j, S("Authorization"), bearer);
	json_write_end_object(&j);
	buf_add_char(out, '\n');
}

/* curl reads a value in double quotes, where a backslash stands before those two. */
static void add_curl(struct buf *out, struct str bearer)
{
	buf_add(out, S("header = \"Authorization: "));
	for (size_t i = 0; i < bearer.len; i++) {
		if (bearer.at[i] == '"' || bearer.at[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, bearer.at[i]);
	}
	buf_add(out, S("\"\n"));
}

void token_format_members(struct json_write *j, const struct broker_token *t)
{
	json_write_str_as(j, S("accessToken"), t->access_token);
	json_write_str_as(j, S("tokenType"), t->token_type);
	json_write_name(j, S("expiresAt"));
	if (t->expires_at)
		json_write_int(j, t->expires_at);
	else
		json_write_null(j);
	json_write_str_as(j, S("scope"), t->scope);
	json_write_str_as(j, S("resource"), t->resource);
}

static void add_json(struct buf *out, const struct broker_token *t)
{
	struct json_write j = json_write_to(out);

	json_write_object(&j);
	token_format_members(&j, t);
	json_write_end_object(&j);
	buf_add_char(out, '\n');
}

/* RFC 3339, in UTC. Empty where the end is not known, or beyond what four digits of a year tell. */
static struct str time_text(int64_t at, char text[static 32])
{
	time_t time = (time_t)at;
	struct tm tm = {0};

	if (at <= 0 || !gmtime_r(&time, &tm) || tm.tm_year > 9999 - 1900)
		return (struct str){0};
	return str_make(text, strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm));
}

static void add_exec_credential(struct buf *out, const struct broker_token *t, struct str version)
{
	struct json_write j = json_write_to(out);
	char text[32];
	struct str end = time_text(t->expires_at, text);

	json_write_object(&j);
	json_write_str_as(&j, S("apiVersion"), version);
	json_write_str_as(&j, S("kind"), S("ExecCredential"));
	json_write_name(&j, S("status"));
	json_write_object(&j);
	json_write_str_as(&j, S("token"), t->access_token);
	if (end.len)
		json_write_str_as(&j, S("expirationTimestamp"), end);
	json_write_end_object(&j);
	json_write_end_object(&j);
	buf_add_char(out, '\n');
}

static void add(struct buf *out, enum token_format format, const struct broker_token *t, struct str bearer, struct str version)
{
	switch (format) {
	case TOKEN_RAW:
		add_line(out, t->access_token);
		break;
	case TOKEN_HEADER:
		buf_add(out, S("Authorization: "));
		add_line(out, bearer);
		break;
	case TOKEN_HEADERS:
		add_headers(out, bearer);
		break;
	case TOKEN_ENV:
		add_env(out, t);
		break;
	case TOKEN_JSON:
		add_json(out, t);
		break;
	case TOKEN_CURL:
		add_curl(out, bearer);
		break;
	case TOKEN_EXEC_CREDENTIAL:
		add_exec_credential(out, t, version);
		break;
	}
}

bool token_format_text(enum token_format format, const struct broker_token *t, struct str version, struct arena *a, struct str *text,
	struct err *e)
{
	struct buf bearer, out;

	if (!is_possible(format, t, e))
		return false;
	bearer = buf_in(a, 0);
	buf_add(&bearer, S("Bearer "));
	buf_add(&bearer, t->access_token);
	out = buf_in(a, 0);
	add(&out, format, t, buf_str(&bearer), version);
	*text = buf_str(&out);
	return !(bearer.full || out.full) || err_set(e, ERR_LIMIT, "the token is too large to be shown");
}

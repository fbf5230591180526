#include "oauth/challenge.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"
#include "http/field.h"
#include "oauth/scope.h"

struct reader {
	struct str rest;
	struct arena *arena;
	struct challenge now; /* the challenge that is being read */
	bool is_ours; /* its scheme is Bearer or DPoP */
	bool is_new; /* the scheme was just read: a word without '=' is a token68 */
	unsigned params;
	struct challenge best;
	bool bearer; /* there was a Bearer challenge */
};

static void keep(struct reader *r)
{
	struct str error = r->best.error;

	if (!r->is_ours)
		return;
	if (!r->best.is_there || (r->best.resource_metadata.len == 0 && r->now.resource_metadata.len))
		r->best = r->now;
	else
		error = error.len ? error : r->now.error;
	if (r->best.error.len == 0)
		r->best.error = error;
}

static void begin(struct reader *r, struct str scheme)
{
	bool is_bearer = str_same_nocase(scheme, S("bearer"));

	keep(r);
	r->bearer = r->bearer || is_bearer;
	r->is_ours = is_bearer || str_same_nocase(scheme, S("dpop"));
	r->now = (struct challenge){.is_there = r->is_ours};
	r->is_new = true;
	r->params = 0;
}

static void skip_blanks(struct str *s)
{
	while (s->len && (*s->at == ' ' || *s->at == '\t'))
		*s = str_from(*s, 1);
}

/* True when there was a comma among them. */
static bool skip_separators(struct str *s)
{
	bool comma = false;

	while (s->len && str_has(S(" \t,"), *s->at)) {
		comma = comma || *s->at == ',';
		*s = str_from(*s, 1);
	}
	return comma;
}

/* To the comma behind what could not be read; a quoted string that does not end takes all. */
static void skip_element(struct str *s)
{
	bool quoted = false;

	while (s->len && (quoted || *s->at != ',')) {
		if (quoted && *s->at == '\\')
			*s = str_from(*s, 1);
		else if (*s->at == '"')
			quoted = !quoted;
		*s = str_from(*s, 1);
	}
}

static struct str read_token(struct str *s)
{
	size_t n = 0;
	struct str token;

	while (n < s->len && field_is_token_char(s->at[n]))
		n = len_add(n, 1);
	token = str_first(*s, n);
	*s = str_from(*s, n);
	return token;
}

/* A quoted string, or all up to a comma or blank: URLs stand unquoted in the wild. */
static bool read_value(struct reader *r, struct str *value)
{
	size_t n = 0;

	if (r->rest.len && *r->rest.at == '"') {
		struct buf out = buf_in(r->arena, CHALLENGE_MAX);

		if (!field_read_quoted(&r->rest, &out))
			return false;
		*value = buf_str(&out);
		return true;
	}
	while (n < r->rest.len && r->rest.at[n] > ' ' && r->rest.at[n] <= '~' && r->rest.at[n] != ',')
		n = len_add(n, 1);
	*value = arena_str(r->arena, str_first(r->rest, n));
	r->rest = str_from(r->rest, n);
	return value->at != NULL;
}

/* The first of a name counts. */
static void store(struct reader *r, struct str name, struct str value)
{
	const struct {
		struct str name;
		struct str *value;
	} known[] = {
		{S("resource_metadata"), &r->now.resource_metadata},
		{S("scope"), &r->now.scope},
		{S("error"), &r->now.error},
		{S("error_description"), &r->now.error_description},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_same_nocase(name, known[i].name) && known[i].value->len == 0)
			*known[i].value = value;
}

/* A word without '=' behind it. */
static bool read_scheme(struct reader *r, struct str word)
{
	bool is_token68 = r->is_new;

	r->is_new = false;
	if (is_token68 || (r->rest.len && !str_has(S(" \t,"), *r->rest.at)))
		return false;
	begin(r, word);
	return true;
}

static bool read_element(struct reader *r)
{
	struct str token = read_token(&r->rest);
	struct str after = r->rest;
	struct str value;

	if (token.len == 0)
		return false;
	skip_blanks(&after);
	if (!str_starts(after, S("=")))
		return read_scheme(r, token);
	r->rest = str_from(after, 1);
	skip_blanks(&r->rest);
	if (!read_value(r, &value))
		return false;
	r->is_new = false;
	r->params++;
	if (r->params <= CHALLENGE_PARAMS)
		store(r, token, value);
	return true;
}

static void read_field(struct reader *r, struct str value)
{
	r->rest = value;
	r->is_ours = false;
	r->is_new = false;
	for (;;) {
		if (skip_separators(&r->rest))
			r->is_new = false;
		if (r->rest.len == 0)
			break;
		if (!read_element(r))
			skip_element(&r->rest);
	}
	keep(r);
}

bool challenge_read(const struct http_field *fields, size_t n, struct arena *a, struct challenge *c)
{
	struct reader r = {.arena = a};
	size_t left = CHALLENGE_MAX;

	for (size_t i = 0; i < n; i++) {
		if (!str_same_nocase(fields[i].name, S("www-authenticate")))
			continue;
		read_field(&r, str_first(fields[i].value, left));
		left = len_sub(left, fields[i].value.len);
	}
	*c = r.best;
	c->is_dpop = c->is_there && !r.bearer;
	if (c->scope.len) {
		c->scope = scope_join(c->scope, (struct str){0}, a);
		if (!scope_is_valid(c->scope))
			c->scope = (struct str){0};
	}
	return c->is_there;
}

bool challenge_wants_scope(const struct challenge *c)
{
	return str_same(c->error, S("insufficient_scope"));
}

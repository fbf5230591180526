#include "oauth/callback.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/len.h"
#include "base/secret.h"
#include "http/url.h"
#include "oauth/quote.h"

/* How often a parameter stands in the query; *value is the last one, empty where
 * one of them cannot be decoded. Of the others only the names are looked at. */
static unsigned find(struct str query, struct str wanted, struct arena *a, struct str *value)
{
	struct str pair;
	unsigned n = 0;

	*value = (struct str){0};
	while (str_word(&query, '&', &pair)) {
		struct arena scratch = *a;
		struct str key;
		struct str name;
		struct str none;

		str_cut(pair, '=', &key, NULL);
		if (!url_form_next(&key, &scratch, &name, &none, NULL) || !str_same(name, wanted))
			continue;
		n++;
		if (!url_form_next(&pair, a, &name, value, NULL))
			*value = (struct str){0};
	}
	return n;
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' || s.at[i] > '~')
			return false;
	return true;
}

static enum callback_verdict ignore(struct err *e, const char *text)
{
	err_set(e, ERR_INPUT, "%s", text);
	return CALLBACK_IGNORED;
}

static enum callback_verdict refuse(struct err *e, const char *text)
{
	err_set(e, ERR_INPUT, "%s", text);
	return CALLBACK_REFUSED;
}

/* RFC 9207 §2.4, compared as strings after form decoding and in no other way. */
static bool iss_is_right(struct str query, const struct callback_expect *x, struct arena *a, struct err *e)
{
	struct str iss;
	unsigned n = find(query, S("iss"), a, &iss);

	if (n == 0 && !x->sends_iss)
		return true;
	if (n == 0)
		return err_set(e, ERR_INPUT, "the answer does not say which authorization server it comes from, "
			"though this one announced that it says so; nothing was sent on");
	if (n > 1 || (x->issuer.len && !str_same(iss, x->issuer)))
		return err_set(e, ERR_INPUT, "the answer names another authorization server than the one that was asked; "
			"nothing was sent on");
	return true;
}

/* The server's refusal, whose words may be shown now. */
static void say_error(struct str query, struct str error, struct arena *a, struct err *e)
{
	struct str description;

	if (str_same(error, S("access_denied")))
		err_set(e, ERR_FAILED, "the authorization server says that access was denied: access_denied");
	else
		err_set(e, ERR_FAILED, "the authorization server refused: \"%s\"", quote_of(error).text);
	if (find(query, S("error_description"), a, &description) == 1 && description.len)
		err_hint(e, " (%s)", quote_of(description).text);
}

static enum callback_verdict read_outcome(struct str query, struct arena *a, struct callback *c, struct err *e)
{
	struct str code;
	unsigned errors = find(query, S("error"), a, &c->error);
	unsigned codes = find(query, S("code"), a, &code);

	if (errors) {
		say_error(query, c->error, a, e);
		return CALLBACK_REFUSED;
	}
	if (codes > 1)
		return refuse(e, "the answer carries more than one authorization code");
	if (code.len == 0 || code.len > CALLBACK_CODE_MAX || !is_printable(code))
		return refuse(e, "the answer carries neither an authorization code nor an error");
	c->code = code;
	return CALLBACK_ACCEPTED;
}

static enum callback_verdict read_query(struct str query, const struct callback_expect *x, struct arena *a,
	struct callback *c, struct err *e)
{
	struct str state;
	unsigned n = find(query, S("state"), a, &state);

	if (n == 0)
		return ignore(e, "there is no state in it; paste the whole address that the browser ended on");
	if (n > 1 || x->state.len == 0 || !secret_same(state, x->state))
		return ignore(e, "it belongs to another sign-in; paste the address that this one ended on");
	if (!iss_is_right(query, x, a, e))
		return CALLBACK_REFUSED;
	return read_outcome(query, a, c, e);
}

static bool is_bare(struct str text)
{
	static const struct str names[] = {S_INIT("code"), S_INIT("state"), S_INIT("error"), S_INIT("iss")};
	struct str value;

	if (str_has(text, '?') || str_has(text, '&') || str_find_str(text, S("://")) < text.len)
		return false;
	/* A code may end in '=' itself, as base64 does. */
	str_cut(text, '=', &text, &value);
	for (size_t i = 0; value.len && i < sizeof names / sizeof *names; i++)
		if (str_same(text, names[i]))
			return false;
	return true;
}

/* A code shown on a page is plain; one cut out of an address may be percent-encoded. */
static struct str plain_code(struct str text, struct arena *a)
{
	struct str pair = arena_print(a, "code=%.*s", STR(text));
	struct str name;
	struct str code;

	if (str_has(text, '%') && url_form_next(&pair, a, &name, &code, NULL))
		return code;
	return arena_str(a, text);
}

static enum callback_verdict read_bare(struct str text, const struct callback_expect *x, struct arena *a,
	struct callback *c, struct err *e)
{
	struct str code;

	if (text.len == 0)
		return ignore(e, "nothing was pasted");
	if (x->sends_iss)
		return ignore(e, "the code alone does not do here, as the server names itself in the address; paste the whole address");
	if (str_has(text, ' ') || text.len > CALLBACK_CODE_MAX)
		return ignore(e, "that is neither an address nor a code; paste the whole address that the browser ended on");
	code = plain_code(text, a);
	if (code.len == 0 || !is_printable(code))
		return ignore(e, "that is neither an address nor a code; paste the whole address that the browser ended on");
	c->code = code;
	c->is_bare = true;
	return CALLBACK_ACCEPTED;
}

/* What people and terminals put around a pasted address. */
static struct str trim(struct str text)
{
	while (text.len && str_has(S(" \t\r\n\"'<>"), *text.at))
		text = str_from(text, 1);
	while (text.len && str_has(S(" \t\r\n\"'<>"), *str_from(text, len_sub(text.len, 1)).at))
		text = str_drop_last(text, 1);
	return text;
}

enum callback_verdict callback_read(struct str text, enum callback_channel channel, const struct callback_expect *x,
	struct arena *a, struct callback *c, struct err *e)
{
	*c = (struct callback){0};
	if (text.len > CALLBACK_MAX)
		return ignore(e, "it is too long");
	if (channel == CALLBACK_PASTE) {
		text = trim(text);
		if (is_bare(text))
			return read_bare(text, x, a, c, e);
	}
	str_cut(text, '#', &text, NULL);
	if (str_has(text, '?'))
		text = str_from(text, len_add(str_find(text, '?'), 1));
	return read_query(text, x, a, c, e);
}

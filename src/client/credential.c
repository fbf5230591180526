#include "client/credential.h"

#include "base/arena.h"
#include "oauth/scope.h"

enum { SCOPE_SHOWN = 120 };

/* A login finds the scope of a 401 by itself, but not that of a step up. The server chose the words, and the command is
 * pasted into a shell: so none that would break out of the quotes, and no half of them. */
static bool is_proposed(const struct credential *c)
{
	return c->step_ups && c->scope.len && c->scope.len <= SCOPE_SHOWN && !str_has(c->scope, '\'');
}

/* A sign-in is the only way on. */
static enum credential_action ask(struct credential *c, const char *why, struct err *e)
{
	if (c->may_ask)
		return CREDENTIAL_ASK;
	err_set(e, ERR_LOGIN, "%s: keyfob login %.*s", why, STR(str_first(c->shown, 160)));
	if (is_proposed(c))
		err_hint(e, " --scope '%.*s'", STR(c->scope));
	return CREDENTIAL_FAIL;
}

static void take_token(struct credential *c, const struct credential_news *news)
{
	c->token = arena_str(c->arena, news->token);
	c->granted = arena_str(c->arena, news->granted);
}

/* 401: the token is no good, or there was none. */
static enum credential_action unauthorized(struct credential *c, struct err *e)
{
	bool had_token = c->token.len > 0;

	if (had_token && !c->renewed) {
		c->renewed = true;
		c->rejected = c->token;
		c->token = (struct str){0};
		return CREDENTIAL_WAIT;
	}
	if (c->asked) {
		err_set(e, ERR_LOGIN, "%.*s refuses the token that was just issued for it: is it the right server, and the right account?",
			STR(str_first(c->shown, 160)));
		return CREDENTIAL_FAIL;
	}
	c->asked = true;
	c->scope = c->challenge.scope;
	return ask(c, had_token || c->rejected.len ? "the server refuses the token" : "the server asks for a sign-in", e);
}

/* 403 with insufficient_scope (RFC 6750 §3.1): more is needed than was granted. Asking for the
 * union keeps what was granted before. */
static enum credential_action forbidden(struct credential *c, struct err *e)
{
	if (c->step_ups >= CREDENTIAL_STEP_UPS) {
		err_set(e, ERR_LOGIN, "%.*s still wants more scope (%.*s) after %d sign-ins: the account may not have it",
			STR(str_first(c->shown, 120)), STR(str_first(c->challenge.scope, 100)), CREDENTIAL_STEP_UPS);
		return CREDENTIAL_FAIL;
	}
	c->step_ups++;
	c->scope = scope_join(c->granted, c->challenge.scope, c->arena);
	return ask(c, "the token lacks a scope", e);
}

static enum credential_action answer(struct credential *c, const struct fetch_head *head, struct err *e)
{
	if (head->status != 401 && head->status != 403)
		return CREDENTIAL_USE;
	challenge_read(head->fields, head->fields_n, c->arena, &c->challenge);
	if (head->status == 401)
		return unauthorized(c, e);
	if (challenge_wants_scope(&c->challenge))
		return forbidden(c, e);
	return CREDENTIAL_USE;
}

/* Without a sign-in a request goes out bare, since the server may want none; a token that was
 * rejected and cannot be replaced leaves only a sign-in. */
static enum credential_action no_token(struct credential *c, const struct err *failure, struct err *e)
{
	if (failure->kind == ERR_LOGIN && !c->rejected.len)
		return CREDENTIAL_SEND;
	if (failure->kind == ERR_LOGIN && c->may_ask && !c->asked) {
		c->asked = true;
		c->scope = c->challenge.scope;
		return CREDENTIAL_ASK;
	}
	if (e)
		*e = *failure;
	return CREDENTIAL_FAIL;
}

enum credential_action credential_step(struct credential *c, enum credential_event event, const struct credential_news *news, struct err *e)
{
	switch (event) {
	case CREDENTIAL_BEGIN:
		return CREDENTIAL_WAIT;
	case CREDENTIAL_TOKEN:
	case CREDENTIAL_SIGNED_IN:
		take_token(c, news);
		return CREDENTIAL_SEND;
	case CREDENTIAL_NO_TOKEN:
		return no_token(c, news->failure, e);
	case CREDENTIAL_ANSWER:
		return answer(c, news->head, e);
	case CREDENTIAL_NOT_SIGNED_IN:
		break;
	}
	if (e)
		*e = *news->failure;
	return CREDENTIAL_FAIL;
}

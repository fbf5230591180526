#include "client/credential.h"

#include <string.h>

#include "base/arena.h"
#include "base/len.h"
#include "client/site.h"
#include "oauth/dpop.h"
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
	err_set(e, ERR_LOGIN, "%s: %.*s", why, STR(site_login(c->shown, c->arena)));
	if (is_proposed(c))
		err_hint(e, " --scope '%.*s'", STR(c->scope));
	return CREDENTIAL_FAIL;
}

/* A sign-in costs a person's time: no server may ask for one without end. */
static enum credential_action sign_in(struct credential *c, const char *why, struct err *e)
{
	if (c->may_ask && c->history->sign_ins >= CREDENTIAL_SIGN_INS) {
		err_set(e, ERR_LOGIN, "%.*s asked for %d sign-ins in a row and took none of them", STR(str_first(c->shown, 160)), CREDENTIAL_SIGN_INS);
		return CREDENTIAL_FAIL;
	}
	c->history->sign_ins++;
	return ask(c, why, e);
}

/* --- More scope ----------------------------------------------------------------------------- */

static struct str asked_before(const struct credential *c)
{
	return str_make(c->history->scope, c->history->scope_len);
}

static void remember(struct credential *c)
{
	struct credential_history *h = c->history;

	h->stepped_up = true;
	h->scope_len = len_min(c->scope.len, sizeof h->scope);
	memcpy(h->scope, c->scope.at, h->scope_len);
}

static enum credential_action fail_for_good(struct credential *c, struct err *e)
{
	err_set(e, ERR_LOGIN, "%.*s still wants more scope (%.*s) after a sign-in for it: the account may not have it",
		STR(str_first(c->shown, 120)), STR(str_first(c->challenge.scope, 100)));
	return CREDENTIAL_FAIL;
}

/* Another request may have signed in for this while ours was under way: its token is tried once. */
static enum credential_action look_again(struct credential *c, struct err *e)
{
	if (c->lacking.len || !c->may_ask)
		return fail_for_good(c, e);
	c->lacking = c->token;
	return CREDENTIAL_WAIT;
}

/* 403 with insufficient_scope (RFC 6750 §3.1): more is needed than was granted. Asking for the
 * union keeps what was granted before. What was asked for once and did not help is not asked for again. */
static enum credential_action forbidden(struct credential *c, struct err *e)
{
	struct str before = asked_before(c);

	if (c->history->stepped_up && scope_covers(before, c->challenge.scope))
		return look_again(c, e);
	if (c->step_ups >= CREDENTIAL_STEP_UPS)
		return fail_for_good(c, e);
	c->step_ups++;
	c->scope = scope_join(scope_join(c->granted, before, c->arena), c->challenge.scope, c->arena);
	if (c->may_ask)
		remember(c);
	return sign_in(c, "the token lacks a scope", e);
}

/* --- Tokens --------------------------------------------------------------------------------- */

static enum credential_action take_token(struct credential *c, const struct credential_news *news, struct err *e)
{
	if (c->lacking.len && str_same(c->lacking, news->token))
		return fail_for_good(c, e);
	c->token = arena_str(c->arena, news->token);
	c->granted = arena_str(c->arena, news->granted);
	c->dpop_key = arena_str(c->arena, news->dpop_key);
	return CREDENTIAL_SEND;
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
	return sign_in(c, had_token || c->rejected.len ? "the server refuses the token" : "the server asks for a sign-in", e);
}

/* The server wants a nonce of its own in the proof, or another one (RFC 9449 §9): no reason to doubt the token. */
static bool wants_nonce(struct credential *c, const struct fetch_head *head)
{
	struct str nonce = dpop_nonce(head->fields, head->fields_n);
	bool is_other = nonce.len && !str_same(nonce, c->nonce);

	if (!c->dpop_key.len || !is_other)
		return false;
	c->nonce = arena_str(c->arena, nonce);
	return head->status == 401 && !c->nonced;
}

static enum credential_action answer(struct credential *c, const struct fetch_head *head, struct err *e)
{
	if (wants_nonce(c, head)) {
		c->nonced = true;
		return CREDENTIAL_SEND;
	}
	if (head->status < 400 && c->token.len)
		c->history->sign_ins = 0;
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
		return sign_in(c, "", e);
	}
	if (e)
		*e = *failure;
	return CREDENTIAL_FAIL;
}

enum credential_action credential_step(struct credential *c, enum credential_event event, const struct credential_news *news, struct err *e)
{
	switch (event) {
	case CREDENTIAL_BEGIN:
	case CREDENTIAL_SIGNED_IN:
		return CREDENTIAL_WAIT;
	case CREDENTIAL_TOKEN:
		return take_token(c, news, e);
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

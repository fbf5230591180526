/* token: an answer that was taken, written anew, is taken as the same; tokens in it can stand in a
 * field; one that was not taken leaves nothing behind, and its error is one plain line. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "http/field.h"
#include "json/json_write.h"
#include "oauth/exchange.h"
#include "oauth/scope.h"
#include "oauth/token.h"

enum { NOW = 1700000000 };

static struct arena arena;
static const struct grant plain;
static const struct token_asker asker = {.grant = &plain, .now = NOW, .arena = &arena};

static struct str write(const struct token *t)
{
	struct buf out = buf_in(&arena, 0);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	json_write_str_as(&w, S("id_token"), t->id_token);
	json_write_str_as(&w, S("scope"), t->scope);
	json_write_str_as(&w, S("refresh_token"), t->refresh_token);
	if (t->expires_at)
		json_write_int_as(&w, S("expires_in"), t->expires_at - NOW);
	json_write_str_as(&w, S("token_type"), t->token_type);
	json_write_str_as(&w, S("access_token"), t->access_token);
	json_write_end_object(&w);
	fuzz_check(!out.full);
	return buf_str(&out);
}

static void check_taken(const struct token *t)
{
	struct fetch_answer answer = {.status = 200, .body = write(t)};
	struct token again;

	fuzz_check(t->access_token.len > 0 && field_is_value(t->access_token));
	fuzz_check(field_is_value(t->refresh_token));
	fuzz_check(t->scope.len == 0 || scope_is_valid(t->scope));
	fuzz_check(t->expires_at == 0 || t->expires_at > NOW);
	fuzz_check(token_read(&asker, &answer, &again, NULL) == TOKEN_OK);
	fuzz_check(str_same(t->access_token, again.access_token));
	fuzz_check(str_same(t->token_type, again.token_type));
	fuzz_check(str_same(t->refresh_token, again.refresh_token));
	fuzz_check(str_same(t->scope, again.scope));
	fuzz_check(str_same(t->id_token, again.id_token));
	fuzz_check(t->expires_at == again.expires_at);
}

/* What is given for another server is no token for this one: no answer is taken for both. */
static void check_exchanged(const struct fetch_answer *answer, bool is_token)
{
	struct str assertion;
	struct err e = {0};

	if (exchange_read(&asker, answer, &assertion, &e) == TOKEN_OK)
		fuzz_check(!is_token && assertion.len > 0 && token_is_good(assertion));
	else
		fuzz_check(assertion.len == 0 && e.kind != ERR_NONE);
}

/* A token is bound or it is not: no answer is taken for both. */
static void check_bound(const struct fetch_answer *answer, bool is_plain)
{
	static const struct grant grant = {.dpop_key = S_INIT("key")};
	const struct token_asker q = {.grant = &grant, .now = NOW, .arena = &arena};
	struct token t;

	if (token_read(&q, answer, &t, NULL) == TOKEN_OK)
		fuzz_check(!is_plain && str_same_nocase(t.token_type, S("DPoP")));
}

static void check(int status, struct str body)
{
	struct fetch_answer answer = {.status = status, .body = body};
	struct err e = {0};
	struct token t;

	if (token_read(&asker, &answer, &t, &e) == TOKEN_OK) {
		fuzz_check(status == 200);
		check_taken(&t);
		check_bound(&answer, true);
		check_exchanged(&answer, true);
		return;
	}
	check_bound(&answer, false);
	check_exchanged(&answer, false);
	fuzz_check(t.access_token.len == 0 && t.refresh_token.len == 0);
	fuzz_check(e.kind != ERR_NONE);
	for (const char *at = e.text; *at; at++)
		fuzz_check(!str_is_control(*at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	if (size < 32768) {
		check(200, str_make(data, size));
		check(400, str_make(data, size));
	}
	arena_reset(&arena);
	return 0;
}

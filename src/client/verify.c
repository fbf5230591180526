#include "client/verify.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "client/conversation.h"
#include "client/site.h"
#include "crypto/rng.h"
#include "sys/world.h"

struct trial {
	bool over;
	struct err failure;
};

static void done(void *self, const struct err *failure)
{
	struct trial *t = self;

	t->over = true;
	if (failure)
		t->failure = *failure;
}

/* Asks the server for its tools with this token. False only when the loop ended. */
static bool try_token(struct world *w, const struct url *url, struct str token, struct trial *t, struct err *e)
{
	struct conversation *c = calloc(1, sizeof *c);
	bool turned;

	*t = (struct trial){0};
	if (!c)
		return err_set(e, ERR_SYSTEM, "no memory for a conversation");
	c->world = w;
	c->server.url = *url;
	c->server.token = token;
	c->brisk = true;
	c->done = done;
	c->self = t;
	turned = conversation_start(c, e);
	if (turned)
		conversation_list(c, S("tools/list"), S("tools"));
	while (turned && !t->over)
		turned = events_turn(w->events, e);
	conversation_end(c);
	free(c);
	return turned;
}

static bool rejected(struct world *w, const struct url *url, struct err *e)
{
	struct arena scratch = *w->arena;

	return err_set(e, ERR_LOGIN, "the server rejected the token: nothing was stored. Get a new one, or sign in: %.*s",
		STR(site_login(url_text(url, &scratch), &scratch)));
}

/* A token that nobody can have issued. */
static void make_up(struct rng *rng, struct buf *token)
{
	unsigned char bytes[24];

	rng_fill(rng, bytes, sizeof bytes);
	buf_add(token, S("keyfob-probe-"));
	b64_url_encode(token, str_make(bytes, sizeof bytes));
}

bool verify_token(struct world *w, const struct url *url, struct str token, enum verify_result *result, struct err *e)
{
	char memory[64];
	struct buf made_up = buf_over(memory, sizeof memory);
	struct trial t;

	if (!try_token(w, url, token, &t, e))
		return false;
	if (t.failure.kind == ERR_LOGIN)
		return rejected(w, url, e);
	if (t.failure.kind == ERR_NETWORK || t.failure.kind == ERR_USAGE || t.failure.kind == ERR_CONFIG) {
		if (e)
			*e = t.failure;
		return err_hint(e, " (nothing was stored)");
	}
	*result = VERIFY_UNVERIFIED;
	if (t.failure.kind != ERR_NONE)
		return true;
	make_up(w->rng, &made_up);
	if (!try_token(w, url, buf_str(&made_up), &t, e))
		return false;
	if (t.failure.kind == ERR_LOGIN)
		*result = VERIFY_GOOD;
	return true;
}

#include "net/carrier.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "net/carry.h"
#include "net/carry_answer.h"

static struct carrier *carrier_of(struct fetch *f)
{
	return (struct carrier *)(void *)((char *)f - offsetof(struct carrier, fetch));
}

static struct fetch_exchange *start(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e)
{
	struct fetch_exchange *x = carry_new(carrier_of(f), e);

	if (!x)
		return NULL;
	x->sink = sink;
	if (!carry_prepare(x, r, e)) {
		carry_end(x);
		return NULL;
	}
	carry_begin(x);
	return x;
}

static void cancel(struct fetch *f, struct fetch_exchange *x)
{
	(void)f;
	carry_end(x);
}

static void pause(struct fetch *f, struct fetch_exchange *x, bool paused)
{
	(void)f;
	carry_answer_pause(x, paused);
}

static const struct fetch_ops ops = {start, cancel, pause};

struct carrier *carrier_open(const struct carrier_options *options, struct err *e)
{
	struct carrier *c = calloc(1, sizeof *c);

	if (!c) {
		err_set(e, ERR_SYSTEM, "there is no memory for the network");
		return NULL;
	}
	c->fetch.ops = &ops;
	c->options = *options;
	c->tls = (struct tls_settings){options->trust, options->clock, options->rng};
	c->resolve = resolve_open(options->loop, options->clock, options->ask, e);
	if (!c->resolve) {
		free(c);
		return NULL;
	}
	pool_open(&c->pool, options->loop);
	return c;
}

void carrier_close(struct carrier *c)
{
	if (!c)
		return;
	while (c->open)
		carry_end(c->open);
	while (c->spare) {
		struct fetch_exchange *next = c->spare->next;

		arena_free(&c->spare->arena);
		free(c->spare);
		c->spare = next;
	}
	pool_close(&c->pool);
	resolve_close(c->resolve);
	secret_wipe(c->scratch, sizeof c->scratch);
	free(c);
}

struct fetch *carrier_fetch(struct carrier *c)
{
	return &c->fetch;
}

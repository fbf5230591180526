#include "oauth/flow_inside.h"

enum flow_step flow_device_begin(struct flow *f, int64_t now)
{
	const struct token_asker q = flow_asker(f, now, f->setup.arena);
	void *room = f->polls.block ? NULL : arena_take(f->setup.arena, FLOW_POLL_ARENA);

	if (!f->polls.block && !room) {
		err_set(&f->err, ERR_LIMIT, "the sign-in does not fit in memory");
		return flow_fail(f);
	}
	if (room)
		arena_over(&f->polls, room, FLOW_POLL_ARENA);
	if (!device_request(&q, f->issuer.device_authorization_endpoint, &f->request, &f->err))
		return flow_fail(f);
	return flow_send(f, FLOW_AT_DEVICE, DEVICE_ANSWER_MAX);
}

static enum flow_step wait(struct flow *f)
{
	f->nonced = false;
	f->wait_ms = device_wait_ms(&f->polled);
	f->at = FLOW_AT_CODE;
	return f->step = FLOW_DEVICE;
}

enum flow_step flow_device_answer(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	const struct token_asker q = flow_asker(f, now, f->setup.arena);
	const struct device *d = &f->polled;
	enum token_outcome outcome;

	if (!device_read(&q, answer, &f->place, &f->polled, &outcome, &f->err))
		return outcome == TOKEN_CLIENT ? flow_client_refused(f, now) : flow_fail(f);
	f->device = (struct flow_device){
		.user_code = d->user_code,
		.verification_uri = d->verification_uri,
		.verification_uri_complete = d->verification_uri_complete,
		.expires_at = d->expires_at,
		.is_new = true,
	};
	return wait(f);
}

/* Each poll is made in memory of its own, which is the same for all: they may be many. */
static enum flow_step poll(struct flow *f, int64_t now)
{
	const struct token_asker q = flow_asker(f, now, &f->polls);

	arena_reset(&f->polls);
	if (!device_poll(&f->polled, &q, &f->request, &f->err))
		return flow_fail(f);
	return flow_send(f, FLOW_AT_POLL, TOKEN_ANSWER_MAX);
}

enum flow_step flow_poll(struct flow *f, int64_t now)
{
	return f->step == FLOW_DEVICE ? poll(f, now) : f->step;
}

enum flow_step flow_device_polled(struct flow *f, const struct fetch_answer *answer, int64_t now)
{
	struct arena before = *f->setup.arena;
	const struct token_asker q = flow_asker(f, now, f->setup.arena);
	struct token token;
	enum device_outcome outcome = device_answer(&f->polled, &q, answer, &token, &f->err);

	flow_keep_nonce(f, token.nonce);
	if (outcome == DEVICE_DONE) {
		token_apply(&token, now, &f->grant);
		return flow_done(f);
	}
	if (outcome == DEVICE_FAILED)
		return flow_fail(f);
	*f->setup.arena = before;
	if (outcome == DEVICE_WAIT)
		return wait(f);
	return flow_may_repeat(f) ? poll(f, now) : flow_fail(f);
}

enum flow_step flow_device_failure(struct flow *f)
{
	device_failure(&f->polled);
	return wait(f);
}

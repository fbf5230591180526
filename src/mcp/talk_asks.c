#include "mcp/talk_inside.h"

#include <string.h>

#include "json/json.h"
#include "json/json_write.h"

/* What a client may be asked, and what of its capabilities says that it may. */
static bool is_declared(const struct talk *t, struct str method)
{
	static const struct {
		struct str method, capability;
	} known[] = {
		{S_INIT("elicitation/create"), S_INIT("elicitation")},
		{S_INIT("sampling/createMessage"), S_INIT("sampling")},
		{S_INIT("roots/list"), S_INIT("roots")},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_same(method, known[i].method))
			return json_is(json_get(t->capabilities, known[i].capability), JSON_OBJECT);
	return false;
}

/* --- Requests (legacy) ---------------------------------------------------------------- */

static bool answer(struct talk *t, const struct rpc *m, struct str result, struct err *e)
{
	struct buf text = outbox_text(t);

	message_answer(&text, m->id->raw, result);
	return outbox_add(t, &text, e);
}

static bool refuse(struct talk *t, const struct rpc *m, int64_t code, struct str why, struct err *e)
{
	struct buf text = outbox_text(t);

	rpc_write_error(&text, m->id->raw, code, why, (struct str){0});
	return outbox_add(t, &text, e);
}

/* Puts it with the others that the driver is to be told. False where they are too many. */
static bool keep(struct talk *t, const struct rpc *m)
{
	struct talk_ask *a = &t->asks[t->asks_n];
	struct arena room = t->memory->asks;
	struct str copy = arena_str(&room, m->root->raw);

	if (t->asks_n == TALK_ASKS || !copy.at || !rpc_read(copy, &room, &a->request, NULL))
		return false;
	t->memory->asks = room;
	a->dropped = false;
	t->asks_n++;
	return true;
}

bool asks_take(struct talk *t, const struct rpc *m, struct err *e)
{
	if (t->stream.era == ERA_MODERN)
		return err_set(e, ERR_INPUT, "the server sent a request of its own, which revision %.*s forbids", STR(t->stream.version));
	if (str_same(m->method, S("ping")))
		return answer(t, m, S("{}"), e);
	if (!t->setup.answers || !is_declared(t, m->method))
		return refuse(t, m, RPC_NO_METHOD, S("this client does not offer that"), e);
	return keep(t, m) || refuse(t, m, RPC_INTERNAL, S("too much is asked of this client at once"), e);
}

static void pop(struct talk *t)
{
	t->asks_n--;
	memmove(t->asks, t->asks + 1, t->asks_n * sizeof *t->asks);
	if (!t->asks_n)
		arena_reset(&t->memory->asks);
}

/* One that was told stays until it is answered: the driver holds it. */
void asks_drop(struct talk *t, const struct json *id)
{
	for (size_t i = 0; i < t->asks_n; i++)
		if (rpc_same_id(t->asks[i].request.id, id))
			t->asks[i].dropped = true;
	while (t->asks_n && t->asks[0].dropped && !t->asking)
		pop(t);
}

/* --- Input (modern) ------------------------------------------------------------------- */

static void fail_input(struct talk *t, struct str method, const char *why)
{
	err_set(&t->failure, ERR_FAILED, "before it answers %.*s the server wants %.*s, %s", STR(str_first(t->method, 60)),
		STR(str_first(method, 60)), why);
	talk_fail(t);
}

static bool may_want_input(struct str method)
{
	return str_same(method, S("tools/call")) || str_same(method, S("prompts/get")) || str_same(method, S("resources/read"));
}

/* Each of inputRequests must be one that can be answered. */
static bool check_inputs(struct talk *t, const struct json *requests)
{
	struct str method;
	size_t n = 0;

	for (const struct json *one = requests->first; one; one = one->next, n++) {
		if (n == TALK_INPUTS) {
			err_set(&t->failure, ERR_LIMIT, "the server wants to know more than %d things at once", TALK_INPUTS);
			talk_fail(t);
			return false;
		}
		if (!json_want_str(one, S("method"), &method, &t->failure)) {
			err_where(&t->failure, "what the server wants to know");
			talk_fail(t);
			return false;
		}
		if (!t->setup.answers || !is_declared(t, method)) {
			fail_input(t, method, "which is not offered here");
			return false;
		}
	}
	return true;
}

static bool read_inputs(struct talk *t, const struct json **requests)
{
	const struct json *state = json_get(t->result, S("requestState"));

	*requests = NULL;
	t->request_state = json_is(state, JSON_STRING) ? state : NULL;
	if (!may_want_input(t->method))
		err_set(&t->failure, ERR_INPUT, "the server wants input for %.*s, for which there can be none", STR(str_first(t->method, 60)));
	else if (t->rounds == TALK_ROUNDS)
		err_set(&t->failure, ERR_LIMIT, "the server has wanted input %d times, and still does not answer", TALK_ROUNDS);
	else if (json_opt_object(t->result, S("inputRequests"), requests, &t->failure))
		return true;
	talk_fail(t);
	return false;
}

/* All are answered: the question is asked again with them. */
static void ask_again(struct talk *t)
{
	if (t->inputs.len)
		buf_add_char(&t->inputs, '}');
	if (t->inputs.full) {
		err_set(&t->failure, ERR_LIMIT, "what the server wants to know is more than fits");
		talk_fail(t);
		return;
	}
	t->state = TALK_STATE_CALL;
}

void asks_begin_input(struct talk *t)
{
	const struct json *requests;

	if (!read_inputs(t, &requests) || (requests && !check_inputs(t, requests)))
		return;
	t->rounds++;
	arena_reset(&t->memory->asks);
	t->inputs = buf_in(&t->memory->asks, 0);
	t->input = requests ? requests->first : NULL;
	t->state = TALK_STATE_INPUT;
	if (!t->input)
		ask_again(t);
}

static void take_input(struct talk *t, struct str result)
{
	struct json_write name;

	buf_add_char(&t->inputs, t->inputs.len ? ',' : '{');
	name = json_write_to(&t->inputs);
	json_write_str(&name, t->input->name);
	buf_add_char(&t->inputs, ':');
	buf_add(&t->inputs, result);
	t->input = t->input->next;
	if (!t->input)
		ask_again(t);
}

/* --- The driver's side ------------------------------------------------------------------ */

bool asks_is_due(const struct talk *t)
{
	return !t->asking && (t->asks_n || t->state == TALK_STATE_INPUT);
}

void asks_tell(struct talk *t)
{
	const struct json *input = t->input;

	t->asking = true;
	if (t->state != TALK_STATE_INPUT)
		t->wish = t->asks[0].request;
	else
		t->wish = (struct rpc){.kind = RPC_REQUEST, .root = input, .method = json_get(input, S("method"))->text,
			.params = json_get(input, S("params"))};
}

/* The answer to one that the server dropped is said to nobody. */
static void settle_ask(struct talk *t, bool good, const struct err *e)
{
	t->wish = (struct rpc){0};
	pop(t);
	asks_drop(t, NULL);
	if (!good)
		talk_lost(t, e);
}

void talk_reply(struct talk *t, struct str result)
{
	struct err e = {0};

	if (!t->asking)
		return;
	t->asking = false;
	if (t->state == TALK_STATE_INPUT)
		take_input(t, result);
	else
		settle_ask(t, t->asks[0].dropped || answer(t, &t->asks[0].request, result, &e), &e);
}

void talk_refuse(struct talk *t, int64_t code, struct str message)
{
	struct err e = {0};

	if (!t->asking)
		return;
	t->asking = false;
	if (t->state == TALK_STATE_INPUT)
		fail_input(t, json_get(t->input, S("method"))->text, "which was refused");
	else
		settle_ask(t, t->asks[0].dropped || refuse(t, &t->asks[0].request, code, message, &e), &e);
}

void asks_clear(struct talk *t)
{
	t->asking = false;
	t->asks_n = 0;
	t->input = NULL;
	t->wish = (struct rpc){0};
}

#include "support/flow_script.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "http/url.h"
#include "json/json.h"
#include "support/jws.h"
#include "support/test.h"

void flow_script_start(struct flow_script *s, const char *server)
{
	struct err e = {0};

	*s = (struct flow_script){.redirect = "http://127.0.0.1:7777/callback", .callbacks = {"code=the-code&state=$"}};
	assert_true(arena_new(&s->arena, FLOW_ARENA));
	test_rng_start(&s->rng, 7);
	s->setup.rng = &s->rng.rng;
	s->setup.arena = &s->arena;
	assert_ok(url_read(str_of(server), &s->arena, &s->setup.server, &e), &e);
}

void flow_script_end(struct flow_script *s)
{
	flow_end(&s->flow);
	arena_free(&s->arena);
}

static struct str text_of(const struct fetch_request *r, char *memory, size_t size)
{
	struct buf b = buf_over(memory, size);

	buf_add(&b, r->method);
	buf_add_char(&b, ' ');
	url_write(&b, &r->url);
	return buf_str(&b);
}

static bool has_piece(const struct fetch_request *r, struct str piece)
{
	bool found = false;

	if (str_starts(piece, S("dpop:"))) {
		char memory[16384];
		struct arena a;
		struct str claims;

		arena_over(&a, memory, sizeof memory);
		claims = jws_open(fetch_field(r->fields, r->fields_n, S("dpop"), NULL), &a).claims->raw;
		return str_find_str(claims, str_from(piece, 5)) < claims.len;
	}
	if (str_starts(piece, S("@"))) {
		fetch_field(r->fields, r->fields_n, str_from(piece, 1), &found);
		return found;
	}
	return str_find_str(r->body, piece) < r->body.len || str_same(fetch_field(r->fields, r->fields_n, S("authorization"), NULL), piece);
}

static void check_sent(const struct fetch_request *r, const struct flow_exchange *x)
{
	struct str rest = str_of(x->sent);
	struct str piece;

	while (str_word(&rest, '|', &piece)) {
		bool absent = str_starts(piece, S("!"));

		if (has_piece(r, absent ? str_from(piece, 1) : piece) == absent)
			fail_msg("%s: sent \"%.*s\", and not so: %.*s", x->ask, STR(r->body), STR(piece));
	}
}

/* The answer lives in memory that is destroyed afterwards, so that nothing can point into it. */
static enum flow_step answer(struct flow_script *s, const struct flow_exchange *x)
{
	struct flow *f = &s->flow;
	char *body = x->body ? strdup(x->body) : NULL;
	char *field = x->field ? strdup(x->field) : NULL;
	struct http_field one = {0};
	struct fetch_answer a = {x->status, &one, field ? 1 : 0, str_of(body)};

	str_cut(str_of(field), ':', &one.name, &one.value);
	one.value = str_trim(one.value);
	flow_answer(f, &a, s->now);
	if (body)
		memset(body, '#', strlen(body));
	if (field)
		memset(field, '#', strlen(field));
	free(body);
	free(field);
	return f->step;
}

static enum flow_step send(struct flow_script *s, const struct flow_exchange *x)
{
	struct flow *f = &s->flow;
	struct err down = {ERR_NETWORK, "the network is down"};
	char memory[8192];
	struct str text = text_of(&f->request, memory, sizeof memory);

	if (!x->ask || !str_same(text, str_of(x->ask)))
		fail_msg("sends \"%.*s\", not \"%s\"", STR(text), x->ask ? x->ask : "(nothing more)");
	check_sent(&f->request, x);
	if (x->body && strlen(x->body) > f->request_max)
		fail_msg("%s: an answer beyond request_max", x->ask);
	return x->status ? answer(s, x) : flow_failure(f, &down);
}

struct str flow_script_parameter(struct flow_script *s, const char *name)
{
	struct str query;
	struct str key;
	struct str value;

	str_cut(str_of(s->url), '?', NULL, &query);
	while (url_form_next(&query, &s->arena, &key, &value, NULL))
		if (str_same(key, str_of(name)))
			return value;
	return (struct str){0};
}

static void visit(struct flow_script *s, size_t i)
{
	const char *text = s->callbacks[i];
	enum callback_channel channel = CALLBACK_LISTENER;
	char memory[4096];
	struct buf b = buf_over(memory, sizeof memory);

	if (strncmp(text, "paste ", 6) == 0) {
		channel = CALLBACK_PASTE;
		text += 6;
	}
	for (; *text; text++) {
		if (*text == '$')
			buf_add(&b, flow_script_parameter(s, "state"));
		else
			buf_add_char(&b, *text);
	}
	s->verdicts[i] = flow_callback(&s->flow, buf_str(&b), channel, s->now, &s->why);
	memset(memory, '#', sizeof memory);
}

static enum flow_step ask(struct flow_script *s, size_t *next)
{
	snprintf(s->url, sizeof s->url, "%s", s->flow.authorization_url.at);
	s->asked++;
	if (*next == 0)
		assert_int_equal(s->flow.err.kind, ERR_NONE); /* nothing was refused yet */
	while (s->flow.step == FLOW_ASK) {
		if (*next >= 4 || !s->callbacks[*next])
			fail_msg("waits for a callback that does not come");
		visit(s, (*next)++);
		if (s->flow.step == FLOW_ASK && s->verdicts[*next - 1] != CALLBACK_IGNORED)
			break;
	}
	return s->flow.step;
}

static enum flow_step wait(struct flow_script *s)
{
	struct flow *f = &s->flow;

	if (s->waits_n == 64)
		fail_msg("polls without end");
	assert_true(f->wait_ms >= 0);
	s->waits[s->waits_n++] = f->wait_ms;
	s->now += f->wait_ms / 1000;
	return flow_poll(f, s->now);
}

enum flow_step flow_script_run(struct flow_script *s, const struct flow_exchange *exchanges)
{
	enum flow_step step = flow_begin(&s->flow, &s->setup);
	size_t callback = 0;

	s->now = FLOW_SCRIPT_NOW;
	s->waits_n = 0;
	while (step == FLOW_SEND || step == FLOW_REDIRECT || step == FLOW_ASK || step == FLOW_DEVICE) {
		if (step == FLOW_SEND)
			step = send(s, exchanges++);
		else if (step == FLOW_REDIRECT)
			step = flow_redirect(&s->flow, str_of(s->redirect), s->now);
		else if (step == FLOW_DEVICE)
			step = wait(s);
		else
			step = ask(s, &callback);
		assert_int_equal(step, s->flow.step);
	}
	if (exchanges->ask)
		fail_msg("\"%s\" was not sent: %s", exchanges->ask, s->flow.err.text);
	return step;
}

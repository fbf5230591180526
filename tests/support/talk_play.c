#include "support/talk_play.h"

#include "support/test.h"

#include <stdio.h>

#include "json/json.h"

static void noticed(void *self, const struct rpc *m)
{
	struct play *p = self;

	p->noticed++;
	snprintf(p->notice, sizeof p->notice, "%.*s", STR(m->method));
}

static void warned(void *self, const char *text)
{
	struct play *p = self;

	p->warned++;
	snprintf(p->warning, sizeof p->warning, "%s", text);
}

void play_begin(struct play *p, const char *capabilities)
{
	assert_true(talk_memory_make(&p->memory, 1 << 18, 1 << 20, NULL));
	p->client = (struct message_client){S("keyfob"), S("9"), str_of(capabilities)};
	p->setup.memory = &p->memory;
	p->setup.limit = 65536;
	p->setup.client = &p->client;
	p->setup.noticed = noticed;
	p->setup.warned = warned;
	p->setup.self = p;
	talk_begin(&p->talk, &p->setup);
}

void play_end(struct play *p)
{
	talk_memory_free(&p->memory);
}

static const char *const step_names[] = {
	[TALK_SEND] = "SEND", [TALK_DROP] = "DROP", [TALK_ASK] = "ASK", [TALK_TRY_SSE] = "TRY_SSE",
	[TALK_WAIT] = "WAIT", [TALK_READY] = "READY", [TALK_DONE] = "DONE", [TALK_FAIL] = "FAIL",
};

static const struct talk_request *step(struct play *p, enum talk_step wanted)
{
	const struct talk_request *r = NULL;
	enum talk_step got = talk_next(&p->talk, &r);

	if (got != wanted)
		fail_msg("%s instead of %s: %s%.*s", step_names[got], step_names[wanted], talk_failure(&p->talk)->text,
			STR(r ? r->http.fetch.body : S("")));
	return r;
}

void play_is(struct play *p, enum talk_step wanted)
{
	step(p, wanted);
}

static void check_parts(const char *text, const char *const parts[])
{
	for (; *parts; parts++) {
		bool absent = **parts == '!';

		if ((strstr(text, *parts + absent) != NULL) == absent)
			fail_msg("%s is %s in:\n%s", *parts + absent, absent ? "there" : "not there", text);
	}
}

void play_sends(struct play *p, enum talk_slot slot, int64_t wait_ms, const char *const parts[])
{
	static char memory[1 << 16];
	const struct talk_request *r = step(p, TALK_SEND);
	const struct fetch_request *f = &r->http.fetch;
	struct buf text = buf_over(memory, sizeof memory);

	if (f->method.len)
		buf_print(&text, "%.*s\n", STR(f->method));
	for (size_t i = 0; i < f->fields_n; i++)
		buf_print(&text, "%.*s: %.*s\n", STR(f->fields[i].name), STR(f->fields[i].value));
	buf_add_char(&text, '\n');
	buf_add(&text, f->body);
	assert_non_null(buf_cstr(&text));
	assert_int_equal(r->slot, slot);
	assert_int_equal(r->wait_ms, wait_ms);
	check_parts(memory, parts);
}

void play_drops(struct play *p, enum talk_slot slot)
{
	assert_int_equal(step(p, TALK_DROP)->slot, slot);
}

static bool tell_head(struct play *p, enum talk_slot slot, int status, const char *type)
{
	struct http_field fields[2] = {{S("Content-Type"), str_of(type)}, {S("Mcp-Session-Id"), S("s1")}};
	struct fetch_head head = {.status = status, .fields = fields, .fields_n = p->talk.stream.era == ERA_LEGACY ? 2 : 1};

	return talk_head(&p->talk, slot, &head);
}

/* Each piece lies in memory of its own, so that what is kept of it shows. */
bool play_more(struct play *p, enum talk_slot slot, const char *body)
{
	size_t len = strlen(body);
	char *copy = test_malloc(len + 1);
	bool more;

	memcpy(copy, body, len);
	more = !len || talk_piece(&p->talk, slot, str_make(copy, len));
	memset(copy, '#', len);
	test_free(copy);
	return more;
}

void play_answer(struct play *p, enum talk_slot slot, int status, const char *type, const char *body)
{
	if (tell_head(p, slot, status, type) && play_more(p, slot, body))
		talk_end(&p->talk, slot, NULL);
}

void play_opens(struct play *p, enum talk_slot slot, const char *type, const char *body)
{
	assert_true(tell_head(p, slot, 200, type));
	assert_true(play_more(p, slot, body));
}

void play_ends(struct play *p, enum talk_slot slot, bool good)
{
	const struct err lost = {ERR_NETWORK, "the connection was lost"};

	talk_end(&p->talk, slot, good ? NULL : &lost);
}

void play_says(struct play *p, const char *text)
{
	size_t len = strlen(text);
	char *copy = test_malloc(len + 1);

	memcpy(copy, text, len);
	talk_message(&p->talk, str_make(copy, len));
	memset(copy, '#', len);
	test_free(copy);
}

void play_open_modern(struct play *p)
{
	PLAY_SENDS(p, TALK_MAIN, "\"method\":\"server/discover\"", "\"id\":1");
	play_answer(p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("1", PLAY_DISCOVERED));
}

void play_open_legacy(struct play *p)
{
	PLAY_SENDS(p, TALK_MAIN, "\"method\":\"initialize\"", "\"id\":1", "!Mcp-Session-Id");
	play_answer(p, TALK_MAIN, 200, PLAY_JSON, PLAY_RESULT("1", PLAY_INITIALIZED));
	PLAY_SENDS(p, TALK_MAIN, "notifications/initialized", "Mcp-Session-Id: s1");
	play_answer(p, TALK_MAIN, 202, PLAY_JSON, "");
}

const struct json *play_json(struct play *p, const char *text)
{
	const struct json *tree;

	assert_true(json_read(str_of(text), &p->memory.keep, &tree, NULL));
	return tree;
}

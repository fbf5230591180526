#include "support/broker_script.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "support/test.h"

static struct str copy(struct arena *a, const char *text)
{
	return text ? arena_str(a, str_of(text)) : (struct str){0};
}

static void answer(struct broker_script *s, struct broker_ask *ask)
{
	const char *text = s->tokens[s->asked++];
	struct broker_token token = {.access_token = copy(ask->arena, text), .token_type = S("Bearer"),
		.scope = copy(ask->arena, s->scope), .dpop_key = copy(ask->arena, s->dpop_key)};
	struct err none;

	err_set(&none, ERR_LOGIN, "not signed in at https://mcp.example: keyfob login https://mcp.example/mcp");
	ask->done(ask->self, text ? &token : NULL, text ? NULL : &none);
}

static void remove_first(struct broker_script *s, size_t i)
{
	s->open_n--;
	memmove(s->open + i, s->open + i + 1, (s->open_n - i) * sizeof *s->open);
}

static void tell(void *self)
{
	struct broker_script *s = self;
	size_t n = s->open_n;

	while (n-- && s->open_n) {
		struct broker_ask *ask = s->open[0];

		remove_first(s, 0);
		answer(s, ask);
	}
}

static void start(struct broker *broker, struct broker_ask *ask)
{
	struct broker_script *s = (struct broker_script *)(void *)broker;
	size_t place = s->asked + s->open_n;

	assert_true(place < BROKER_SCRIPT_TOKENS && s->open_n < BROKER_SCRIPT_OPEN);
	snprintf(s->rejected[place], sizeof s->rejected[0], "%.*s", STR(ask->rejected));
	s->open[s->open_n++] = ask;
	events_timer_set(s->events, &s->soon, 10);
}

static void cancel(struct broker *broker, struct broker_ask *ask)
{
	struct broker_script *s = (struct broker_script *)(void *)broker;

	for (size_t i = 0; i < s->open_n; i++)
		if (s->open[i] == ask) {
			remove_first(s, i);
			return;
		}
	fail_msg("a question is cancelled that is not open");
}

void broker_script_start(struct broker_script *s, struct events *v)
{
	static const struct broker_ops ops = {start, cancel};

	memset(s, 0, sizeof *s);
	s->broker.ops = &ops;
	s->events = v;
	s->soon = (struct events_timer){.fire = tell, .self = s};
}

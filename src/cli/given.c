#include "cli/given.h"

#include "base/buf.h"
#include "base/err.h"
#include "sys/events.h"
#include "sys/input.h"
#include "sys/world.h"

struct reading {
	struct buf token;
	struct err failure;
	bool over;
};

static void read_line(void *self, struct str line)
{
	struct reading *r = self;

	if (line.at == NULL)
		r->over = true;
	line = str_trim(line);
	if (line.len && r->token.len)
		err_set(&r->failure, ERR_USAGE, "standard input holds more than one line: the token alone is wanted");
	else
		buf_add(&r->token, line);
	if (r->token.full)
		err_set(&r->failure, ERR_USAGE, "standard input holds no token: a line of more than %d bytes", GIVEN_MAX);
}

static void too_late(void *self)
{
	struct reading *r = self;

	r->over = true;
	err_set(&r->failure, ERR_USAGE, "standard input was not closed in time: pipe the token in, or use --token");
}

static bool turn_until_over(struct world *w, struct reading *r, struct err *e)
{
	while (!r->over)
		if (!events_turn(w->events, e))
			return false;
	if (r->failure.kind == ERR_NONE)
		return true;
	if (e)
		*e = r->failure;
	return false;
}

bool given_read(struct world *w, struct str *token, struct err *e)
{
	static struct input input; /* large */
	struct reading r = {.token = buf_in(w->arena, GIVEN_MAX)};
	struct events_timer late = {.fire = too_late, .self = &r};
	bool done;

	if (w->input < 0)
		return err_set(e, ERR_USAGE, "--token - wants the token on standard input: keyfob login --url URL --token - < FILE");
	events_timer_set(w->events, &late, w->options.timeout_ms ? w->options.timeout_ms : GIVEN_WAIT_MS);
	done = input_listen(&input, w->events, w->input, read_line, &r, e) && turn_until_over(w, &r, e);
	events_timer_clear(w->events, &late);
	input_stop(&input);
	*token = buf_str(&r.token);
	return done;
}

bool given_check(struct str token, struct err *e)
{
	if (token.len == 0)
		return err_set(e, ERR_USAGE, "no token came: use --token, or pipe it to standard input");
	for (size_t i = 0; i < token.len; i++)
		if (token.at[i] <= ' ' || token.at[i] > '~')
			return err_set(e, ERR_USAGE, "the token holds a character that no bearer token may (RFC 6750): is it the right text?");
	return true;
}

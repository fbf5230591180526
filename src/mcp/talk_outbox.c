#include "mcp/talk_inside.h"

#include <string.h>

struct buf outbox_text(struct talk *t)
{
	return buf_in(&t->memory->side, 0);
}

bool outbox_add(struct talk *t, const struct buf *text, struct err *e)
{
	if (text->full || t->outbox_n == TALK_OUTBOX)
		return err_set(e, ERR_LIMIT, "the server sends too many requests of its own: there is no room for the answers to them");
	t->outbox[t->outbox_n++] = buf_str(text);
	return true;
}

enum talk_step outbox_send(struct talk *t, const struct talk_request **request)
{
	struct stream_request *r = &t->side.http;
	struct rpc none = {0};

	if (t->setup.duplex) {
		r->fetch = (struct fetch_request){.body = t->outbox[0]};
	} else if (!stream_post(&t->stream, t->outbox[0], &none, &t->memory->side, r, &t->failure)) {
		talk_fail(t);
		return TALK_FAIL;
	}
	t->side.slot = TALK_SIDE;
	t->side_out = true;
	*request = &t->side;
	return TALK_SEND;
}

void outbox_sent(struct talk *t)
{
	t->side_out = false;
	if (t->outbox_n)
		t->outbox_n--;
	memmove(t->outbox, t->outbox + 1, t->outbox_n * sizeof *t->outbox);
	if (!t->outbox_n)
		arena_reset(&t->memory->side);
}

/* The one that is under way stays until it is over. */
void outbox_clear(struct talk *t)
{
	t->outbox_n = t->side_out ? 1 : 0;
	if (!t->outbox_n)
		arena_reset(&t->memory->side);
}

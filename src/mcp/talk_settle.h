/* talk_settle: what an answer means for a conversation: the state that follows. For talk.c alone. */
#pragma once

#include <stdbool.h>

#include "mcp/era.h"

struct talk;

enum talk_state {
	TALK_STATE_PROBE,  /* server/discover, in the modern form */
	TALK_STATE_OPEN,   /* initialize */
	TALK_STATE_OPENED, /* notifications/initialized */
	TALK_STATE_IDLE,   /* open, and nothing is asked */
	TALK_STATE_CALL,   /* the question */
	TALK_STATE_CLOSE,  /* DELETE */
	TALK_STATE_OVER,
	TALK_STATE_FAILED,
};

/* Begins in that era, or by asking for it. */
void settle_era(struct talk *t, enum era era);
/* The main exchange ended: t->answer, and t->message where t->answered. */
void settle_answer(struct talk *t);
/* An event stream broke that can be taken up again. */
bool settle_may_resume(const struct talk *t);

/* carry_answer: what comes back to an exchange: interim answers, the head, the body, the end. */
#pragma once

#include <stdbool.h>

struct fetch_exchange;

/* Expects an answer to the request, or in CARRY_TUNNEL to CONNECT. */
void carry_answer_begin(struct fetch_exchange *x);
/* Stops reading the body, or goes on; see fetch_pause. */
void carry_answer_pause(struct fetch_exchange *x, bool paused);
/* Reads what there is; x may be gone afterwards. */
void carry_answer_read(struct fetch_exchange *x);

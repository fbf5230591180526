/* conversation_inside: what the files of conversation know of each other. For them alone. */
#pragma once

#include <stdbool.h>

#include "client/conversation.h"

/* conversation.c */
void conversation_turn_soon(struct conversation *c);

/* conversation_lane.c: requests over Streamable HTTP. */
bool lanes_make(struct conversation *c, struct err *e);
void lane_send(struct conversation_lane *l, const struct talk_request *r);
void lane_drop(struct conversation_lane *l);
void lanes_end(struct conversation *c);

/* conversation_road.c: which road messages travel, and links. */
/* Fills in what the talk is to know of it. False where it cannot begin. */
bool conversation_road_begin(struct conversation *c, struct talk_setup *setup, struct err *e);
/* The talk wants HTTP+SSE to be tried. */
void conversation_road_try_sse(struct conversation *c);
void conversation_road_send(struct conversation *c, struct str message);
/* A question was answered: what the server was found to speak is remembered. */
void conversation_road_keep(struct conversation *c);

/* conversation_time.c: how long a question may take. */
void time_begin(struct conversation *c);
void time_stop(struct conversation *c);
/* Progress: not yet too late. */
void time_restart(struct conversation *c);
/* What a question may take without a word, and in all. */
int64_t time_limit_ms(const struct conversation *c);
int64_t time_most_ms(const struct conversation *c);
/* Timers that wait for an answer to this request in particular. */
void time_watch(struct conversation *c, const struct talk_request *r);

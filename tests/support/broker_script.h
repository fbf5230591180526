/* broker_script: a broker that hands out the tokens of a list, one a question, on the loop of a test's world. */
#pragma once

#include <stddef.h>

#include "client/broker.h"
#include "sys/events.h"

enum { BROKER_SCRIPT_TOKENS = 64, BROKER_SCRIPT_OPEN = 64 };

struct broker_script {
	struct broker broker; /* for those who ask: &s.broker */
	struct events *events;
	const char *tokens[BROKER_SCRIPT_TOKENS]; /* for the first, second ... question; NULL: nobody is signed in */
	const char *scope, *dpop_key;             /* of every token; NULL: none */
	size_t asked;
	char rejected[BROKER_SCRIPT_TOKENS][64]; /* what each question named */
	struct broker_ask *open[BROKER_SCRIPT_OPEN];
	size_t open_n;
	struct events_timer soon;
};

/* All but the tokens is set; every question is answered 10 ms later. */
void broker_script_start(struct broker_script *s, struct events *v);

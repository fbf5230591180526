#include "client/broker.h"

void broker_ask_start(struct broker *b, struct broker_ask *ask)
{
	b->ops->start(b, ask);
}

void broker_ask_cancel(struct broker *b, struct broker_ask *ask)
{
	b->ops->cancel(b, ask);
}

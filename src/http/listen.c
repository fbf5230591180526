#include "http/listen.h"

struct listen_door *listen_open(struct listen *l, struct str host, uint16_t port, struct listen_sink sink, uint16_t *bound, struct err *e)
{
	return l->ops->open(l, host, port, sink, bound, e);
}

void listen_close(struct listen *l, struct listen_door *d)
{
	l->ops->close(l, d);
}

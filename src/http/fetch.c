#include "http/fetch.h"

#include <string.h>

#include "base/arena.h"
#include "base/len.h"

struct fetch_exchange *fetch_start(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e)
{
	return f->ops->start(f, r, sink, e);
}

void fetch_cancel(struct fetch *f, struct fetch_exchange *x)
{
	f->ops->cancel(f, x);
}

#include "client/link.h"

#include "base/err.h"

bool link_send(struct link *l, struct str text, struct err *e)
{
	if (text.len > LINK_MESSAGE)
		return err_set(e, ERR_LIMIT, "the message is longer than %d bytes", LINK_MESSAGE);
	return l->ops->send(l, text, e);
}

void link_finish(struct link *l)
{
	l->ops->finish(l);
}

void link_end(struct link *l)
{
	if (l)
		l->ops->end(l);
}

#include "cli/reach.h"

#include "cli/headers.h"
#include "cli/wish.h"
#include "client/authorized.h"
#include "client/enrol.h"
#include "sys/world.h"

bool reach_server(struct world *w, const struct args *a, const struct url *url, struct enrol *n, struct authorized_server *s, struct err *e)
{
	struct http_field *fields = NULL;

	s->world = w;
	s->url = *url;
	s->enrol = n;
	n->world = w;
	if (!headers_read(w, a, &fields, &s->fields_n, e))
		return false;
	s->fields = fields;
	return wish_read(w, a, url, &n->wish, e) && wish_fall_back(w, e);
}

#include "client/site.h"

#include "base/arena.h"
#include "base/err.h"
#include "http/fetch.h"
#include "sys/text.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { LOGIN_SHOWN = 160 };

bool site_read(struct str text, struct arena *a, struct url *url, struct err *e)
{
	struct err why = {0};

	if (str_find_str(text, S("://")) == text.len)
		return err_set(e, ERR_USAGE, "'%.*s' is no URL: did you mean https://%.*s?", STR(str_first(text, 80)), STR(str_first(text, 80)));
	if (!url_read(text, a, url, &why))
		return err_set(e, ERR_USAGE, "%s", why.text);
	return true;
}

struct str site_identity(const struct url *url, struct arena *a)
{
	return url_origin(url, a);
}

struct str site_resource(const struct url *url, struct arena *a)
{
	struct url base = *url;

	base.has_query = base.has_fragment = false;
	if (str_ends(base.path, S("/")))
		base.path = str_drop_last(base.path, 1);
	if (str_ends(base.path, S("/mcp")) || str_ends(base.path, S("/sse")))
		base.path = str_drop_last(base.path, 4);
	if (base.path.len == 0)
		return url_origin(&base, a);
	return url_text(&base, a);
}

bool site_covers(const struct profile *p, const struct url *url, struct arena scratch)
{
	struct str resource = p->grant.resource;
	struct url read;

	if (resource.len == 0 && url_read(p->server_url, &scratch, &read, NULL))
		resource = site_resource(&read, &scratch);
	return url_read(resource, &scratch, &read, NULL) && url_covers(&read, url);
}

const struct profile *site_find(const struct vault *v, const struct url *url, struct arena scratch)
{
	return vault_find(v, site_identity(url, &scratch));
}

struct str site_login(struct str url, struct arena *a)
{
	struct str word = url.len && url.len <= LOGIN_SHOWN ? text_quoted(url, a) : S("URL");
	struct str whole = word.len ? arena_print(a, "keyfob login %.*s", STR(word)) : word;

	return whole.len ? whole : S("keyfob login URL");
}

void site_tell(struct world *w, const struct fetch_request *r)
{
	struct arena scratch = *w->arena;
	struct str origin = url_origin(&r->url, &scratch);

	world_detail(w, "%.*s %.*s%.*s", STR(r->method), STR(text_shown(origin, &scratch)), STR(text_shown(r->url.path, &scratch)));
}

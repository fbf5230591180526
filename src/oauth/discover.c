#include "oauth/discover.h"

#include "base/arena.h"
#include "base/buf.h"
#include "http/url.h"

static bool add(struct discover *d, struct arena *a, const struct url *at, struct str before, struct str path, struct str after)
{
	struct buf b = buf_in(a, 0);

	url_write_origin(&b, at);
	buf_add(&b, before);
	buf_add(&b, path);
	buf_add(&b, after);
	if (b.full)
		return false;
	d->urls[d->n++] = buf_str(&b);
	return true;
}

/* A path of "/" alone is none; a final slash is not part of it. */
static struct str path_of(const struct url *url)
{
	return str_ends(url->path, S("/")) ? str_drop_last(url->path, 1) : url->path;
}

bool discover_resource(const struct url *server, struct arena *a, struct discover *d)
{
	struct str known = S("/.well-known/oauth-protected-resource");
	struct str path = path_of(server);
	struct str none = {0};

	*d = (struct discover){0};
	return (path.len == 0 || add(d, a, server, known, path, none)) &&
		add(d, a, server, known, none, none);
}

bool discover_issuer(const struct url *issuer, struct arena *a, struct discover *d)
{
	struct str oauth = S("/.well-known/oauth-authorization-server");
	struct str openid = S("/.well-known/openid-configuration");
	struct str path = path_of(issuer);
	struct str none = {0};

	*d = (struct discover){0};
	return add(d, a, issuer, oauth, path, none) &&
		add(d, a, issuer, openid, path, none) &&
		(path.len == 0 || add(d, a, issuer, none, path, openid));
}

#include "http/url.h"

#include "base/arena.h"
#include "base/buf.h"

void url_write_host(struct buf *out, const struct url *url)
{
	if (url->is_v6)
		buf_add_char(out, '[');
	buf_add(out, url->host);
	if (url->is_v6)
		buf_add_char(out, ']');
}

void url_write_authority(struct buf *out, const struct url *url)
{
	url_write_host(out, url);
	if (url->port != (url_is_https(url) ? 443 : 80))
		buf_print(out, ":%u", (unsigned)url->port);
}

void url_write_origin(struct buf *out, const struct url *url)
{
	buf_add(out, url->scheme);
	buf_add(out, S("://"));
	url_write_authority(out, url);
}

void url_write_target(struct buf *out, const struct url *url)
{
	buf_add(out, url->path);
	if (!url->has_query)
		return;
	buf_add_char(out, '?');
	buf_add(out, url->query);
}

void url_write(struct buf *out, const struct url *url)
{
	url_write_origin(out, url);
	url_write_target(out, url);
}

static struct str taken(const struct url *url, struct arena *a, void (*write)(struct buf *, const struct url *))
{
	struct buf b = buf_in(a, 0);

	write(&b, url);
	return b.full ? (struct str){0} : buf_str(&b);
}

struct str url_origin(const struct url *url, struct arena *a)
{
	return taken(url, a, url_write_origin);
}

struct str url_text(const struct url *url, struct arena *a)
{
	return taken(url, a, url_write);
}

struct str url_authority(const struct url *url, struct arena *a)
{
	return taken(url, a, url_write_authority);
}

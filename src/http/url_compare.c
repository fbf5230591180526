#include "http/url.h"

#include "base/len.h"
#include "http/host.h"

bool url_is_https(const struct url *url)
{
	return str_same(url->scheme, S("https"));
}

bool url_is_loopback(const struct url *url)
{
	return host_is_loopback(url->host, url->is_v6);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return str_same(a->scheme, b->scheme) && str_same_nocase(a->host, b->host) && a->is_v6 == b->is_v6 && a->port == b->port;
}

/* Offset of the next thing that some server takes for the end of a segment. */
static size_t find_edge(struct str path, size_t *width)
{
	for (size_t i = 0; i < path.len; i++) {
		struct str here = str_span(path, i, 3);

		*width = str_same_nocase(here, S("%2f")) || str_same_nocase(here, S("%5c")) ? 3 : 1;
		if (*width == 3 || here.at[0] == '/' || here.at[0] == ';')
			return i;
	}
	*width = 0;
	return path.len;
}

/* ".." that is no dot segment here, but is one to a server that decodes %2F, takes '\' for
 * '/' or drops what follows ';': such a path may lead anywhere. */
static bool may_climb(struct str path)
{
	bool more = true;

	while (more) {
		size_t width;
		size_t edge = find_edge(path, &width);

		if (str_same(str_first(path, edge), S("..")))
			return true;
		more = width > 0;
		path = str_from(path, len_add(edge, width));
	}
	return false;
}

bool url_covers(const struct url *prefix, const struct url *url)
{
	struct str above = str_ends(prefix->path, S("/")) ? str_drop_last(prefix->path, 1) : prefix->path;
	struct str below = str_from(url->path, above.len);

	if (!url_same_origin(prefix, url) || prefix->has_fragment)
		return false;
	if (prefix->has_query && !(url->has_query && str_same(prefix->query, url->query)))
		return false;
	return str_starts(url->path, above) && (below.len == 0 || below.at[0] == '/') && !may_climb(below);
}

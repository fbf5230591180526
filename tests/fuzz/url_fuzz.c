/* A URL that was taken, written and taken again is the same; so is one that was resolved. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/url.h"

static char memory[512 * 1024];

static void check_written(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		fuzz_check(s.at[i] > ' ' && s.at[i] < 0x7f && s.at[i] != '\\' && s.at[i] != '#');
}

static void check_same(const struct url *url, struct arena *a)
{
	struct str text = url_text(url, a);
	struct url again;
	struct err e = {0};

	fuzz_check(text.at);
	check_written(text);
	fuzz_check(str_starts(url->path, S("/")) && url->port != 0 && url->host.len > 0);
	fuzz_check(!str_has(url->host, '@') && url_is_path(url->path));
	if (text.len > URL_MAX)
		return;
	fuzz_check(url_read(text, a, &again, &e));
	fuzz_check(str_same(text, url_text(&again, a)));
	fuzz_check(str_same(url->host, again.host) && url->port == again.port && url->is_v6 == again.is_v6);
	fuzz_check(str_same(url->path, again.path) && url->has_query == again.has_query && str_same(url->query, again.query));
	fuzz_check(url_same_origin(url, &again));
	fuzz_check(url_is_loopback(url) == url_is_loopback(&again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size);
	struct arena a;
	struct url base;
	struct url url;
	struct err e = {0};

	arena_over(&a, memory, sizeof memory);
	if (url_read(text, &a, &url, &e)) {
		check_same(&url, &a);
		/* A reference that has all parts means the same from anywhere. */
		fuzz_check(url_read(S("http://a/b/c/d;p?q"), &a, &base, &e));
		fuzz_check(url_resolve(&base, text, &a, &base, &e));
		fuzz_check(str_same(url_text(&url, &a), url_text(&base, &a)));
	} else {
		fuzz_check(e.kind == ERR_INPUT || e.kind == ERR_LIMIT);
	}
	fuzz_check(url_read(S("https://a.example:444/b/c/d;p?q"), &a, &base, &e));
	if (url_resolve(&base, text, &a, &url, &e))
		check_same(&url, &a);
	return 0;
}

/* NO_PROXY covers no less when more is written into it; a proxy's URL that is taken has a host, a port
 * and an authorization that fits a field; one that is refused is not quoted. The input is a value, a
 * line break, and a host. */
#include "support/fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/field.h"
#include "http/url.h"
#include "net/proxy.h"

static char memory[256 * 1024], longer[32 * 1024];

static void check_list(struct str list, struct str host)
{
	struct buf b = buf_over(longer, sizeof longer);
	bool covered = proxy_is_exempt(list, host, 443);

	buf_add(&b, S("x.example,"));
	buf_add(&b, list);
	buf_add(&b, S(",10.0.0.0/8"));
	fuzz_check(!b.full);
	fuzz_check(!covered || proxy_is_exempt(buf_str(&b), host, 443));
	buf_add(&b, S(",*"));
	fuzz_check(proxy_is_exempt(buf_str(&b), host, 443));
}

static bool take(struct str value, struct arena *a, bool *through, struct proxy *proxy, struct err *e)
{
	struct proxy_rules rules = {.https = value};
	struct url url;

	fuzz_check(url_read(S("https://far.example/"), a, &url, e));
	return proxy_for(&rules, &url, a, through, proxy, e);
}

/* The error is one that another value gives too, so it holds nothing of this one. */
static void check_error(const struct err *e, struct arena *a)
{
	static const struct str others[] = {S_INIT("ftp://x"), S_INIT("http://:"), S_INIT("http://%zz@x")};
	bool same = false;

	for (size_t i = 0; i < 3; i++) {
		struct proxy proxy;
		struct err other = {0};
		bool through;

		fuzz_check(!take(others[i], a, &through, &proxy, &other));
		same |= other.kind == ERR_USAGE && strcmp(other.text, e->text) == 0;
	}
	fuzz_check(same);
}

static void check_value(struct str value, struct arena *a)
{
	struct proxy proxy;
	struct err e = {0};
	bool through;

	if (!take(value, a, &through, &proxy, &e)) {
		check_error(&e, a);
		return;
	}
	fuzz_check(through == (value.len > 0));
	if (!through)
		return;
	fuzz_check(proxy.host.len > 0 && proxy.port > 0 && !str_has(proxy.host, '@'));
	fuzz_check(!proxy.authorization.len || (field_is_value(proxy.authorization) && str_starts(proxy.authorization, S("Basic "))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value, host;
	struct arena a;

	if (size > 8192)
		return 0;
	arena_over(&a, memory, sizeof memory);
	str_cut(str_make(data, size), '\n', &value, &host);
	check_list(value, host);
	check_value(value, &a);
	return 0;
}

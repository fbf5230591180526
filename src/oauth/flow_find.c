#include "oauth/flow_inside.h"

#include "base/buf.h"
#include "oauth/quote.h"

static enum flow_step get(struct flow *f, const struct url *url)
{
	static const struct http_field accept[] = {{S_INIT("Accept"), S_INIT("application/json")}};

	f->fetched = *url;
	f->request = (struct fetch_request){
		.method = S("GET"), .url = *url, .fields = accept, .fields_n = 1,
	};
	return flow_send(f, f->at, METADATA_MAX);
}

static enum flow_step ask_place(struct flow *f)
{
	const char *what = f->at == FLOW_AT_RESOURCE ? "resource_metadata" : "the issuer";
	struct url url;

	f->redirects = 0;
	if (!place_read(&f->place, f->discover.urls[f->discover_at], what, f->setup.arena, &url, &f->err))
		return flow_fail(f);
	return get(f, &url);
}

static enum flow_step search(struct flow *f, enum flow_place at)
{
	f->at = at;
	f->discover_at = 0;
	f->first_status = 0;
	f->told = false;
	return ask_place(f);
}

/* Both documents come over the same road, so this is asked of both: same origin, a few times. */
static bool follow(struct flow *f, const struct fetch_answer *answer, struct url *url)
{
	struct str location = fetch_field(answer->fields, answer->fields_n, S("location"), NULL);

	return flow_is_redirect(answer->status) && location.len && f->redirects < FLOW_REDIRECTS &&
		url_resolve(&f->fetched, location, f->setup.arena, url, NULL) && url_same_origin(&f->fetched, url);
}

/* Where the server names no resource: its URL less a final /mcp or /sse. */
static struct str resource_of(const struct url *server, struct arena *a)
{
	static const struct str ends[] = {S_INIT("/"), S_INIT("/mcp"), S_INIT("/sse"), S_INIT("/")};
	struct str path = server->path;
	struct buf out = buf_in(a, 0);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(path, ends[i]))
			path = str_drop_last(path, ends[i].len);
	url_write_origin(&out, server);
	buf_add(&out, path);
	return out.full ? (struct str){0} : buf_str(&out);
}

static enum flow_step search_issuer(struct flow *f, struct str issuer)
{
	struct url url;

	if (!place_read(&f->place, issuer, "the issuer", f->setup.arena, &url, &f->err))
		return flow_fail(f);
	if (url.has_query) {
		err_set(&f->err, ERR_INPUT, "the issuer \"%s\" has a query, which no issuer may have", quote_url(issuer).text);
		return flow_fail(f);
	}
	f->issuer.issuer = issuer;
	if (!discover_issuer(&url, f->setup.arena, &f->discover)) {
		err_set(&f->err, ERR_LIMIT, "the sign-in does not fit in memory");
		return flow_fail(f);
	}
	return search(f, FLOW_AT_ISSUER);
}

enum flow_step flow_find_begin(struct flow *f)
{
	f->discover = (struct discover){.urls = {f->challenge.resource_metadata}, .n = 1};
	if (f->challenge.resource_metadata.len == 0 && !discover_resource(&f->setup.server, f->setup.arena, &f->discover)) {
		err_set(&f->err, ERR_LIMIT, "the sign-in does not fit in memory");
		return flow_fail(f);
	}
	return search(f, FLOW_AT_RESOURCE);
}

/* Neither the challenge nor a well-known place led to resource metadata. */
static enum flow_step no_resource(struct flow *f)
{
	struct str origin;

	if (f->challenge.resource_metadata.len) {
		err_where(&f->err, "no resource metadata at \"%s\", which the server names", quote_url(f->challenge.resource_metadata).text);
		return flow_fail(f);
	}
	if (f->passed) {
		f->at = FLOW_AT_END;
		return f->step = FLOW_OPEN;
	}
	f->grant.resource = resource_of(&f->setup.server, f->setup.arena);
	if (f->setup.issuer.len)
		return search_issuer(f, f->setup.issuer);
	if (f->probe_status != 0 && f->probe_status != 401 && !f->challenge.is_there) {
		err_set(&f->err, ERR_FAILED, "the server answered the first request with status %d and names no authorization "
			"server; is the address right?", f->probe_status);
		return flow_fail(f);
	}
	/* A server of the 2025-03-26 revision: its own origin is the issuer. */
	f->is_legacy = true;
	origin = url_origin(&f->setup.server, f->setup.arena);
	return search_issuer(f, origin);
}

static enum flow_step no_issuer(struct flow *f)
{
	if (!f->is_legacy || f->first_status >= 500 || f->first_status == 429) {
		err_where(&f->err, "no metadata of the authorization server \"%s\"", quote_url(f->issuer.issuer).text);
		return flow_fail(f);
	}
	if (!metadata_assume(&f->setup.server, f->setup.arena, &f->issuer)) {
		err_set(&f->err, ERR_LIMIT, "the sign-in does not fit in memory");
		return flow_fail(f);
	}
	if (!flow_settle_allows(f))
		return flow_fail(f);
	f->at = FLOW_AT_REDIRECT;
	return f->step = FLOW_REDIRECT;
}

static enum flow_step next_place(struct flow *f)
{
	if (++f->discover_at < f->discover.n)
		return ask_place(f);
	return f->at == FLOW_AT_RESOURCE ? no_resource(f) : no_issuer(f);
}

/* The first authorization server listed, or the one that the user pinned. */
static enum flow_step choose_issuer(struct flow *f)
{
	struct str pinned = f->setup.issuer;

	f->grant.resource = f->resource.resource;
	f->resource_is_named = true;
	if (pinned.len == 0)
		return search_issuer(f, f->resource.servers[0]);
	for (size_t i = 0; i < f->resource.servers_n; i++)
		if (str_same(f->resource.servers[i], pinned))
			return search_issuer(f, pinned);
	err_set(&f->err, ERR_FAILED, "the server names \"%s\" as its authorization server, not the configured \"%s\"",
		quote_url(f->resource.servers[0]).text, quote_url(pinned).text);
	return flow_fail(f);
}

/* With no resource metadata the issuer is the origin, which may be written with or without a final '/'. */
static enum metadata_answer read_issuer(struct flow *f, struct str document, struct metadata_issuer *m)
{
	struct str issuer = f->issuer.issuer;
	enum metadata_answer answer = metadata_read_issuer(document, issuer, &f->place, f->setup.arena, m, &f->err);

	if (answer != METADATA_WRONG || !f->is_legacy)
		return answer;
	issuer = arena_print(f->setup.arena, "%.*s/", STR(issuer));
	if (metadata_read_issuer(document, issuer, &f->place, f->setup.arena, m, NULL) == METADATA_OK)
		return METADATA_OK;
	return METADATA_WRONG;
}

static enum metadata_answer read_document(struct flow *f, struct str document)
{
	struct metadata_issuer m;
	enum metadata_answer answer;

	if (f->at == FLOW_AT_RESOURCE)
		return metadata_read_resource(document, &f->setup.server, f->setup.arena, &f->resource, &f->err);
	answer = read_issuer(f, document, &m);
	if (answer == METADATA_OK) {
		f->issuer = m;
		if (!flow_settle_allows(f))
			return METADATA_WRONG;
	}
	return answer;
}

static enum flow_step take_document(struct flow *f, struct str document)
{
	struct arena before = *f->setup.arena;

	switch (read_document(f, document)) {
	case METADATA_OK:
		break;
	case METADATA_WRONG:
		return flow_fail(f);
	case METADATA_OTHER:
		*f->setup.arena = before;
		f->told = true;
		return next_place(f);
	}
	if (f->at == FLOW_AT_RESOURCE)
		return choose_issuer(f);
	f->at = FLOW_AT_REDIRECT;
	return f->step = FLOW_REDIRECT;
}

enum flow_step flow_find_answer(struct flow *f, const struct fetch_answer *answer)
{
	struct url url;

	if (f->first_status == 0)
		f->first_status = answer->status;
	if (follow(f, answer, &url)) {
		f->redirects++;
		return get(f, &url);
	}
	if (answer->status == 200)
		return take_document(f, answer->body);
	if (answer->status == 404 && f->told)
		return next_place(f);
	f->told = answer->status != 404;
	err_set(&f->err, flow_is_redirect(answer->status) ? ERR_INPUT : ERR_FAILED, flow_is_redirect(answer->status) ?
		"status %d, a redirect that is not followed (another origin, or too many)" : "status %d", answer->status);
	/* A server in trouble must not look like one that has no such document. */
	if (f->at == FLOW_AT_RESOURCE && (answer->status >= 500 || answer->status == 429)) {
		err_where(&f->err, "the resource metadata of the server");
		err_hint(&f->err, "; try again later");
		return flow_fail(f);
	}
	return next_place(f);
}

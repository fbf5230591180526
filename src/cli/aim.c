#include "cli/aim.h"

#include "base/err.h"
#include "cli/args.h"
#include "cli/choose.h"
#include "client/site.h"
#include "sys/world.h"

static bool is_url(struct str word)
{
	return str_find_str(word, S("://")) < word.len;
}

/* The words: a URL comes first, a name behind it. */
static bool read_words(const struct args *a, struct str *url, struct str *name, struct err *e)
{
	*url = args_value(a, "--url");
	for (size_t i = 0; i < a->words_n; i++) {
		struct str word = args_word(a, i);

		if (is_url(word) && !url->len)
			*url = word;
		else if (!is_url(word) && !name->len && word.len)
			*name = word;
		else
			return err_set(e, ERR_USAGE, "that is more than one %s: keyfob %s", is_url(word) ? "URL" : "name", a->command->usage);
	}
	return true;
}

/* The address with /mcp at its end. */
static bool add_mcp(struct world *w, struct aim *t, struct err *e)
{
	if (!url_resolve(&t->url, S("/mcp"), w->arena, &t->mcp, e))
		return false;
	t->mcp.has_query = t->url.has_query;
	t->mcp.query = t->url.query;
	return true;
}

static bool aim_at(struct world *w, struct aim *t, struct str text, bool flagged, struct err *e)
{
	bool bare;

	if (!site_read(text, w->arena, &t->url, e))
		return false;
	bare = str_same(t->url.path, S("/"));
	t->mcp = t->url;
	t->many = flagged || bare;
	return !(flagged && bare) || add_mcp(w, t, e);
}

bool aim_read(struct world *w, const struct args *a, struct aim *t, struct err *e)
{
	struct str url;

	*t = (struct aim){.program = args_command(a)};
	if (!read_words(a, &url, &t->name, e))
		return false;
	if (t->program && url.len)
		return err_set(e, ERR_USAGE, "a URL and a program behind -- are two servers: name one");
	if (t->program)
		return true;
	if (url.len)
		return aim_at(w, t, url, args_given(a, "--url"), e);
	return choose_server(w, &url, e) && aim_at(w, t, url, true, e);
}

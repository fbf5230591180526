#include "cli/aim.h"

#include "base/err.h"
#include "cli/args.h"
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

		if (is_url(word) && i == 0 && !url->len)
			*url = word;
		else if (!name->len && word.len)
			*name = word;
		else
			return err_set(e, ERR_USAGE, "that is more than one %s: keyfob %s", is_url(word) ? "URL" : "name", a->command->usage);
	}
	return true;
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
	if (!url.len)
		return err_set(e, ERR_USAGE, "which server? keyfob %s", a->command->usage);
	return site_read(url, w->arena, &t->url, e);
}

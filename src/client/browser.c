#include "client/browser.h"

#include "base/arena.h"
#include "base/err.h"
#include "http/url.h"
#include "sys/spawn.h"
#include "sys/world.h"

/* What to run; empty where there is nothing that would show a page. */
static struct str choose(struct world *w, struct str program)
{
	if (program.len)
		return program;
	if (world_env(w, "BROWSER").len)
		return world_env(w, "BROWSER");
	if (world_env(w, "DISPLAY").len || world_env(w, "WAYLAND_DISPLAY").len)
		return S("xdg-open");
	return (struct str){0};
}

bool browser_open(struct world *w, struct str program, struct str url, struct err *e)
{
	struct arena scratch = *w->arena;
	struct str chosen = arena_str(&scratch, choose(w, program));
	struct url read;
	const char *argv[3] = {chosen.at, NULL, NULL};

	if (!chosen.len)
		return true;
	if (!url_read(url, &scratch, &read, e))
		return false;
	if (!url_is_https(&read) && !url_is_loopback(&read))
		return err_set(e, ERR_INPUT, "an address in plain http is not shown in a browser");
	argv[1] = arena_print(&scratch, "%.*s%s%.*s", STR(url_text(&read, &scratch)), read.has_fragment ? "#" : "", STR(read.fragment)).at;
	if (!argv[1])
		return err_set(e, ERR_LIMIT, "the address is too long");
	return spawn_apart(argv, true, e);
}

/* help: `keyfob help [COMMAND]`, and what --help, --version and --licenses print. */
#include "cli/help.h"

#include <stdio.h>

#include "base/err.h"
#include "cli/args.h"
#include "cli/command.h"
#include "crypto/roots.h"
#include "sys/world.h"

enum { FLAG_TEXT = 64 };

extern const char licenses_text[]; /* made at build from what vendor/fetch brought */

/* "-u, --url URL" */
static int flag_text(char text[static FLAG_TEXT], const struct command_flag *flag)
{
	const char *value = flag->value ? flag->value : "";
	const char *blank = flag->value ? " " : "";

	if (flag->letter)
		return snprintf(text, FLAG_TEXT, "-%c, %s%s%s", flag->letter, flag->name, blank, value);
	return snprintf(text, FLAG_TEXT, "    %s%s%s", flag->name, blank, value);
}

/* One a line, the summaries in one column behind the longest. */
static void print_flags(struct world *w, const struct command_flag *flags)
{
	char text[FLAG_TEXT];
	int width = 0;

	for (const struct command_flag *flag = flags; flag->name; flag++) {
		int len = flag_text(text, flag);

		width = len > width ? len : width;
	}
	for (const struct command_flag *flag = flags; flag->name; flag++) {
		flag_text(text, flag);
		world_print(w, "  %-*s  %s\n", width, text, flag->summary);
	}
}

static void print_overview(struct world *w)
{
	world_print(w, "keyfob signs in to MCP servers where there is no browser, and keeps the tokens.\n\n"
		"usage: keyfob [auth] COMMAND [flags]\n\n");
	for (size_t i = 0; command_table[i]; i++)
		world_print(w, "  %-10s %s\n", command_table[i]->name, command_table[i]->summary);
	world_print(w, "\nflags for every command:\n");
	print_flags(w, command_global_flags);
	world_print(w, "\n'keyfob COMMAND --help' tells more. Exit status: 0 done, 1 failed, 2 usage,\n"
		"3 login needed, 4 network or TLS, 5 vault, 6 configuration.\n");
}

void help_print(struct world *w, const struct command *c)
{
	if (!c) {
		print_overview(w);
		return;
	}
	world_print(w, "usage: keyfob %s\n\n%s.\n", c->usage, c->summary);
	if (c->flags) {
		world_print(w, "\n");
		print_flags(w, c->flags);
	}
	if (c->more)
		world_print(w, "\n%s", c->more);
	world_print(w, "\nFlags for every command: 'keyfob --help'.\n");
}

void help_print_version(struct world *w)
{
	world_print(w, "keyfob %s\nBearSSL 0.6 (TLS 1.2), libyaml 0.2.5\nroots: %s (%zu of them)\n",
		KEYFOB_VERSION, roots_embedded.version, roots_embedded.count);
}

void help_print_licenses(struct world *w)
{
	w->out(w, str_of(licenses_text));
}

static bool help(struct world *w, const struct args *a, struct err *e)
{
	const struct command *c = NULL;

	if (a->words_n && !(c = command_find(a->words[0])))
		return err_set(e, ERR_USAGE, "there is no command '%.*s': see 'keyfob help'", STR(str_first(a->words[0], 60)));
	help_print(w, c);
	return true;
}

const struct command cmd_help = {
	.name = "help",
	.usage = "help [COMMAND]",
	.summary = "Tells about keyfob or one of its commands",
	.words_max = 1,
	.run = help,
};

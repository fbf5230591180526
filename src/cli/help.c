/* help: `keyfob help [COMMAND]`, and what --help, --version and --licenses print. */
#include "cli/help.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/wish.h"
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

static int widest(const struct command_flag *flags, size_t n)
{
	char text[FLAG_TEXT];
	int width = 0;

	for (size_t i = 0; flags && i < n && flags[i].name; i++) {
		int len = flag_text(text, &flags[i]);

		width = len > width ? len : width;
	}
	return width;
}

/* One a line, the summaries in one column. */
static void print_flags(struct world *w, const struct command_flag *flags, size_t n, int width)
{
	char text[FLAG_TEXT];

	for (size_t i = 0; flags && i < n && flags[i].name; i++) {
		flag_text(text, &flags[i]);
		world_print(w, "  %-*s  %s\n", width, text, flags[i].summary);
	}
}

static void print_all_flags(struct world *w, const struct command_flag *flags)
{
	print_flags(w, flags, SIZE_MAX, widest(flags, SIZE_MAX));
}

/* login shows those of signing in that people use by hand; the others only say where they are. */
static void print_own_flags(struct world *w, const struct command *c)
{
	size_t shared = c == &cmd_login ? wish_browser_flags : 0;
	int own_width = widest(c->flags, SIZE_MAX), shared_width = widest(wish_flags, shared);
	int width = own_width > shared_width ? own_width : shared_width;

	if (c->flags || shared)
		world_print(w, "\n");
	print_flags(w, c->flags, SIZE_MAX, width);
	print_flags(w, wish_flags, shared, width);
}

static void print_who_signs_in(struct world *w)
{
	size_t left = 0, n = 0;

	for (size_t i = 0; command_table[i]; i++)
		left += command_table[i]->signs_in;
	world_print(w, "Signing in: flags of ");
	for (size_t i = 0; command_table[i]; i++)
		if (command_table[i]->signs_in)
			world_print(w, "%s%s", n++ == 0 ? "" : n == left ? " and " : ", ", command_table[i]->name);
	world_print(w, ".\n");
}

static void print_grants(struct world *w)
{
	int width = 0;

	for (const struct wish_grant *g = wish_grants; g->name; g++)
		width = (int)strlen(g->name) > width ? (int)strlen(g->name) : width;
	print_who_signs_in(w);
	world_print(w, "\n--grant says how; else what is given does, else how it was done before:\n");
	for (const struct wish_grant *g = wish_grants; g->name; g++)
		world_print(w, "  %-*s  %s%s%s\n", width, g->name, g->summary, g->flags ? ": " : "", g->flags ? g->flags : "");
	world_print(w, "\n");
	print_all_flags(w, wish_flags);
}

static void print_overview(struct world *w)
{
	world_print(w, "keyfob signs in to MCP servers where there is no browser, and keeps the tokens.\n\n"
		"usage: keyfob [auth] COMMAND [flags]\n\n");
	for (size_t i = 0; command_table[i]; i++)
		world_print(w, "  %-10s %s\n", command_table[i]->name, command_table[i]->summary);
	world_print(w, "\nflags for every command:\n");
	print_all_flags(w, command_global_flags);
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
	print_own_flags(w, c);
	if (c->more)
		world_print(w, "\n%s", c->more);
	if (c->signs_in)
		world_print(w, "\n%s: 'keyfob help grants'.", c == &cmd_login ? "Grants and clients" : "Signing in");
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

	if (a->words_n && str_same(a->words[0], S("grants"))) {
		print_grants(w);
		return true;
	}
	if (a->words_n && !(c = command_find(a->words[0])))
		return err_set(e, ERR_USAGE, "there is no command '%.*s': see 'keyfob help'", STR(str_first(a->words[0], 60)));
	help_print(w, c);
	return true;
}

const struct command cmd_help = {
	.name = "help",
	.usage = "help [COMMAND | grants]",
	.summary = "Tells about keyfob, one of its commands, or the ways to sign in",
	.words_max = 1,
	.run = help,
};

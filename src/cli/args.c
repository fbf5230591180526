#include "cli/args.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "cli/wish.h"
#include "sys/world.h"

/* One walk over argv. */
struct walk {
	struct args *args;
	struct world *world;
	char **argv;
	int argc;
	int i;
	bool words_only; /* behind "--" */
	bool auth;       /* the word `auth` stood first */
};

static struct str flag_name(const struct command_flag *flag)
{
	return str_of(flag->name);
}

/* The flag in a table; NULL when it is not there. */
static const struct command_flag *look_up(const struct command_flag *flags, struct str name, char letter)
{
	for (; flags && flags->name; flags++)
		if (letter ? flags->letter == letter : str_same(flag_name(flags), name))
			return flags;
	return NULL;
}

/* Of the command's own flags, and of those that all commands share which sign in. */
static const struct command_flag *look_up_own(const struct command *c, struct str name, char letter)
{
	const struct command_flag *flag = c ? look_up(c->flags, name, letter) : NULL;

	return flag || !c || !c->signs_in ? flag : look_up(wish_flags, name, letter);
}

/* Where a global flag's value goes in world_options. */
struct goal {
	const char *flag;
	size_t offset;
};

static const struct goal texts[] = {
	{"--home", offsetof(struct world_options, home)},
	{"--key-file", offsetof(struct world_options, key_file)},
	{"--ca-file", offsetof(struct world_options, ca_file)},
	{"--extra-ca", offsetof(struct world_options, extra_ca)},
	{"--allow-http", offsetof(struct world_options, allow_http)},
	{0},
};

static const struct goal switches[] = {
	{"--json", offsetof(struct world_options, json)},
	{"--quiet", offsetof(struct world_options, quiet)},
	{"--verbose", offsetof(struct world_options, verbose)},
	{0},
};

static const struct goal pages[] = {
	{"--help", offsetof(struct args, help)},
	{"--version", offsetof(struct args, version)},
	{"--licenses", offsetof(struct args, licenses)},
	{0},
};

/* The place in `whole` that the flag goes to; NULL when it is not of these. */
static void *goal(const struct goal *goals, void *whole, const char *flag)
{
	for (; goals->flag; goals++)
		if (strcmp(goals->flag, flag) == 0)
			return (char *)whole + goals->offset;
	return NULL;
}

static bool set_timeout(struct world_options *o, struct str value, struct err *e)
{
	uint64_t seconds;

	if (!str_to_u64(value, &seconds) || seconds == 0 || seconds > 86400)
		return err_set(e, ERR_USAGE, "--timeout takes seconds from 1 to 86400, not '%.*s'", STR(str_first(value, 40)));
	o->timeout_ms = (int64_t)seconds * 1000;
	return true;
}

static bool set_global(struct walk *k, const char *flag, struct str value, struct err *e)
{
	struct world_options *o = &k->world->options;
	struct str *text = goal(texts, o, flag);
	bool *on = goal(switches, o, flag);

	if (text)
		*text = value;
	if (!on)
		on = goal(pages, k->args, flag);
	if (on)
		*on = true;
	return text || on || set_timeout(o, value, e);
}

/* Moves a secret value out of argv, where every user of the machine can read it. */
static struct str hide(struct walk *k, struct str value)
{
	struct str kept = arena_str(k->world->arena, value);

	if (value.len)
		secret_wipe((char *)(uintptr_t)value.at, value.len);
	return kept;
}

static bool is_secret(const struct command_flag *flag)
{
	return strcmp(flag->name, "--token") == 0 || strcmp(flag->name, "--header") == 0;
}

/* The value of a flag: behind its '=', else the next argument. */
static bool take_value(struct walk *k, const struct command_flag *flag, bool attached, struct str *value, struct err *e)
{
	if (!flag->value) {
		if (attached)
			return err_set(e, ERR_USAGE, "%s takes no value", flag->name);
		return true;
	}
	if (!attached) {
		if (k->i + 1 >= k->argc)
			return err_set(e, ERR_USAGE, "%s needs a value: %s %s", flag->name, flag->name, flag->value);
		*value = str_of(k->argv[++k->i]);
	}
	if (is_secret(flag) && !str_same(*value, S("-")))
		*value = hide(k, *value);
	return true;
}

static bool unknown_flag(struct walk *k, struct str name, struct err *e)
{
	const struct command *c = k->args->command;

	return err_set(e, ERR_USAGE, "there is no flag %.*s%s%s: see 'keyfob %s%s--help'", STR(str_first(name, 60)),
		c ? " for " : "", c ? c->name : "", c ? c->name : "", c ? " " : "");
}

static bool keep_flag(struct args *a, const struct command_flag *flag, struct str value, struct err *e)
{
	if (a->flags_n >= ARGS_FLAGS)
		return err_set(e, ERR_USAGE, "more than %d flags are too many", ARGS_FLAGS);
	a->flags[a->flags_n++] = (struct args_flag){flag, value};
	return true;
}

static bool read_flag(struct walk *k, struct str text, struct err *e)
{
	struct args *a = k->args;
	const struct command_flag *own, *global;
	char letter = str_starts(text, S("--")) ? 0 : text.at[1];
	struct str name = text;
	struct str value = {0};
	bool attached;

	if (letter) {
		name = str_first(text, 2);
		value = str_from(text, 2);
		attached = value.len > 0;
	} else {
		attached = str_cut(text, '=', &name, &value);
	}
	own = look_up_own(a->command, name, letter);
	global = look_up(command_global_flags, name, letter);
	if (!own && !global)
		return unknown_flag(k, name, e);
	if (!take_value(k, own ? own : global, attached, &value, e))
		return false;
	return own ? keep_flag(a, own, value, e) : set_global(k, global->name, value, e);
}

static bool read_word(struct walk *k, struct str word, struct err *e)
{
	struct args *a = k->args;
	const char *near;

	if (!a->command) {
		if (str_same(word, S("auth")) && !k->auth && !k->words_only)
			return k->auth = true;
		a->command = command_find(word);
		if (a->command)
			return true;
		near = command_nearest(word);
		return err_set(e, ERR_USAGE, "there is no command '%.*s'%s%s%s: see 'keyfob --help'", STR(str_first(word, 60)),
			near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
	}
	if (a->words_n >= a->command->words_max || a->words_n >= COMMAND_WORDS)
		return err_set(e, ERR_USAGE, "%s takes %zu word%s and no more: keyfob %s", a->command->name, a->command->words_max,
			a->command->words_max == 1 ? "" : "s", a->command->usage); /* the word may be a token, and is not shown */
	a->words[a->words_n++] = word;
	return true;
}

/* All that is left is the program's, whatever it looks like. */
static bool take_program(struct args *a, char *argv[])
{
	a->behind = (const char *const *)argv;
	return true;
}

bool args_read(struct args *a, struct world *w, int argc, char *argv[], struct err *e)
{
	struct walk k = {.args = a, .world = w, .argv = argv, .argc = argc};

	*a = (struct args){0};
	for (; k.i < argc; k.i++) {
		struct str text = str_of(argv[k.i]);
		bool is_flag = !k.words_only && text.len > 1 && text.at[0] == '-';

		if (is_flag && str_same(text, S("--")))
			k.words_only = true;
		else if (k.words_only && a->command && a->command->takes_program)
			return take_program(a, &argv[k.i]);
		else if (is_flag ? !read_flag(&k, text, e) : !read_word(&k, text, e))
			return false;
	}
	if (k.auth && !a->command)
		a->command = command_find(S("status"));
	return true;
}

bool args_given(const struct args *a, const char *flag)
{
	struct str value;
	size_t at = 0;

	return args_each(a, flag, &at, &value);
}

struct str args_value(const struct args *a, const char *flag)
{
	struct str value = {0};

	for (size_t at = 0; args_each(a, flag, &at, &value);)
		;
	return value;
}

bool args_each(const struct args *a, const char *flag, size_t *at, struct str *value)
{
	while (*at < a->flags_n) {
		const struct args_flag *given = &a->flags[(*at)++];

		if (strcmp(given->flag->name, flag) != 0)
			continue;
		*value = given->value;
		return true;
	}
	return false;
}

struct str args_target(const struct args *a)
{
	return a->words_n ? a->words[0] : args_value(a, "--url");
}

struct str args_word(const struct args *a, size_t i)
{
	return i < a->words_n ? a->words[i] : (struct str){0};
}

const char *const *args_command(const struct args *a)
{
	return a->behind;
}

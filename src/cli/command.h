/* command: what a subcommand is: a file, a line in the table, and its words and flags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct args;
struct err;
struct world;

enum { COMMAND_WORDS = 16 };

struct command_flag {
	const char *name;    /* "--url" */
	char letter;         /* 'u' for -u; 0 for none */
	const char *value;   /* what stands for its value in help: "URL"; NULL for a switch */
	const char *summary; /* a few words */
};

struct command {
	const char *name;
	const char *usage;                /* "login [URL]" */
	const char *summary;              /* one line */
	const struct command_flag *flags; /* ended by an entry without a name; NULL for none */
	const char *more;                 /* further lines of its own help; NULL for none */
	bool signs_in;                    /* the flags of cli/wish are its own too */
	size_t words_max;                 /* how many words it takes at most */
	bool takes_program;               /* what stands behind "--" is a program with its arguments: args_command */
	bool (*run)(struct world *w, const struct args *a, struct err *e);
};

/* One a file; command files never call each other. */
extern const struct command cmd_bridge, cmd_help, cmd_inspect, cmd_instructions, cmd_login, cmd_logout, cmd_run, cmd_status, cmd_token, cmd_vault;

/* Every command, in the order of help; ended by NULL. */
extern const struct command *const command_table[];

/* The flags that stand anywhere, for every command. */
extern const struct command_flag command_global_flags[];

/* NULL when there is none of that name. */
const struct command *command_find(struct str name);
/* The known name that is nearest to a mistyped one; NULL when none is near. */
const char *command_nearest(struct str name);

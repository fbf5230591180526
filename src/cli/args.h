/* args: the words and flags of one command, read by its table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/command.h"

struct args {
	const struct command *command;
	struct str words[COMMAND_WORDS]; /* all that is no flag, after the command's name */
	size_t words_n;
	struct str values[COMMAND_FLAGS]; /* by the place of the flag in the command's table */
	bool given[COMMAND_FLAGS];
	const char *const *behind; /* what stands behind "--", of a command that takes a program; ended by NULL */
	bool help;    /* --help or -h stood somewhere */
	bool version; /* --version */
	bool licenses; /* --licenses */
};

/* Reads argv (without the program's name). `auth` as the first word is passed over; the next
 * word is the command. Global flags go to w->options. Flag values that may be secret (--token)
 * are moved out of argv into w->arena and overwritten where they stood, so that they leave the
 * process title. ERR_USAGE names the flag or word. a->command is NULL when there was none. */
bool args_read(struct args *a, struct world *w, int argc, char *argv[], struct err *e);

bool args_given(const struct args *a, const char *flag);
/* The flag's value; empty when it was not given. */
struct str args_value(const struct args *a, const char *flag);
/* The server that a command is about: its first word, else --url; empty when there is neither. */
struct str args_target(const struct args *a);
/* The word at place i; empty when there is none. */
struct str args_word(const struct args *a, size_t i);
/* The program behind "--" and its arguments, ended by NULL; NULL when there is none. */
const char *const *args_command(const struct args *a);

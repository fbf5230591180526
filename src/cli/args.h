/* args: the words and flags of one command, read by its table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/command.h"

enum { ARGS_FLAGS = 128 };

/* One flag of the command as it was given. */
struct args_flag {
	const struct command_flag *flag;
	struct str value; /* a C string too; empty for a switch */
};

struct args {
	const struct command *command;
	struct str words[COMMAND_WORDS]; /* all that is no flag, after the command's name */
	size_t words_n;
	struct args_flag flags[ARGS_FLAGS]; /* in the order in which they stood; without the global ones */
	size_t flags_n;
	const char *const *behind; /* what stands behind "--", of a command that takes a program; ended by NULL */
	bool help;    /* --help or -h stood somewhere */
	bool version; /* --version */
	bool licenses; /* --licenses */
};

/* Reads argv (without the program's name). `auth` as the first word is passed over; the next
 * word is the command. Its flags are those of its own table and, where it signs in, those of wish_flags. Global flags go to w->options. Flag values that may be secret (--token, --header)
 * are moved out of argv into w->arena and overwritten where they stood, so that they leave the
 * process title. ERR_USAGE names the flag or word. a->command is NULL when there was none. */
bool args_read(struct args *a, struct world *w, int argc, char *argv[], struct err *e);

bool args_given(const struct args *a, const char *flag);
/* The flag's value; empty when it was not given. The last one counts. */
struct str args_value(const struct args *a, const char *flag);
/* For a flag that may be repeated: its values in order, *at counting from 0. False at the end. */
bool args_each(const struct args *a, const char *flag, size_t *at, struct str *value);
/* The server that a command is about: its first word, else --url; empty when there is neither. */
struct str args_target(const struct args *a);
/* The word at place i; empty when there is none. */
struct str args_word(const struct args *a, size_t i);
/* The program behind "--" and its arguments, ended by NULL; NULL when there is none. */
const char *const *args_command(const struct args *a);

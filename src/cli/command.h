/* command: a subcommand is a file and a line in main.c's table. */
#pragma once

#include <stdbool.h>

struct err;
struct world;

struct command_flag {
	const char *name;    /* "--url" */
	char letter;         /* 'u' for -u; 0 for none */
	const char *value;   /* what stands for its value in help: "URL"; NULL for a switch */
	const char *summary;
};

struct command {
	const char *name;
	const char *usage;   /* "login [URL] [flags]" */
	const char *summary; /* one line */
	const struct command_flag *flags; /* ended by a NULL name; NULL for none */
	const char *more;    /* further lines of its own --help; NULL for none */
	/* argv[0] is the command's name; global flags are gone. */
	bool (*run)(struct world *w, int argc, char *argv[], struct err *e);
};

/* headers: the fields that the user adds to every request: --header 'Name: value' and --header-file FILE. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct args;
struct err;
struct http_field;
struct world;

enum { HEADERS_MAX = 16, HEADERS_FILE = 64 * 1024 };

/* For a command's table of flags. */
#define HEADERS_FLAGS \
	{"--header", 0, "FIELD", "send 'NAME: VALUE' too; ${VAR} works in it"}, \
	{"--header-file", 0, "FILE", "the same from a file, one a line"}

/* Reads all that were given; they live in w->arena. In a value ${NAME} stands for that environment variable, so that
 * a secret need not stand on the command line; where one does (Authorization), a warning says so. In a file empty
 * lines and lines that begin with '#' are passed over. ERR_USAGE: a name that is no token or that keyfob writes itself,
 * a value that could break out of its line, a variable that is not set, more than HEADERS_MAX; the text never
 * shows a value. */
bool headers_read(struct world *w, const struct args *a, struct http_field **fields, size_t *n, struct err *e);

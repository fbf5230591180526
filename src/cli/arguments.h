/* arguments: what a tool is called with: --args JSON, --args @FILE, --arg NAME=VALUE, or what is piped in. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct args;
struct err;
struct json;
struct world;

enum { ARGUMENTS_MAX = 2 * 1024 * 1024 };

/* For a command's table of flags. */
#define ARGUMENTS_FLAGS \
	{"--args", 0, "JSON", "the arguments: an object, or @FILE"}, \
	{"--arg", 0, "NAME=VALUE", "one of them, typed as the tool wants it"}

/* Without the tool's schema they cannot be told: types, or which argument a piped text is. */
bool arguments_want_schema(const struct world *w, const struct args *a);

/* Reads them; the JSON text of an object, in w->arena. schema: the tool's inputSchema, or NULL where none is known.
 * Values of --arg stand over those of --args. What is piped in is read where neither is given and the tool takes arguments: a
 * JSON object, or the text of its first required string. Members of --args and piped objects stay byte for byte.
 * ERR_USAGE. */
bool arguments_read(struct world *w, const struct args *a, const struct json *schema, struct str *object, struct err *e);

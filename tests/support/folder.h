/* folder: a temporary folder of a test's own, and files in it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct folder {
	char path[256];
	char text[512]; /* of folder_path */
};

/* Makes it under $TMPDIR or /tmp, mode 0700. */
void folder_start(struct folder *f);
/* Removes it and all below it. */
void folder_end(struct folder *f);

/* The path of a name in it; valid until the next call. */
const char *folder_path(struct folder *f, const char *name);
/* Writes a file with this mode. */
void folder_write(struct folder *f, const char *name, struct str bytes, unsigned mode);
/* The bytes of a file in memory from malloc; at == NULL where there is none. */
struct str folder_read(struct folder *f, const char *name);
/* How many entries of the folder `name` in it ("." is itself) have a name that holds `part`. */
size_t folder_count(struct folder *f, const char *name, const char *part);

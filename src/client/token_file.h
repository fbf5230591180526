/* token_file: a token that somebody else keeps in a file and replaces now and then: a workload's, an identity provider's. */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "sys/file.h"

struct arena;
struct err;

enum { TOKEN_FILE_MAX = 64 * 1024 }; /* bytes of it */

/* The token in the file, without the blanks and line ends around it; lives in a. path is a C string too. A file that is not there:
 * true with *found false (an error when found is NULL). ERR_USAGE where it is empty; else as file_read has it. */
bool token_file_read(struct str path, enum file_check check, struct arena *a, struct str *token, bool *found, struct err *e);

/* environment: the variables that go along to other programs. Ours that are secret do not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A variable (NAME=VALUE) that is not passed on. */
bool environment_strips(const char *variable);

/* What is passed on, with more, more_n of them, in place of what has their names; ended by NULL. The texts are borrowed,
 * the list is the caller's to free. NULL without memory. */
char **environment_for(const char *const more[], size_t more_n);

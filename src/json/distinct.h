/* distinct: finds a name that stands twice in one object, in time that a hostile document cannot stretch. */
#pragma once

#include <stdbool.h>

struct arena;
struct json;

/* Looks through the names of object, sorting pointers to them in what is left of scratch (taken
 * by value: nothing stays). *twice is the later of two members with one name, or NULL when all
 * names differ. False when scratch is too small. */
bool distinct_check(const struct json *object, struct arena scratch, const struct json **twice);

/* yaml_merge: the merge key of YAML 1.1: "<<: *base" lends a mapping the members of another. */
#pragma once

#include <stdbool.h>

struct err;
struct json;

/* Moves the members of source (an OBJECT, or an ARRAY of them, the earlier going before the later)
 * to the end of object, save those whose names it has already. False with ERR_INPUT when source is
 * something else, ERR_LIMIT when there are more than YAML_MERGED. */
bool yaml_merge(struct json *object, struct json *source, struct err *e);

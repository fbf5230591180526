/* param: which arguments of a tool a modern client mirrors in the head of its request, as Mcp-Param-*
 * fields (MCP 2026-07-28): the properties of inputSchema that are annotated with x-mcp-header.
 *
 * An annotation that cannot be honoured makes the tool unusable, so such tools are left out of lists. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct err;
struct json;

enum {
	PARAM_MAX = 64,  /* annotated properties of one tool */
	PARAM_DEPTH = 8, /* levels of properties within properties */
};

/* One annotated property. */
struct param {
	struct str header;        /* the name behind Mcp-Param-, as annotated */
	struct str path[PARAM_DEPTH]; /* the names of properties that lead to it */
	size_t depth;
};

/* Finds every annotated property of a tool, in the schema's order; *n is 0 where there is none. False with
 * ERR_INPUT, which says what is wrong with the annotation: an empty name or one that is no token
 * (RFC 9110), a name that stands twice in any case, a property that is no string, integer or boolean,
 * an annotation anywhere but along properties, more than PARAM_MAX of them. */
bool param_find(const struct json *tool, struct param params[static PARAM_MAX], size_t *n, struct err *e);

/* What the Mcp-Param- field of p says of a call with these arguments (`params.arguments`, an OBJECT or NULL):
 * a string as mirror_encode has it, an integer in decimal digits, a boolean as true or false. *found is false
 * where the argument is absent or null: the field is left out then. *value lives in a (or is a literal). False
 * where the argument cannot be mirrored: an array, an object, a number that is no integer within 2^53-1 of
 * zero; and where a is full. */
bool param_value(const struct param *p, const struct json *arguments, struct arena *a, struct str *value, bool *found);

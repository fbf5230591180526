/* yaml: reads one YAML document into the same tree that JSON gives, for configuration files.
 *
 * What is decided here, since YAML 1.1 and 1.2 and their readers differ:
 * - Plain scalars: null, ~ and nothing are null; true/false, yes/no, on/off (in the three usual
 *   ways of writing each) are booleans; decimal numbers, 0x and 0o ones of at most 64 bits are
 *   numbers, spelled as JSON spells them (+1 is 1, .5 is 0.5). All else is a string as written:
 *   so are 0123 (8 or 10 to the base, depending on whom one asks), 1_000, 1:30, .inf, .nan, dates.
 * - Quoted and block scalars are strings. Tags: only those of null, bool, int, float, str, seq, map.
 * - Names are scalars, taken as text; one that stands twice in a mapping is an error.
 * - An alias is a copy of what its anchor names, so a few lines cannot become more than the arena
 *   holds; the merge key << is honoured, a mapping's own members before merged ones.
 * - At most YAML_SIZE bytes of UTF-8, JSON_DEPTH levels, YAML_ANCHORS anchors, YAML_MERGED members
 *   merged into one mapping; one document; an empty one is null. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;
struct json;

enum {
	YAML_SIZE = 1 << 20,
	YAML_ANCHORS = 256,
	YAML_MERGED = 256,
};

/* Reads text; the tree and its strings live in a (text may go), after a failure nothing of it is
 * left there. Line and column as json_read gives them; raw is empty. ERR_INPUT with line and
 * column, quoting no value; ERR_LIMIT past a bound; ERR_SYSTEM when there is no memory. */
bool yaml_read(struct str text, struct arena *a, const struct json **root, struct err *e);

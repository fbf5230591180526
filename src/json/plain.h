/* plain: what a plain YAML scalar means (yaml.h says by which rules). */
#pragma once

#include "base/str.h"
#include "json/json.h"

struct buf;

/* The kind of value that text is. Of a NUMBER the JSON spelling is appended to number. */
enum json_kind plain_resolve(struct str text, struct buf *number);

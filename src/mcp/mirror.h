/* mirror: the fields of the HTTP head that repeat parts of a modern message, so that routers need
 * not read the body: Mcp-Method, Mcp-Name, Mcp-Param-*. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct buf;
struct rpc;

/* What Mcp-Name repeats: the name of a tool or prompt, the URI of a resource, the id of a task.
 * False for methods that have no such field, and where the parameter is not a string. */
bool mirror_name(const struct rpc *m, struct str *name);

/* Appends value as such a field may carry it: as it is where it is printable ASCII without blanks at
 * its ends, else (or where it looks encoded) as =?base64?...?= over its UTF-8. */
void mirror_encode(struct buf *out, struct str value);
/* Appends what a field's value means. False, and nothing appended, where its base64 is broken. */
bool mirror_decode(struct buf *out, struct str field);

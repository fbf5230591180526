/* response: writes the answers of our own servers (RFC 9112 §4). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "http/field.h"

struct buf;
struct err;

struct response {
	int status; /* 100 to 599 */
	const struct http_field *fields;
	size_t fields_n;
	struct str body;
	bool no_body; /* the answer to HEAD: Content-Length is told, the body not sent */
	bool close;   /* Connection: close */
};

/* Appends the whole answer. Content-Length and Connection are written here and refused among
 * the fields, as is Transfer-Encoding; statuses that have no body (1xx, 204, 304) refuse one.
 * On false nothing was appended: ERR_INPUT, or ERR_LIMIT where out is full. */
bool response_write(struct buf *out, const struct response *r, struct err *e);

/* The part, for a writer that chooses its own fields: the status line. */
bool response_write_line(struct buf *out, int status, struct err *e);

/* "Not Found" for 404; "" for a status without a name here. */
const char *response_reason(int status);
